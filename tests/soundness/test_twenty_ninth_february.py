"""29 February is a day like any other; where a year has none, the 28th stands for it."""

from typing import Any


def test_up_to_the_29th(drawn: Any) -> None:
    """The week ends on Thursday 29 February 2024. February 2023 has one day less; both are whole.

    visits  2023-01-01  daily  1*424
    visits  2024-02-29  daily  1
    """
    visits = drawn("2024-02-29", {"week_ends_on": "thursday"})["visits"]
    assert visits["summary"]["mtd"] == 29
    assert visits["summary"]["mtd_yoy"] == (29 / 28 - 1) * 100
    assert visits["summary"]["ytd"] == 60
    assert visits["summary"]["ytd_yoy"] == (60 / 59 - 1) * 100
    assert visits["monthly"]["2024-02"] == 29
    assert visits["monthly_prior_year"]["2024-02"] == 28


def test_a_year_later_it_is_left_out_of_what_ends_on_the_28th(drawn: Any) -> None:
    """To Friday 28 February 2025: 28 days against 28, not against 29. The whole month is against 29.

    visits  2024-01-01  daily  1*59
    visits  2024-02-29  daily  100
    visits  2024-03-01  daily  1*365
    """
    visits = drawn("2025-02-28", {"week_ends_on": "friday"})["visits"]
    assert visits["summary"]["mtd"] == 28
    assert visits["summary"]["mtd_yoy"] == 0
    assert visits["summary"]["ytd_yoy"] == 0
    assert visits["monthly_prior_year"]["2025-02"] == 128


def test_after_it_dates_match_dates_and_weeks_match_weekdays(drawn: Any) -> None:
    """The week to Sunday 3 March 2024 holds the 29th; the year to date has one day more than 2023's.

    visits  2023-01-01  daily  1*424
    visits  2024-02-29  daily  100
    visits  2024-03-01  daily  1*3
    """
    visits = drawn("2024-03-03")["visits"]
    assert visits["summary"]["last_week"] == 106
    assert visits["weekly_prior_year"]["2024-03-03"] == 7
    assert visits["summary"]["mtd"] == 3
    assert visits["summary"]["mtd_yoy"] == 0
    assert visits["summary"]["ytd"] == 31 + 28 + 100 + 3
    assert visits["summary"]["ytd_yoy"] == (162 / 62 - 1) * 100


def test_the_last_month_may_end_with_the_29th(drawn: Any) -> None:
    """
    plan  2024-01-31  monthly  31 29
    """
    plan = drawn("2024-03-03")["plan"]
    assert plan["monthly"]["2024-02"] == 29
    assert plan["summary"]["ytd"] == 60
    assert plan["incomplete"] == []


def test_january_alone_is_not_compared_with_january_and_february(drawn: Any) -> None:
    """To Friday 28 February 2020 one month has ended; a year before there were two.

    rate   2019-01-31  monthly  100 400 100*12
    total  2019-01-31  monthly  100 400 100*12
    """
    figures = drawn("2020-02-28", {"week_ends_on": "friday"}, rate={"aggregate": "mean"}, total={"aggregate": "sum"})
    for name in ("rate", "total"):
        assert (figures[name]["summary"]["qtd"], figures[name]["summary"]["ytd"]) == (100, 100)
        assert figures[name]["summary"]["qtd_yoy"] is figures[name]["summary"]["ytd_yoy"] is None
