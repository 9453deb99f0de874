"""The weeks that people have marked: what happened then says nothing on how metrics move each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from metrics.ledger.ledger import Ledger
from metrics.ledger.note import Note, NoteKind, Verdict
from metrics.tree.tree import Tree

_KINDS: tuple[NoteKind, ...] = ("event", "data_fault")
_VERDICTS: tuple[Verdict, ...] = ("explained", "data_fault")


def annotated_weeks(tree: Tree, notes: Iterable[Note], weeks: Sequence[date]) -> Mapping[str, frozenset[date]]:
    """Return for each metric the weeks, of those given, that have a note of an event or of a fault of the data.

    An anomaly counts once somebody explained it or found the data at fault; one that turned out to be routine, or that
    nobody understands yet, does not. What is computed from a metric is marked with it.
    """
    marked: dict[str, set[date]] = {}
    for note in notes:
        if note.kind in _KINDS or note.verdict in _VERDICTS:
            about = {week for week in weeks if note.first_week <= week <= note.last_week}
            for metric in note.metrics:
                marked.setdefault(metric, set()).update(about)
    if not marked:
        return {}
    found = {}
    for metric in tree.metrics:
        own = set(marked.get(metric, ()))
        open_ids = list(tree.metrics[metric].components)
        while open_ids:
            part = open_ids.pop()
            own |= marked.get(part, set())
            open_ids += tree.metrics[part].components
        if own:
            found[metric] = frozenset(own)
    return found


def marking_notes(ledger: Ledger, as_of: datetime | None = None) -> list[Note]:
    """Return the notes that mark weeks, now or as they stood at a moment."""
    of_kind = [note for kind in _KINDS for note in ledger.notes.find(kind=kind, as_of=as_of)]
    return of_kind + [note for verdict in _VERDICTS for note in ledger.notes.find(verdict=verdict, as_of=as_of)]
