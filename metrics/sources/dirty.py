"""Reading files as people have them: every cell as text first, then what the texts mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from metrics.errors import shorten
from metrics.sources.dates import FIRST_YEAR, LAST_YEAR, MONTH_NAME, resolve_dates
from metrics.sources.numbers import (
    FORMULA,
    LEFT_OUT,
    OF_FORMULA,
    Kind,
    explain,
    parsed,
    reads_both_ways,
    shows_decimal_point,
)
from metrics.sources.plan import Plan
from metrics.sources.report import MOST_PROBLEMS, Problem, SourceError
from metrics.sources.series import Series
from metrics.sources.table import scalar, trimmed
from metrics.tree.tree import Source

_SAME_CURRENCY = {
    "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "CN¥": "CNY",
    "CA$": "CAD", "A$": "AUD", "NZ$": "NZD", "MX$": "MXN", "R$": "BRL",
}  # fmt: skip

_MONTH = re.compile(
    rf"[0-9]{{4}}[-/.][0-9]{{1,2}}|[0-9]{{1,2}}[-/.][0-9]{{4}}|({MONTH_NAME})\.?[ -][0-9]{{4}}", re.IGNORECASE
)
_OTHER_WITH_OFFSET = re.compile(r"(?![0-9]{4}-[0-9]{2}-[0-9]{2}[ T]).*:[0-9]{2} ?(Z|[+-][0-9]{2}:?[0-9]{2})")

# What Excel counts days from 1927 to 2119 as.
_SERIAL = re.compile(r"[1-7][0-9]{4}(\.[0-9]+)?")


class DirtyFiles:
    """Files of one source on the way to `reading`, in the temporary tables `northstar_csv_date`, `_day` and `_cell`.

    `folder` takes the copies of malformed files.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Source,
        series: Mapping[int, Series],
        plans: Sequence[Plan],
        folder: Path,
    ) -> None:
        self._connection = connection
        self._source = source
        self._series = series
        self._folder = folder
        self.plans = list(plans)

    def stage(self, timezone: str) -> None:
        """Read all cells that are wanted; raises SourceError where a file or the order of its dates can't be read."""
        while failed := self._try_to_stage(timezone):
            for number in failed:
                plan = self.plans[number]
                copy = plan.table.rewrite(plan.positions, self._folder / f"{number}.csv")
                self.plans[number] = replace(plan, table=copy)

    def _try_to_stage(self, timezone: str) -> list[int]:
        """Stage all files; return the numbers of those that have to be read row by row."""
        run = self._connection.execute
        run("CREATE OR REPLACE TEMP TABLE northstar_csv_date(file INTEGER, text VARCHAR, n BIGINT)")
        run(
            "CREATE OR REPLACE TEMP TABLE northstar_csv_cell(file INTEGER, row BIGINT, number INTEGER, day DATE,"
            " cell VARCHAR, kind UTINYINT, value DOUBLE)"
        )
        run("DROP TABLE IF EXISTS temp.northstar_csv_day")
        failed = []
        for number, plan in enumerate(self.plans):
            text = trimmed(f"c{plan.table.date}")
            texts = plan.table.texts([plan.table.date], numbered=False)
            query = f"SELECT {number}, {text}, count(*) FROM ({texts}) GROUP BY ALL"
            if not self._filled("northstar_csv_date", query, plan):
                failed.append(number)
        if failed:
            return failed
        tables = [plan.table for plan in self.plans]
        resolve_dates(self._connection, tables, self._source.date_format, timezone)
        for number, plan in enumerate(self.plans):
            if plan.series and not self._filled("northstar_csv_cell", _cells(number, plan), plan):
                failed.append(number)
        return failed

    def _filled(self, table: str, query: str, plan: Plan) -> bool:
        if not plan.table.sound and plan.table.rewritten is None:
            return False
        try:
            self._connection.execute(f"INSERT INTO {table} {query}")
        except duckdb.Error as error:
            if plan.table.rewritten is None:
                return False
            reason = str(error).partition("\n")[0]
            raise SourceError(f"{plan.table.name} can't be read: {shorten(reason, 200)}") from None
        return True

    def mark_both_ways(self) -> bool:
        """Leave out cells such as 1,234 where others show that the comma is a decimal sign; return whether any does.

        They show it for their own column, and for all columns of their file as long as no cell shows that the dot is
        the decimal sign there; in the long layout, and where cells are parted by semicolons, as programs do that write
        decimal commas, for all columns of all files. In a file of such a program the comma may be the decimal sign
        also where no cell shows it, as long as none shows that the dot is.
        """
        shown = self._mark_beside_commas()
        parted = [str(file) for file, plan in enumerate(self.plans) if plan.table.header.delimiter == ";"]
        if parted:
            self._connection.execute(
                f"UPDATE northstar_csv_cell SET kind = {Kind.SEMICOLON}, value = NULL WHERE {reads_both_ways()}"
                f" AND file IN ({', '.join(parted)})"
                f" AND file NOT IN (SELECT file FROM northstar_csv_cell WHERE {shows_decimal_point()})"
            )
        return shown

    def _mark_beside_commas(self) -> bool:
        marks = f"kind IN ({Kind.COMMA}, {Kind.DOTS})"
        found = self._connection.execute(
            f"SELECT DISTINCT file, number FROM northstar_csv_cell WHERE {marks}"
        ).fetchall()
        if not found:
            return False
        everywhere = self._source.layout == "long" or any(
            self.plans[file].table.header.delimiter == ";" for file, _ in found
        )
        columns = {self._series[number].column for _, number in found}
        numbers = [one.number for one in self._series.values() if everywhere or one.column in columns]
        files = {file for file, _ in found}
        self._connection.execute(
            f"UPDATE northstar_csv_cell SET kind = {Kind.EITHER}, value = NULL"
            f" WHERE {reads_both_ways()} AND (number IN ({', '.join(map(str, numbers))})"
            f" OR file IN ({', '.join(map(str, files))})"
            f" AND file NOT IN (SELECT file FROM northstar_csv_cell WHERE {shows_decimal_point()}))"
        )
        return True

    def insert(self) -> None:
        """Append what was staged to `reading`, with NaN for cells that could not be read."""
        value = f"CASE WHEN kind >= {LEFT_OUT} THEN 'nan'::DOUBLE ELSE value END"
        self._connection.execute(f"INSERT INTO reading SELECT number, day, {value} FROM northstar_csv_cell")

    def days(self) -> tuple[int, date | None, date | None]:
        """Return the number of rows with a readable date, and their first and last day (None without any)."""
        found = self._connection.execute(
            "SELECT coalesce(sum(n), 0)::BIGINT, min(day), max(day) FROM northstar_csv_date"
            " JOIN northstar_csv_day USING (text) WHERE day IS NOT NULL"
        ).fetchone()
        assert found is not None
        return found[0], found[1], found[2]

    def percents(self) -> dict[int, tuple[str, str | None, float | None]]:
        """Return for each series with percents such a cell, and a plain number other than 0 with its value, if any."""
        plain = f"kind = {Kind.NUMBER} AND value <> 0"
        rows = self._connection.execute(
            f"SELECT number, first(cell) FILTER (kind = {Kind.PERCENT}), "
            f" first({{'cell': cell, 'value': value}}) FILTER ({plain})"
            f" FROM northstar_csv_cell GROUP BY number HAVING bool_or(kind = {Kind.PERCENT}) ORDER BY number"
        ).fetchall()
        return {number: (percent, other and other["cell"], other and other["value"]) for number, percent, other in rows}

    def currencies(self) -> dict[int, list[str]]:
        """Return for each series whose cells name several currencies the signs or codes of them."""
        mark = "regexp_extract(cell, '[A-Z]{0,2}\\p{Sc}|[A-Z]{3}')"
        codes = ", ".join(f"{sign!r}: {code!r}" for sign, code in _SAME_CURRENCY.items())
        # Most cells begin and end as plain numbers do.
        rows = self._connection.execute(
            f"SELECT number, list(DISTINCT mark ORDER BY mark)"
            f" FROM (SELECT number, coalesce(MAP {{{codes}}}[{mark}], {mark}) AS mark"
            f" FROM northstar_csv_cell WHERE kind = {Kind.NUMBER}"
            f" AND NOT (cell[1] BETWEEN '-' AND '9' AND cell[-1] BETWEEN '0' AND '9'))"
            f" WHERE mark <> '' GROUP BY number HAVING count(DISTINCT mark) > 1"
        ).fetchall()
        return dict(rows)

    def problems(self) -> tuple[list[Problem], int]:
        """Return the first problems in file order, and the number of all."""
        found: list[tuple[int, int, int, Problem]] = []
        count = 0
        for file, plan in enumerate(self.plans):
            found += [(file, problem.row or 0, -2, problem) for problem in plan.table.problems]
            count += len(plan.table.broken)
            bad_dates, bad_date_count = self._bad_dates(file, plan)
            found += bad_dates
            count += bad_date_count
        bad_cells, bad_cell_count = self._bad_cells()
        found = sorted(found + bad_cells, key=lambda problem: problem[:3])[:MOST_PROBLEMS]
        return self._on_spreadsheet_rows(found), count + bad_cell_count

    def _on_spreadsheet_rows(self, found: Sequence[tuple[int, int, int, Problem]]) -> list[Problem]:
        rows: dict[int, set[int]] = {}
        for file, row, _, _ in found:
            rows.setdefault(file, set()).add(row)
        shown = {file: self.plans[file].table.spreadsheet_rows(wanted) for file, wanted in rows.items()}
        return [replace(problem, row=shown[file][row]) for file, row, _, problem in found]

    def _bad_dates(self, file: int, plan: Plan) -> tuple[list[tuple[int, int, int, Problem]], int]:
        """Return the problems of rows whose date can't be read, and how many there are."""
        query = self._undated(file, plan)
        if query is None:
            return [], 0
        name = "NULL" if plan.metric is None else trimmed(f"c{plan.metric}")
        rows = self._connection.execute(
            f"SELECT row, text, coalesce(shaped, false), {name} {query} ORDER BY row LIMIT {MOST_PROBLEMS}"
        ).fetchall()
        count = len(rows) if len(rows) < MOST_PROBLEMS else scalar(self._connection, f"SELECT count(*) {query}")
        column = plan.table.column(plan.table.date)
        metrics = {one.column: one.metric for one in reversed(plan.series)}
        return [
            (file, row, -1, self._bad_date(plan, column, row, text, shaped, metrics.get(name)))
            for row, text, shaped, name in rows
        ], count

    def _undated(self, file: int, plan: Plan) -> str | None:
        """Return the FROM of a query for the wanted rows whose date can't be read; None where all can."""
        unread = scalar(
            self._connection,
            f"SELECT count(*) FROM northstar_csv_date LEFT JOIN northstar_csv_day USING (text)"
            f" WHERE file = {file} AND day IS NULL",
        )
        if not unread or not plan.series:
            return None
        text = trimmed(f"c{plan.table.date}")
        cells = [f"{trimmed(f'c{position}')} <> ''" for position in sorted(plan.value_columns)]
        wanted = f"({plan.matches_any}) AND ({text} <> '' OR {' OR '.join(cells)})"
        if plan.metric is not None:
            named = f"{trimmed(f'c{plan.metric}')} IN (SELECT name FROM northstar_csv_series)"
            wanted += f" AND ({named} OR {plan.is_nameless})"
        return (
            f"FROM (SELECT *, {text} AS text FROM ({plan.table.texts(plan.positions)}))"
            f" LEFT JOIN northstar_csv_day USING (text) WHERE day IS NULL AND {wanted}"
        )

    def lost_rows(self, file: int) -> list[int]:
        """Return the numbers of a file's rows that were left out as a whole."""
        plan = self.plans[file]
        query = self._undated(file, plan)
        undated = self._connection.execute(f"SELECT row {query}").fetchall() if query else []
        return [*plan.table.broken, *(row for (row,) in undated)]

    def _bad_date(self, plan: Plan, column: str, row: int, text: str, shaped: bool, metric: str | None) -> Problem:
        date_format = self._source.date_format
        if not text:
            what = "has no date; the row was left out"
        elif text.startswith("="):
            return Problem(
                plan.table.name, row, column, shorten(text), f"{FORMULA}; the row was left out", OF_FORMULA, metric
            )
        elif plan.table.file.first_column is not None and _SERIAL.fullmatch(text):
            what = "is a number, not a date; the row was left out"
            write = "a date, or format the cell as one"
            return Problem(plan.table.name, row, column, text, what, write, metric)
        elif date_format:
            what = f"is not a date written as {date_format}; the row was left out"
        elif _MONTH.fullmatch(text):
            what, write = "is a month, not a day; the row was left out", "a day of it, such as 2021-01-31"
            return Problem(plan.table.name, row, column, text, what, write, metric)
        elif shaped and _OTHER_WITH_OFFSET.fullmatch(text):
            what, write = "has an offset, and is not written as dates with one are", "a date such as 2021-01-31T10:00Z"
            return Problem(plan.table.name, row, column, shorten(text), f"{what}; the row was left out", write, metric)
        elif shaped:
            what = f"is not a day of the calendar in the years {FIRST_YEAR} to {LAST_YEAR}; the row was left out"
        else:
            what = "is not a date that can be read; the row was left out"
        write = f"a date written as {date_format}" if date_format else "a date such as 2021-01-31"
        return Problem(plan.table.name, row, column, shorten(text), what, write, metric)

    def _bad_cells(self) -> tuple[list[tuple[int, int, int, Problem]], int]:
        """Return the problems of cells that can't be read, and how many there are; a cell counts once."""
        long = self._source.layout == "long"
        columns = list(dict.fromkeys(one.column for one in self._series.values()))
        column_of = {one.number: 0 if long else columns.index(one.column) for one in self._series.values()}
        if not scalar(self._connection, f"SELECT count(*) FROM northstar_csv_cell WHERE kind >= {LEFT_OUT}"):
            return [], 0
        pairs = ", ".join(f"({number}, {column})" for number, column in column_of.items())
        query = (
            f"SELECT file, row, min(number) AS number, any_value(cell) AS cell, any_value(kind) AS kind"
            f" FROM northstar_csv_cell JOIN (VALUES {pairs}) AS v(number, col) USING (number)"
            f" WHERE kind >= {LEFT_OUT} GROUP BY file, row, col"
        )
        rows = self._connection.execute(f"{query} ORDER BY file, row, number LIMIT {MOST_PROBLEMS}").fetchall()
        count = len(rows) if len(rows) < MOST_PROBLEMS else scalar(self._connection, f"SELECT count(*) FROM ({query})")
        found = []
        for file, row, number, cell, kind in rows:
            plan, one = self.plans[file], self._series[number]
            position = plan.value_position(one)
            what, write = explain(Kind(kind), shorten(cell))
            column = plan.table.column(position)
            problem = Problem(plan.table.name, row, column, shorten(cell), what, write, one.metric)
            found.append((file, row, position, problem))
        return found, count


def _cells(file: int, plan: Plan) -> str:
    """Return the query for the wanted cells of a file, on rows with a readable date."""
    texts = plan.table.texts(plan.positions)
    dated = f"({texts}) r JOIN northstar_csv_day d ON d.day IS NOT NULL AND d.text = {trimmed(f'c{plan.table.date}')}"
    if plan.value is not None:
        cells = (
            f"SELECT row, s.number AS number, day, c{plan.value} AS cell, s.scale AS scale FROM {dated}"
            f" JOIN northstar_csv_series s ON s.name = {trimmed(f'c{plan.metric}')} WHERE {plan.matches_series}"
        )
    else:
        numbers, columns = plan.lists(lambda _, column: column)
        lists = f"unnest([{', '.join(numbers)}]) AS numbers, unnest([{', '.join(columns)}]) AS cells"
        per_list = f"SELECT row, day, {lists} FROM {dated}"
        unnested = f"SELECT row, unnest(numbers) AS number, day, unnest(cells) AS cell FROM ({per_list})"
        cells = f"SELECT u.*, s.scale AS scale FROM ({unnested}) u JOIN northstar_csv_series s USING (number)"
    return f"SELECT {file}, row, number, day, cell, kind, value FROM ({parsed(cells, 'scale')})"
