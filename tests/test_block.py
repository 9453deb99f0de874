"""The block: what it says, and where it draws. `python tests/test_block.py` writes the golden file anew."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from metrics.calendar import Calendar, Period, prior_year
from metrics.charts import axis, panel, words
from metrics.charts.block import BOX_HEADINGS, Block, block
from metrics.charts.numbers import MINUS, THIN
from metrics.review.metric_figures import Change, ChangeName, MetricFigures, Point, TargetFigures
from metrics.tree.formula import parse_formula
from metrics.tree.tree import Metric

GOLDEN = Path(__file__).parent / "golden" / "block.json"
CALENDAR = Calendar(week_ends_on=5, fiscal_year_starts=2)
WEEK_ENDING = date(2026, 11, 14)
TEAMS = Metric(id="activated_teams", name="Activated teams", unit="count", source="product", owner="ana@lumen.example")

Values = Callable[[Period], float | None]


def rising(period: Period) -> float | None:
    """60 a day on 1 January 2026, and 0.05 more every day; the sum over the period's middle."""
    middle = period.first + timedelta(days=period.days // 2)
    return round((60 + 0.05 * (middle - date(2026, 1, 1)).days) * period.days)


def constantly(value: float | None) -> Values:
    return lambda period: value


def figures(
    values: Values = rising,
    changes: dict[ChangeName, float] | None = None,
    target: Values | None = None,
    present: int | None = None,
) -> MetricFigures:
    """The figures whose values are a function of their periods; `present` of last week's days are there."""

    def point(period: Period) -> Point:
        value = values(period)
        last = period.span == "week" and period.last == WEEK_ENDING
        return Point(period, value, (present if last and present is not None else period.days), period.days)

    def missing(period: Period) -> Point:
        made = point(period)
        return replace(made, present=0) if made.value is None else made

    weeks, months = CALENDAR.weeks(WEEK_ENDING, 6), CALENDAR.trailing_months(WEEK_ENDING, 12)
    to_date = {
        "mtd": CALENDAR.month_to_date(WEEK_ENDING),
        "qtd": CALENDAR.quarter_to_date(WEEK_ENDING),
        "ytd": CALENDAR.year_to_date(WEEK_ENDING),
    }
    names: tuple[ChangeName, ...] = ("wow", "yoy_week", "mtd_yoy", "qtd_yoy", "ytd_yoy")

    def aim(period: Period) -> Point:
        assert target is not None
        return Point(period, target(period), period.days, period.days)

    return MetricFigures(
        metric="m",
        weekly=tuple(map(missing, weeks)),
        weekly_prior_year=tuple(missing(prior_year(week)) for week in weeks),
        monthly=tuple(map(missing, months)),
        monthly_prior_year=tuple(missing(prior_year(month)) for month in months),
        to_date={name: missing(period) for name, period in to_date.items()},  # type: ignore[misc]
        changes={
            name: Change((changes or {}).get(name), reason=None if changes and name in changes else "No base")
            for name in names
        },
        target=None
        if target is None
        else TargetFigures(
            tuple(map(aim, weeks)),
            tuple(map(aim, months)),
            {name: aim(period) for name, period in to_date.items()},  # type: ignore[misc]
        ),
    )


def make(given: MetricFigures, metric: Metric = TEAMS) -> Block:
    return block(metric, "Activation", given, CALENDAR)


def golden_block() -> Block:
    changes: dict[ChangeName, float] = {"wow": 3.14, "yoy_week": 18.04, "mtd_yoy": 17.2, "ytd_yoy": -0.5}
    given = figures(changes=changes, target=lambda period: 80.0 * period.days)
    hole = replace(given.weekly[2], value=None, present=0)
    part = replace(given.monthly[4], present=29)
    weekly = (*given.weekly[:2], hole, *given.weekly[3:])
    monthly = (*given.monthly[:4], part, *given.monthly[5:])
    return make(replace(given, weekly=weekly, monthly=monthly))


def texts(made: Block, side: int, kind: str) -> list[str]:
    return [label.text for label in made.panels[side].labels if label.kind == kind]


def numbers_in(data: Any) -> list[float]:
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        return [number for item in data for number in numbers_in(item)]
    return [data] if isinstance(data, int | float) else []


def test_golden() -> None:
    assert golden_block().as_dict() == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_payload_is_small() -> None:
    assert len(json.dumps(golden_block().as_dict(), ensure_ascii=False).encode()) < 4000


def test_what_a_block_says() -> None:
    changes: dict[ChangeName, float] = {"wow": 3.14, "yoy_week": 18.04}
    made = make(figures(changes=changes, target=lambda period: 80.0 * period.days))
    assert (made.name, made.owner, made.kind) == ("Activated teams", "Activation, Ana", "Higher is better")
    assert (made.value, made.wow, made.yoy) == ("530", f"+3.1{THIN}%", f"+18{THIN}%")
    assert made.of_target == f"95{THIN}%"
    assert made.sentence == (
        f"Activated teams: 530 in the week ending 14 Nov 2026, up 3.1{THIN}% week on week "
        f"and up 18.0{THIN}% year on year."
    )
    assert len(made.box) == len(BOX_HEADINGS) == 9
    assert [cell.text for cell in made.box[:3]] == ["530", "+3.1", "+18.0"]
    assert made.box[4].text == "" and made.box[4].tip == "No base"
    assert made.box[5].tip.startswith("2027Q4, 1 Nov to 14 Nov 2026\n")
    assert made.box[7].tip.startswith("FY2027, 1 Feb to 14 Nov 2026\n")
    assert texts(made, 0, "tick") == ["10 Oct", "14 Nov"]
    assert texts(made, 1, "tick") == ["NDJFMAMJJASO"]
    assert texts(made, 0, "last") == ["530"]
    assert made.panels[0].marks[-1].tip == "Week ending 14 Nov 2026\n530\nPrior year 402\nTarget 560"


def test_incomplete_is_hollow_and_says_how_much_is_there() -> None:
    made = make(figures(present=5))
    assert (made.state, made.status) == ("incomplete", "5 of 7 days")
    assert [mark.hollow for mark in made.panels[0].marks] == [False] * 5 + [True]
    assert made.box[0].partial
    assert "530, 5 of 7 days" in made.panels[0].marks[-1].tip
    assert "5 of 7 days present" in made.sentence


def test_late_shows_no_older_week() -> None:
    late = figures(lambda period: rising(period) if period.last <= date(2026, 10, 31) else None)
    made = make(replace(late, last_day=date(2026, 10, 31)))
    assert (made.state, made.value, made.status) == ("late", "", "Late: data to 31 Oct")
    assert made.panels[0].marks[-1].y is None and texts(made, 0, "last") == []
    assert made.box[0].text == "" and made.box[0].tip == "Late: data to 31 Oct"
    assert "late, no value in the week ending 14 Nov 2026; its values go to 31 Oct 2026" in made.sentence


def test_in_a_week_that_has_not_ended_nothing_is_late_yet() -> None:
    none_yet = figures(lambda period: rising(period) if period.last < WEEK_ENDING else None)
    made = make(replace(none_yet, last_day=date(2026, 11, 7), is_running=True))
    assert (made.state, made.value, made.status) == ("awaited", "", "Not in yet: data to 7 Nov")
    assert made.box[0].tip == "Not in yet: data to 7 Nov"
    assert "no value yet in the week ending 14 Nov 2026; its values go to 7 Nov 2026" in made.sentence


def test_what_stopped_long_ago_is_late_and_not_empty() -> None:
    made = make(replace(figures(lambda period: None), last_day=date(2024, 6, 9)))
    assert (made.state, made.status) == ("late", "Late: data to 9 Jun 2024")


def test_a_target_of_zero_or_less_has_no_share() -> None:
    for level in (0.0, -80.0):
        assert make(figures(target=lambda period, level=level: level)).of_target == ""  # type: ignore[misc]


def test_what_can_not_be_added_up_says_so() -> None:
    given = figures()
    last = replace(given.weekly[-1], value=None)
    made = make(replace(given, weekly=(*given.weekly[:-1], last)))
    assert made.status == "No value: too large a number"


def test_withheld_is_not_late() -> None:
    given = figures()
    last = replace(given.weekly[-1], value=None, present=3)
    made = make(replace(given, weekly=(*given.weekly[:-1], last)))
    assert (made.state, made.value) == ("withheld", "")


def test_a_metric_counted_by_the_month_shows_its_month() -> None:
    given = figures(lambda period: None if period.span == "week" else 1200.0)
    weeks = tuple(replace(point, present=0, expected=0) for point in given.weekly)
    made = make(replace(given, weekly=weeks, weekly_prior_year=weeks))
    assert (made.state, made.value, made.status) == ("monthly", f"1.20{THIN}k", "in October 2026")
    assert made.box[0].tip == "Counted by the month: weeks have no value"
    assert texts(made, 0, "extent") == ["no values"] and made.panels[0].base is None


@pytest.mark.parametrize(
    ("metric", "need"),
    [
        (replace(TEAMS, source=None), "It names no source"),
        (replace(TEAMS, column="teams"), "source “product”, column “teams”"),
        (replace(TEAMS, source=None, formula=parse_formula("a / b")), "computed from a, b"),
    ],
)
def test_no_data_says_what_it_needs(metric: Metric, need: str) -> None:
    made = make(figures(constantly(None)), metric)
    assert (made.state, made.status, made.panels, made.box) == ("empty", "No data yet", (), ())
    assert need in made.need and "no data yet" in made.sentence


def test_a_line_breaks_where_a_value_is_missing() -> None:
    line = golden_block().panels[0].line
    assert line.count("M") == 2 and len(re.findall(r"[ML]", line)) == 5


@pytest.mark.parametrize(
    "values",
    [
        constantly(0.0),
        constantly(12.0),
        constantly(-3.5),
        constantly(1e-9),
        constantly(4.2e18),
        lambda period: math.sin(period.first.toordinal()) * 100,
        lambda period: -period.days * 1.0,
        lambda period: 10.0 ** (period.first.month - 6),
        lambda period: 5.0 if period.last == WEEK_ENDING else None,
    ],
)
@pytest.mark.parametrize("target", [None, constantly(0.0), constantly(1e6), constantly(-1e6)])
def test_everything_drawn_lies_in_the_picture(values: Values, target: Values | None) -> None:
    made = make(figures(values, target=target))
    data = made.as_dict()
    assert all(math.isfinite(number) for number in numbers_in(data))
    assert "nan" not in json.dumps(data, allow_nan=False).lower()
    for side in made.panels:
        for mark in side.marks:
            assert mark.y is None or 22 <= mark.y <= 84
        for path in (side.line, side.prior, side.targets):
            for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path):
                assert 0 <= float(x) <= panel.WIDTH and 22 <= float(y) <= 84
        assert all(0 < label.y < panel.HEIGHT for label in side.labels)


