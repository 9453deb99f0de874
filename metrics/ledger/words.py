"""The words of a text, as search finds them: without case, accents and punctuation, the same for every database."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 64
_MOST_BYTES = 900_000  # PostgreSQL takes a megabyte
_MOST_ASKED = 50
# Letters and digits of all scripts, with the marks that belong to them; `_` parts the words of a metric's id.
_RUN = re.compile(r"(?:[^\W_]|[\u0900-\u0dff\u2190-\u2bff\U0001f000-\U0001faff])+")
# Signs that are a word each: those of scripts that put no blanks between words, arrows, pictures, emoji.
_SINGLE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u2190-\u2bff\U0001f000-\U0001faff"
)
_PARTS = re.compile(f"[{_SINGLE}]|[^{_SINGLE}]+")


def words(text: str) -> list[str]:
    """Return the different words of a text in their order, each cut to 64 characters.

    Of a very long text these are the first 900,000 bytes of different words.
    """
    found, size = [], 0
    for word in _different(text):
        size += len(word.encode())
        if size > _MOST_BYTES:
            break
        found.append(word)
    return found


def words_asked(query: str) -> list[str]:
    """Return the words of a query, at most 50; a text is found if each begins one of its words.

    Everything else in a query is punctuation and means nothing.
    """
    return list(_different(query))[:_MOST_ASKED]


def _different(text: str) -> dict[str, None]:
    return {word[:LONGEST]: None for run in _RUN.findall(_folded(text)) for word in _parts(run)}


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    flat = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(sign for sign in flat if not unicodedata.combining(sign))


def _parts(run: str) -> list[str]:
    return [run] if run.isascii() else _PARTS.findall(run)
