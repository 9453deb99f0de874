"""What someone meant who wrote something else: numbers as people type them, and other words for the known ones."""

from __future__ import annotations

import re
from collections.abc import Mapping

from metrics.errors import nearest

_SPACE = "[ _'\u00a0\u2009\u202f\u2019]"
_AMOUNT = re.compile(
    rf"(?P<sign>[-\u2212]?)\s*(?:[A-Z]{{0,3}}\s*[$\u20ac\u00a3\u00a5]|[A-Z]{{3}})?\s*"
    rf"(?P<whole>[0-9]{{1,15}}|[0-9]{{1,3}}(?:(?:,|{_SPACE})[0-9]{{3}}){{1,4}}|)"
    r"(?P<fraction>\.[0-9]{1,12}|,[0-9]{1,2}|)\s*"
    r"(?:(?P<size>[kKmM]|bn|mn|mio)|(?P<percent>%)|[A-Z]{0,3}[$\u20ac\u00a3\u00a5]|[A-Z]{3}|)"
)
_PERIODS = re.compile(r"([0-9]{1,9})\s*(?:w|wk|wks|weeks?|mins?|minutes?)", re.IGNORECASE)
_ZEROS = {"k": 3, "m": 6, "mn": 6, "mio": 6, "bn": 9}
_TIGHT_COLON = re.compile(r"(?P<key>[A-Za-z_]\w*):(?!//)(?P<value>[^\s:,].*)", re.DOTALL)
# A word without counterpart stands here too where the nearest by its letters would be something else.
_OTHER_WORDS = {
    "avg": "mean", "average": "mean", "total": "sum", "minimum": "min", "maximum": "max", "latest": "last",
    "earliest": "first", "median": None, "count": None,
}  # fmt: skip
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_MOST_PARTS = 20


def number(text: str, *, whole: bool = False, in_percent: bool = False) -> str | None:
    """Return `60,000`, `60k`, `$500`, `5%` as plain numbers (60000, 60000, 500, 0.05); None where none can be made out.

    With `whole`, only whole numbers, such as 2 for `2 weeks`; with `in_percent`, `5%` is 5.
    """
    if whole:
        found = _PERIODS.fullmatch(text.strip()) or re.fullmatch(r"([0-9]{1,9})", text.strip())
        return str(int(found[1])) if found else None
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


def respelled(text: str, ids: Mapping[str, str]) -> str:
    """Return a formula with ids in place of other spellings, which `ids` has in small letters with single spaces."""
    parts = _WORDS.findall(text)
    most = min(_MOST_PARTS, max((len(_WORDS.findall(spelling)) for spelling in ids), default=0))
    made, at = [], 0
    while at < len(parts):
        for length in range(0 if parts[at].isspace() else min(most, len(parts) - at), 0, -1):
            spelling = " ".join("".join(parts[at : at + length]).split()).lower()
            if spelling in ids and not parts[at + length - 1].isspace():
                made.append(ids[spelling])
                at += length
                break
        else:
            made.append(parts[at])
            at += 1
    return "".join(made)
