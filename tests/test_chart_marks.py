"""Flags of notes in the large charts, and the click that chooses a week: read back from the chart, without a screen."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_metric_chart import ORDERS, layers, marks, weeks

from metrics.charts.chart_marks import told, with_notes
from metrics.charts.metric_chart import metric_chart
from metrics.charts.note_mark import NoteMark
from metrics.charts.process_chart import process_chart
from metrics.signals.signal import Signal

# The weeks of the charts end on 3, 10, 17 and 24 October 2026.
LAUNCH = NoteMark(date(2026, 10, 10), date(2026, 10, 17), "Event: a launch")
FAULT = NoteMark(date(2026, 10, 17), date(2026, 10, 17), "Data fault: twice")
BEFORE = NoteMark(date(2026, 9, 5), date(2026, 9, 26), "Long ago")


def process(notes: list[NoteMark], choose: bool = False) -> Any:
    frame = pd.DataFrame(
        {
            "week_ending": pd.date_range("2026-10-03", periods=4, freq="7D"),
            "value": [5.0, 9.0, 5.0, 1.0],
            "expected": [5.0, 5.0, 5.0, np.nan],
            "lower": [3.0, 3.0, 3.0, np.nan],
            "upper": [7.0, 7.0, 7.0, np.nan],
            "regime": 0,
            "kind": [None, "outside_limits", None, "moved"],
            "strength": [None, "strong", None, "moderate"],
        }
    )
    return process_chart(frame, ORDERS, {date(2026, 10, 10): "Too many"}, notes=notes, choose=choose)


def weekly(notes: list[NoteMark], choose: bool = False) -> Any:
    return metric_chart(weeks([5, 9, 5, 1]), ORDERS, notes=notes, choose=choose)


def flagged(chart: Any) -> list[str]:
    """The days of the rows that the flags' layer keeps."""
    ((_, rows),) = [
        (layer, rows) for layer, rows in marks(chart, "point") if "notes_text" in str(layer.get("transform"))
    ]
    return [row["week_ending"] for row in rows if row["notes_text"] != ""]


@pytest.mark.parametrize("draw", [weekly, process])
def test_every_week_of_a_note_has_a_flag_and_its_text_in_the_tip(draw: Any) -> None:
    chart = draw([LAUNCH, FAULT, BEFORE])
    assert flagged(chart) == ["2026-10-10", "2026-10-17"]
    (layer, rows) = marks(chart, "rule")[-1]
    assert "Note" in [tip.get("title") for tip in layer["encoding"]["tooltip"]]
    assert [row["notes_tip"] for row in rows] == [
        "none", "Event: a launch", "Event: a launch · Data fault: twice", "none",
    ]  # fmt: skip


@pytest.mark.parametrize("draw", [weekly, process])
def test_without_notes_the_tip_has_no_line_for_them(draw: Any) -> None:
    chart = draw([BEFORE])
    assert flagged(chart) == []
    assert "Note" not in [tip.get("title") for tip in marks(chart, "rule")[-1][0]["encoding"]["tooltip"]]


@pytest.mark.parametrize("draw", [weekly, process])
def test_a_click_chooses_a_week_only_where_it_should(draw: Any) -> None:
    assert "week" not in [one["name"] for one in draw([]).to_dict().get("params", [])]
    spec = draw([], choose=True).to_dict()
    (choice,) = [one for one in spec["params"] if one["name"] == "week"]
    assert choice["select"]["fields"] == ["week_ending"] and "Escape" in choice["select"]["clear"]
    assert "Escape" not in str(draw([]).to_dict())


def signal(day: date, value: float, expected: float | None, strong: bool = True) -> Signal:
    kind = "moved" if expected is None else "outside_limits"
    strength = "strong" if strong else "moderate"
    return Signal("orders", day, kind, strength, value, expected, None, None, f"{value:g} on {day:%-d %b}")


def drawn_triangles(chart: Any) -> list[tuple[str, bool, str]]:
    """Shape, whether filled, and week of each triangle, by the layers' own filters."""
    found = []
    for layer, rows in layers(chart):
        shape = str(layer["mark"].get("shape", ""))
        if shape.startswith("triangle"):
            filled = layer["mark"]["fill"] == layer["mark"]["stroke"]
            up = shape.endswith("up")
            kept = [row for row in rows if row["signal"] and row["above"] is up and row["strong"] is filled]
            assert f"{'' if up else '!'}datum.above && {'' if filled else '!'}datum.strong" in str(layer["transform"])
            found += [(shape, filled, row["week_ending"]) for row in kept]
    return sorted(found, key=lambda one: one[2])


def test_weeks_with_signals_have_triangles_and_what_they_say() -> None:
    given = [
        signal(date(2026, 10, 10), 9, 5),
        signal(date(2026, 10, 24), 1, None, strong=False),  # nothing was expected: lower than the week before
        signal(date(2026, 9, 26), 3, 5),  # before the first week that is shown
    ]
    chart = metric_chart(weeks([5, 9, 5, 1]), ORDERS, signals=given)
    assert drawn_triangles(chart) == [("triangle-up", True, "2026-10-10"), ("triangle-down", False, "2026-10-24")]
    said = [row["sentence"] for row in marks(chart, "rule")[-1][1]]
    assert said == ["none", "9 on 10 Oct", "none", "1 on 24 Oct"]
    assert "Signal" in [tip.get("title") for tip in marks(chart, "rule")[-1][0]["encoding"]["tooltip"]]


def test_without_signals_there_is_neither_a_triangle_nor_a_line_for_one() -> None:
    chart = weekly([])
    assert drawn_triangles(chart) == []
    assert "Signal" not in [tip.get("title") for tip in marks(chart, "rule")[-1][0]["encoding"]["tooltip"]]


def test_months_have_the_notes_of_all_their_days() -> None:
    frame = pd.DataFrame({"period": pd.to_datetime(["2026-08-01", "2026-09-01", "2026-10-01"])})
    assert list(with_notes(frame, [BEFORE, LAUNCH], "months")["notes_text"]) == ["", "Long ago", "Event: a launch"]
    assert told(["", ""]) == ["", ""] and told(["", "a"]) == ["none", "a"]


def test_a_metric_that_stood_still_points_to_where_it_moved() -> None:
    rows = next(rows for layer, rows in layers(process([])) if layer["mark"].get("shape") == "triangle-down")
    assert [(row["signal"], row["above"]) for row in rows] == [
        (False, True), (True, True), (False, True), (True, False),
    ]  # fmt: skip
