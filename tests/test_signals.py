"""What a week is judged to be, on small drawn series. One character a week; see `drawn`."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from metrics.signals.judgements import Judgements, LockedLimits
from metrics.signals.kind import Kind
from metrics.signals.monitor import judge_weeks

FIRST_WEEK = 105_700
YEAR = 52

Floats = NDArray[np.float64]


def noise(weeks: int, seed: int = 3, memory: float = 0.0) -> Floats:
    """Seeded noise of standard deviation 1, cut at 2: none of it is a signal by itself."""
    drawn = np.clip(np.random.default_rng(seed).standard_normal(weeks), -2, 2)
    for week in range(1, weeks):
        drawn[week] += memory * drawn[week - 1]
    return drawn


def judged(values: Floats, **options: object) -> Judgements:
    """Judge one series."""
    columns = {
        name: option[:, None] if isinstance(option, np.ndarray) and name == "denominators" else option
        for name, option in options.items()
    }
    return judge_weeks(values[:, None], FIRST_WEEK, **columns)  # type: ignore[arg-type]


def found(values: Floats, **options: object) -> dict[int, Kind]:
    """Return the weeks that are no routine."""
    kinds = judged(values, **options).kind[:, 0]
    return {int(week): Kind(int(kinds[week])) for week in np.flatnonzero(kinds)}


@pytest.mark.parametrize("seed", range(4))
def test_routine_gives_no_signal(seed: int) -> None:
    assert found(100 + 4 * noise(120, seed)) == {}


@pytest.mark.parametrize("memory", [0.0, 0.4, 0.8, 1.0])
def test_memory_is_no_signal_either(memory: float) -> None:
    """Without cutting anything off: fewer than one false alarm in two years of each metric."""
    random = np.random.default_rng(7)
    values = random.standard_normal((156, 40))
    for week in range(1, 156):
        values[week] += memory * values[week - 1]
    kinds = judge_weeks(300 + 5 * values, FIRST_WEEK).kind[52:]
    assert (kinds != Kind.ROUTINE).sum() / 40 < 1


def test_growth_at_a_constant_rate_is_routine() -> None:
    assert found(100 * np.exp(0.02 * np.arange(150) + 0.04 * noise(150))) == {}


def test_a_season_is_routine_once_it_has_been_seen() -> None:
    week = np.arange(208)
    kinds = found(200 + 30 * np.cos(2 * np.pi * week / 52.18) + 4 * noise(208))
    assert [at for at in kinds if at >= 78] == []


def test_one_exceptional_week_is_one_signal_and_the_next_is_judged_as_if_it_had_not_been() -> None:
    values = 100 + 4 * noise(80)
    values[60] = 140
    judgements = judged(values)
    assert found(values) == {60: Kind.OUTSIDE_LIMITS}
    calm = values.copy()
    calm[60] = np.nan
    assert judgements.upper[61:, 0] == pytest.approx(judged(calm).upper[61:, 0], rel=0.02)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_lasting_shift_is_told_at_once_and_about_twice(sign: int) -> None:
    """Once when it comes, once when it stays; where the two weeks are far apart, a third one settles it."""
    values = 100 + 4 * np.column_stack([noise(100, seed) for seed in range(20)])
    values[70:] += sign * 24
    judgements = judge_weeks(values, FIRST_WEEK)
    told = judgements.kind[70:] != Kind.ROUTINE
    assert told[0].all()
    assert told.sum(axis=0).max() <= 3
    assert told.sum(axis=0).mean() < 2.3
    assert (judgements.kind[70:73] == Kind.NEW_LEVEL).any(axis=0).all()
    assert (np.abs(judgements.expected[80] - (100 + sign * 24)) < 6).all()
    assert (judgements.regime[80] == judgements.regime[60] + 1).all()


def test_a_new_level_is_dated_from_its_first_week() -> None:
    values = 100 + 4 * noise(100)
    values[70:] += 24
    judgements = judged(values)
    (week,) = np.flatnonzero(judgements.kind[:, 0] == Kind.NEW_LEVEL)
    assert judgements.since[week, 0] == 70


def test_a_small_shift_that_stays_is_found_within_three_months() -> None:
    """Two standard deviations: few of its weeks are outside the limits."""
    values = 100 + 4 * np.random.default_rng(6).standard_normal((120, 40))
    values[80:] += 8
    kinds = judge_weeks(values, FIRST_WEEK).kind[80:93]
    assert (kinds != Kind.ROUTINE).any(axis=0).mean() > 0.7
    assert (kinds == Kind.SMALL_SHIFT).any(axis=0).mean() > 0.3


def test_a_shift_that_goes_back_is_one_more_signal_and_the_former_limits_hold_again() -> None:
    values = 100 + 4 * noise(100)
    values[70:76] += 40
    kinds = found(values)
    assert kinds[76] == Kind.BACK_TO_FORMER_LEVEL
    assert max(kinds) == 76
    judgements = judged(values)
    assert judgements.lower[76, 0] < values[76] < judgements.upper[76, 0]
    assert abs(judgements.expected[78, 0] - judgements.expected[69, 0]) < 4


def test_an_exceptional_week_that_fades_does_not_widen_the_limits_that_follow() -> None:
    """A sale of three weeks: far above, less far, hardly; then routine."""
    values = 100 + 4 * noise(100)
    values[60:63] += [160, 60, 14]
    judgements = judged(values)
    width = judgements.upper[:, 0] - judgements.lower[:, 0]
    assert width[70] < 1.3 * width[59]
    assert judgements.expected[70, 0] < 110


def holiday_peaks(years: int, weeks: int) -> Floats:
    values = 100 + 4 * noise(weeks)
    for year in range(years):
        at = 40 + round(year * 52.18)
        values[at] += 45
        values[at + 1] += 30
    return values


def test_a_holiday_peak_is_no_signal_in_its_second_year() -> None:
    kinds = found(holiday_peaks(3, 170))
    assert 40 in kinds
    assert [week for week in kinds if week > 45] == []


def test_a_peak_beyond_that_of_last_year_is_a_signal() -> None:
    values = holiday_peaks(2, 110)
    values[92] += 60
    assert found(values)[92] == Kind.OUTSIDE_LIMITS


def test_a_peak_that_came_twice_and_is_missing_is_a_signal() -> None:
    kinds = found(holiday_peaks(2, 170))
    assert [kind for week, kind in kinds.items() if week > 100] == [Kind.EXPECTED_PEAK_MISSING]
    assert next(week for week in kinds if week > 100) in (145, 146, 147)


def test_a_peak_that_came_once_is_missed_only_where_a_holiday_stood() -> None:
    values = holiday_peaks(1, 110)
    assert [week for week in found(values) if week > 45] == []
    holidays = np.zeros(110, bool)
    holidays[40] = True
    kinds = found(values, holidays=holidays)
    assert [kind for week, kind in kinds.items() if week > 45] == [Kind.EXPECTED_PEAK_MISSING]


def test_a_peak_in_the_first_weeks_is_remembered() -> None:
    """It stands in week 8, when limits are on trial; a year later it is expected."""
    values = 100 + 4 * noise(80)
    values[8] += 50
    values[8 + YEAR] += 50
    assert [week for week in found(values) if week > 20] == []


def test_too_many_signals_begin_a_new_baseline() -> None:
    values = 100 + 3 * noise(110)
    values[80:] = 100 + 30 * np.random.default_rng(8).standard_normal(30)
    judgements = judged(values)
    assert judgements.anew[:, 0].sum() == 1
    begun = int(np.flatnonzero(judgements.anew[:, 0])[0])
    assert begun < 95
    width = judgements.upper[:, 0] - judgements.lower[:, 0]
    assert width[begun + 2] > 3 * width[79]


def test_weeks_without_value_are_not_judged_and_change_nothing() -> None:
    values = 100 + 4 * noise(90)
    values[50:55] = np.nan
    values[70] = np.nan
    judgements = judged(values)
    assert found(values) == {}
    assert not np.isnan(judgements.upper[55, 0])


def test_limits_begin_with_the_seventh_week_and_are_on_trial_up_to_the_fourteenth() -> None:
    judgements = judged(100 + 4 * noise(30))
    assert np.isnan(judgements.upper[:6, 0]).all()
    assert not np.isnan(judgements.upper[6:, 0]).any()
    assert list(np.flatnonzero(judgements.trial[:, 0])) == list(range(6, 14))
    assert judgements.upper[6, 0] - judgements.lower[6, 0] > judgements.upper[29, 0] - judgements.lower[29, 0]


def test_a_metric_that_stood_still_says_once_that_it_moved() -> None:
    values = np.full(40, 50.0)
    values[30:] = 55.0
    assert found(values) == {30: Kind.MOVED}
    assert np.isnan(judged(values).upper[29:36, 0]).all()


def test_a_constant_metric_is_never_a_signal() -> None:
    assert found(np.full(60, 7.0)) == {}
    assert found(np.zeros(60)) == {}


def test_rare_counts_are_seldom_called_exceptional() -> None:
    """A weekly count of 0.6 in the mean is 2 or more six times a year: that is no news."""
    counts = np.random.default_rng(5).poisson(0.6, (150, 20)).astype(float)
    kinds = judge_weeks(counts, FIRST_WEEK).kind[26:]
    assert (kinds != Kind.ROUTINE).sum() / 20 < 2


def test_a_ratio_on_a_small_denominator_has_wider_limits() -> None:
    random = np.random.default_rng(11)
    visitors = np.where(np.arange(120) % 2, 900, 60)
    visitors[110] = 60
    ratio = random.binomial(visitors, 0.3) / visitors
    judgements = judged(ratio, denominators=visitors.astype(float))
    width = judgements.upper[:, 0] - judgements.lower[:, 0]
    assert width[112] / width[113] == pytest.approx(np.sqrt(900 / 60), rel=0.6)
    alike = judged(ratio)
    widths = alike.upper[:, 0] - alike.lower[:, 0]
    assert widths[112] / widths[113] == pytest.approx(1, rel=0.3)


def test_locked_limits_hold_whatever_the_values_say() -> None:
    values = 100 + 4 * noise(60)
    values[40:] += 20
    shape = (60, 1)
    locked = LockedLimits(*(np.full(shape, np.nan) for _ in range(3)))
    for name, value in (("expected", 100.0), ("lower", 60.0), ("upper", 160.0)):
        getattr(locked, name)[30:] = value
    judgements = judged(values, locked=locked)
    assert not judgements.kind[30:].any()
    assert set(judgements.upper[30:, 0]) == {160.0}
    assert judgements.upper[29, 0] != 160.0


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    cut=st.integers(5, 99),
    kind=st.sampled_from(["walk", "shift", "season", "counts", "gaps", "ratio"]),
)
def test_what_comes_later_changes_no_judgement(seed: int, cut: int, kind: str) -> None:
    random = np.random.default_rng(seed)
    week = np.arange(100)
    values = 100 + 4 * random.standard_normal((100, 3))
    denominators = np.full(values.shape, np.nan)
    if kind == "walk":
        values = np.cumsum(values - 100, axis=0) + 300
    elif kind == "shift":
        values[random.integers(100) :] += 30
        values[random.integers(100) :] -= 25
    elif kind == "season":
        values += 30 * np.cos(2 * np.pi * week / 52.18)[:, None]
    elif kind == "counts":
        values = random.poisson(2, values.shape).astype(float)
    elif kind == "gaps":
        values[random.random(values.shape) < 0.2] = np.nan
    else:
        denominators[:, 0] = np.exp(5 + random.standard_normal(100))
    whole = judge_weeks(values, FIRST_WEEK, denominators)
    short = judge_weeks(values[:cut], FIRST_WEEK, denominators[:cut])
    for name in ("expected", "lower", "upper", "kind", "since", "regime", "trial", "peak", "anew"):
        np.testing.assert_allclose(getattr(whole, name)[:cut], getattr(short, name), rtol=1e-9, err_msg=name)


def test_metrics_do_not_influence_each_other() -> None:
    random = np.random.default_rng(2)
    values = 100 + 4 * random.standard_normal((90, 5))
    values[60:, 2] += 40
    together = judge_weeks(values, FIRST_WEEK)
    for column in range(5):
        alone = judge_weeks(values[:, [column]], FIRST_WEEK)
        np.testing.assert_allclose(together.upper[:, [column]], alone.upper, rtol=1e-9)
        np.testing.assert_array_equal(together.kind[:, [column]], alone.kind)


def test_a_metric_that_means_something_else_begins_anew() -> None:
    values = 100 + 4 * noise(100)
    values[50:] += 300
    dividers = np.zeros((100, 1), bool)
    dividers[50] = True
    judgements = judged(values, dividers=dividers)
    assert not judgements.kind.any()
    assert np.isnan(judgements.upper[50:56, 0]).all()
    assert 390 < judgements.expected[60, 0] < 410
    assert judgements.regime[50, 0] == judgements.regime[49, 0] + 1


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9) | st.just(float("nan")), min_size=1, max_size=60))
def test_any_numbers_can_be_judged(numbers: list[float]) -> None:
    judgements = judged(np.array(numbers))
    limited = ~np.isnan(judgements.upper)
    assert (judgements.lower[limited] <= judgements.expected[limited]).all()
    assert (judgements.expected[limited] <= judgements.upper[limited]).all()
    missing = np.isnan(numbers)
    assert not judgements.kind[missing].any()
