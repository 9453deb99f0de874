"""Full-text search: FTS5 on SQLite, tsvector on PostgreSQL; the words come from `words.py`, so both find the same.

Each version of a text is indexed for as long as it holds, so that a search in the past finds what stood there then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, column, insert, literal_column, select, table, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from metrics.ledger.note_tables import searched
from metrics.ledger.versions import valid_at
from metrics.ledger.words import words, words_asked

_WORDS = table("search_words", column("id"), column("words", TSVECTOR))


def index_text(
    connection: Connection,
    at: datetime,
    text: str,
    *,
    note: int | None = None,
    reply: int | None = None,
    follow_up: int | None = None,
) -> None:
    """Let a text be found from a moment on; an earlier version of it is to be forgotten first.

    It is the text of a note, or of a reply or follow-up that belongs to the note, if to one.
    """
    row = {"at": at, "until": None, "note": note, "reply": reply, "follow_up": follow_up}
    id = connection.execute(insert(searched).values(row).returning(searched.c.id)).scalar_one()
    found = words(text)
    if connection.dialect.name == "postgresql":
        add = sql("insert into search_words (id, words) values (:id, array_to_tsvector(cast(:words as text[])))")
        connection.execute(add, {"id": id, "words": found})
    else:
        add = sql("insert into search_words (rowid, words) values (:id, :words)")
        connection.execute(add, {"id": id, "words": " ".join(found)})


def forget_text(
    connection: Connection,
    at: datetime,
    *,
    note: int | None = None,
    reply: int | None = None,
    follow_up: int | None = None,
) -> None:
    """Let a text be found no longer, from a moment on."""
    if reply is not None:
        same = searched.c.reply == reply
    elif follow_up is not None:
        same = searched.c.follow_up == follow_up
    else:
        same = and_(searched.c.note == note, searched.c.reply.is_(None), searched.c.follow_up.is_(None))
    connection.execute(update(searched).where(same, searched.c.until.is_(None)).values(until=at))


def found_in(
    owner: ColumnElement[int], among: ColumnElement[Any], query: str, dialect: str, as_of: datetime | None
) -> ColumnElement[bool]:
    """Return the condition that each word of a query begins a word in the texts of a note or a follow-up.

    `owner` is the id that is asked for, `among` the column of `searched` that it stands in. A query without a word
    finds nothing.
    """
    asked = words_asked(query)
    if not asked:
        return literal_column("1") == literal_column("0")
    conditions = []
    for word in asked:
        texts = select(among).where(searched.c.id.in_(_texts_with(word, dialect)), valid_at(searched, as_of))
        conditions.append(owner.in_(texts.where(among.is_not(None))))
    return and_(*conditions)


def _texts_with(word: str, dialect: str) -> Any:
    # A word has letters, digits and their marks only: nothing in it could end the quotes.
    if dialect == "postgresql":
        prefix = bindparam(None, f"'{word}':*", TSQUERY)
        return select(_WORDS.c.id).where(_WORDS.c.words.bool_op("@@")(prefix))
    rowid: ColumnElement[int] = literal_column("search_words.rowid")
    match = literal_column("search_words").op("match")(bindparam(None, f'"{word}"*'))
    return select(rowid).select_from(_WORDS).where(match)
