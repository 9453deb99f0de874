"""The notes: written, edited, deleted and restored; every version stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection, insert

from metrics.ledger.author import Author
from metrics.ledger.columns import written
from metrics.ledger.conflict import EditConflict, NotTheAuthorError
from metrics.ledger.database import Database
from metrics.ledger.found_notes import found_notes
from metrics.ledger.ledger_error import LedgerError
from metrics.ledger.note import KINDS, VERDICTS, NewNote, Note, NoteKind, Reply, Verdict
from metrics.ledger.note_rows import add_mentions, note_columns, notes_of
from metrics.ledger.note_tables import note, note_metric, note_version
from metrics.ledger.pulse import NOTED, newest_number
from metrics.ledger.search import forget_text, index_text
from metrics.ledger.versions import Step, check_length, end_version

_MOST_METRICS = 200


class Notes:
    """What was learned, week by week. A change is one more version; a deletion can be undone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: NewNote, author: Author) -> Note:
        """Keep a note; raises LedgerError where something in it does not go together."""
        return self.add_many([(new, author)])[0]

    def add_many(self, several: Iterable[tuple[NewNote, Author]]) -> list[Note]:
        """Keep several notes, all or none of them, and return them in their order."""
        checked = [(_checked(new), author) for new, author in several]
        with self._database.write() as connection:
            at = self._database.now()
            kept = []
            for new, author in checked:
                by = Author(written(author.name), author.verified)
                created = {"created_at": at, "author": by.name, "author_verified": by.verified}
                id = connection.execute(insert(note).values(created).returning(note.c.id)).scalar_one()
                kept.append(_write(connection, id, new, Step(1, at), by, at))
        return kept

    def edit(self, note_id: int, base_version: int, new: NewNote, author: Author) -> Note:
        """Keep a new version of a note that its author read at `base_version`.

        Raises EditConflict, with the newer version, where it was changed since; NotTheAuthorError for anybody else;
        LedgerError where the note is deleted or unknown.
        """
        new = _checked(new)
        return self._change(note_id, base_version, new, author, deleted=False)

    def delete(self, note_id: int, base_version: int, author: Author) -> Note:
        """Take a note out of sight; it stays in the ledger. Raises as `edit` does."""
        return self._change(note_id, base_version, None, author, deleted=True)

    def restore(self, note_id: int, base_version: int, author: Author) -> Note:
        """Undo a deletion. Raises as `edit` does, and LedgerError where the note is not deleted."""
        return self._change(note_id, base_version, None, author, deleted=False)

    def get(self, note_id: int) -> Note:
        """Return a note as it is now, also a deleted one; raises LedgerError where there is none."""
        with self._database.read() as connection:
            return _present(connection, note_id)

    def versions(self, note_id: int) -> list[Note]:
        """Return all versions of a note, the newest first, each with the replies of today."""
        with self._database.read() as connection:
            wanted = note_columns().where(note_version.c.note == note_id).order_by(note_version.c.version.desc())
            found = notes_of(connection, connection.execute(wanted).all())
        if not found:
            raise _unknown(note_id)
        return found

    def find(
        self,
        text: str | None = None,
        metrics: Iterable[str] | None = None,
        kind: NoteKind | None = None,
        verdict: Verdict | None = None,
        author: str | None = None,
        mentioned: str | None = None,
        weeks: tuple[date, date] | None = None,
        as_of: datetime | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Note]:
        """Return the notes that fit all that is given, the newest first; deleted ones don't.

        `text`: each word of it begins a word of the note, its replies or its follow-ups; case, accents and punctuation
        don't matter, and of more than 50 words the first 50 count. `metrics`: the note belongs to one of them. `author`
        is a name. `mentioned` is `@person` or `#metric`, in the note or a reply. `weeks`: the note's weeks and these,
        the last days of the first and the last one, overlap. `as_of`: the notes as they stood at that moment.
        """
        with self._database.read() as connection:
            wanted = found_notes(self._database.dialect, text, metrics, kind, verdict, author, mentioned, weeks, as_of)
            rows = connection.execute(wanted.limit(limit).offset(offset or None)).all()
            return notes_of(connection, rows, as_of)

    def for_metric(
        self, metric: str, as_of: datetime | None = None, limit: int | None = None, offset: int = 0
    ) -> list[Note]:
        """Return the notes that belong to a metric, the newest first."""
        return self.find(metrics=[metric], as_of=as_of, limit=limit, offset=offset)

    def overlapping(
        self, weeks: tuple[date, date], metrics: Iterable[str] | None = None, as_of: datetime | None = None
    ) -> list[Note]:
        """Return the notes whose weeks overlap these, from the last day of the first week to that of the last."""
        return self.find(weeks=weeks, metrics=metrics, as_of=as_of)

    def version(self) -> int:
        """Return a number that grows with everything written to notes, replies and follow-ups; cheap to ask for."""
        return newest_number(self._database, NOTED)

    def _change(self, id: int, base_version: int, new: NewNote | None, author: Author, deleted: bool) -> Note:
        with self._database.write() as connection:
            now = _present(connection, id)
            if now.author != author:
                raise NotTheAuthorError(now.author.name)
            if now.version != base_version:
                raise EditConflict(now)
            if new is not None and now.deleted:
                raise LedgerError(f"Note {id} is deleted. Restore it before you change it.")
            if new is None and now.deleted == deleted:
                raise LedgerError(f"Note {id} is {'already' if deleted else 'not'} deleted.")
            step = end_version(connection, note_version, id, self._database.now())
            return _write(connection, id, new or now.written, step, now.author, now.created_at, deleted, now.replies)


