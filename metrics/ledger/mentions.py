"""The people and metrics that a text mentions: `@ana`, `@ana@lumen.example`, `#activated_teams`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PERSON = re.compile(r"(?<![\w@./+-])@(\w(?:[\w.+-]*\w)?(?:@\w(?:[\w-]*\w)?(?:\.\w(?:[\w-]*\w)?)+)?)")
_METRIC = re.compile(r"(?<![\w#&/])#([a-z][a-z0-9_]*)(?!\w)")
_LONGEST = 200
_MOST = 200


@dataclass(frozen=True)
class Mentions:
    """Who and what a text mentions, each once, in the order of the text."""

    people: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()


def mentions_in(text: str) -> Mentions:
    """Return what a text mentions; of each kind the first 200, none longer than 200 characters."""
    return Mentions(_found(_PERSON, text), _found(_METRIC, text))


def _found(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for match in pattern.finditer(text):
        if len(match[1]) <= _LONGEST:
            found[match[1]] = None
        if len(found) == _MOST:
            break
    return tuple(found)
