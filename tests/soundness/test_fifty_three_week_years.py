"""Weeks are compared with those 364 days earlier, also where a year has 53 of them: none is skipped or used twice."""

from typing import Any

import pytest


def test_the_week_after_a_long_year(drawn: Any) -> None:
    """By ISO 8601 the year 2020 has 53 weeks: the last one ends on Sunday 3 January 2021.

    The weeks from 29 December 2019 on are worth 100, 101, 102, ... A year of weeks earlier is always 52 less.

    orders  2019-12-29  weekly  100 101 102 103 104 105 106 107 108 109
    orders  2020-03-08  weekly  110*42
    orders  2020-12-27  weekly  152 153 154 155
    """
    orders = drawn("2021-01-17")["orders"]
    assert orders["weekly"] == {
        "2020-12-13": 110, "2020-12-20": 110, "2020-12-27": 152,
        "2021-01-03": 153, "2021-01-10": 154, "2021-01-17": 155,
    }  # fmt: skip
    assert orders["weekly_prior_year"] == {
        "2020-12-13": None, "2020-12-20": None, "2020-12-27": 100,
        "2021-01-03": 101, "2021-01-10": 102, "2021-01-17": 103,
    }  # fmt: skip


def test_a_daily_week_keeps_its_weekdays(drawn: Any) -> None:
    """Sundays are worth 8, all other days 1. Every week is 14, and so is every week that it is compared with.

    visits  2019-12-30  daily  1 1 1 1 1 1 8 | 1 1 1 1 1 1 8 | 1 1 1 1 1 1 8
    visits  2020-12-28  daily  1 1 1 1 1 1 8 | 1 1 1 1 1 1 8 | 1 1 1 1 1 1 8
    """
    visits = drawn("2021-01-17")["visits"]
    last_three = ["2021-01-03", "2021-01-10", "2021-01-17"]
    assert [visits["weekly"][week] for week in last_three] == [14, 14, 14]
    assert [visits["weekly_prior_year"][week] for week in last_three] == [14, 14, 14]
    assert [visits["yoy_weekly"][week] for week in last_three] == [0, 0, 0]
    # Calendar dates do not keep weekdays: 1 to 17 January 2021 has three Sundays, the same days of 2020 have two.
    assert visits["summary"]["ytd"] == 14 * 1 + 3 * 8
    assert visits["summary"]["ytd_yoy"] == pytest.approx((38 / (15 * 1 + 2 * 8) - 1) * 100)


def test_a_year_with_53_sundays_adds_up_53_weeks(drawn: Any) -> None:
    """2023 has 53 Sundays, 1 January to 31 December. The year to date of 31 December 2023 is all of them.

    orders  2022-01-02  weekly  1*52 | 2*53
    """
    orders = drawn("2023-12-31")["orders"]
    assert orders["summary"]["ytd"] == 53 * 2
    # The same weeks 364 days earlier: 2 January 2022 to 1 January 2023, 52 of 1 and one of 2.
    assert orders["summary"]["ytd_yoy"] == (106 / 54 - 1) * 100
