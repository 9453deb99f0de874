"""The rows of a database's answer as texts that read back as the same values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from metrics.sources.fetched import cell_text
from metrics.sources.header import unique

_LONGEST = 1_000
_MOST_BITS = 3_000


class Cells:
    """Rows of texts, the names of the columns first, made of typed rows as they come.

    `columns` are their names, `convert` turns single columns into typed values. `dated` are the numbers of columns
    that the database declares as dates; without it, those whose values, while they go by, turn out to be dates.
    """

    def __init__(
        self, columns: Sequence[str], timezone: str, convert: Mapping[int, Callable[[Any], Any]], dated: Sequence[int]
    ) -> None:
        self._columns = columns
        self._timezone = timezone
        self._convert = convert
        self._dated = dated
        self._found: dict[int, bool] = {}
        self._not_numbers: dict[int, int] = {}
        self.count = 0

    def rows(self, typed: Iterable[Sequence[Any]]) -> Iterator[list[str]]:
        """Yield the texts of each row."""
        yield [cell_text(name) for name in self._columns]
        for row in typed:
            self.count += 1
            yield [self._text(number, value) for number, value in enumerate(row)]

    def _text(self, number: int, value: Any) -> str:
        if value is None:
            return ""
        if number in self._convert:
            value = self._convert[number](value)
        kind = type(value)
        if kind is str:
            self._found[number] = False
            # Most texts are short and plain, and there are millions of them.
            return value if len(value) <= _LONGEST and value.isprintable() else _cut(cell_text(value))
        if isinstance(value, date):
            self._found.setdefault(number, True)
            return self._day(value)
        self._found[number] = False
        if isinstance(value, int):
            return cell_text(value) if value.bit_length() < _MOST_BITS else "a number of thousands of digits"
        if isinstance(value, float | Decimal):
            if math.isnan(value):
                self._not_numbers[number] = self._not_numbers.get(number, 0) + 1
            return _cut(cell_text(value))
        if isinstance(value, bytes | bytearray | memoryview):
            return f"({len(value)} bytes)"
        return _cut(cell_text(value))

    def _day(self, value: date) -> str:
        try:
            return cell_text(value, self._timezone)
        except (OverflowError, ValueError):  # a moment in the first or the last hours that Python knows
            return str(value)

    @property
    def date(self) -> str | None:
        """The name of the first column of dates, once all rows have gone by; None where there is none."""
        names = unique(self._columns)
        dated = self._dated or sorted(number for number, is_date in self._found.items() if is_date)
        return next((names[number] for number in dated if names[number]), None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was read as missing, and is no NULL."""
        names = unique(self._columns)
        return tuple(
            f"Column {names[number] or number + 1} holds NaN in {count} {'row' if count == 1 else 'rows'}: it is no"
            " number, and was read as missing."
            for number, count in sorted(self._not_numbers.items())
        )


def _cut(text: str) -> str:
    """Return a text short enough for any reader; what was cut off leaves no readable number behind."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
