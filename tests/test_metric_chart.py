"""The large charts: what they draw is read back from the chart, without a screen."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest

from metrics.charts.chart_axis import axis_of, label_places
from metrics.charts.chart_theme import NO_VALUES, THEMES
from metrics.charts.metric_chart import Divider, metric_chart
from metrics.charts.year_chart import year_chart
from metrics.tree.tree import Metric

ORDERS = Metric("orders", "Orders", unit="count")
RATE = Metric("rate", "Rate", unit="percent")
MONTHS = ["Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan"]
COLUMNS = ["period", "value", "prior_year", "target", "present", "expected"]


def weeks(values: list[float | None], **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame({"period": pd.date_range("2026-10-03", periods=len(values), freq="7D"), "value": values})
    frame["value"] = frame["value"].astype("float64")
    frame["prior_year"], frame["target"] = 100.0, np.nan
    frame["present"] = [0 if value is None else 7 for value in values]
    frame["expected"] = 7
    return frame.assign(**columns)


def layers(chart: alt.LayerChart) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each layer of a chart with its rows."""
    spec = chart.to_dict()

    def walk(layer: dict[str, Any], data: object) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
        data = layer.get("data", data)
        for inner in layer.get("layer", ()):
            yield from walk(inner, data)
        if "mark" in layer:
            assert isinstance(data, dict)
            yield layer, data["values"] if "values" in data else spec["datasets"][data["name"]]

    yield from walk(spec, None)


