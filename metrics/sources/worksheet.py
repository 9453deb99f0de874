"""The cells of one worksheet as texts, row by row, and what is not seen in them: hidden rows, merged cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor
from xml.parsers import expat

from metrics.sources.report import SourceError
from metrics.sources.workbook import Sheet, Workbook, plain

MOST_ROWS, MOST_COLUMNS = 1 << 20, 1 << 14

_MOST_CELLS = 20_000_000
_LONG = 16
_HALF_SECOND = 0.5 / 86_400
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})?\$?([1-9][0-9]{0,6})?")


@dataclass(frozen=True)
class Area:
    """A range of a sheet, rows and columns counted from 1; its ends belong to it."""

    first_row: int = 1
    first_column: int = 1
    last_row: int = MOST_ROWS
    last_column: int = MOST_COLUMNS

    def holds(self, row: int, column: int) -> bool:
        """Return whether a cell lies in it."""
        return self.first_row <= row <= self.last_row and self.first_column <= column <= self.last_column


def read_area(text: str) -> Area | None:
    """Return what a range such as `A3:H`, `$A$3:$H$90`, `A:H` or `3:90` means; None where it is no range."""
    start, colon, end = text.strip().upper().partition(":")
    first, last = _REFERENCE.fullmatch(start), _REFERENCE.fullmatch(end)
    if not (start and end and colon and first and last):
        return None
    column, row = column_number(first[1] or "A"), int(first[2] or 1)
    last_column = column_number(last[1]) if last[1] else MOST_COLUMNS
    last_row = int(last[2]) if last[2] else MOST_ROWS
    if last_row < row or last_column < column or last_row > MOST_ROWS or last_column > MOST_COLUMNS:
        return None
    return Area(row, column, last_row, last_column)


def column_number(letters: str) -> int:
    """Return the number of a column by its letters: A is 1."""
    number = 0
    for sign in letters:
        number = number * 26 + ord(sign) - ord("A") + 1
    return number


class SheetReader:
    """Reads one sheet once. After `rows` the other fields tell what was there."""

    def __init__(self, workbook: Workbook, sheet: Sheet, area: Area) -> None:
        self._workbook = workbook
        self._sheet = sheet
        self._area = area
        self.hidden_rows = 0
        self.hidden_columns = 0
        self.merged: list[Area] = []
        self._days: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        self._cells = 0
        self._finished: list[tuple[int, list[str]]] = []
        self._row = 0
        self._column = 0
        self._texts: list[str] = []
        self._hidden = False
        self._kind: str | None = None
        self._style = 0
        self._value: str | None = None
        self._formula: str | None = None
        self._pieces: list[str] = []
        self._text: list[str] = []

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number of each row of the area that has cells, and its texts from the area's first column on.

        A date is 2021-01-31, a time 13:30:00; a formula whose value was never stored stands as `=A1+B1`. Raises
        SourceError where the sheet has too many cells.
        """
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text.append
        for _ in self._workbook.parsing(self._sheet.part, parser):
            yield from self._finished
            self._finished.clear()
            if self._cells > _MOST_CELLS:
                raise SourceError(
                    f"{self._workbook.name} ({self._sheet.name}) has more than {_MOST_CELLS:,} cells: save what is"
                    " needed as a sheet of its own, or as CSV."
                )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        self._text.clear()
        if tag == "c":
            self._kind = attributes.get("t")
            self._style = int(attributes.get("s", 0))
            self._value = self._formula = None
            reference = attributes.get("r")
            self._column = self._column_of(reference) if reference else self._column + 1
        elif tag == "row":
            self._row = int(float(attributes["r"])) if "r" in attributes else self._row + 1
            if not 0 < self._row <= MOST_ROWS:
                raise ValueError(f"it has a row {self._row}")
            self._column, self._texts = 0, []
            self._hidden = attributes.get("hidden") in ("1", "true")
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            first = max(int(attributes["min"]), self._area.first_column)
            self.hidden_columns += max(0, min(int(attributes["max"]), self._area.last_column) + 1 - first)
        elif tag == "mergeCell":
            area = read_area(attributes.get("ref", ""))
            if area and self._area.holds(area.first_row, area.first_column):
                self.merged.append(area)

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "v":
            self._value = "".join(self._text)
        elif tag == "t":
            self._pieces.append("".join(self._text))
        elif tag == "f":
            self._formula = "".join(self._text)
        elif tag == "c":
            self._cells += 1
            if self._area.holds(self._row, self._column):
                self._put(self._column - self._area.first_column, self._read())
            self._pieces.clear()
        elif tag == "row" and self._area.first_row <= self._row <= self._area.last_row:
            self._finished.append((self._row, self._texts))
            self.hidden_rows += self._hidden and any(self._texts)

    def _put(self, at: int, text: str) -> None:
        if not text:
            return
        lacking = at + 1 - len(self._texts)
        if lacking > 0:
            self._texts.extend([""] * lacking)
        self._texts[at] = text

    def _column_of(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        found = self._columns.get(letters)
        if found is None:
            found = self._columns[letters] = column_number(letters.upper())
            if not 0 < found <= MOST_COLUMNS:
                raise ValueError(f"it has a cell {reference}")
        return found

    def _read(self) -> str:
        """Return the text of the cell that ends here."""
        value, kind = self._value, self._kind
        if self._formula is not None and self._is_uncalculated():
            return plain(f"={self._formula or '…'}")
        if kind == "inlineStr":
            return plain("".join(self._pieces))
        if not value:
            return ""
        if kind is None or kind == "n":
            shown = self._workbook.shown
            if self._style < len(shown) and shown[self._style] != "number":
                return self._moment(value, shown[self._style] == "date")
            # Excel stores 0.1 as 0.10000000000000001.
            return value if len(value) < _LONG else repr(float(value))
        match kind:
            case "s":
                return self._workbook.strings[int(value)]
            case "b":
                return "TRUE" if value == "1" else "FALSE"
            case "d":
                return value.partition("T")[0]
            case _:
                return plain(value)

    def _is_uncalculated(self) -> bool:
        if self._kind == "str":
            return self._value is None
        return not self._value or (self._value == "0" and self._workbook.uncalculated)

    def _moment(self, value: str, is_date: bool) -> str:
        found = self._days.get(value) if is_date else None
        if found is None:
            found = _day(value, self._workbook.starts_1904) if is_date else _time(value)
            if is_date:
                self._days[value] = found
        return found


def _day(value: str, starts_1904: bool) -> str:
    """Return the day that a number stands for; the number itself where it is none of Excel's days."""
    try:
        number = floor(float(value) + _HALF_SECOND)
    except (ValueError, OverflowError):
        return value
    if starts_1904:
        first, last, origin = 0, 2_957_003, date(1904, 1, 1)
    else:  # Excel has a 29 February 1900, its day 60
        first, last, origin = 61, 2_958_465, date(1899, 12, 30)
    return (origin + timedelta(number)).isoformat() if first <= number <= last else value


def _time(value: str) -> str:
    """Return the time of day, or the hours and more, that a number stands for, as 13:30:00."""
    try:
        seconds = round(float(value) * 86_400)
    except (ValueError, OverflowError):
        return value
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
