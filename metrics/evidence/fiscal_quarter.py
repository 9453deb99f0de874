"""Fiscal quarters in their order: which one came before, and how many lie between two."""

from __future__ import annotations


def number_of(quarter: str) -> int:
    """Return a number that grows by one from quarter to quarter, for a name such as `2026Q3`."""
    year, _, number = quarter.partition("Q")
    return int(year) * 4 + int(number) - 1


def earlier(quarter: str, by: int = 1) -> str:
    """Return the quarter so many quarters earlier."""
    number = number_of(quarter) - by
    return f"{number // 4}Q{number % 4 + 1}"
