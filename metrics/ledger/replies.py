"""What is said to notes; every version stays, as with the notes themselves."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from metrics.ledger.author import Author
from metrics.ledger.columns import written
from metrics.ledger.conflict import EditConflict, NotTheAuthorError
from metrics.ledger.database import Database
from metrics.ledger.ledger_error import LedgerError
from metrics.ledger.note import Reply
from metrics.ledger.note_rows import add_mentions, replies_of, reply_columns
from metrics.ledger.note_tables import note_version, reply, reply_version
from metrics.ledger.search import forget_text, index_text
from metrics.ledger.versions import Step, check_length, end_version


class Replies:
    """The replies to notes. A change is one more version; a deletion can be undone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, note_id: int, text: str, author: Author) -> Reply:
        """Keep a reply to a note; raises LedgerError where there is no such note, or it is deleted, or no text."""
        text = _checked(text)
        present = select(note_version.c.deleted).where(note_version.c.note == note_id, note_version.c.until.is_(None))
        with self._database.write() as connection:
            if connection.execute(present).scalar_one_or_none() is not False:
                raise LedgerError(f"There is no note {note_id} to reply to.")
            at = self._database.now()
            created = {"created_at": at, "author": author.name, "author_verified": author.verified, "note": note_id}
            id = connection.execute(insert(reply).values(created).returning(reply.c.id)).scalar_one()
            _write(connection, note_id, id, text, Step(1, at), deleted=False)
            return _present(connection, id)

    def edit(self, reply_id: int, base_version: int, text: str, author: Author) -> Reply:
        """Keep a new version of a reply that its author read at `base_version`; raises as `Notes.edit` does."""
        return self._change(reply_id, base_version, _checked(text), author, deleted=False)

    def delete(self, reply_id: int, base_version: int, author: Author) -> Reply:
        """Take a reply out of sight; it stays in the ledger. Raises as `edit` does."""
        return self._change(reply_id, base_version, None, author, deleted=True)

    def restore(self, reply_id: int, base_version: int, author: Author) -> Reply:
        """Undo a deletion. Raises as `edit` does, and LedgerError where the reply is not deleted."""
        return self._change(reply_id, base_version, None, author, deleted=False)

    def versions(self, reply_id: int) -> list[Reply]:
        """Return all versions of a reply, the newest first; raises LedgerError where there is none."""
        wanted = reply_columns().where(reply_version.c.reply == reply_id).order_by(reply_version.c.version.desc())
        with self._database.read() as connection:
            found = replies_of(connection, connection.execute(wanted).all())
        if not found:
            raise _unknown(reply_id)
        return found

    def _change(self, id: int, base_version: int, text: str | None, author: Author, deleted: bool) -> Reply:
        with self._database.write() as connection:
            now = _present(connection, id)
            if now.author != author:
                raise NotTheAuthorError(now.author.name)
            if now.version != base_version:
                raise EditConflict(now)
            if text is not None and now.deleted:
                raise LedgerError(f"Reply {id} is deleted. Restore it before you change it.")
            if text is None and now.deleted == deleted:
                raise LedgerError(f"Reply {id} is {'already' if deleted else 'not'} deleted.")
            step = end_version(connection, reply_version, id, self._database.now())
            _write(connection, now.note, id, now.text if text is None else text, step, deleted)
            return _present(connection, id)


def _present(connection: Connection, id: int) -> Reply:
    wanted = reply_columns().where(reply_version.c.reply == id, reply_version.c.until.is_(None))
    row = connection.execute(wanted).first()
    if row is None:
        raise _unknown(id)
    return replies_of(connection, [row])[0]


def _unknown(id: int) -> LedgerError:
    return LedgerError(f"There is no reply {id} in the ledger.")


def _write(connection: Connection, note_id: int, id: int, text: str, step: Step, deleted: bool) -> None:
    row = {"reply": id, "version": step.version, "at": step.at, "deleted": deleted, "text": text}
    version = connection.execute(insert(reply_version).values(row).returning(reply_version.c.id)).scalar_one()
    add_mentions(connection, text, reply_version=version)
    if step.version > 1:
        forget_text(connection, step.at, note=note_id, reply=id)
    if not deleted:
        index_text(connection, step.at, text, note=note_id, reply=id)


def _checked(text: str) -> str:
    if not text.strip():
        raise LedgerError("A reply needs a text.")
    check_length(text)
    return written(text)
