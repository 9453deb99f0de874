"""The CSV file of a deck: its columns, its days, and the texts of the columns that filters ask about."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from metrics.sources.files import look_at
from metrics.sources.header import BLANKS, Header, find_header, no_column
from metrics.sources.report import SourceError
from metrics.starter.cells import Days, read_days

DATE = "Date"


@dataclass(frozen=True)
class Values:
    """A deck's CSV file."""

    path: Path
    header: Header

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns."""
        return self.header.names

    def has(self, column: str) -> bool:
        """Return whether there is a column of that name."""
        return self.header.position(column) is not None

    def missing(self, column: str) -> str:
        """Return the sentence that says that there is no such column."""
        return no_column(self.path.name, column, self.names)

    def cells(self, column: str) -> tuple[str, ...]:
        """Return the texts of a column, without blanks around them."""
        position = self.header.position(column)
        assert position is not None, "asked only for columns that are there"
        return tuple(row[position].strip(BLANKS) if position < len(row) else "" for row in self._rows)

    @cached_property
    def days(self) -> Days:
        """The days by their texts; raises SourceError where they can't be read."""
        return read_days(self.cells(DATE))

    @property
    def date_format(self) -> str | None:
        """The format that the source has to name: the app reads 1/2/21 with the month first where both are possible."""
        found = self.days.date_format
        if found is None or found.startswith(("%m", "%y")):
            return found
        return found.replace("%d", "%?").replace("%m", "%d").replace("%?", "%m")

    def days_with_value(self, column: str) -> list[date]:
        """Return the days on which a column has a value, in order."""
        by_text = self.days.by_text
        dated = {by_text.get(text) for text, cell in zip(self.cells(DATE), self.cells(column), strict=True) if cell}
        return sorted(day for day in dated if day is not None)

    @cached_property
    def _rows(self) -> Sequence[Sequence[str]]:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=self.header.delimiter, skipinitialspace=True)
            try:
                records = list(reader)
            except csv.Error:  # a cell of 128 KB
                place = f"{self.path.name}, line {reader.line_num}"
                raise SourceError(f"{place}: a quotation mark opens before here and is never closed.") from None
        return [row for row in records[self.header.row :] if row]


def read_values(path: Path) -> Values:
    """Return a deck's CSV file; raises SourceError where it is no text or has no column of days."""
    look_at(path, path.name)
    try:
        header = find_header(path, path.name, DATE, ())
    except SourceError as error:
        told = str(error).removesuffix(" Check 'date:' and the first row.")
        raise SourceError(f"{told} The app reads the days from a column with that name: rename yours.") from None
    return Values(path, header)
