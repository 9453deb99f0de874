"""Values typed by hand: checked, kept in the ledger, and listed period by period for a grid to be filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.calendar import Calendar, month_of, shift_month
from metrics.errors import NorthstarError, UnknownNameError
from metrics.ledger.author import Author
from metrics.ledger.entry import Entry, NewEntry
from metrics.ledger.ledger import Ledger
from metrics.sources.manual import day_of_value
from metrics.tree.tree import TARGET_SUFFIX, Grain, Metric, Source, Tree


class ByHandError(NorthstarError):
    """A value that can't be typed for a metric."""


@dataclass(frozen=True)
class Slot:
    """A day that can have a value, and the entry that stands there; None where nothing was typed yet."""

    day: date
    entry: Entry | None

    @property
    def value(self) -> float | None:
        """What stands there now; None for nothing, or where it was cleared."""
        return self.entry.value if self.entry else None


@dataclass(frozen=True)
class Typed:
    """A value that somebody wants to keep; None clears. `over` is the id of the entry that they saw there, if any."""

    key: str
    day: date
    value: float | None
    over: int | None = None


def typed_source(tree: Tree, key: str) -> tuple[Metric, Source]:
    """Return the metric and the source of a series (a metric's id, or `<id>.target`) whose values are typed by hand.

    Raises UnknownNameError, or ByHandError where its values come from elsewhere.
    """
    metric_id = key.removesuffix(TARGET_SUFFIX)
    metric = tree.metrics.get(metric_id)
    if metric is None:
        raise UnknownNameError("metric", metric_id, tree.metrics)
    holder = metric.source
    if key != metric_id:
        holder = metric.target.source or metric.source if metric.target and metric.target.column else None
        if holder is None:
            raise ByHandError(
                f"The target of '{metric_id}' is no series. Write target: {{column: target, source: manual}} in"
                " northstar.yaml."
            )
    elif metric.formula is not None:
        raise ByHandError(f"'{metric_id}' is computed by a formula. Type the values of what stands in it.")
    source = tree.sources.get(holder) if holder else None
    if source is None:
        raise ByHandError(f"'{metric_id}' has no source yet. Write source: manual in northstar.yaml.")
    if source.type != "manual":
        raise ByHandError(
            f"Values of '{key}' are read from the source '{source.id}'. Correct them there, or write source: manual in"
            " northstar.yaml."
        )
    return metric, source


def keep(ledger: Ledger, tree: Tree, typed: Iterable[Typed], author: Author, note: str = "") -> list[Entry]:
    """Keep values in the ledger, all or none, and return the entries.

    A day counts as the last of its week or month, by the grain. Raises ByHandError, ManualDayError, UnknownNameError
    or LedgerError: EntryConflict where another entry than `over` stands there now.
    """
    new = []
    for one in typed:
        _, source = typed_source(tree, one.key)
        day = day_of_value(tree.calendar, source.grain or "weekly", one.day)
        new.append(NewEntry(one.key, day, one.value, author, note, one.over))
    return ledger.entries.add_many(new)


def slots(entries: Sequence[Entry], calendar: Calendar, grain: Grain, today: date, count: int) -> list[Slot]:
    """Return the last `count` periods that ended by `today` with what was typed for each, newest first.

    `entries` are those of one series, newest first. What was typed for later days comes before.
    """
    newest: Mapping[date, Entry] = {entry.day: entry for entry in reversed(entries)}
    days = _days(calendar, grain, today, count)
    ahead = sorted((day for day in newest if days and day > days[0]), reverse=True)
    return [Slot(day, newest.get(day)) for day in (*ahead, *days)]


def _days(calendar: Calendar, grain: Grain, today: date, count: int) -> list[date]:
    match grain:
        case "weekly":
            return [period.last for period in reversed(calendar.weeks(calendar.last_week_ended(today), count))]
        case "monthly":
            month = month_of(today)
            months = [shift_month(month, -number).last for number in range(count + 1)]
            return [day for day in months if day <= today][:count]
        case "weekdays":
            days = (today - timedelta(days=number) for number in range(2 * count + 7))
            return [day for day in days if day.weekday() < 5][:count]
        case _:
            return [today - timedelta(days=number) for number in range(count)]
