"""The one reader of tables: files of text -> one row a file row and series, and a report of what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import duckdb

from metrics.errors import nearest, shorten
from metrics.sources.absence import Absences, some
from metrics.sources.clean import ANY_ROW, CLEAN_DATES, insert_clean
from metrics.sources.date_column import find_date_column
from metrics.sources.dirty import DirtyFiles
from metrics.sources.fetched import Fetched
from metrics.sources.header import BLANKS, no_column
from metrics.sources.plan import Plan
from metrics.sources.report import Problem, Report, SourceError
from metrics.sources.series import Series
from metrics.sources.table import Table, open_table, storable
from metrics.sources.unknown_days import UnknownDays
from metrics.tree.tree import Source

# What makes fractions of numbers such as 12.5 that mean 12.5 %.
_OF_PERCENTS = 0.01


def read_fetched(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    series: Sequence[Series],
    fetched: Fetched,
    timezone: str,
) -> Report:
    """Append what was fetched of a source to the temporary table `reading(series INTEGER, day DATE, value DOUBLE)`.

    One row for each row of the files that has what the series asks for, and series: its scaled value, NULL where the
    cell is blank, NaN where it could not be read (the report tells). A row whose date can't be read is left out. A date
    with an offset is the day in `timezone`. The dates are in the column that the source names, else in the one that
    `fetched` names, else in the first that holds mostly dates. Raises SourceError, with nothing appended, where a file
    can't be read at all or no row of the source can. The connection must not be in a transaction, and no other series
    be numbered -1.
    """
    with TemporaryDirectory(prefix="northstar-") as copies, _clean_exit(connection, series):
        return _Reading(connection, source, series, fetched, timezone, Path(copies)).report()


@contextmanager
def _clean_exit(connection: duckdb.DuckDBPyConnection, series: Sequence[Series]) -> Iterator[None]:
    """Leave no table of ours behind, nor, after an error, any row."""
    try:
        yield
    except BaseException:
        delete_series(connection, [ANY_ROW, *(one.number for one in series)])
        raise
    finally:
        for table in ("series", "date", "day", "cell", "unknown"):
            connection.execute(f"DROP TABLE IF EXISTS temp.northstar_csv_{table}")


def delete_series(connection: duckdb.DuckDBPyConnection, numbers: Sequence[int]) -> None:
    """Delete the rows of some series from `reading`."""
    connection.execute(f"DELETE FROM reading WHERE series IN ({', '.join(map(str, numbers))})")


class Tally(NamedTuple):
    """Rows, values, cells that could not be read, first and last day of a series in `reading`."""

    rows: int
    values: int
    unread: int
    first: date
    last: date


class _Reading:
    """One run over the files of a source."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Source,
        series: Sequence[Series],
        fetched: Fetched,
        timezone: str,
        copies: Path,
    ) -> None:
        self._connection = connection
        self._source = source
        self._timezone = timezone
        self._copies = copies
        self._failed: dict[int, str] = {}
        self._notes = list(fetched.notes)
        self._rows = 0
        self._first_day: date | None = None
        self._last_day: date | None = None
        self._problems: list[Problem] = []
        self._problem_count = 0
        self._names = {one.column.strip(BLANKS) for one in series}
        self._tables = self._open(series, fetched)
        self._series = self._possible(series)
        self._plans = [self._plan(table) for table in self._tables]

    @property
    def _long(self) -> bool:
        return self._source.layout == "long"

    def _open(self, series: Sequence[Series], fetched: Fetched) -> list[Table]:
        source = self._source
        others = {column for one in series for column, _ in one.where}
        if self._long:
            if not source.metric or not source.value:
                raise SourceError(f"Source '{source.id}' is long: write 'metric:' and 'value:', the columns of both.")
            others |= {source.metric, source.value}
        else:
            others |= {one.column for one in series}
        date = source.date or fetched.date
        if not date:
            date, note = find_date_column(self._connection, fetched.files, others, source.date_format, self._timezone)
            self._notes += [note] if note else []
        tables = []
        for file in fetched.files:
            table = open_table(file, date, others)
            for column in (source.metric, source.value) if self._long else ():
                if column and table.header.position(column) is None:
                    raise SourceError(table.header.missing(table.name, column))
            tables.append(table)
        return tables

    @property
    def _columns(self) -> tuple[str, ...]:
        names = (name for table in self._tables for name in table.header.names)
        return tuple(dict.fromkeys(name for name in names if name))

    def _possible(self, series: Sequence[Series]) -> dict[int, Series]:
        """Return the series whose columns are there; those of the others are marked as failed."""
        possible = {}
        lacking: dict[str, list[Table]] = {}
        for one in series:
            for table in self._tables:
                for column, _ in one.where:
                    if table.header.position(column) is None:
                        self._failed.setdefault(one.number, table.header.missing(table.name, column))
            without = [table for table in self._tables if table.header.position(one.column) is None]
            if not self._long and len(without) == len(self._tables):
                where = some([table.name for table in self._tables])
                self._failed[one.number] = no_column(where, one.column, self._columns)
            elif not self._long and without:
                lacking[one.column] = without
            if one.number not in self._failed:
                possible[one.number] = one
        if lacking:
            column, without = next(iter(lacking.items()))
            which, first = ("column", "it") if len(lacking) == 1 else ("columns", shorten(column))
            said = f"Not every file has {which} {some(lacking)}: {first} is not in"
            self._notes.append(f"{said} {self._with_nearest(column, without)}")
        return possible

    def _with_nearest(self, column: str, tables: Sequence[Table]) -> str:
        """Return the names of tables without a column, and what it may be called in the first."""
        close = nearest(column, [name for name in tables[0].header.names if name and name not in self._names])
        hint = f" Did you mean '{shorten(close)}'?" if close else ""
        return f"{some([table.name for table in tables])}.{hint}"

    def _plan(self, table: Table) -> Plan:
        if self._long:
            assert self._source.metric and self._source.value
            metric = table.header.position(self._source.metric)
            return Plan(table, tuple(self._series.values()), metric, table.header.position(self._source.value))
        there = (one for one in self._series.values() if table.header.position(one.column) is not None)
        return Plan(table, tuple(there))

    def report(self) -> Report:
        """Read all files."""
        self._list_series()
        plain_dates = self._source.date_format in (None, CLEAN_DATES)
        dirty = [plan for plan in self._plans if not (plain_dates and insert_clean(self._connection, plan))]
        files = self._staged(dirty)
        tally = self._tally()
        self._count_clean_rows(tally)
        if files:
            self._note_percents(files.percents())
            currencies = {self._series[number].column: marks for number, marks in files.currencies().items()}
            for column, marks in currencies.items():
                self._notes.append(f"{column} has amounts in {some(marks)}, which are taken as they are. Write one.")
            self._problems, self._problem_count = files.problems()
            files.insert()
            self._add_days(*files.days())
            tally = self._tally()
        self._refuse_nothing(any(one.values for one in tally.values()))
        self._tell_absences(tally, files is not None)
        if self._source.absent == "zero":
            self._blank_unknown_days(files, any_stranger=files is not None or ANY_ROW in tally)
        return Report(
            source=self._source.id,
            files=tuple(plan.table.name for plan in self._plans),
            rows=self._rows,
            first_day=self._first_day,
            last_day=self._last_day,
            problems=tuple(self._problems),
            problem_count=self._problem_count,
            failed=self._failed,
            notes=tuple(self._notes),
            columns=self._columns,
            column_of=self._column_of(),
        )

    def _blank_unknown_days(self, files: DirtyFiles | None, any_stranger: bool) -> None:
        """See to it that no day becomes a zero that may have had a value."""
        unknown = UnknownDays(self._connection)
        if files is not None:
            unknown.around_lost_rows(files)
        if self._long and any_stranger:
            unknown.without_name(self._plans, files)
        if not self._long:
            unknown.without_column(self._plans, list(self._series.values()), files)
        unknown.blank()

    def _column_of(self) -> dict[int, str]:
        """Return what messages call the columns of values; without a letter where it is not the same in all files."""
        found: dict[int, str] = {}
        for plan in self._plans:
            for one in plan.series:
                position = plan.value_position(one)
                name = plan.table.column(position)
                same = found.setdefault(one.number, name) == name
                found[one.number] = name if same else plan.table.header.names[position]
        return found

    def _list_series(self) -> None:
        """Make the temporary table of series: `condition` numbers their filters, `leads` marks a name's first."""
        conditions = list(dict.fromkeys(one.where for one in self._series.values()))
        led: set[str] = set()
        rows = []
        for one in self._series.values():
            name = one.column.strip(BLANKS)
            rows.append((one.number, storable(name), one.scale, conditions.index(one.where), name not in led))
            led.add(name)
        columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], [], []]
        self._connection.execute(
            "CREATE OR REPLACE TEMP TABLE northstar_csv_series AS SELECT unnest($1::INTEGER[]) AS number,"
            " unnest($2::VARCHAR[]) AS name, unnest($3::DOUBLE[]) AS scale, unnest($4::INTEGER[]) AS condition,"
            " unnest($5::BOOLEAN[]) AS leads",
            columns,
        )

    def _staged(self, plans: Sequence[Plan]) -> DirtyFiles | None:
        if not plans:
            return None
        files = DirtyFiles(self._connection, self._source, self._series, plans, self._copies)
        files.stage(self._timezone)
        if files.mark_both_ways() and len(plans) < len(self._plans):
            # The clean files may hold 1.234, which is in doubt now too.
            delete_series(self._connection, [ANY_ROW, *self._series])
            files = DirtyFiles(self._connection, self._source, self._series, self._plans, self._copies)
            files.stage(self._timezone)
            files.mark_both_ways()
        read = {plan.table.name: plan for plan in files.plans}
        self._plans = [read.get(plan.table.name, plan) for plan in self._plans]
        return files

    def _tally(self) -> dict[int, Tally]:
        """Return for each series that has rows in `reading`, what they are."""
        rows = self._connection.execute(
            "SELECT series, count(*), count(value), count(*) FILTER (isnan(value)), min(day), max(day)"
            " FROM reading GROUP BY series"
        ).fetchall()
        return {
            number: Tally(count, filled - unread, unread, first, last)
            for number, count, filled, unread, first, last in rows
            if number in self._series or number == ANY_ROW
        }

    def _count_clean_rows(self, tally: Mapping[int, Tally]) -> None:
        """Count the rows of the clean files: those of no series, and those of one series of each name."""
        leads = {one.column.strip(BLANKS): number for number, one in reversed(self._series.items())}
        for number in (ANY_ROW, *(leads.values() if self._long else ())):
            if number in tally:
                self._add_days(tally[number].rows, tally[number].first, tally[number].last)
        if ANY_ROW in tally:
            delete_series(self._connection, [ANY_ROW])

    def _add_days(self, rows: int, first: date | None, last: date | None) -> None:
        self._rows += rows
        if first and last:
            self._first_day = min(first, self._first_day or first)
            self._last_day = max(last, self._last_day or last)

    def _note_percents(self, percents: Mapping[int, tuple[str, str | None, float | None]]) -> None:
        """Note each column whose percents are scaled once more, or stand beside plain numbers.

        The clean files, read before, have only plain ones.
        """
        notes = {}
        for number, (percent, plain, value) in percents.items():
            one = self._series[number]
            if one.scale == _OF_PERCENTS:
                notes[one.column] = (
                    f"{one.column} has percents ({percent}, a fraction as it is), and scale: {one.scale:g} divides them"
                    " by 100 once more. Write all without %, or all with % and no scale."
                )
                continue
            if plain is None:
                found = self._connection.execute(
                    f"SELECT first(value) FROM reading WHERE series = {number} AND value <> 0"
                ).fetchone()
                value = found[0] if found else None
                plain = None if value is None else f"{value / one.scale:g}"
            if plain is not None and value is not None:
                notes.setdefault(
                    one.column,
                    f"{one.column} mixes percents ({percent}, read as a fraction) and plain numbers ({plain}, read as"
                    f" {value * 100:g} %). Write all with %, or all as fractions.",
                )
        self._notes += notes.values()

    def _refuse_nothing(self, any_value: bool) -> None:
        """Raise SourceError where no row, or no value because of problems, could be read."""
        names = some([plan.table.name for plan in self._plans])
        first = ""
        if self._problems:
            problem = self._problems[0]
            where = f"{problem.file}, row {problem.row}" + (f", {problem.column}" if problem.column else "")
            what = problem.what.removesuffix("; the row was left out")
            first = (
                f" The first that could not be: {where}: {problem.value or 'a blank'} {what}. Write {problem.write}."
            )
        if not self._rows:
            if first:
                raise SourceError(f"{names}: no readable row.{first}")
            raise SourceError(f"{names}: no readable row below the header. Write at least one row with a date.")
        if not any_value and first:
            raise SourceError(f"{names}: no readable value.{first}")

    def _tell_absences(self, tally: Mapping[int, Tally], any_dirty: bool) -> None:
        """Say which series got no row and why, which no value, and which names in the files belong to no series."""
        empty = [one for number, one in self._series.items() if number not in tally]
        absences = Absences(self._connection, self._plans)
        if self._long and (any_dirty or empty or ANY_ROW in tally):
            column = str(self._source.metric)
            self._notes += filter(None, (absences.strangers(self._names, column), absences.nameless(column)))
        for one in empty:
            self._failed[one.number] = absences.why_empty(one)
        without = [one for number, one in self._series.items() if number in tally and not tally[number].values]
        unread = [one for one in without if tally[one.number].unread]
        for one in unread:
            self._failed[one.number] = self._none_readable(one)
        if unread:
            delete_series(self._connection, [one.number for one in unread])
        blank = {one.column: None for one in without if one not in unread}
        if blank:
            self._notes.append(f"No row has a value of {some(blank)}.")

    def _none_readable(self, one: Series) -> str:
        """Return the sentence for a series that has cells, none of which can be read."""
        names = some([plan.table.name for plan in self._plans])
        said = f"No value of {one.column} in {names} can be read."
        column = self._column_of()[one.number]
        for problem in self._problems:
            if problem.column == column and (not self._long or problem.metric == one.metric):
                where = f"{problem.value} in row {problem.row} of {problem.file}"
                return f"{said} The first, {where}, {problem.what}. Write {problem.write}."
        return said