def marks(
    chart: alt.LayerChart, kind: str, column: str | None = None
) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The layers of one kind of mark, of one column where it is given."""
    return [
        (layer, rows)
        for layer, rows in layers(chart)
        if layer["mark"]["type"] == kind and (column is None or layer["encoding"].get("y", {}).get("field") == column)
    ]


def tips(chart: alt.LayerChart) -> list[dict[str, str]]:
    """What the tooltip says of each period, title to text."""
    [(layer, rows)] = marks(chart, "rule")
    return [{tip["title"]: row[tip["field"]] for tip in layer["encoding"]["tooltip"]} for row in rows]


def test_values_are_drawn_as_given() -> None:
    [(layer, rows)] = marks(metric_chart(weeks([110, 120, 130]), ORDERS), "line", "value")
    assert [row["value"] for row in rows] == [110, 120, 130]
    assert layer["mark"]["color"] == THEMES["light"].current
    assert layer["encoding"]["x"]["type"] == "temporal"


def divided(*days: date) -> list[tuple[str, int]]:
    """What stands at the dividers of a chart of four weeks, with its height."""
    chart = metric_chart(
        weeks([110, 120, 130, 140]), ORDERS, dividers=[Divider(day, "sum became mean") for day in days]
    )
    found = [layer["encoding"] for layer, _ in marks(chart, "text") if "computed" in str(layer["encoding"]["text"])]
    return [(encoding["text"]["value"], encoding["y"]["value"]) for encoding in found]


def test_a_divider_says_that_all_was_computed_anew_and_when() -> None:
    """Two changes of one day are said once; another day has a line of its own."""
    assert divided(date(2026, 10, 14), date(2026, 10, 14)) == [("all computed anew on 14 Oct", 2)]
    newest, older = divided(date(2026, 10, 14), date(2026, 10, 15))
    assert (newest[0], older[0]) == ("all computed anew on 15 Oct", "all computed anew on 14 Oct")
    assert older[1] - newest[1] >= 14


@pytest.mark.parametrize(("day", "side"), [(date(2026, 10, 4), "left"), (date(2026, 11, 22), "right")])
def test_what_a_divider_says_stands_where_there_is_room(day: date, side: str) -> None:
    chart = metric_chart(weeks([110, 120, 130, 140]), ORDERS, dividers=[Divider(day, "sum became mean")])
    (mark,) = [layer["mark"] for layer, _ in marks(chart, "text") if "computed" in str(layer["encoding"]["text"])]
    assert (mark["align"], mark["dx"] > 0) == (side, side == "left")


def test_a_change_after_the_last_week_is_drawn_at_it_with_its_own_day() -> None:
    chart = metric_chart(weeks([110, 120]), ORDERS, dividers=[Divider(date(2026, 11, 22), "sum became mean")])
    ((_, rows),) = [one for one in marks(chart, "rule") if one[1] and "text" in one[1][0]]
    assert [row["period"] for row in rows] == ["2026-10-10T00:00:00"]
    assert divided(date(2026, 11, 22)) == [("all computed anew on 22 Nov", 2)]
    assert divided(date(2026, 1, 1)) == []


def test_missing_values_break_the_line() -> None:
    [(layer, rows)] = marks(metric_chart(weeks([110, None, 130]), ORDERS), "line", "value")
    assert [row["value"] for row in rows] == [110, None, 130]
    assert layer["mark"]["invalid"] == "break-paths-filter-domains"


def test_absent_rows_break_the_line_too() -> None:
    frame = weeks([110, 120, 130, 140]).drop(index=[1, 2])
    [(_, rows)] = marks(metric_chart(frame, ORDERS), "line", "value")
    assert [row["value"] for row in rows] == [110, None, None, 140]
    months = pd.DataFrame({"period": pd.to_datetime(["2026-01-01", "2026-04-01"]), "value": [1.0, 2.0]})
    [(_, rows)] = marks(metric_chart(months, ORDERS, "months"), "line", "value")
    assert [row["value"] for row in rows] == [1, None, None, 2]


def test_weeks_are_naive_midnights_and_named_in_words() -> None:
    """A time zone in the data would shift a week by a day in some browsers; the tooltip's text can't shift."""
    chart = metric_chart(weeks([110, 120]), ORDERS)
    [(_, rows)] = marks(chart, "line", "value")
    assert [row["period"] for row in rows] == ["2026-10-03T00:00:00", "2026-10-10T00:00:00"]
    assert [tip["Week ending"] for tip in tips(chart)] == ["3 Oct 2026", "10 Oct 2026"]


@pytest.mark.parametrize("given", [date(2026, 10, 3), pd.Timestamp("2026-10-03", tz="UTC"), "2026-10-03"])
def test_days_of_any_kind(given: object) -> None:
    frame = pd.DataFrame([[given, Decimal("12.5"), None, None, 7, 7]], columns=COLUMNS, dtype="object")
    [(_, rows)] = marks(metric_chart(frame, ORDERS), "line", "value")
    assert (rows[0]["period"], rows[0]["value"]) == ("2026-10-03T00:00:00", 12.5)


def test_nullable_floats() -> None:
    frame = weeks([110, None, 130])
    frame["value"] = frame["value"].astype("Float64")
    [(_, rows)] = marks(metric_chart(frame, ORDERS), "line", "value")
    assert [row["value"] for row in rows] == [110, None, 130]


def test_incomplete_points_are_hollow() -> None:
    chart = metric_chart(weeks([110, 120], present=[7, 5]), ORDERS)
    [(layer, rows)] = marks(chart, "point", "value")
    assert layer["transform"] == [{"filter": "datum.incomplete"}]
    assert layer["mark"]["fill"] == THEMES["light"].paper
    assert [row["incomplete"] for row in rows] == [False, True]
    assert tips(chart)[1]["Days with a value"] == "5 of 7"


def test_tooltips_say_what_is_known_of_a_week() -> None:
    said = tips(metric_chart(weeks([110, 120, None], present=[7, 5, 0], change=[10.0, None, None]), ORDERS))
    assert [tip["Change on the year before"] for tip in said] == ["+10.0\u202f%", "", ""]
    assert [tip["Value"] for tip in said] == ["110", "120", "no value"]
    assert "Target" not in said[0]


def test_percent_changes_in_basis_points() -> None:
    said = tips(metric_chart(weeks([0.31, 0.30], change=[50.0, -50.0]), RATE))
    assert [tip["Change on the year before"] for tip in said] == ["+50\u202fbps", "−50\u202fbps"]
    assert said[0]["Value"] == "31\u202f%"


def test_prior_year_is_grey_and_target_dashed() -> None:
    chart = metric_chart(weeks([110, 120], target=[130.0, 140.0]), ORDERS)
    [(prior, _)] = marks(chart, "line", "prior_year")
    [(target, rows)] = marks(chart, "line", "target")
    assert prior["mark"]["color"] == THEMES["light"].prior
    assert target["mark"]["strokeDash"] and [row["target"] for row in rows] == [130, 140]


def test_lines_are_named_at_their_ends() -> None:
    chart = metric_chart(weeks([110, 120], target=[130.0, 140.0]), ORDERS)
    labels = {row["label"]: row for _, rows in marks(chart, "text") for row in rows}
    assert set(labels) == {"120", "year before", "target"}
    assert labels["120"]["period"] == "2026-10-10T00:00:00"
    assert "legend" not in json.dumps(chart.to_dict()["layer"])


def test_a_metric_without_its_last_value_and_anything_beside_it_is_drawn_without_labels() -> None:
    chart = metric_chart(weeks([110, 120, None], prior_year=np.nan), ORDERS)
    [(_, rows)] = marks(chart, "line", "value")
    assert [row["value"] for row in rows] == [110, 120, None]
    assert [row["label"] for _, found in marks(chart, "text") for row in found if "label" in row] == []


def test_an_older_value_does_not_stand_as_the_last() -> None:
    chart = metric_chart(weeks([110, 120, None], target=[130.0, 140.0, 150.0]), ORDERS)
    assert {row["label"] for _, rows in marks(chart, "text") for row in rows} == {"year before", "target"}


def test_zoom_moves_time_only() -> None:
    [zoom] = metric_chart(weeks([110, 120]), ORDERS).to_dict()["params"]
    assert zoom["bind"] == "scales" and zoom["select"]["encodings"] == ["x"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_themes(theme: Any) -> None:
    spec = metric_chart(weeks([110, 120]), ORDERS, theme=theme).to_dict()
    assert spec["background"] == "transparent"
    assert spec["config"]["axis"]["labelColor"] == THEMES[theme].quiet


@pytest.mark.parametrize("frame", [weeks([]), weeks([None, None], prior_year=np.nan)], ids=["no rows", "no values"])
def test_nothing_to_draw(frame: pd.DataFrame) -> None:
    [(layer, rows)] = layers(metric_chart(frame, ORDERS))
    assert layer["mark"]["type"] == "text" and rows == [{"text": NO_VALUES}]


def test_a_single_week() -> None:
    chart = metric_chart(weeks([0], prior_year=np.nan), ORDERS)
    assert [tip["Value"] for tip in tips(chart)] == ["0"]


def years(counts: dict[int, int]) -> pd.DataFrame:
    rows = [(year, n + 1, MONTHS[n], year + n, 30, 30) for year, count in counts.items() for n in range(count)]
    return pd.DataFrame(rows, columns=["year", "month_number", "month_label", "value", "present", "expected"])


def test_years_lie_over_each_other() -> None:
    chart = year_chart(years({2024: 12, 2025: 12, 2026: 3}), ORDERS)
    lines = marks(chart, "line")
    assert [{row["year"] for row in rows} for _, rows in lines] == [{2024}, {2025}, {2026}]
    assert [layer["mark"]["color"] for layer, _ in lines] == [*THEMES["light"].years[1::-1], THEMES["light"].current]
    assert [row["value"] for row in lines[2][1]] == [2026, 2027, 2028, *[None] * 9]
    labels = {row["year"]: row["month_label"] for _, rows in marks(chart, "text") for row in rows}
    assert labels == {2024: "Jan", 2025: "Jan", 2026: "Apr"}
    assert lines[0][0]["encoding"]["x"]["sort"] == MONTHS


def test_months_that_never_had_a_value_have_their_names() -> None:
    frame = years({2026: 3}).assign(month_number=[3, 4, 5], month_label=["Sep", "Oct", "Nov"])
    [(line, rows)] = marks(year_chart(frame, ORDERS), "line")
    names = ["Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun"]
    assert [row["month_label"] for row in rows] == line["encoding"]["x"]["sort"] == names


def test_an_incomplete_month_of_a_year_is_hollow_and_says_so() -> None:
    frame = years({2026: 3})
    frame.loc[2, "present"] = 14
    (point, rows), *_ = marks(year_chart(frame, ORDERS), "point")
    assert [row["incomplete"] for row in rows[:3]] == [False, False, True]
    assert point["encoding"]["fill"] == {
        "condition": {"test": "datum.incomplete", "value": THEMES["light"].paper},
        "value": THEMES["light"].current,
    }
    (columns, rows), *_ = marks(year_chart(frame, ORDERS), "circle")
    assert {tip["field"]: tip["title"] for tip in columns["encoding"]["tooltip"]}["days_text"] == "Days with a value"
    assert [row["days_text"] for row in rows[:4]] == ["30 of 30", "30 of 30", "14 of 30", ""]


def test_nothing_tells_a_number_but_what_was_meant_to() -> None:
    for chart in (metric_chart(weeks([110, 120]), ORDERS), year_chart(years({2026: 3}), ORDERS)):
        assert chart.to_dict()["config"]["mark"] == {"tooltip": None}


def test_many_years_and_none() -> None:
    assert len(marks(year_chart(years(dict.fromkeys(range(2015, 2027), 12)), ORDERS), "line")) == 12
    assert [rows for _, rows in layers(year_chart(years({}), ORDERS, empty="None"))] == [[{"text": "None"}]]


@pytest.mark.parametrize(
    ("metric", "values", "written"),
    [
        (ORDERS, [3900, 6100], ["4.00\u202fk", "4.50\u202fk", "5.00\u202fk", "5.50\u202fk", "6.00\u202fk"]),
        (ORDERS, [10, 400], ["0", "100", "200", "300", "400"]),
        (RATE, [0.301, 0.348], ["30\u202f%", "32\u202f%", "34\u202f%"]),
        (Metric("c", "C", unit="currency", currency="USD"), [-2e6, 2e6], None),
        (Metric("d", "D", unit="duration"), [130.0, 200.0], None),
        (ORDERS, [100_000, 100_010], None),
        (ORDERS, [0, 0], None),
        (ORDERS, [-5, -5], None),
    ],
)
def test_axis_is_written_as_numbers_are(metric: Metric, values: list[float], written: list[str] | None) -> None:
    axis = axis_of(values, metric, 380)
    assert axis.low <= min(values) and max(values) <= axis.high
    labels = [label for _, label in axis.ticks]
    assert written is None or labels == written
    assert len(set(labels)) == len(labels) and 2 <= len(labels) <= 8
    assert all(axis.low <= tick <= axis.high for tick, _ in axis.ticks)


def test_close_labels_are_kept_apart() -> None:
    axis = axis_of([0.0, 100.0], ORDERS, 320)
    low, high, middle = label_places([50.0, 50.5, 50.2], axis)
    assert low < middle < high
    assert high - low == pytest.approx(2 * (axis.high - axis.low) * 16 / 320)
