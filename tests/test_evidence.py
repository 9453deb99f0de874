"""What evidence says on seeded series: what it finds, what it does not fall for, and what it leaves alone."""

from dataclasses import replace

import numpy as np
import pytest
from evidence_series import UNRELATED, Floats, linked
from hypothesis import example, given, settings
from hypothesis import strategies as st

from metrics.evidence.judged import Judged, judge
from metrics.evidence.measured import Measured, Side, measure
from metrics.evidence.planning import plan
from metrics.evidence.question import Question
from metrics.evidence.surprises import surprises
from metrics.evidence.verdict import critical_p

LAG = 2


def side(values: Floats, left_out: list[int] | None = None) -> Side:
    out = np.zeros(len(values), bool)
    out[left_out or []] = True
    return Side(values, surprises(values, out))


def measured(x: Floats, y: Floats, sign: str | None = "positive", lag: int | None = LAG) -> Measured:
    quarters = [f"{2024 + week // 52}Q{week % 52 // 13 + 1}" for week in range(len(x))]
    return measure(Question("y", "x", sign, lag), side(x), side(y), quarters)  # type: ignore[arg-type]


def judged(x: Floats, y: Floats, sign: str | None = "positive", lag: int | None = LAG) -> Judged:
    return judge([measured(x, y, sign, lag)])[0]


def pair(
    weeks: int, correlation: float, seed: int = 1, lag: int = LAG, **options: float
) -> tuple[Floats, Floats, float]:
    return linked(np.random.default_rng(seed), weeks, correlation, lag, **options)


# What is there is found


def test_a_true_link_is_supported_at_its_lag() -> None:
    x, y, effect = pair(104, 0.6)
    found = judged(x, y)
    assert found.verdict == "supported"
    assert found.weeks_needed is None
    assert found.measured.effect is not None
    assert found.measured.effect.low < effect < found.measured.effect.high
    assert max(found.measured.profile.items(), key=lambda item: item[1])[0] == LAG


def test_the_other_direction_shows_nothing_of_a_link_that_has_one() -> None:
    x, y, _ = pair(156, 0.6)
    assert measured(x, y).reverse.p > 0.05
    backwards = measured(y, x)
    assert backwards.p > 0.05
    assert (backwards.reverse.lag_weeks, backwards.reverse.p < 0.001) == (LAG, True)


def test_a_link_the_other_way_round_than_claimed_contradicts() -> None:
    x, y, _ = pair(104, -0.6)
    assert judged(x, y, "positive").verdict == "contradicted"
    assert judged(x, y, "negative").verdict == "supported"


def test_a_lag_that_nobody_declared_is_found() -> None:
    x, y, _ = pair(156, 0.6, lag=5)
    found = judged(x, y, None, None)
    assert (found.verdict, found.measured.lag_weeks, found.measured.sense) == ("supported", 5, 1)


def test_a_search_asks_for_more_than_a_declared_lag() -> None:
    x, y, _ = pair(104, 0.3, seed=4)
    assert measured(x, y, None, None).p > measured(x, y).p


# What is not there is not


@pytest.mark.parametrize("family", ["trend", "growth", "walk with drift", "s-curve", "season, growth", "shared dips"])
def test_what_merely_runs_along_is_seldom_supported(family: str) -> None:
    random = np.random.default_rng(11)
    pairs = [UNRELATED[family](random, 104) for _ in range(40)]
    supported = [judged(x, y, sign).verdict == "supported" for x, y in pairs for sign in ("positive", "negative")]
    # 4 of 80 by design; 11 or more happen by chance less than once in 500 times
    assert sum(supported) <= 10


def test_two_straight_lines_are_never_supported() -> None:
    random = np.random.default_rng(2)
    weeks = np.arange(104)
    for number in range(20):
        x, y = (100 + 5.0 * weeks + random.standard_normal(104) for _ in "xy")
        found = judged(x, y)
        assert found.measured.naive > 0.99
        assert found.verdict != "supported" or abs(found.measured.link.correlation) < 0.4, number


def test_no_meaningful_link_is_said_of_unrelated_metrics_and_never_of_a_clear_link() -> None:
    unrelated = [judged(*pair(156, 0.0, seed)[:2]).verdict for seed in range(20)]
    assert unrelated.count("no_meaningful_link") >= 14
    clear = [judged(*pair(156, 0.5, seed)[:2]).verdict for seed in range(20)]
    assert "no_meaningful_link" not in clear


def test_a_link_that_was_lost_is_told_and_not_supported() -> None:
    found = [judged(*pair(156, 0.7, seed, lost=0.5)[:2]) for seed in range(10)]
    assert sum(one.is_unstable for one in found) >= 8
    assert sum(one.verdict == "supported" for one in found) <= 2
    first, second = found[0].measured.stability.halves
    assert first > second


def test_exceptional_weeks_do_not_make_a_link() -> None:
    x, y, _ = pair(104, 0.0, seed=6)
    for week in (30, 31, 82):
        x[week - LAG] += 90
        y[week] += 270
    found = judged(x, y)
    assert found.verdict != "supported"
    assert found.measured.left_out[[30, 31, 82]].all()


