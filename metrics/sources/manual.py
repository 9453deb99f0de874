"""Values that people typed: from the ledger's newest entries to a table that is read like any other."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from metrics.calendar import Calendar, month_of
from metrics.errors import NorthstarError
from metrics.sources.dates import FIRST_YEAR, LAST_YEAR
from metrics.sources.fetched import Fetched, TextFile, cell_text, write_cells
from metrics.tree.tree import Grain, Source

# What stands for the name of a file where values were typed.
TYPED = "values typed by hand"
_COLUMNS = ("day", "metric", "value")


class ManualDayError(NorthstarError):
    """A day for which no value can be typed."""


@dataclass(frozen=True)
class TypedValue:
    """A value of a series on a day; None where it was cleared. `key` is the metric's id, or `<id>.target`."""

    key: str
    day: date
    value: float | None


def fetch_manual(
    source: Source, typed: Iterable[TypedValue], keys: Collection[str], scratch: Path
) -> tuple[Fetched, Source]:
    """Return the typed values of the series `keys` as a long table, and the source that says how to read it.

    What was cleared has no row, like a day for which nothing was ever typed.
    """
    rows = [
        (value.day.isoformat(), value.key, cell_text(value.value))
        for value in typed
        if value.key in keys and value.value is not None
    ]
    path = scratch / f"{source.id}.csv"
    fingerprint = write_cells([_COLUMNS, *sorted(rows)], path)
    day, metric, value = _COLUMNS
    as_table = replace(source, layout="long", date=day, metric=metric, value=value)
    return Fetched((TextFile(path, TYPED),), fingerprint), as_table


def day_of_value(calendar: Calendar, grain: Grain, day: date) -> date:
    """Return the day under which a typed value of `day` is kept: the last of its week or month, by the grain.

    So a correction replaces what was typed on another day of the same week. Raises ManualDayError for a Saturday or
    Sunday of a metric with values on weekdays, and for years that are surely a slip.
    """
    if not FIRST_YEAR < day.year <= LAST_YEAR:
        raise ManualDayError(f"The year of {day} can't be meant. Write a day such as 2026-01-31.")
    if grain == "weekdays" and day.weekday() > 4:
        friday = day - timedelta(days=day.weekday() - 4)
        raise ManualDayError(f"{day} is a {day:%A}, and this metric has values on weekdays. Write {friday}.")
    if grain == "weekly":
        return calendar.week_ending(day)
    return month_of(day).last if grain == "monthly" else day
