"""The follow-ups: opened, changed, closed with what came of them; every version stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import Connection, Row, Select, insert, select

from metrics.ledger.author import Author
from metrics.ledger.columns import written
from metrics.ledger.conflict import EditConflict
from metrics.ledger.database import Database
from metrics.ledger.follow_up import FollowUp, FollowUpState, NewFollowUp
from metrics.ledger.ledger_error import LedgerError
from metrics.ledger.note_tables import follow_up, follow_up_version, note_version, searched
from metrics.ledger.search import forget_text, found_in, index_text
from metrics.ledger.versions import Step, check_length, end_version, valid_at


class FollowUps:
    """What is to be done. Anybody who may write may change and close it; each version says who did."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: NewFollowUp, author: Author) -> FollowUp:
        """Open a follow-up; raises LedgerError without a text or an owner, and for an unknown note."""
        new = _checked(new)
        with self._database.write() as connection:
            if new.note is not None:
                noted = select(note_version.c.id).where(note_version.c.note == new.note)
                if connection.execute(noted).first() is None:
                    raise LedgerError(f"There is no note {new.note} in the ledger.")
            at = self._database.now()
            created = {
                "created_at": at,
                "author": author.name,
                "author_verified": author.verified,
                "metric": new.metric,
                "note": new.note,
            }
            id = connection.execute(insert(follow_up).values(created).returning(follow_up.c.id)).scalar_one()
            return _write(connection, id, new, Step(1, at), author, "open", "")

    def edit(self, id: int, base_version: int, new: NewFollowUp, author: Author) -> FollowUp:
        """Change text, owner or due date of a follow-up that was read at `base_version`.

        Where it came from stays. Raises EditConflict, with the newer version, where it was changed since; LedgerError
        for an unknown one.
        """
        return self._change(id, base_version, author, new=_checked(new))

    def close(self, id: int, base_version: int, outcome: str, author: Author) -> FollowUp:
        """Close a follow-up and say what came of it. Raises as `edit` does, and LedgerError without an outcome."""
        if not outcome.strip():
            raise LedgerError("Say what came of it: a follow-up is closed with its outcome.")
        check_length(outcome)
        return self._change(id, base_version, author, state="closed", outcome=written(outcome))

    def get(self, id: int) -> FollowUp:
        """Return a follow-up as it is now; raises LedgerError where there is none."""
        with self._database.read() as connection:
            return _present(connection, id)

    def versions(self, id: int) -> list[FollowUp]:
        """Return all versions of a follow-up, the newest first; raises LedgerError where there is none."""
        wanted = (
            follow_up_columns().where(follow_up_version.c.follow_up == id).order_by(follow_up_version.c.version.desc())
        )
        found = self._found(wanted)
        if not found:
            raise _unknown(id)
        return found

    def open_at(
        self, when: date | datetime | None = None, owner: str | None = None, metrics: Iterable[str] | None = None
    ) -> list[FollowUp]:
        """Return the follow-ups that were open at a moment, as they stood then, by due date.

        `when` may be a day, which means its end in UTC; None is now.
        """
        wanted = follow_up_columns().where(
            valid_at(follow_up_version, _moment(when)), follow_up_version.c.state == "open"
        )
        if owner is not None:
            wanted = wanted.where(follow_up_version.c.owner == owner)
        if metrics is not None:
            wanted = wanted.where(follow_up.c.metric.in_(list(metrics)))
        return self._found(wanted.order_by(follow_up_version.c.due, follow_up_version.c.follow_up))

    def of_notes(self, notes: Iterable[int], as_of: datetime | None = None) -> list[FollowUp]:
        """Return the follow-ups that came from notes, open and closed, the oldest first."""
        wanted = follow_up_columns().where(valid_at(follow_up_version, as_of), follow_up.c.note.in_(list(notes)))
        return self._found(wanted.order_by(follow_up.c.id))

    def find(
        self,
        text: str | None = None,
        metrics: Iterable[str] | None = None,
        owner: str | None = None,
        state: FollowUpState | None = None,
        as_of: datetime | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[FollowUp]:
        """Return the follow-ups that fit all that is given, the newest first; `text` as in `Notes.find`."""
        wanted = follow_up_columns().where(valid_at(follow_up_version, as_of))
        if text is not None and text.strip():
            found = found_in(follow_up.c.id, searched.c.follow_up, text, self._database.dialect, as_of)
            wanted = wanted.where(found)
        if metrics is not None:
            wanted = wanted.where(follow_up.c.metric.in_(list(metrics)))
        if owner is not None:
            wanted = wanted.where(follow_up_version.c.owner == owner)
        if state is not None:
            wanted = wanted.where(follow_up_version.c.state == state)
        return self._found(wanted.order_by(follow_up.c.id.desc()).limit(limit).offset(offset or None))

    def _found(self, wanted: Select[*tuple[Any, ...]]) -> list[FollowUp]:
        with self._database.read() as connection:
            return [follow_up_of(row) for row in connection.execute(wanted).all()]

    def _change(
        self,
        id: int,
        base_version: int,
        author: Author,
        new: NewFollowUp | None = None,
        state: FollowUpState | None = None,
        outcome: str | None = None,
    ) -> FollowUp:
        with self._database.write() as connection:
            now = _present(connection, id)
            if now.version != base_version:
                raise EditConflict(now)
            if state is not None and now.state == state:
                raise LedgerError(f"Follow-up {id} is already {state}.")
            step = end_version(connection, follow_up_version, id, self._database.now())
            said = now.outcome if outcome is None else outcome
            return _write(connection, id, new or now, step, author, state or now.state, said)


def follow_up_columns() -> Select[*tuple[Any, ...]]:
    """Return the selection of all that `follow_up_of` reads."""
    created = (
        follow_up.c.created_at,
        follow_up.c.author,
        follow_up.c.author_verified,
        follow_up.c.metric,
        follow_up.c.note,
    )
    joined = select(follow_up_version, *created)
    return joined.join_from(follow_up_version, follow_up, follow_up.c.id == follow_up_version.c.follow_up)


def follow_up_of(row: Row[*tuple[Any, ...]]) -> FollowUp:
    """Return the follow-up of a row of `follow_up_columns`."""
    return FollowUp(
        id=row.follow_up,
        version=row.version,
        text=row.text,
        owner=row.owner,
        due=row.due,
        metric=row.metric,
        note=row.note,
        state=cast(FollowUpState, row.state),
        outcome=row.outcome,
        author=Author(row.author, row.author_verified),
        created_at=row.created_at,
        changed_by=Author(row.changed_by, row.changed_by_verified),
        changed_at=row.at,
    )


def _present(connection: Connection, id: int) -> FollowUp:
    present = follow_up_columns().where(follow_up_version.c.follow_up == id, follow_up_version.c.until.is_(None))
    row = connection.execute(present).first()
    if row is None:
        raise _unknown(id)
    return follow_up_of(row)


def _unknown(id: int) -> LedgerError:
    return LedgerError(f"There is no follow-up {id} in the ledger.")


def _write(
    connection: Connection,
    id: int,
    new: NewFollowUp,
    step: Step,
    author: Author,
    state: FollowUpState,
    outcome: str,
) -> FollowUp:
    row = {
        "follow_up": id,
        "version": step.version,
        "at": step.at,
        "changed_by": author.name,
        "changed_by_verified": author.verified,
        "text": new.text,
        "owner": new.owner,
        "due": new.due,
        "state": state,
        "outcome": outcome,
    }
    connection.execute(insert(follow_up_version).values(row))
    kept = _present(connection, id)
    if step.version > 1:
        forget_text(connection, step.at, follow_up=id)
    index_text(connection, step.at, f"{kept.text}\n{kept.outcome}", note=kept.note, follow_up=id)
    return kept


def _checked(new: NewFollowUp) -> NewFollowUp:
    if not new.text.strip() or not new.owner.strip():
        raise LedgerError("A follow-up needs a text and an owner.")
    check_length(new.text)
    return replace(new, text=written(new.text), owner=written(new.owner))


def _moment(when: date | datetime | None) -> datetime | None:
    if when is None or isinstance(when, datetime):
        return when
    return datetime.combine(when + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)
