"""The nearest known name, fast enough for thousands of names and bounded for files full of mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from heapq import nlargest

from metrics.errors import nearest
from metrics.tree.written import ID_PATTERN

_ID = re.compile(ID_PATTERN + r"\Z")
_CANDIDATES = 8
_MOST_COMPARISONS = 150_000


class Names:
    """The known names of one kind.

    The names that share most letter pairs are compared closely (`nearest`); after many comparisons no more
    suggestions are made, because by then the reader has enough of them.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._pairs: list[tuple[str, frozenset[str]]] | None = None
        self._compared = 0

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def nearest(self, name: str) -> str | None:
        """Return the known name closest to `name`, or None when nothing is close."""
        self._compared += len(self._names)
        if self._compared > _MOST_COMPARISONS:
            return None
        if self._pairs is None:
            self._pairs = [(known, _letter_pairs(known)) for known in sorted(self._names)]
        wanted = _letter_pairs(name)
        best = nlargest(_CANDIDATES, self._pairs, key=lambda known: 2 * len(wanted & known[1]) - len(known[1]))
        return nearest(name, [known for known, _ in best])


def slug(name: str, kind: str) -> str:
    """Return `name` where it is a well-formed id, else one like it."""
    if _ID.match(name):
        return name
    made = re.sub(r"[^a-z0-9]+", "_", name[:60].lower()).strip("_")
    if made and not made[0].isalpha():
        made = f"{kind}_{made}"
    return made or f"{kind}_1"


def _letter_pairs(name: str) -> frozenset[str]:
    text = f" {name.lower()[:80]} "
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))
