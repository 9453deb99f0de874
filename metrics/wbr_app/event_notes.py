"""The events of the WBR App as notes of a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from metrics.errors import NorthstarError, nearest, shorten
from metrics.ledger.note import NewNote
from metrics.sources.report import SourceError
from metrics.starter.cells import read_days
from metrics.tree.tree import Tree
from metrics.wbr_app.events import event_rows


@dataclass(frozen=True)
class EventNotes:
    """The notes that were made of a file's events, and a sentence for each line that none could be made of."""

    notes: tuple[NewNote, ...]
    left_out: tuple[str, ...]


def event_notes(path: Path, tree: Tree) -> EventNotes:
    """Return a note for each event in a CSV file with Date, MetricName and EventDescription.

    A metric is named by its id, or by its name. An event belongs to the week that its day falls in. Raises
    NorthstarError where the file can't be read, lacks a column, or has dates whose day and month could be taken for
    each other.
    """
    rows = list(event_rows(path))
    try:
        days = read_days([day for _, day, _, _ in rows])
    except SourceError as error:
        raise NorthstarError(f"{path.name}: {error}") from None
    if days.date_format is not None:
        raise NorthstarError(
            f"{path.name}: the dates may have the day or the month first, such as {rows[0][1]}. "
            "Write them as 2026-01-31."
        )
    ids = _ids(tree)
    notes, left_out = [], []
    for line, day, name, what in rows:
        metrics = ids.get(name.casefold(), [])
        if len(metrics) != 1:
            left_out.append(f"{path.name}, line {line}: {_unknown(name, metrics, tree)}")
        elif day not in days.by_text:
            left_out.append(f"{path.name}, line {line}: '{shorten(day)}' is no date. Write it as 2026-01-31.")
        elif not what:
            left_out.append(f"{path.name}, line {line}: the event has no description.")
        else:
            week = tree.calendar.week_ending(days.by_text[day])
            notes.append(NewNote(metrics=tuple(metrics), first_week=week, last_week=week, kind="event", text=what))
    return EventNotes(tuple(notes), tuple(left_out))


def _ids(tree: Tree) -> dict[str, list[str]]:
    """Return the ids of the metrics that are called so, by id and by name in small letters; an id comes first."""
    found: dict[str, list[str]] = {}
    for id, metric in tree.metrics.items():
        found.setdefault(metric.name.casefold(), []).append(id)
    return found | {id: [id] for id in tree.metrics}


def _unknown(name: str, several: list[str], tree: Tree) -> str:
    if several:
        return f"{len(several)} metrics are named '{shorten(name)}'. Write the id of one: {', '.join(several)}."
    close = nearest(name, [*tree.metrics, *(metric.name for metric in tree.metrics.values())])
    return f"no metric is '{shorten(name)}'." + (f" Did you mean '{close}'?" if close else "")
