"""Weekly values up to a date are compared with the same weeks 364 days earlier, and months only with as many weeks."""

from typing import Any

import pytest


def test_the_same_weeks(drawn: Any) -> None:
    """1 to 8 March 2026 holds the weeks to the 1st and to the 8th. 364 days earlier they ended on 2 and 9 March 2025.

    By the calendar, 1 to 8 March 2025 holds the week to the 2nd alone: two weeks against one would be no growth.

    orders  2025-01-05  weekly  5 5 5 5 | 5 5 5 5 | 10 20 99
    orders  2026-01-04  weekly  5 5 5 5 | 5 5 5 5 | 40 20
    """
    orders = drawn("2026-03-08")["orders"]
    assert orders["summary"]["mtd"] == 60
    assert orders["summary"]["mtd_yoy"] == 100
    assert orders["summary"]["ytd"] == 100
    assert orders["summary"]["ytd_yoy"] == pytest.approx((100 / 70 - 1) * 100)


def test_means_too(drawn: Any) -> None:
    """The mean of 40 and 20 against that of 10 and 20.

    score  2025-03-02  weekly  10 20 99
    score  2026-03-01  weekly  40 20
    """
    score = drawn("2026-03-08", score={"aggregate": "mean"})["score"]
    assert score["summary"]["mtd"] == 30
    assert score["summary"]["mtd_yoy"] == 100


def test_a_month_of_five_weeks_is_not_compared_with_one_of_four(drawn: Any) -> None:
    """Sundays: November 2025 has five, October 2025 four, November 2024 four, October 2024 four.

    orders  2024-10-06  weekly  1*8
    orders  2025-10-05  weekly  1*4 | 1*5
    """
    figures = drawn("2025-11-30", each={"formula": "orders / orders"})
    orders = figures["orders"]
    assert (orders["monthly"]["2025-10"], orders["monthly"]["2025-11"]) == (4, 5)
    assert (orders["monthly_prior_year"]["2025-10"], orders["monthly_prior_year"]["2025-11"]) == (4, 4)
    assert orders["mom_monthly"]["2025-11"] is None
    assert orders["yoy_monthly"]["2025-11"] is None
    assert orders["yoy_monthly"]["2025-10"] == 0
    # A ratio of weeks does not grow with their number.
    assert figures["each"]["mom_monthly"]["2025-11"] == 0


def test_a_mean_of_five_weeks_is_compared_with_one_of_four(drawn: Any) -> None:
    """
    score  2025-10-05  weekly  2*4 | 3*5
    """
    assert drawn("2025-11-30", score={"aggregate": "mean"})["score"]["mom_monthly"]["2025-11"] == 0.5


def test_daily_values_keep_to_calendar_dates(drawn: Any) -> None:
    """1 to 8 March against 1 to 8 March: the 100 of 9 March 2025 is not among them.

    visits  2025-03-01  daily  1 1 1 1 1 1 1 1 100
    visits  2026-03-01  daily  2 2 2 2 2 2 2 2
    """
    assert drawn("2026-03-08")["visits"]["summary"]["mtd_yoy"] == 100


def test_a_week_that_is_missing_a_year_earlier(drawn: Any) -> None:
    """
    orders  2025-03-02  weekly  10 .
    orders  2026-03-01  weekly  40 20
    """
    orders = drawn("2026-03-08")["orders"]
    assert orders["summary"]["mtd"] == 60
    assert orders["summary"]["mtd_yoy"] is None