def test_weeks_that_are_annotated_do_not_count() -> None:
    x, y, _ = pair(104, 0.6)
    random = np.random.default_rng(3)
    weeks = list(range(40, 60))
    x[weeks] += random.standard_normal(20) * 9
    y[[week + LAG for week in weeks]] -= (x[weeks] - 100) * 3
    question = Question("y", "x", "positive", LAG)
    with_all = measure(question, side(x), side(y), [""] * 104)
    without = measure(question, side(x, weeks), side(y, weeks), [""] * 104)
    assert without.left_out[weeks].all()
    assert without.joint_weeks == with_all.joint_weeks == 104
    assert without.link.correlation > with_all.link.correlation


# What can't be said


@pytest.mark.parametrize("weeks", [0, 1, 5, 12, 25])
def test_fewer_than_26_weeks_give_no_verdict(weeks: int) -> None:
    x, y, _ = pair(60, 0.95)
    found = judged(x[:weeks], y[:weeks])
    assert found.verdict == "not_enough_evidence"
    assert found.weeks_needed is None or found.weeks_needed >= 26 - weeks
    assert found.smallest is None


def test_a_metric_that_never_changes_gives_no_verdict() -> None:
    x, y, _ = pair(104, 0.6)
    for flat in (judged(np.full(104, 7.0), y), judged(x, np.full(104, 7.0))):
        assert (flat.verdict, flat.weeks_needed) == ("not_enough_evidence", None)


def test_gaps_leave_the_link_where_it_is() -> None:
    x, y, _ = pair(156, 0.7)
    random = np.random.default_rng(5)
    x[random.choice(156, 15, replace=False)] = np.nan
    y[random.choice(156, 15, replace=False)] = np.nan
    y[60:70] = np.nan
    found = judged(x, y)
    assert found.verdict == "supported"
    assert found.measured.joint_weeks == int((np.isfinite(x) & np.isfinite(y)).sum())
    assert found.measured.effect is not None
    assert 0.5 < found.measured.effect.per_unit / 2.1 < 1.5


def test_a_late_start_of_one_metric_leaves_the_other_its_history() -> None:
    x, y, _ = pair(208, 0.7)
    x[:120] = np.nan
    found = judged(x, y)
    assert (found.verdict, found.measured.joint_weeks) == ("supported", 88)


def test_weeks_needed_is_when_a_link_that_stays_as_it_is_gets_its_verdict() -> None:
    open_ones = [judged(*pair(40, 0.25, seed)[:2]) for seed in range(30)]
    needed = [one.weeks_needed for one in open_ones if one.verdict == "not_enough_evidence"]
    assert needed
    assert all(weeks is not None and weeks >= 1 for weeks in needed)
    assert all((one.weeks_needed is None) == (one.verdict != "not_enough_evidence") for one in open_ones)


def test_a_longer_history_shows_smaller_links() -> None:
    smallest = [judged(*pair(weeks, 0.2)[:2]).smallest for weeks in (40, 80, 160)]
    assert None not in smallest
    assert sorted(smallest, reverse=True) == smallest  # type: ignore[type-var]


# The number of claims


def test_one_in_many_has_to_be_clearer() -> None:
    assert critical_p([0.04], 0.10) == 0.05
    assert critical_p([0.04, *[0.5] * 19], 0.10) == pytest.approx(0.005)
    assert critical_p([0.001, 0.009, 0.5, 0.9], 0.10) == pytest.approx(0.05)
    assert critical_p([], 0.10) == 0.05


def test_a_weak_link_alone_is_supported_and_among_twenty_is_not() -> None:
    found = [measured(*pair(104, 0.3, seed)[:2]) for seed in range(20)]
    weak = next(one for one in found if 0.01 < one.p < 0.04 and min(one.stability.halves) > 0)
    assert judge([weak])[0].verdict == "supported"
    unrelated = [measured(*pair(104, 0.0, seed)[:2]) for seed in range(30, 60)]
    unrelated = [one for one in unrelated if one.p > 0.2][:19]
    among = judge([weak, *unrelated])[0]
    assert (among.verdict, among.p_needed < weak.p) == ("not_enough_evidence", True)


def test_among_many_claims_a_short_history_has_to_be_clearer_still() -> None:
    short, longer = ([measured(*pair(weeks, 0.0, seed)[:2]) for seed in range(19)] for weeks in (39, 40))
    clear = [measured(*pair(39, 0.9)[:2])]
    assert clear[0].p < 0.0001 and min(one.p for one in short) > 0.01
    needed = {one.measured.joint_weeks: one.p_needed for one in judge([*clear, *short, *longer])}
    assert needed == {39: pytest.approx(0.05 / 39), 40: pytest.approx(0.08 / 39)}
    assert [judge([one])[0].p_needed for one in (short[0], longer[0])] == [0.035, 0.05]


def test_searches_do_not_change_the_verdicts_on_claims() -> None:
    claims = [measured(*pair(104, 0.3, seed)[:2]) for seed in range(6)]
    searched = [measured(*pair(104, 0.0, seed)[:2], sign=None, lag=None) for seed in range(6)]
    assert judge([*claims, *searched])[:6] == judge(claims)