def _present(connection: Connection, id: int) -> Note:
    row = connection.execute(note_columns().where(note_version.c.note == id, note_version.c.until.is_(None))).first()
    if row is None:
        raise _unknown(id)
    return notes_of(connection, [row])[0]


def _unknown(id: int) -> LedgerError:
    return LedgerError(f"There is no note {id} in the ledger.")


def _write(
    connection: Connection,
    id: int,
    new: NewNote,
    step: Step,
    author: Author,
    created_at: datetime,
    deleted: bool = False,
    replies: tuple[Reply, ...] = (),
) -> Note:
    """Write a version of a note and return the note as it is then."""
    row = {
        "note": id,
        "version": step.version,
        "at": step.at,
        "deleted": deleted,
        "first_week": new.first_week,
        "last_week": new.last_week,
        "kind": new.kind,
        "verdict": new.verdict,
        "come_back": new.come_back,
        "text": new.text,
    }
    version = connection.execute(insert(note_version).values(row).returning(note_version.c.id)).scalar_one()
    metrics = [
        {"note_version": version, "position": position, "metric": metric} for position, metric in enumerate(new.metrics)
    ]
    connection.execute(insert(note_metric), metrics)
    mentions = add_mentions(connection, new.text, note_version=version)
    if step.version > 1:
        forget_text(connection, step.at, note=id)
    if not deleted:
        index_text(connection, step.at, new.text, note=id)
    return Note(
        metrics=new.metrics,
        first_week=new.first_week,
        last_week=new.last_week,
        kind=new.kind,
        text=new.text,
        verdict=new.verdict,
        come_back=new.come_back,
        id=id,
        version=step.version,
        mentions=mentions,
        author=author,
        created_at=created_at,
        edited_at=step.at,
        deleted=deleted,
        replies=replies,
    )


def _checked(new: NewNote) -> NewNote:
    """Return a note that makes sense, each metric once; raises LedgerError with the first thing that does not."""
    metrics = tuple(dict.fromkeys(new.metrics))
    if (
        not metrics
        or len(metrics) > _MOST_METRICS
        or any(not metric.strip() or len(metric) > 200 for metric in metrics)
    ):
        raise LedgerError(f"A note belongs to at least one metric, and to {_MOST_METRICS} at most.")
    if new.last_week < new.first_week:
        raise LedgerError(f"The weeks of a note end before they begin: {new.first_week} to {new.last_week}.")
    if new.kind not in KINDS:
        raise LedgerError(f"'{new.kind}' is no kind of note. Take one of {', '.join(KINDS)}.")
    if new.verdict is not None and (new.kind != "anomaly" or new.verdict not in VERDICTS):
        raise LedgerError(f"Only an anomaly has a verdict, which is one of {', '.join(VERDICTS)}.")
    if (new.verdict == "unexplained") != (new.come_back is not None):
        raise LedgerError("An unexplained anomaly, and nothing else, has a day to come back to it.")
    if not new.text.strip() and new.verdict is None:
        raise LedgerError("Write what there is to say: only an anomaly with a verdict goes without a text.")
    check_length(new.text)
    return replace(new, metrics=tuple(map(written, metrics)), text=written(new.text))
