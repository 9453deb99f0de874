"""The cells of a sheet as Google gives them -> the texts that the reader of tables reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from metrics.calendar import MONTHS
from metrics.errors import shorten
from metrics.sources.fetched import cell_text
from metrics.sources.header import BLANKS, unique
from metrics.sources.report import SourceError
from metrics.sources.sheet_dates import find_dates, is_blank, is_serial
from metrics.sources.sheet_locale import Locale, NumericDate, numeric_date, with_point
from metrics.sources.sheet_place import Place
from metrics.sources.table import letters
from metrics.tree.tree import Source

_MOST_NAMED = 5
_EPOCH = date(1899, 12, 30)
_MILLISECONDS = 86_400_000


@dataclass(frozen=True)
class Texts:
    """The cells of a place as texts, all rows equally long; `date` is the column of dates, where one was found."""

    rows: list[list[str]]
    date: str | None
    notes: tuple[str, ...]


def sheet_texts(values: Sequence[Sequence[object]], source: Source, place: Place, locale: Locale, zone: str) -> Texts:
    """Return the cells of a place as texts.

    `values` are rows of unformatted values, dates as serial numbers. A serial number in the column of dates becomes its
    day; dates and numbers that are texts become what they are in the spreadsheet's `locale`, where they are something
    in it. All else stays for the reader to read or to report. Raises SourceError where there is no cell, where dates
    stand side by side, or where texts show that the locale may have swapped day and month.
    """
    rows = [list(row) for row in values]
    while rows and all(is_blank(value) for value in rows[-1]):
        rows.pop()
    if not rows:
        raise SourceError(f"{place.name} is empty: write a header and at least one row with a date below it.")
    width = max(map(len, rows))
    for row in rows:
        row += [""] * (width - len(row))
    return _Sheet(rows, source, place, locale, zone).texts()


@dataclass
class _Sheet:
    rows: list[list[object]]
    source: Source
    place: Place
    locale: Locale
    zone: str

    def texts(self) -> Texts:
        found = find_dates(self.rows, self.source.date, self.place)
        texts = [[cell_text(value) for value in row] for row in self.rows]
        if found is None:
            return Texts(texts, None, self._hidden())
        header, column = found
        names = unique(texts[header])
        dated = self._write_days(texts, header, column)
        numbers = self._write_numbers(texts, header, column, names)
        notes = (*self._merged(header, column), *dated, *numbers, *self._hidden())
        return Texts(texts, names[column], notes)

    def _write_days(self, texts: list[list[str]], header: int, column: int) -> tuple[str, ...]:
        """Write the days of serial numbers, and of texts that the locale decides; return what to say of the latter."""
        serials: dict[int, date] = {}
        numeric: dict[int, NumericDate] = {}
        for number in range(header + 1, len(self.rows)):
            value = self.rows[number][column]
            if is_serial(value):
                assert isinstance(value, int | float)
                serials[number] = _EPOCH + timedelta(days=round(value * _MILLISECONDS) // _MILLISECONDS)
            elif isinstance(value, str):
                parsed = numeric_date(value.strip(BLANKS))
                if parsed:
                    numeric[number] = parsed
        for number, day in serials.items():
            texts[number][column] = self._written(day) or texts[number][column]
        order = self.locale.order
        if self.source.date_format or order is None or not numeric:
            return ()
        numeric = {number: parsed for number, parsed in numeric.items() if parsed.is_a_day}
        against = [number for number, parsed in numeric.items() if parsed.by(order) is None]
        if against:
            if order != "year_first":
                self._refuse_swapped(against[0], serials, column)
            return ()
        for number, parsed in numeric.items():
            decided = parsed.by(order)
            assert decided is not None
            texts[number][column] = decided.isoformat() + parsed.rest
        doubtful = [
            number
            for number, parsed in numeric.items()
            if len({parsed.day_first, parsed.month_first, parsed.by(order)} - {None}) > 1
        ]
        if not doubtful:
            return ()
        first = doubtful[0]
        how = f"the {order.replace('_', ' ')}"
        return (
            f"Dates that are text, such as {self._cell(first, column)}, were read with {how}, as in the sheet's locale"
            f" {self.locale.name}.",
        )

    def _refuse_swapped(self, text: int, serials: dict[int, date], column: int) -> None:
        """Raise SourceError where Google may have taken a date that was typed in the other order for another day."""
        swapped = next((number for number, day in serials.items() if day.day <= 12 and day.day != day.month), None)
        if swapped is None:
            return
        day = serials[swapped]
        order = "month" if self.locale.order == "month_first" else "day"
        raise SourceError(
            f"{self.place.name}: the date {self._cell(text, column)} is text, because the sheet's locale"
            f" {self.locale.name} has the {order} first. Others typed like it, such as"
            f" {self._address(swapped, column)} ({day.day} {MONTHS[day.month - 1].capitalize()} {day.year}), may have"
            f" been taken for another day: set the locale under File, Settings, and type the dates again."
        )

    def _write_numbers(
        self, texts: list[list[str]], header: int, date_column: int, names: Sequence[str]
    ) -> tuple[str, ...]:
        """Write numbers that are texts with a decimal point, in a locale with decimal commas; return what to say."""
        if not self.locale.decimal_comma:
            return ()
        columns = [number for number, name in enumerate(names) if name and number != date_column]
        if self.source.layout == "long":
            columns = [number for number in columns if names[number] == (self.source.value or "").strip(BLANKS)]
        changed: list[tuple[int, int, str]] = []
        for number in range(header + 1, len(self.rows)):
            for column in columns:
                value = self.rows[number][column]
                found = with_point(value, self.locale) if isinstance(value, str) else None
                if found is not None:
                    changed.append((number, column, found))
        for number, column, found in changed:
            texts[number][column] = found
        if not changed:
            return ()
        number, column, found = changed[0]
        cells = "1 cell that is text was" if len(changed) == 1 else f"{len(changed)} cells that are text were"
        return (
            f"{cells} read as numbers of the sheet's locale {self.locale.name}, the first"
            f" {self._cell(number, column)} as {found.strip()}.",
        )

    def _written(self, day: date) -> str | None:
        """Return a day as the reader expects dates; None where `date_format` can't say it."""
        form = self.source.date_format
        if not form:
            return day.isoformat()
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(self.zone))
        try:
            written = noon.strftime(form)
            return written if datetime.strptime(written, form.replace("%-", "%")).date() == day else None
        except ValueError:
            return None

    def _merged(self, header: int, column: int) -> tuple[str, ...]:
        """Return a note on merged cells that leave columns without a name, or rows without a date."""
        row, date_column = self._row(header), self.place.area.first_column + column
        notes = []
        for merge in self.place.worksheet.merges:
            start = f"{letters(merge.first_column)}{merge.first_row}"
            cells = f"{start}:{letters(merge.last_column)}{merge.last_row}"
            if merge.first_row <= row <= merge.last_row and merge.last_column > merge.first_column:
                notes.append(
                    f"{cells} is one merged cell: of its columns only {letters(merge.first_column)} has a name."
                )
            elif merge.first_column <= date_column <= merge.last_column and merge.last_row > merge.first_row > row:
                notes.append(f"{cells} is one merged cell: of its rows only {merge.first_row} has a date.")
        return tuple(notes[:3])

    def _hidden(self) -> tuple[str, ...]:
        first = self.place.area.first_row
        hidden = [row for row in self.place.worksheet.hidden_rows if first <= row < first + len(self.rows)]
        if not hidden:
            return ()
        if len(hidden) == 1:
            return (f"{self.place.name} has a hidden row ({hidden[0]}), which was read too.",)
        named = ", ".join(str(row) for row in hidden[:_MOST_NAMED]) + (" ..." if len(hidden) > _MOST_NAMED else "")
        return (f"{self.place.name} has {len(hidden)} hidden rows ({named}), which were read too.",)

    def _row(self, number: int) -> int:
        return self.place.area.first_row + number

    def _address(self, number: int, column: int) -> str:
        return f"{letters(self.place.area.first_column + column)}{self._row(number)}"

    def _cell(self, number: int, column: int) -> str:
        return f"{shorten(str(self.rows[number][column]))} in {self._address(number, column)}"