# Properties


@settings(max_examples=15, deadline=None)
@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6), st.integers(0, 50))
def test_units_scale_the_effect_and_nothing_else(of_x: float, of_y: float, seed: int) -> None:
    x, y, _ = pair(80, 0.5, seed)
    x[[10, 40, 41]], y[[11, 60]] = np.nan, np.nan
    before, after = judged(x, y), judged(x * of_x, y * of_y)
    assert before.verdict == after.verdict
    assert after.measured.link.correlation == pytest.approx(before.measured.link.correlation, abs=1e-6)
    assert before.measured.effect is not None
    assert after.measured.effect is not None
    for name in ("per_unit", "low", "high"):
        expected = getattr(before.measured.effect, name) * of_y / of_x
        assert getattr(after.measured.effect, name) == pytest.approx(expected, rel=1e-5)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 50), st.sampled_from([30, 60, 110]))
def test_a_metric_turned_upside_down_turns_the_sign(seed: int, weeks: int) -> None:
    x, y, _ = pair(weeks, 0.5, seed)
    x, y = x - 100, y - 300
    before, after = judged(x, y, "positive"), judged(x, -y, "negative")
    assert before.verdict == after.verdict
    assert after.measured.p == pytest.approx(before.measured.p, rel=1e-6)
    assert after.measured.link.correlation == pytest.approx(-before.measured.link.correlation)
    if before.measured.effect is not None and after.measured.effect is not None:
        assert after.measured.effect.per_unit == pytest.approx(-before.measured.effect.per_unit)
        assert after.measured.effect.low == pytest.approx(-before.measured.effect.high)


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(8)))
def test_the_order_of_claims_does_not_matter(order: list[int]) -> None:
    found = [measured(*pair(60, 0.3 if seed < 3 else 0.0, seed)[:2]) for seed in range(8)]
    straight = judge(found)
    assert judge([found[number] for number in order]) == [straight[number] for number in order]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.one_of(st.none(), st.floats(-1e12, 1e12), st.sampled_from([0.0, 1.0, -1.0, 1e-9])), min_size=0, max_size=70
    ),
    st.integers(0, 20),
)
@example([74.0, None, 0.0, 0.0, 0.0, 0.0, None, 1.0, None, 0.0, 0.0], 9)  # two weeks in a line: rounded past 1
def test_whatever_the_weeks_hold_there_is_an_answer(values: list[float | None], lag: int) -> None:
    x = np.array([np.nan if value is None else value for value in values])
    y = np.random.default_rng(1).standard_normal(len(x))
    for found in (judged(x, y, "positive", lag), judged(y, x, None, None)):
        assert 0 <= found.measured.p <= 1
        assert -1 <= found.measured.link.correlation <= 1
        assert found.verdict in ("supported", "contradicted", "no_meaningful_link", "not_enough_evidence")


def test_the_same_weeks_give_the_same_evidence() -> None:
    x, y, _ = pair(104, 0.4)
    one, other = measured(x, y), measured(x.copy(), y.copy())
    assert replace(one, left_out=other.left_out, quarters=other.quarters) == other


# Before a change


def test_a_planned_change_shows_sooner_the_larger_it_is() -> None:
    x, _, _ = pair(104, 0.0)
    plans = [plan(side(x), change) for change in (0.02, 0.05, 0.1, 0.3)]
    weeks = [one.weeks if one and one.weeks else 99 for one in plans]
    assert sorted(weeks, reverse=True) == weeks
    assert weeks[-1] <= 2
    assert weeks[0] > 4
    assert plans[0] and plans[0].smallest_in_a_year < plans[0].smallest_in_a_quarter


def test_a_planned_change_that_is_said_to_show_shows() -> None:
    """A step of the size that a quarter is said to show is seen after 13 weeks about four times out of five."""
    seen = 0
    for seed in range(40):
        x, _, _ = pair(117, 0.0, seed)
        found = plan(side(x[:104]), 0.05)
        assert found is not None
        x[104:] += 100 * found.smallest_in_a_quarter
        columns = np.column_stack([np.ones(117), np.arange(117), np.arange(117) >= 104])
        past = x[:-1]
        columns = np.column_stack([columns[1:], past])
        solution, left, *_ = np.linalg.lstsq(columns, x[1:], rcond=None)
        error = np.sqrt(left[0] / (116 - 4) * np.linalg.inv(columns.T @ columns)[2, 2])
        seen += solution[2] / error > 1.96
    assert 22 <= seen <= 40


def test_without_history_nothing_is_planned() -> None:
    x, _, _ = pair(40, 0.0)
    assert plan(side(x[:20]), 0.05) is None
    assert plan(side(np.full(80, 5.0)), 0.05) is None


# The picture


def test_a_quarter_in_the_picture_needs_six_weeks() -> None:
    x, y, _ = pair(56, 0.6)
    found = dict(measured(x, y).quarters)
    assert list(found) == ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]
    assert np.isfinite(found["2024Q2"])
    assert np.isnan(found["2025Q1"])