def test_zero_is_on_the_axis_when_the_smallest_value_is_under_a_third_of_the_largest() -> None:
    assert axis.axis([10, 31]).low == 0
    assert 0 < axis.axis([11, 31]).low < 11
    assert axis.axis([-31, -10]).high == 0
    assert axis.axis([-5, 5]).low < -5


def test_a_wobble_stays_small() -> None:
    scale = axis.axis([1000, 1001])
    assert scale.high - scale.low > 10


def test_a_far_target_does_not_flatten_the_line() -> None:
    made = make(figures(target=lambda period: 800.0 * period.days))
    assert made.panels[0].targets == "" and texts(made, 0, "caption") == ["6 weeks, target above"]


def test_sides_share_an_axis_unless_scales_differ() -> None:
    weeks, months = ([point] for point in (figures().weekly[-1], figures().monthly[-1]))
    own = axis.axes(axis.Series(weeks, [], []), axis.Series(months, [], []))
    assert own[0] != own[1]
    same = axis.axes(axis.Series(weeks, [], []), axis.Series(weeks, [], []))
    assert same[0] == same[1]


def test_percent_changes_in_basis_points() -> None:
    rate = replace(TEAMS, unit="percent", name="Activation rate", good="down")
    made = make(figures(constantly(0.312), changes={"wow": -12.0}), rate)
    assert (made.value, made.wow, made.change_unit) == (f"31.2{THIN}%", f"{MINUS}12{THIN}bps", "bps")
    assert made.kind == "Lower is better"
    assert f"down 12{THIN}bps week on week" in made.sentence


