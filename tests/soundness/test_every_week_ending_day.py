"""A week may end on any weekday: it holds the seven days up to then, and so does the one it is compared with."""

from typing import Any

import pytest

ENDS = [
    # week ends on, review, week, week before, month to date
    ("sunday", "2026-03-08", 84, 35, 92),
    ("monday", "2026-03-09", 91, 42, 108),
    ("tuesday", "2026-03-10", 98, 49, 125),
    ("wednesday", "2026-03-11", 105, 56, 143),
    ("thursday", "2026-03-12", 112, 63, 162),
    ("friday", "2026-03-13", 119, 70, 182),
    ("saturday", "2026-03-14", 126, 77, 203),
]


@pytest.mark.parametrize(("week_ends_on", "review", "week", "before", "month_to_date"), ENDS)
def test_seven_days_up_to_the_weekday(
    drawn: Any, week_ends_on: str, review: str, week: int, before: int, month_to_date: int
) -> None:
    """The days from Sunday 22 February 2026 on are worth 1, 2, 3, ...; 364 days earlier each is worth 1.

    The week to Sunday 8 March is 9 + 10 + ... + 15 = 84, the one before 2 + ... + 8 = 35; 1 March is worth 8.
    A weekly value that is dated on a Tuesday belongs to the week that holds the Tuesday.

    visits  2025-02-23  daily   1*21
    visits  2026-02-22  daily   1 2 3 4 5 6 7 | 8 9 10 11 12 13 14 | 15 16 17 18 19 20 21
    orders  2026-02-24  weekly  1 2 3
    """
    figures = drawn(review, {"week_ends_on": week_ends_on})
    visits = figures["visits"]
    assert visits["summary"]["last_week"] == week
    assert visits["summary"]["wow"] == (week / before - 1) * 100
    assert visits["summary"]["yoy_week"] == (week / 7 - 1) * 100
    assert visits["summary"]["mtd"] == month_to_date
    # Tuesdays: 24 February is worth 1, 3 March 2, 10 March 3.
    orders = figures["orders"]
    ended_with_the_tenth = week_ends_on not in ("sunday", "monday")
    assert orders["summary"]["last_week"] == (3 if ended_with_the_tenth else 2)
    assert orders["summary"]["wow"] == (50 if ended_with_the_tenth else 100)
