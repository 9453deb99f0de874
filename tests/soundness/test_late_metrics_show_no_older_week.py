"""A metric that lags behind the review's week is blank there. No older week stands in its place."""

from datetime import date
from typing import Any

from metrics.review.figures import Figures


def test_the_week_stays_blank(drawn: Any) -> None:
    """Deliveries end with Sunday 1 March.

    visits      2026-02-23  daily  1 1 1 1 1 1 1 | 2 2 2 2 2 2 2
    deliveries  2026-02-23  daily  5 5 5 5 5 5 5
    """
    late = drawn("2026-03-08", deliveries={"target": 35})["deliveries"]
    assert late["summary"]["last_week"] is None
    assert late["summary"]["wow"] is None
    assert list(late["weekly"].items())[-2:] == [("2026-03-01", 35), ("2026-03-08", None)]
    assert late["target"]["weekly"]["2026-03-08"] == 35
    # The one day of March that there is: given, and marked.
    assert late["summary"]["mtd"] == 5
    assert "summary.mtd" in late["incomplete"]
    assert "summary.last_week" not in late["incomplete"]


def test_nor_a_later_one(drawn: Any) -> None:
    """Deliveries begin a week after the review's.

    visits      2026-03-02  daily  2 2 2 2 2 2 2 | 2 2 2 2 2 2 2
    deliveries  2026-03-09  daily  5 5 5 5 5 5 5
    """
    late = drawn("2026-03-08")["deliveries"]
    assert {*late["weekly"].values(), *late["monthly"].values(), *late["summary"].values()} == {None}


def test_a_formula_is_as_late_as_its_latest_part(drawn_files: Any) -> None:
    """
    visits   2026-02-23  daily  1 1 1 1 1 1 1 | 1 1 1 1 1 1 1
    signups  2026-02-23  daily  5 5 5 5 5
    """
    files = drawn_files(rate={"formula": "signups / visits"})
    with files.opened() as (tree, warehouse):
        rate = Figures(tree, warehouse, date(2026, 3, 8))["rate"]
    assert rate.last_week.value is None
    assert rate.last_day == date(2026, 2, 27)


def test_a_monthly_value_does_not_stand_in_for_the_next_month(drawn: Any) -> None:
    """January's 31 is not February's, and no week's.

    plan  2026-01-31  monthly  31
    """
    plan = drawn("2026-03-08")["plan"]
    assert plan["monthly"]["2026-01"] == 31
    assert plan["monthly"]["2026-02"] is None
    assert set(plan["weekly"].values()) == {None}
    assert plan["summary"]["ytd"] == 31 and "summary.ytd" in plan["incomplete"]
