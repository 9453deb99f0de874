"""A week that holds New Year is one week; its days belong to the months and years that they fall in."""

from typing import Any


def test_daily_values_go_to_both_years(drawn: Any) -> None:
    """The week to Sunday 4 January 2026 has three days of 1 and four of 10: 43. January has 40 so far, December 31.

    visits  2025-12-01  daily  1*31
    visits  2026-01-01  daily  10*4
    visits  2024-12-01  daily  2*31
    visits  2025-01-01  daily  5*5
    """
    visits = drawn("2026-01-04")["visits"]
    assert list(visits["weekly"]) == [
        "2025-11-30", "2025-12-07", "2025-12-14", "2025-12-21", "2025-12-28", "2026-01-04",
    ]  # fmt: skip
    assert visits["weekly"]["2026-01-04"] == 3 * 1 + 4 * 10
    assert visits["summary"]["mtd"] == visits["summary"]["qtd"] == visits["summary"]["ytd"] == 40
    assert list(visits["monthly"])[-1] == "2025-12"
    assert visits["monthly"]["2025-12"] == 31
    # 364 days earlier: Monday 30 December 2024 to Sunday 5 January 2025, two days of 2 and five of 5.
    assert visits["weekly_prior_year"]["2026-01-04"] == 2 * 2 + 5 * 5
    # The same calendar dates: 1 to 4 January 2025.
    assert visits["summary"]["ytd_yoy"] == 100
    assert visits["monthly_prior_year"]["2025-12"] == 62


def test_a_weekly_value_goes_as_a_whole_to_the_year_that_its_week_ends_in(drawn: Any) -> None:
    """The value of Tuesday 30 December 2025 is that of the week to 4 January 2026: none of it is December's.

    orders  2025-12-02  weekly  10 20 30 40 | 50
    """
    orders = drawn("2026-01-04")["orders"]
    assert orders["weekly"]["2025-12-28"] == 40
    assert orders["weekly"]["2026-01-04"] == 50
    assert orders["monthly"]["2025-12"] == 10 + 20 + 30 + 40
    assert orders["summary"]["mtd"] == orders["summary"]["ytd"] == 50


def test_the_months_before_a_review_early_in_january(drawn: Any) -> None:
    """Twelve whole months end with December; the fiscal year has only just begun.

    visits  2025-01-01  daily  1*375
    """
    visits = drawn("2026-01-04")["visits"]
    assert [*visits["monthly"]] == [f"2025-{month:02}" for month in range(1, 13)]
    assert sum(visits["monthly"].values()) == 365
    assert [*visits["monthly_fiscal"]] == [f"2026-{month:02}" for month in range(1, 13)]
    assert set(visits["monthly_fiscal"].values()) == {None}
    assert visits["monthly_fiscal_prior_year"]["2026-02"] == 28
