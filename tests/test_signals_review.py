"""The signals of whole workspaces: words, charts, watches, kept weeks, and the command that prints them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from workspaces import WorkspaceFiles

from metrics.charts.numbers import THIN, short
from metrics.refresh import refresh
from metrics.signals.judge import denominator_of, judge
from metrics.signals.monitor import Monitor
from metrics.signals.review import SignalReview
from metrics.signals.signal import KeptWeek, Lock
from metrics.signals.watch import watches
from metrics.tree.load import read_tree
from metrics.warehouse.warehouse import Warehouse
from metrics.workspace import Workspace

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "data/demo"
FIRST = date(2024, 1, 7)
KINDS = {
    "outside_limits", "small_shift", "new_level", "back_to_former_level", "expected_peak_missing", "moved",
}  # fmt: skip
KEYS = ["metric", "week_ending", "kind", "strength", "value", "expected", "lower", "upper", "sentence"]


def week(number: int) -> date:
    return FIRST + timedelta(weeks=number)


def routine(level: float, spread: float, weeks: int = 80, seed: int = 3) -> list[float]:
    """Seeded noise, cut at two standard deviations."""
    drawn = np.clip(np.random.default_rng(seed).standard_normal(weeks), -2, 2)
    return [round(value, 3) for value in level + spread * drawn]


def tree_of(metrics: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    source = {"type": "csv", "path": "weekly.csv", "date": "day", "grain": "weekly"}
    read = {"source": "weekly", "aggregate": "sum"}
    return {
        "sources": {"weekly": source},
        "metrics": {name: {**({} if "formula" in keys else read), **keys} for name, keys in metrics.items()},
    }


def csv(series: Mapping[str, Sequence[float | None]]) -> str:
    lines = ["day," + ",".join(series)]
    for number in range(max(map(len, series.values()))):
        cells = [values[number] if number < len(values) else None for values in series.values()]
        lines.append(f"{week(number)}," + ",".join("" if cell is None else str(cell) for cell in cells))
    return "\n".join(lines) + "\n"


Reviewed = Callable[..., SignalReview]


@pytest.fixture
def reviewed(workspace: Callable[..., WorkspaceFiles]) -> Reviewed:
    """Judges series by metric; `metrics` gives their other keys."""

    def make(
        series: Mapping[str, Sequence[float | None]],
        metrics: Mapping[str, Mapping[str, Any]] | None = None,
        at: int | None = None,
        **options: Any,
    ) -> SignalReview:
        files = workspace(tree_of({**{name: {} for name in series}, **(metrics or {})}), {"weekly.csv": csv(series)})
        assert not files.refresh().failed
        last = max(map(len, series.values())) - 1 if at is None else at
        with files.opened() as (tree, warehouse):
            return judge(tree, warehouse, week(last), short, **options)

    return make


def sentences(review: SignalReview) -> list[str]:
    return [signal.sentence.replace(THIN, " ") for signal in review.signals(review.weeks[0])]


@pytest.mark.parametrize(
    ("keys", "scale", "told"),
    [
        ({"name": "Orders", "unit": "count"}, 1, "orders fewer than the "),
        ({"name": "Orders that arrived on time", "unit": "count"}, 1, " fewer than the "),
        ({"name": "Revenue", "unit": "currency", "currency": "USD"}, 1, " less than the $"),
        ({"name": "Answer time", "unit": "duration"}, 1, " shorter than the "),
        ({"name": "Score"}, 0.01, " below the "),
        ({"name": "Share", "unit": "percent", "aggregate": "mean"}, 0.002, " percentage points below the "),
    ],
)
def test_a_signal_says_how_much_of_what_and_since_when(
    reviewed: Reviewed, keys: dict[str, Any], scale: float, told: str
) -> None:
    values = [value * scale for value in routine(200, 8)]
    values[20], values[79] = 140 * scale, 140 * scale
    sentence = sentences(reviewed({"m": values}, {"m": keys}))[-1]
    assert told in sentence
    assert sentence.endswith(" expected; lowest since May 2024.")


def test_the_distance_is_that_to_the_nearer_limit(reviewed: Reviewed) -> None:
    values = [round(value) for value in routine(220, 12)]
    values[79] = 150
    review = reviewed({"orders": values}, {"orders": {"name": "Orders", "unit": "count"}})
    (signal,) = review.signals(week(79))
    assert signal.lower is not None and signal.upper is not None and signal.expected is not None
    assert signal.sentence.startswith(f"{round(signal.lower - 150)} orders fewer than the ")
    assert f"{round(signal.lower)}" in signal.sentence and f"{round(signal.upper)}" in signal.sentence
    assert signal.sentence.endswith("; lowest of all 80 weeks.")
    assert (signal.kind, signal.strength, signal.value, signal.direction) == ("outside_limits", "strong", 150, -1)
    assert signal.lower < signal.expected < signal.upper


def test_a_new_level_says_from_when_on_and_what_was_before(reviewed: Reviewed) -> None:
    values = [round(value) for value in routine(200, 8)]
    values[70:] = [value + 60 for value in values[70:]]
    review = reviewed({"m": values})
    told = {signal.kind: signal for signal in review.signals(week(60))}
    assert list(told) == ["outside_limits", "new_level"]
    assert "A new level since the week to 11 May: about " in told["new_level"].sentence
    assert "The limits are recalculated from that week." in told["new_level"].sentence
    chart = review.chart("m").set_index("week_ending")
    assert chart.loc[str(week(70)), "level_since"] and chart["level_since"].sum() == 1
    assert chart["regime"].iloc[-1] == chart["regime"].iloc[0] + 1


def test_a_signal_on_trial_limits_is_moderate_and_says_so(reviewed: Reviewed) -> None:
    review = reviewed({"m": [100, 102, 99, 101, 98, 100, 103, 99, 101, 180]})
    (signal,) = review.signals(week(9))
    assert signal.strength == "moderate"
    assert signal.sentence.endswith("The limits are on trial: they rest on 9 weeks.")


def test_moved_and_back_and_missing_have_their_words(reviewed: Reviewed) -> None:
    still = [5.0] * 60 + [7.0] * 20
    back = routine(200, 8)
    back[60:66] = [value + 90 for value in back[60:66]]
    peaks = routine(200, 8, 165, seed=5)
    for year in range(2):
        peaks[30 + 52 * year] += 100
    review = reviewed({"still": still, "back": back, "peaks": peaks})
    signals = review.signals(week(30))
    told = {(signal.metric, signal.kind): signal.sentence for signal in signals}
    assert told["still", "moved"] == "Up to 7 after 60 weeks at 5."
    assert "is back at the former level, which was left in the week to 2 Mar" in told["back", "back_to_former_level"]
    assert told["peaks", "expected_peak_missing"].startswith("The peak of this time of year did not come: ")
    assert {kind for _, kind in told} <= KINDS
    without_direction = {signal.kind for signal in signals if not signal.direction}
    assert without_direction == {"moved", "back_to_former_level", "expected_peak_missing"}


def test_incomplete_weeks_are_not_judged(workspace: Callable[..., WorkspaceFiles]) -> None:
    """The last week has six of its seven days: less than a week, and no signal for that."""
    days = [FIRST - timedelta(days=6) + timedelta(days=number) for number in range(7 * 40 - 1)]
    random = np.random.default_rng(1)
    rows = "".join(f"{day},{round(100 + random.standard_normal())}\n" for day in days)
    tree = {
        "sources": {"daily": {"type": "csv", "path": "daily.csv", "date": "day"}},
        "metrics": {"m": {"source": "daily"}},
    }
    files = workspace(tree, {"daily.csv": "day,m\n" + rows})
    files.refresh()
    with files.opened() as (found, warehouse):
        review = judge(found, warehouse, week(39), short)
    assert review.weeks[-1] == week(39)
    assert not review.is_judged("m", week(39))
    assert review.is_judged("m", week(38))
    assert review.signals(week(39)) == []


def test_a_formula_is_judged_and_rests_on_what_it_divides_by(reviewed: Reviewed) -> None:
    signups = [round(value) for value in routine(1000, 100)]
    teams = [round(value * 0.3) for value in signups]
    teams[79] = 600
    rate = {"formula": "teams / signups", "unit": "percent"}
    review = reviewed({"signups": signups, "teams": teams}, {"rate": rate})
    assert denominator_of(review.tree.metrics["rate"]) == "signups"
    assert denominator_of(review.tree.metrics["teams"]) is None
    assert review.signal("rate", week(79)) is not None


def test_textbook_limits_where_the_tree_asks_for_them(reviewed: Reviewed) -> None:
    values = [10.0, 12.0] * 10 + [11.0, 30.0]
    review = reviewed({"m": values}, {"m": {"limits": "xmr"}})
    (signal,) = review.signals(week(21))
    assert signal.expected == pytest.approx(np.mean(values[:21]))
    ranges = np.abs(np.diff(values[:21]))
    assert signal.upper == pytest.approx(np.mean(values[:21]) + 2.66 * ranges.mean())
    assert signal.kind == "outside_limits"


def test_the_textbook_chart_stands_beside_and_says_where_it_can_be_trusted(reviewed: Reviewed) -> None:
    rising = [value + 4 * number for number, value in enumerate(routine(200, 8))]
    review = reviewed({"still": routine(200, 8), "rising": rising})
    chart, trusted = review.textbook("still")
    assert trusted and not (chart.rule == 1).any()
    chart, trusted = review.textbook("rising")
    assert not trusted and (chart.rule == 1).any()
    halves, _ = review.textbook("rising", dividers=[40])
    assert halves.centre[39] < halves.centre[40]


def test_kept_weeks_stay_as_they_were_judged(reviewed: Reviewed) -> None:
    values = routine(200, 8)
    values[70] = 300
    fresh = reviewed({"m": values})
    signal = fresh.signal("m", week(70))
    assert signal is not None
    told = replace(signal, sentence="As it was said then.")
    kept = [KeptWeek("m", week(70), 190, 150, 240, told), KeptWeek("m", week(71), 191, 151, 241, None)]
    review = reviewed({"m": values}, kept=kept)
    assert sentences(review) == ["As it was said then."]
    assert review.judged_week("m", week(71)) == kept[1]
    chart = review.chart("m").set_index("week_ending")
    assert list(chart.loc[str(week(70)), ["lower", "upper", "kind"]]) == [150, 240, "outside_limits"]
    assert fresh.judged_week("m", week(70)).signal == signal


def test_a_lock_holds_from_its_week_on(reviewed: Reviewed) -> None:
    values = [*routine(200, 8)[:60], *routine(260, 8)[:20]]
    lock = Lock("m", week(55), 240, 200, 300, by="ana@lumen.example", because="The new prices.")
    review = reviewed({"m": values}, locks=[lock])
    assert review.signals(week(60)) == []
    chart = review.chart("m").set_index("week_ending")
    assert set(chart["upper"].iloc[55:]) == {300}
    assert reviewed({"m": values}).signals(week(60)) != []


def test_an_earlier_review_is_gone_on_with(reviewed: Reviewed, monkeypatch: pytest.MonkeyPatch) -> None:
    values = routine(200, 8)
    values[78] = 300
    earlier = reviewed({"m": values}, at=70)
    whole = reviewed({"m": values})
    judged_weeks: list[int] = []
    judge_week = Monitor.judge
    monkeypatch.setattr(Monitor, "judge", lambda self, at: (judged_weeks.append(at), judge_week(self, at))[1])
    later = reviewed({"m": values}, earlier=earlier.progress)
    assert judged_weeks == list(range(71, 80))
    assert later.signals(FIRST) == whole.signals(FIRST)
    np.testing.assert_array_equal(later.judgements.upper, whole.judgements.upper)


def test_an_earlier_review_of_other_values_is_gone_on_with_from_before_them(reviewed: Reviewed) -> None:
    values = routine(200, 8)
    earlier = reviewed({"m": values}, at=70)
    assert earlier.signal("m", week(65)) is None
    values[65] = 300
    assert reviewed({"m": values}, earlier=earlier.progress).signal("m", week(65)) is not None


@pytest.mark.parametrize(("sign", "way"), [("positive", "rise"), ("negative", "fall")])
def test_a_signal_on_an_input_is_awaited_where_it_should_arrive(reviewed: Reviewed, sign: str, way: str) -> None:
    visits, orders = routine(500, 10), routine(200, 5, seed=9)
    visits[77] = 700
    orders[79] += 80 if sign == "positive" else -80
    claim = {"metric": "visits", "sign": sign, "lag_weeks": 2, "because": "So it was."}
    keys = {"visits": {"name": "Visits"}, "orders": {"name": "Orders", "inputs": [claim]}}
    series = {"visits": visits, "orders": orders}
    before = watches(reviewed(series, keys, at=77), week(77))
    assert [(watch.metric, watch.week_ending, watch.arrived) for watch in before] == [
        ("orders", week(79), "not yet judged")
    ]
    assert before[0].sentence == f"Visits: should arrive at Orders in the week to 13 Jul, as a {way}."
    (due,) = watches(reviewed(series, keys, at=79), week(79))
    assert due.arrived == "yes"
    assert due.sign == (1 if sign == "positive" else -1)
    orders[79] = 200
    (missed,) = watches(reviewed({"visits": visits, "orders": orders}, keys, at=79), week(79))
    assert missed.arrived == "no"
    (unjudged,) = watches(reviewed({"visits": visits, "orders": [*orders[:79], None]}, keys, at=79), week(79))
    assert unjudged.arrived == "not yet judged"
    assert watches(reviewed({"visits": visits, "orders": orders}, keys, at=78), week(78))[0].week_ending == week(79)


def test_the_command_prints_the_shape_of_the_contract(workspace: Callable[..., WorkspaceFiles]) -> None:
    values = routine(200, 8)
    values[70], values[79] = 300, 120
    files = workspace(tree_of({"m": {"name": "Orders", "unit": "count"}}), {"weekly.csv": csv({"m": values})})
    done = files.command("signals", "--week-ending", str(week(79)), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert list(told) == ["week_ending", "signals"]
    assert told["week_ending"] == str(week(79))
    (signal,) = told["signals"]
    assert list(signal) == KEYS
    assert (signal["metric"], signal["week_ending"], signal["value"]) == ("m", str(week(79)), 120)
    since = json.loads(files.command("signals", "--since", str(week(70)), "--json").stdout)
    assert [one["week_ending"] for one in since["signals"]] == [str(week(70)), str(week(79))]
    at_week = json.loads(files.command("signals", "--week-ending", str(week(70)), "--json").stdout)
    assert at_week["signals"] == since["signals"][:1]


def test_the_table_says_it_in_words(workspace: Callable[..., WorkspaceFiles]) -> None:
    values = routine(200, 8)
    values[70] = 300
    files = workspace(tree_of({"m": {"name": "Orders", "unit": "count"}}), {"weekly.csv": csv({"m": values})})
    told = files.command("signals", "--week-ending", str(week(70))).stdout
    assert "orders more than the " in told and "strong" in told
    calm = files.command("signals", "--week-ending", str(week(60))).stdout
    assert "No signal was found." in calm
    wrong = files.command("signals", "--week-ending", str(week(60)), "--since", str(week(61)))
    assert wrong.returncode == 2
    assert "is after the week to review" in " ".join(wrong.stderr.split())
    assert files.command("signals", "--week-ending", "2024-03-05").returncode == 2


def judged_workspace(folder: Path, state: Path, last: str) -> SignalReview:
    workspace = Workspace(folder, state)
    refresh(workspace, None)
    path = workspace.store.current()
    assert path is not None
    warehouse = Warehouse(path)
    try:
        return judge(read_tree(warehouse.tree_text).tree, warehouse, date.fromisoformat(last), short)
    finally:
        warehouse.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> SignalReview:
    return judged_workspace(DEMO, tmp_path_factory.mktemp("demo"), "2026-11-14")


TRUTH = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))
PLANTED = [event for event in TRUTH["events"] if event["kind"] in ("spike", "dip")]


@pytest.mark.parametrize("event", PLANTED, ids=lambda event: f"{event['metric']}-{event['last_day']}")
def test_a_planted_week_of_the_demo_is_found(demo: SignalReview, event: dict[str, Any]) -> None:
    signal = demo.signal(event["metric"], date.fromisoformat(event["last_day"]))
    assert signal is not None
    assert signal.direction == (1 if event["size"] > 1 else -1)


def test_the_planted_shift_of_the_demo_is_dated_rightly(demo: SignalReview) -> None:
    (event,) = [event for event in TRUTH["events"] if event["kind"] == "level_shift"]
    first = date.fromisoformat(event["first_day"]) + timedelta(days=6)
    chart = demo.chart(event["metric"]).set_index("week_ending")
    assert chart.loc[str(first), "kind"] == "outside_limits"
    assert chart.loc[str(first), "level_since"]


def test_the_last_week_of_the_demo_is_routine_but_for_its_events(demo: SignalReview) -> None:
    last = date.fromisoformat(TRUTH["last_day"])
    struck = {event["metric"] for event in TRUTH["events"] if event["last_day"] == TRUTH["last_day"]} - {
        "load_time_p95"
    }
    found = {signal.metric for signal in demo.signals(last)}
    assert struck <= found <= struck | {"tickets_per_active_team"}


def test_christmas_of_the_demo_is_expected_in_the_second_year(demo: SignalReview) -> None:
    for metric in ("dashboard_views", "insights_created", "insights_shared", "digest_opens"):
        for last in ("2025-12-27", "2026-01-03"):
            assert demo.signal(metric, date.fromisoformat(last)) is None, (metric, last)


@pytest.mark.parametrize(
    ("name", "last", "metric", "found"),
    [
        ("bikeshare", "2012-12-29", "rides", "2012-11-03"),
        ("bikeshare", "2012-12-29", "registered", "2012-12-29"),
        ("bikeshare", "2012-12-29", "registered", "2011-11-26"),
        ("olist", "2018-08-19", "orders", "2017-11-26"),
        ("olist", "2018-08-19", "revenue", "2017-11-26"),
        ("olist", "2018-08-19", "orders", "2018-05-27"),
        ("olist", "2018-08-19", "review_score", "2018-03-11"),
    ],
)
def test_known_events_of_real_data_are_found(
    cases: Path, tmp_path: Path, name: str, last: str, metric: str, found: str
) -> None:
    review = judged_workspace(cases / "workspaces" / name, tmp_path, last)
    assert review.signal(metric, date.fromisoformat(found)) is not None
