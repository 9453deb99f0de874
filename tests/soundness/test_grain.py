"""What a metric's grain makes of its days: which are expected, and which week or month a value counts for."""

from typing import Any

import pytest


@pytest.mark.parametrize("grain", ["weekdays", None])
def test_weekdays(drawn: Any, grain: str | None) -> None:
    """Three weeks without a Saturday or Sunday, declared or found: five days are a whole week.

    trades  2026-02-16  weekdays  1 1 1 1 1 | 1 1 1 1 1 | 2 2 2 2 2
    """
    trades = drawn("2026-03-08", trades={"grain": grain})["trades"]
    assert trades["summary"]["last_week"] == 10
    assert trades["summary"]["wow"] == 100
    assert "summary.last_week" not in trades["incomplete"]


def test_a_missing_weekday(drawn: Any) -> None:
    """
    trades  2026-02-23  weekdays  1 1 1 1 1 | 2 2 . 2 2
    """
    trades = drawn("2026-03-08")["trades"]
    assert trades["summary"]["last_week"] == 8
    assert trades["summary"]["wow"] is None
    assert "summary.last_week" in trades["incomplete"]


def test_a_saturday_counts_but_is_not_expected(drawn: Any) -> None:
    """A value on Saturday 7 March is added; it does not stand in for the Wednesday that is missing.

    all       2026-03-02  daily  1 1 1 1 1 5 .
    one_less  2026-03-02  daily  1 1 . 1 1 5 .
    """
    figures = drawn("2026-03-08", all={"grain": "weekdays"}, one_less={"grain": "weekdays"})
    assert figures["all"]["summary"]["last_week"] == 10
    assert "summary.last_week" not in figures["all"]["incomplete"]
    assert figures["one_less"]["summary"]["last_week"] == 9
    assert "summary.last_week" in figures["one_less"]["incomplete"]


def test_a_weekend_alone_counts_too(drawn: Any) -> None:
    """August 2026 begins with a Saturday: what came in on it and the Sunday is the month to date, as of the week.

    trades  2026-07-27  daily  1 1 1 1 1 5 5
    """
    figures = drawn("2026-08-02", trades={"grain": "weekdays"}, twice={"formula": "trades * 2"})
    for name, times in (("trades", 1), ("twice", 2)):
        assert figures[name]["summary"]["last_week"] == 15 * times
        assert figures[name]["summary"]["mtd"] == 10 * times
        assert figures[name]["incomplete"] == [one for one in figures[name]["incomplete"] if one != "summary.mtd"]


@pytest.mark.parametrize("grain", ["weekly", None])
def test_weekly(drawn: Any, grain: str | None) -> None:
    """Dated on Tuesdays. The value of Tuesday 24 February is that of the week to Sunday 1 March, so it is March's.

    orders  2026-02-03  weekly  1 2 4 8 16
    """
    orders = drawn("2026-03-08", orders={"grain": grain})["orders"]
    assert list(orders["weekly"].values()) == [None, 1, 2, 4, 8, 16]
    assert orders["incomplete"] == ["monthly.2026-02", "summary.qtd", "summary.ytd", "monthly_fiscal.2026-02"]
    assert orders["summary"]["wow"] == 100
    assert orders["summary"]["mtd"] == 8 + 16
    # Sundays of February: 1, 8, 15 and 22; the first has no value.
    assert orders["monthly"]["2026-02"] == 1 + 2 + 4


def test_several_days_of_a_weekly_value_are_one(drawn: Any) -> None:
    """
    sum    2026-03-03  daily  3 . 7
    mean   2026-03-03  daily  3 . 7
    first  2026-03-03  daily  3 . 7
    last   2026-03-03  daily  3 . 7
    """
    values = {"sum": 10, "mean": 5, "first": 3, "last": 7}
    figures = drawn("2026-03-08", **{name: {"grain": "weekly", "aggregate": name} for name in values})
    assert {name: figures[name]["summary"]["last_week"] for name in values} == values
    assert all("summary.last_week" not in figures[name]["incomplete"] for name in values)


@pytest.mark.parametrize("grain", ["monthly", None])
def test_monthly(drawn: Any, grain: str | None) -> None:
    """Values of December to February, dated on the first or on the last day of the month.

    first  2025-12-01  monthly  5 10 20
    last   2025-12-31  monthly  5 10 20
    """
    for plan in drawn("2026-03-08", first={"grain": grain}, last={"grain": grain}).values():
        assert set(plan["weekly"].values()) == {None}
        assert plan["summary"]["last_week"] is None and plan["summary"]["wow"] is None
        assert (plan["monthly"]["2026-01"], plan["monthly"]["2026-02"]) == (10, 20)
        assert plan["mom_monthly"]["2026-02"] == 1
        # March has not ended, and the months that have are complete.
        assert plan["summary"]["mtd"] is None
        assert plan["summary"]["qtd"] == plan["summary"]["ytd"] == 30
        assert plan["incomplete"] == []


def test_the_month_to_date_of_a_monthly_value_at_a_months_end(drawn: Any) -> None:
    """31 May 2026 is a Sunday.

    plan  2026-03-31  monthly  1 2 4
    """
    plan = drawn("2026-05-31")["plan"]
    assert plan["summary"]["mtd"] == 4
    assert plan["summary"]["qtd"] == 6
    assert plan["monthly"]["2026-05"] == 4


def test_a_week_has_no_monthly_part(drawn: Any) -> None:
    """Sales by planned sales: over months that both have, never over weeks.

    plan   2026-01-31  monthly  310 280
    sales  2026-01-01  daily    5*67
    """
    met = drawn("2026-03-08", met={"formula": "sales / plan"})["met"]
    assert set(met["weekly"].values()) == {None}
    assert met["monthly"]["2026-01"] == 31 * 5 / 310
    assert met["monthly"]["2026-02"] == 28 * 5 / 280
    # To date: all months that ended have both, but the days since then lack a plan; they are not the same days.
    assert met["summary"]["mtd"] is None


def test_daily_when_in_doubt(drawn: Any) -> None:
    """A single day, and nine weekdays that could be a daily metric's as well.

    one   2026-03-06  daily     7
    some  2026-02-24  weekdays  1 1 1 1 | 1 1 1 1 1
    """
    figures = drawn("2026-03-08", one={"grain": None}, some={"grain": None})
    for name, value in (("one", 7), ("some", 5)):
        assert figures[name]["summary"]["last_week"] == value
        assert "summary.last_week" in figures[name]["incomplete"]


def test_in_a_wide_file_the_dates_of_all_rows_count(workspace: Any) -> None:
    """
    Filled on Sundays only, in a file with a row for each day: the blank cells are missing days, not another grain.

    day         visits  survey
    2026-02-23       1            ... and so on
    2026-03-01       1      50
    2026-03-08       1      60
    """
    days = [f"2026-02-{day}" for day in range(23, 29)] + [f"2026-03-{day:02}" for day in range(1, 9)]
    survey = {"2026-03-01": "50", "2026-03-08": "60"}
    rows = "".join(f"{day},1,{survey.get(day, '')}\n" for day in days)
    files = workspace(
        {
            "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day"}},
            "metrics": {"visits": {"source": "shop"}, "survey": {"source": "shop"}},
        },
        {"shop.csv": "day,visits,survey\n" + rows},
    )
    files.refresh()
    figures = files.figures("2026-03-08")["metrics"]
    assert figures["visits"]["summary"]["last_week"] == 7
    assert figures["survey"]["summary"]["last_week"] == 60
    assert "summary.last_week" in figures["survey"]["incomplete"]
