"""Incomplete parts of a formula are combined only where they lack the very same days."""

from typing import Any


def test_the_same_day_missing(drawn: Any) -> None:
    """Both lack Wednesday: 6 / 60, marked.

    signups  2026-03-02  daily   1  1 .  1  1  1  1
    visits   2026-03-02  daily  10 10 . 10 10 10 10
    """
    rate = drawn("2026-03-08", rate={"formula": "signups / visits"})["rate"]
    assert rate["summary"]["last_week"] == 0.1
    assert "summary.last_week" in rate["incomplete"]


def test_different_days_missing(drawn: Any) -> None:
    """Six days each, but not the same ones: nothing is computed, in the week or in the month.

    signups  2026-03-02  daily   1  1  . 1  1  1  1
    visits   2026-03-02  daily  10 10 10 . 10 10 10
    """
    rate = drawn("2026-03-08", rate={"formula": "signups / visits"})["rate"]
    assert rate["summary"]["last_week"] is None
    assert rate["summary"]["mtd"] is None
    assert rate["incomplete"] == []


def test_one_complete_the_other_not(drawn: Any) -> None:
    """
    signups  2026-03-02  daily   1  1 .  1  1  1  1
    visits   2026-03-02  daily  10 10 10 10 10 10 10
    """
    rate = drawn("2026-03-08", rate={"formula": "signups / visits"})["rate"]
    assert rate["summary"]["last_week"] is None


def test_three_parts_and_a_formula_between(drawn: Any) -> None:
    """`a` and `b` lack Wednesday and so does their sum; `c` lacks Tuesday, which withholds the share.

    a  2026-03-02  daily  1 1 . 1 1 1 1
    b  2026-03-02  daily  2 2 . 2 2 2 2
    c  2026-03-02  daily  3 . 3 3 3 3 3
    d  2026-03-02  daily  3 3 . 3 3 3 3
    """
    figures = drawn(
        "2026-03-08",
        ab={"formula": "a + b"},
        of_c={"formula": "c / ab"},
        of_d={"formula": "d / ab"},
        within={"formula": "a / (a + b + c)"},
        twice={"formula": "a / (a + b + d) + 1"},
    )
    assert figures["ab"]["summary"]["last_week"] == 18
    assert figures["of_c"]["summary"]["last_week"] is None
    assert figures["of_d"]["summary"]["last_week"] == 1
    assert figures["within"]["summary"]["last_week"] is None
    assert figures["twice"]["summary"]["last_week"] == 6 / 36 + 1
    assert "summary.last_week" in figures["of_d"]["incomplete"]


def test_a_number_goes_with_any_days(drawn: Any) -> None:
    """
    a  2026-03-02  daily  1 1 . 1 1 1 1
    """
    figures = drawn("2026-03-08", double={"formula": "2 * a"}, less={"formula": "10 - a"})
    assert figures["double"]["summary"]["last_week"] == 12
    assert figures["less"]["summary"]["last_week"] == 4
    assert "summary.last_week" in figures["double"]["incomplete"]


def test_a_lacking_week_is_not_a_lacking_day(drawn: Any) -> None:
    """Of 1 to 8 March the daily metric lacks only Sunday the 8th, the weekly one only the week that ends then.

    visits  2026-03-01  daily   1 1 1 1 1 1 1 .
    orders  2026-03-01  weekly  7
    """
    rate = drawn("2026-03-08", rate={"formula": "orders / visits"})["rate"]
    assert rate["summary"]["mtd"] is None


def test_sums_that_cover_different_days_are_withheld(drawn: Any) -> None:
    """Week to 8 March: 7 days of 2 and a weekly 28. To date: 8 days of 2, but whole weeks of orders, to 1 and 8 March.

    visits  2026-03-01  daily   2 2 2 2 2 2 2 2
    orders  2026-03-01  weekly  36 28
    """
    rate = drawn("2026-03-08", rate={"formula": "orders / visits"})["rate"]
    assert rate["summary"]["last_week"] == 2
    assert rate["summary"]["mtd"] is None
