"""The column of dates of a sheet whose dates are serial numbers or texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from metrics.calendar import MONTHS
from metrics.sources.fetched import cell_text
from metrics.sources.header import BLANKS, unique
from metrics.sources.report import SourceError
from metrics.sources.sheet_locale import numeric_date
from metrics.sources.sheet_place import Place

Rows = Sequence[Sequence[object]]

_FIRST_ROWS = 20
_SAMPLE = 1_000
# Serial numbers of 1970 to 2199: a year, a number of a week or 20260105 in a column of dates is none.
_FIRST_SERIAL, _LAST_SERIAL = 25_569, 109_571
_MONTH = "|".join(name[:3] for name in MONTHS)
_DATED = re.compile(
    rf"\D{{0,12}}[0-9]{{1,4}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,4}}\b.*|.*\b({_MONTH})[a-z]*\b.*[0-9].*"
    rf"|.*[0-9].*\b({_MONTH})[a-z]*\b.*",
    re.IGNORECASE | re.DOTALL,
)
# English, German, French, Spanish, Italian, Portuguese, Dutch.
_DATE_WORD = re.compile(
    r"\b(dates?|days?|weeks?|months?|datum|tag|woche|monat|jour|semaine|mois|fecha|d[ií]a|semana|mes|giorno|settimana"
    r"|mese|data|m[eê]s|dag|maand)\b",
    re.IGNORECASE,
)


def find_dates(rows: Rows, declared: str | None, place: Place) -> tuple[int, int] | None:
    """Return the row of the header and the number of the column of dates, both counted from 0; None without any.

    It is the column of the declared name, else the first in which mostly dates stand below a text; the header is the
    row with most texts. `rows` are equally long. Raises SourceError where the dates stand side by side instead.
    """
    first = rows[:_FIRST_ROWS]
    if declared:
        wanted = declared.strip(BLANKS)
        for number, row in enumerate(first):
            names = unique([cell_text(value) for value in row])
            if wanted in names:
                return number, names.index(wanted)
        return None
    for column in range(len(rows[0])):
        headers = [
            (sum(isinstance(value, str) and not is_blank(value) for value in row), -number)
            for number, row in enumerate(first)
            if _holds_dates(rows, number, column)
        ]
        if headers:
            return -max(headers)[1], column
    _refuse_side_by_side(first, place)
    return None


def is_blank(value: object) -> bool:
    """Whether nothing is in a cell."""
    return value is None or (isinstance(value, str) and not value.strip(BLANKS))


def is_serial(value: object) -> bool:
    """Whether a cell can be a date as a serial number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and _FIRST_SERIAL <= value < _LAST_SERIAL


def _is_dated(value: object) -> bool:
    return is_serial(value) or (isinstance(value, str) and bool(_DATED.fullmatch(value.strip(BLANKS))))


def _holds_dates(rows: Rows, header: int, column: int) -> bool:
    """Whether a text stands in a row and mostly dates below it.

    Numbers that go up and down, without any date that is text and below no word for one, are no serial ones.
    """
    name = rows[header][column]
    if not isinstance(name, str) or is_blank(name) or _is_dated(name):
        return False
    filled = [row[column] for row in rows[header + 1 : header + 1 + _SAMPLE] if not is_blank(row[column])]
    dated = [value for value in filled if _is_dated(value)]
    if not dated or 2 * len(dated) < len(filled):
        return False
    serials = [value for value in dated if isinstance(value, int | float)]
    if len(serials) < len(dated) or _DATE_WORD.search(name):
        return True
    steps = [later - earlier for earlier, later in pairwise(serials) if later != earlier]
    up = sum(step > 0 for step in steps)
    return max(up, len(steps) - up) >= 0.8 * len(steps)


def _refuse_side_by_side(rows: Rows, place: Place) -> None:
    for number, row in enumerate(rows):
        serials = [value for value in row if isinstance(value, int | float) and is_serial(value)]
        texts = [value for value in row if isinstance(value, str) and numeric_date(value)]
        rising = len(serials) >= 4 and all(earlier < later for earlier, later in pairwise(serials))
        if rising or len(texts) >= 4:
            raise SourceError(
                f"The dates of {place.name} seem to stand side by side in row {place.area.first_row + number}: put them"
                " below each other in one column, a row a date (=TRANSPOSE(...) on another worksheet does it)."
            )
