"""Errors that the input of a user can cause. The bottom of the import graph."""

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST_WORD = 80


class NorthstarError(Exception):
    """Base of every error that Northstar raises on purpose: its text is a full sentence for the user."""


class UnknownNameError(NorthstarError, KeyError):
    """A name that nothing carries; the sentence proposes the nearest one that exists."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.suggestion = nearest(name, known)
        hint = f" Did you mean '{self.suggestion}'?" if self.suggestion else ""
        super().__init__(f"There is no {kind} '{shorten(name)}'.{hint}")

    def __str__(self) -> str:
        return str(self.args[0])


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name closest to `name`, or None when nothing is close."""
    if len(name) > _LONGEST_WORD:
        return None
    by_lower = {candidate.lower(): candidate for candidate in known}
    matches = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[matches[0]] if matches else None


def shorten(text: str, longest: int = 60) -> str:
    """Return `text` on one line, cut to `longest` characters with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
