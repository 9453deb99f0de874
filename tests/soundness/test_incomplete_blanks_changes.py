"""A value that depends on all days is not compared while days are missing; others are, and the change is marked."""

from typing import Any


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


def test_what_does_not_add_up_is_compared_and_marked(drawn: Any) -> None:
    """
    mean   2026-02-23  daily  2 2 2 2 2 2 2 | . 3 3 3 3 3 3
    min    2026-02-23  daily  2 2 2 2 2 2 2 | . 3 3 3 3 3 3
    max    2026-02-23  daily  2 2 2 2 2 2 2 | . 3 3 3 3 3 3
    first  2026-02-23  daily  2 2 2 2 2 2 2 | . 3 3 3 3 3 3
    last   2026-02-23  daily  2 2 2 2 2 2 2 | . 3 3 3 3 3 3
    """
    figures = drawn("2026-03-08", **{name: {"aggregate": name} for name in ("mean", "min", "max", "first", "last")})
    for metric in figures.values():
        assert metric["summary"]["last_week"] == 3
        assert metric["summary"]["wow"] == 50
        assert {"summary.last_week", "summary.wow", "wow_weekly.2026-03-08"} <= set(metric["incomplete"])


def test_a_formula_goes_by_how_it_grows_with_the_days(drawn: Any) -> None:
    """A ratio of sums and a mean do not; a sum, also with a mean or a number, and one over a sum do.

    a  2026-02-23  daily  2 2 2 2 2 2 2 | 3 3 . 3 3 3 3
    b  2026-02-23  daily  2 2 2 2 2 2 2 | 2 2 . 2 2 2 2
    c  2026-02-23  daily  2 2 2 2 2 2 2 | 2 2 . 2 2 2 2
    m  2026-02-23  daily  2 2 2 2 2 2 2 | 2 2 . 2 2 2 2
    """
    compared = ["a / b", "a / b - m", "m * m"]
    blank = ["a + 1", "-a", "a * m", "a / m", "a / b / c", "(a + m) / b"]
    formulas = {f"f{number}": {"formula": formula} for number, formula in enumerate(compared + blank)}
    percent = {name: {**keys, "unit": "percent"} for name, keys in formulas.items()}
    figures = drawn("2026-03-08", m={"aggregate": "mean"}, **percent)
    for name, keys in formulas.items():
        found, expected = figures[name], keys["formula"] in compared
        assert found["summary"]["last_week"] is not None
        assert "summary.last_week" in found["incomplete"]
        assert (found["summary"]["wow"] is not None) is expected, keys
        assert ("summary.wow" in found["incomplete"]) is expected, keys


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
