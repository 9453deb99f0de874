"""A value that depends on all days is not compared while days are missing; others are, and the change is marked."""

from typing import Any

import pytest


def test_a_sum_of_six_days_is_given_but_not_compared(drawn: Any) -> None:
    """Six days of 2 are 12, which is no fall from seven days of 2.

    visits  2025-03-03  daily  2 2 2 2 2 2 2
    visits  2026-02-23  daily  2 2 2 2 2 2 2 | 2 2 . 2 2 2 2
    """
    visits = drawn("2026-03-08")["visits"]
    assert visits["summary"]["last_week"] == 12
    assert visits["summary"]["wow"] is None
    assert visits["summary"]["yoy_week"] is None
    assert visits["wow_weekly"]["2026-03-08"] is None
    assert visits["yoy_weekly"]["2026-03-08"] is None


def test_nor_is_anything_compared_with_it(drawn: Any) -> None:
    """The incomplete week is the week before, and the one a year earlier.

    visits  2025-03-03  daily  2 2 2 - 2 2 2
    visits  2026-02-23  daily  2 2 2 2 2 2 . | 2 2 2 2 2 2 2
    """
    visits = drawn("2026-03-08")["visits"]
    assert visits["summary"]["last_week"] == 14
    assert visits["summary"]["wow"] is None
    assert visits["summary"]["yoy_week"] is None
    assert "summary.last_week" not in visits["incomplete"]
    assert "weekly_prior_year.2026-03-08" in visits["incomplete"]


@pytest.mark.parametrize(
    ("aggregate", "value", "change"),
    [("mean", 3, 50), ("min", 3, 50), ("max", 3, 50), ("first", 3, 50), ("last", 3, 50)],
)
def test_what_does_not_add_up_is_compared_and_marked(drawn: Any, aggregate: str, value: float, change: float) -> None:
    """
    speed  2026-02-23  daily  2 2 2 2 2 2 2 | . 3 3 3 3 3 3
    """
    speed = drawn("2026-03-08", speed={"aggregate": aggregate})["speed"]
    assert speed["summary"]["last_week"] == value
    assert speed["summary"]["wow"] == change
    assert {"summary.last_week", "summary.wow", "wow_weekly.2026-03-08"} <= set(speed["incomplete"])


FORMULAS = {
    "a / b": 0.5,  # a ratio of sums
    "a / b / c": None,  # one over a sum
    "a + 1": None,  # still grows with the days
    "a * m": None,  # a sum times a mean
    "a / m": None,
    "a / b - m": 0,  # a ratio less a mean
    "m * m": 0,
    "-a": None,
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_goes_by_how_it_grows_with_the_days(drawn: Any, formula: str) -> None:
    """Everything lacks Wednesday 4 March, and nothing has changed otherwise but that `a` has grown by half.

    a  2026-02-23  daily  2 2 2 2 2 2 2 | 3 3 . 3 3 3 3
    b  2026-02-23  daily  2 2 2 2 2 2 2 | 2 2 . 2 2 2 2
    c  2026-02-23  daily  2 2 2 2 2 2 2 | 2 2 . 2 2 2 2
    m  2026-02-23  daily  2 2 2 2 2 2 2 | 2 2 . 2 2 2 2
    """
    found = drawn("2026-03-08", m={"aggregate": "mean"}, f={"formula": formula, "unit": "percent"})["f"]
    assert found["summary"]["last_week"] is not None
    assert "summary.last_week" in found["incomplete"]
    compared = FORMULAS[formula] is not None
    assert (found["summary"]["wow"] is not None) is compared
    assert ("summary.wow" in found["incomplete"]) is compared


def test_months_and_dates_too(drawn: Any) -> None:
    """2 February 2026 is missing: February and the year to date are not compared, March is.

    visits  2025-01-01  daily  1*396
    visits  2026-02-01  daily  1 . 1*34
    """
    visits = drawn("2026-03-08")["visits"]
    assert visits["monthly"]["2026-02"] == 27
    assert visits["mom_monthly"]["2026-02"] is None
    assert visits["yoy_monthly"]["2026-02"] is None
    assert visits["mom_monthly"]["2026-01"] == 0
    assert visits["yoy_monthly"]["2026-01"] == 0
    assert visits["summary"]["ytd"] == 66 and visits["summary"]["ytd_yoy"] is None
    assert visits["summary"]["mtd"] == 8 and visits["summary"]["mtd_yoy"] == 0
