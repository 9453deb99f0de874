"""A fiscal year may start in any month; quarters and the year to date go by it, months to date by the calendar."""

from typing import Any

import pytest

STARTS = [
    # fiscal year starts, first fiscal month, days of the year and of the quarter up to 8 March 2026
    ("january", "2026-01", 67, 67),
    ("february", "2026-02", 36, 36),
    ("march", "2026-03", 8, 8),
    ("april", "2025-04", 342, 67),
    ("may", "2025-05", 312, 36),
    ("june", "2025-06", 281, 8),
    ("july", "2025-07", 251, 67),
    ("august", "2025-08", 220, 36),
    ("september", "2025-09", 189, 8),
    ("october", "2025-10", 159, 67),
    ("november", "2025-11", 128, 36),
    ("december", "2025-12", 98, 8),
]


@pytest.mark.parametrize(("starts", "first_month", "year_to_date", "quarter_to_date"), STARTS)
def test_every_start(drawn: Any, starts: str, first_month: str, year_to_date: int, quarter_to_date: int) -> None:
    """Every day is worth 1 up to 10 March 2025, and 2 from then on.

    The fiscal year from April 2025 has 30 + 31 + 30 + 31 + 31 + 30 + 31 + 30 + 31 + 31 + 28 + 8 = 342 days up to
    8 March 2026; the third month of a quarter from January, from February, from March is March, April, May.

    visits  2024-03-01  daily  1*375
    visits  2025-03-11  daily  2*363
    """
    figures = drawn("2026-03-08", {"fiscal_year_starts": starts}, visits={"target": 7})
    visits = figures["visits"]
    assert visits["summary"]["mtd"] == 2 * 8
    assert visits["summary"]["qtd"] == 2 * quarter_to_date
    assert visits["summary"]["ytd"] == 2 * year_to_date
    assert visits["summary"]["ytd_yoy"] == visits["summary"]["qtd_yoy"] == visits["summary"]["mtd_yoy"] == 100
    assert visits["target"]["qtd"] == pytest.approx(quarter_to_date)
    assert visits["target"]["ytd"] == pytest.approx(year_to_date)
    months = list(visits["monthly_fiscal"])
    assert months[0] == first_month and len(months) == 12
    ended = [month for month, value in visits["monthly_fiscal"].items() if value is not None]
    assert ended == [month for month in months if month <= "2026-02"]
    assert list(visits["monthly"])[-1] == "2026-02"
