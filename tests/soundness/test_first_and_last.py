"""`first` and `last` take the value of the first or the last day that has one, and never choose between two."""

from typing import Any


def test_in_every_period(drawn: Any) -> None:
    """The days of January are worth 1, of February 2, of 1 March 3, then 4 to 10; Sunday has no value.

    open  2026-01-01  daily  1*31 | 2*28 | 3 | 4 5 6 7 8 9 .
    end   2026-01-01  daily  1*31 | 2*28 | 3 | 4 5 6 7 8 9 .
    """
    figures = drawn("2026-03-08", open={"aggregate": "first"}, end={"aggregate": "last"})
    first, last = figures["open"], figures["end"]
    assert (first["summary"]["last_week"], last["summary"]["last_week"]) == (4, 9)
    assert (first["summary"]["mtd"], last["summary"]["mtd"]) == (3, 9)
    assert (first["summary"]["ytd"], last["summary"]["ytd"]) == (1, 9)
    assert (first["monthly"]["2026-02"], last["monthly"]["2026-02"]) == (2, 2)
    # Week to 1 March: 23 February to 1 March.
    assert (first["weekly"]["2026-03-01"], last["weekly"]["2026-03-01"]) == (2, 3)
    assert "summary.last_week" in last["incomplete"]
    assert "weekly.2026-03-01" not in last["incomplete"]


def test_of_weeks(drawn: Any) -> None:
    """
    open  2026-02-01  weekly  1 2 3 4 | 5 6
    end   2026-02-01  weekly  1 2 3 4 | 5 6
    """
    figures = drawn("2026-03-08", open={"aggregate": "first"}, end={"aggregate": "last"})
    assert (figures["open"]["monthly"]["2026-02"], figures["end"]["monthly"]["2026-02"]) == (1, 4)
    assert (figures["open"]["summary"]["mtd"], figures["end"]["summary"]["mtd"]) == (5, 6)


def test_two_different_values_of_one_day_are_a_fault(drawn_files: Any) -> None:
    """Sunday has 7 and 8. The day is missing and reported, so the last value is Saturday's; Friday's two are one.

    stock  2026-03-02  daily  1 2 3 4 5+5 6 7+8
    total  2026-03-02  daily  1 2 3 4 5+5 6 7+8
    """
    files = drawn_files(stock={"aggregate": "last"})
    figures = files.figures("2026-03-08")["metrics"]
    assert figures["stock"]["summary"]["last_week"] == 6
    assert "summary.last_week" in figures["stock"]["incomplete"]
    assert figures["total"]["summary"]["last_week"] == 1 + 2 + 3 + 4 + 10 + 6 + 15
    with files.opened() as (_, warehouse):
        (problem,) = warehouse.problems("daily_missing").to_dict("records")
    assert problem["metric"] == "stock"
    assert problem["value"] == "7.0 and 8.0"
    assert "2026-03-08" in problem["what"]


def test_a_blank_beside_a_value_is_no_second_value(drawn_files: Any) -> None:
    """
    stock  2026-03-02  daily  1 2 3 4 5 6 7
    stock  2026-03-08  daily  -
    """
    files = drawn_files(stock={"aggregate": "last"})
    stock = files.figures("2026-03-08")["metrics"]["stock"]
    assert stock["summary"]["last_week"] == 7
    assert "summary.last_week" not in stock["incomplete"]
