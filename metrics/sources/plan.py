"""What is wanted of one file: which of its columns feed which series, as parts of SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from metrics.sources.header import BLANKS
from metrics.sources.series import Series
from metrics.sources.table import Table, literal, trimmed

Where = tuple[tuple[str, str], ...]

_LIST_LENGTH = 200


@dataclass(frozen=True)
class Plan:
    """A file and the series that it feeds.

    In the wide layout `series` are those whose columns the file has, and `metric` and `value` are None. In the long
    layout they are the positions of the two columns, and `series` are all: the rows tell which metrics there are.
    """

    table: Table
    series: tuple[Series, ...]
    metric: int | None = None
    value: int | None = None

    @cached_property
    def values(self) -> Mapping[str, int]:
        """Positions of the columns that hold values, by the column's name in a series (wide layout)."""
        return {one.column: self.position(one.column) for one in self.series} if self.metric is None else {}

    @cached_property
    def wheres(self) -> Sequence[Where]:
        """Each condition that some series has, once."""
        return tuple(dict.fromkeys(one.where for one in self.series))

    @cached_property
    def text_columns(self) -> frozenset[int]:
        """Positions of the columns that are compared with names and filters."""
        filters = {self.position(column) for where in self.wheres for column, _ in where}
        return frozenset(filters | ({self.metric} if self.metric is not None else set()))

    @cached_property
    def value_columns(self) -> frozenset[int]:
        """Positions of the columns that hold values."""
        return frozenset(self.values.values() if self.value is None else [self.value])

    @property
    def positions(self) -> frozenset[int]:
        """Positions of all columns that are needed."""
        return self.text_columns | self.value_columns | {self.table.date}

    def position(self, column: str) -> int:
        """Return the position of a column that the file is known to have."""
        found = self.table.header.position(column)
        assert found is not None, column
        return found

    def value_position(self, one: Series) -> int:
        """Return the position of the column that holds the values of a series that the file feeds."""
        return self.values[one.column] if self.value is None else self.value

    def matches(self, where: Where) -> str:
        """Return the SQL condition that a row has all that `where` asks for."""
        conditions = [
            f"{trimmed(f'c{self.position(column)}')} = {literal(text.strip(BLANKS))}" for column, text in where
        ]
        return " AND ".join(conditions) or "true"

    @property
    def matches_any(self) -> str:
        """The SQL condition that a row is wanted by some series."""
        return " OR ".join(f"({self.matches(where)})" for where in self.wheres) or "false"

    @property
    def is_nameless(self) -> str:
        """The SQL condition that a row of texts has a value, and names no metric (long layout)."""
        return f"{trimmed(f'c{self.metric}')} = '' AND {trimmed(f'c{self.value}')} <> ''"

    @property
    def matches_series(self) -> str:
        """The SQL condition that a row has what the series joined to it as `s` asks for (long layout)."""
        if not any(self.wheres):
            return "true"
        cases = " ".join(f"WHEN {number} THEN {self.matches(where)}" for number, where in enumerate(self.wheres))
        return f"(CASE s.condition {cases} END)"

    def lists(self, cell: Callable[[Series, str], str]) -> tuple[list[str], list[str]]:
        """Return SQL lists for a row: of numbers of series, and of their cells (wide layout).

        They are short, for DuckDB's time to unnest a list grows with the square of its length.
        """
        numbers, cells = [], []
        for where in self.wheres:
            these = [one for one in self.series if one.where == where]
            for at in range(0, len(these), _LIST_LENGTH):
                part = these[at : at + _LIST_LENGTH]
                own_numbers = f"[{', '.join(str(one.number) for one in part)}]"
                own_cells = f"[{', '.join(cell(one, f'c{self.values[one.column]}') for one in part)}]"
                if where:
                    own_numbers = f"CASE WHEN {self.matches(where)} THEN {own_numbers} ELSE [] END"
                    own_cells = f"CASE WHEN {self.matches(where)} THEN {own_cells} ELSE [] END"
                numbers.append(own_numbers)
                cells.append(own_cells)
        return numbers, cells