def test_durations_of_a_block_share_a_unit() -> None:
    reply = replace(TEAMS, unit="duration", good="down")
    made = make(figures(lambda period: 186.0 if period.span == "week" else 30.0), reply)
    assert (made.value, made.kind) == (f"3.10{THIN}min", "Lower is better, minutes")
    assert made.box[3].text == "0.500"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("ana@lumen.example", "Ana"),
        ("ben.okri@lumen.example", "Ben"),
        ("j.smith@lumen.example", "J Smith"),
        ("", ""),
        (None, ""),
        ("@", "@"),
    ],
)
def test_owner(address: str | None, name: str) -> None:
    assert words.owner(address) == name


@pytest.mark.parametrize(
    ("days", "present", "expected", "text"),
    [
        (7, 5, 7, "5 of 7 days"),
        (7, 4, 5, "4 of 5 days"),
        (30, 3, 4, "3 of 4 weeks"),
        (287, 285, 287, "285 of 287 days"),
        (287, 40, 41, "40 of 41 weeks"),
        (287, 8, 9, "8 of 9 months"),
        (7, 7, 7, ""),
    ],
)
def test_days_present(days: int, present: int, expected: int, text: str) -> None:
    period = Period("to_date", WEEK_ENDING - timedelta(days=days - 1), WEEK_ENDING)
    assert words.days_present(Point(period, 1.0, present, expected)) == text


if __name__ == "__main__":
    written = json.dumps(golden_block().as_dict(), ensure_ascii=False, indent=1)
    GOLDEN.write_text(written + "\n", encoding="utf-8")
