"""What someone meant who wrote something else: numbers as people type them, and other words for the known ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from metrics.errors import nearest

_SPACE = "[ _'\u00a0\u2009\u202f\u2019]"
_AMOUNT = re.compile(
    rf"(?P<sign>[-\u2212]?)\s*(?:[A-Z]{{0,3}}\s*[$\u20ac\u00a3\u00a5]|[A-Z]{{3}})?\s*"
    rf"(?P<whole>[0-9]{{1,15}}|[0-9]{{1,3}}(?:(?:,|{_SPACE})[0-9]{{3}}){{1,4}}|)"
    r"(?P<fraction>\.[0-9]{1,12}|,[0-9]{1,2}|)\s*"
    r"(?:(?P<size>[kKmM]|bn|mn|mio)|(?P<percent>%)|[A-Z]{0,3}[$\u20ac\u00a3\u00a5]|[A-Z]{3}|)"
)
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_PERIODS = re.compile(r"([0-9]{1,9})\s*(?:w|wk|wks|weeks?|mins?|minutes?)", re.IGNORECASE)
_ZEROS = {"k": 3, "m": 6, "mn": 6, "mio": 6, "bn": 9}
_TIGHT_COLON = re.compile(r"(?P<key>[A-Za-z_]\w*):(?!//)(?P<value>[^\s:,].*)", re.DOTALL)
# A word without counterpart stands here too where the nearest by its letters would be something else.
_OTHER_WORDS = {
    "avg": "mean", "average": "mean", "total": "sum", "minimum": "min", "maximum": "max", "latest": "last",
    "earliest": "first", "median": None, "count": None,
}  # fmt: skip
_PARTS = re.compile(r"\w+|\s+|[^\w\s]")
_MOST_PARTS = 20


def number(text: str, *, whole: bool = False, in_percent: bool = False) -> str | None:
    """Return `60,000`, `60k`, `$500`, `5%` as plain numbers (60000, 60000, 500, 0.05); None where none can be made out.

    With `whole`, only whole numbers, such as 2 for `2 weeks`; with `in_percent`, `5%` is 5.
    """
    if whole:
        found = _PERIODS.fullmatch(text.strip()) or re.fullmatch(r"([0-9]{1,9})(?:\.0*)?", text.strip())
        return str(int(found[1])) if found else None
    if _PLAIN.fullmatch(text.strip()):
        return text.strip()
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or not (match["whole"] or match["fraction"]):
        return None
    digits = re.sub(rf",|{_SPACE}", "", match["whole"])
    decimals = match["fraction"][1:]
    shift = -2 if match["percent"] and not in_percent else _ZEROS.get((match["size"] or "").lower(), 0)
    padded = digits.rjust(2, "0") + decimals.ljust(max(shift, 0), "0")
    point = len(digits.rjust(2, "0")) + shift
    plain = f"{padded[:point].lstrip('0') or '0'}.{padded[point:]}".rstrip("0").removesuffix(".")
    return ("-" if match["sign"] and plain != "0" else "") + plain


def word(text: str, allowed: list[str]) -> str | None:
    """Return which of the allowed words was meant, None where that is not clear."""
    known = _OTHER_WORDS.get(text.strip().lower(), "")
    if known == "":
        return nearest(text.replace(" ", "_"), allowed)
    return known if known in allowed else None


def spaced(text: str) -> tuple[str, str] | None:
    """Return key and value of `key:value`, which YAML takes for one text; None for all else."""
    match = _TIGHT_COLON.fullmatch(text.strip())
    return (match["key"], match["value"]) if match else None


class Respelling:
    """Ids in place of other spellings: the metrics' names, or malformed ids. Capitals do not matter."""

    def __init__(self, ids: Iterable[tuple[str, str]]) -> None:
        self._ids: dict[str, set[str]] = {}
        self._longest: dict[str, int] = {}
        for spelling, well_formed in ids:
            parts = _PARTS.findall(spelling.strip().lower())
            if 0 < len(parts) <= _MOST_PARTS:
                self._ids.setdefault(_key(parts), set()).add(well_formed)
                self._longest[parts[0]] = max(len(parts), self._longest.get(parts[0], 0))

    def formula(self, text: str) -> str:
        """Return a formula with the ids; a spelling that stands for several is left alone."""
        parts = _PARTS.findall(text)
        made: list[str] = []
        at = 0
        while at < len(parts):
            for length in range(min(self._longest.get(parts[at].lower(), 0), len(parts) - at), 0, -1):
                found = self._ids.get(_key(parts[at : at + length]), ())
                if len(found) == 1:
                    made += found
                    at += length
                    break
            else:
                made.append(parts[at])
                at += 1
        return "".join(made)


def _key(parts: Sequence[str]) -> str:
    return "".join(" " if part.isspace() else part for part in parts).lower()
