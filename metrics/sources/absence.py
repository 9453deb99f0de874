"""Why a series got no row of a source, and which names in it nobody asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

import duckdb

from metrics.errors import nearest, shorten
from metrics.sources.header import BLANKS
from metrics.sources.plan import Plan
from metrics.sources.series import Series
from metrics.sources.table import trimmed

_MOST_NAMES = 10
_MOST_VALUES = 1_000


class Absences:
    """Looks into the files again; only needed where something is absent."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, plans: Sequence[Plan]) -> None:
        self._connection = connection
        self._plans = plans
        self._values: dict[str, list[str]] = {}

    @cached_property
    def names(self) -> list[str]:
        """All names in the metric column (long layout), sorted."""
        return self._distinct((plan, plan.metric) for plan in self._plans)

    def strangers(self, known: Collection[str], column: str) -> str | None:
        """Return a sentence on the names in the metric column that are none of `known`; None where all are."""
        unknown = [name for name in self.names if name and name not in known]
        if not unknown:
            return None
        if len(unknown) == 1:
            return f"1 name in column {column} belongs to no metric: {shorten(unknown[0])}."
        return f"{len(unknown)} names in column {column} belong to no metric: {some(unknown)}."

    def nameless(self, column: str) -> str | None:
        """Return a sentence on the rows that have a value and no name in the metric column; None without any."""
        if "" not in self.names:
            return None
        count, first = 0, ""
        for plan in self._plans:
            texts = plan.table.texts([position for position in (plan.metric, plan.value) if position is not None])
            found = self._connection.execute(
                f"SELECT count(*), min(row) FROM ({texts}) WHERE {plan.is_nameless}"
            ).fetchone()
            if found and found[0]:
                count += found[0]
                row = plan.table.spreadsheet_rows([found[1]])[found[1]]
                first = first or f"row {row} of {plan.table.name}"
        if not count:
            return None
        rows = "1 row has" if count == 1 else f"{count:,} rows have"
        return f"{rows} a value and nothing in column {column}, so that no metric gets it: {first}."

    def why_empty(self, one: Series) -> str:
        """Return a sentence that says why no row of the files feeds a series whose columns are there."""
        name = one.column.strip(BLANKS)
        files = some([plan.table.name for plan in self._plans])
        if self._plans[0].metric is not None and name not in self.names:
            known = [other for other in self.names if other]
            close = nearest(name, known)
            there = f"Did you mean '{close}'?" if close else f"It has: {some(known)}."
            column = self._plans[0].table.header.names[self._plans[0].metric]
            return f"{files} has no '{shorten(name)}' in column {column}. {there}"
        for column, text in one.where:
            values = self._values_of(column)
            if text.strip(BLANKS) not in values:
                close = nearest(text, values)
                hint = f" Did you mean '{shorten(close)}'?" if close else ""
                shown = some([value or "(blank)" for value in values])
                return f"No row of {files} has {column} '{shorten(text)}'. The values there are: {shown}.{hint}"
        if not one.where:
            return f"No row of {files} with a readable date has '{shorten(name)}'."
        asked = " and ".join(f"{column} '{shorten(text)}'" for column, text in one.where)
        subject = f"'{shorten(name)}' with {asked}" if self._plans[0].metric is not None else asked
        return f"No row of {files} with a readable date has {subject}."

    def _values_of(self, column: str) -> list[str]:
        if column not in self._values:
            self._values[column] = self._distinct((plan, plan.position(column)) for plan in self._plans)
        return self._values[column]

    def _distinct(self, columns: Iterable[tuple[Plan, int | None]]) -> list[str]:
        """Return the distinct texts of a column in all files, at most 1,000."""
        queries = [
            f"SELECT DISTINCT {trimmed(f'c{position}')} AS text FROM ({plan.table.texts([position], numbered=False)})"
            for plan, position in columns
            if position is not None
        ]
        union = " UNION ".join(f"({query})" for query in queries)
        rows = self._connection.execute(f"SELECT text FROM ({union}) ORDER BY text LIMIT {_MOST_VALUES}").fetchall()
        return [text for (text,) in rows]


def some(names: Iterable[str]) -> str:
    """Return at most ten names, joined by commas, and how many more there are."""
    listed = [shorten(name) for name in names]
    more = len(listed) - _MOST_NAMES
    return ", ".join(listed[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
