"""Read access to one warehouse file: values of any periods, histories, and the state of each source."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.calendar import Period
from metrics.errors import NorthstarError
from metrics.tree.tree import Tree
from metrics.warehouse import rollup, schema

_POINTS = """
select series, number as position, value, present, expected
from weekly join periods on periods.last = weekly.week_ending where span = 'week'
union all
select series, number as position, value, present, expected
from monthly join periods on periods.first = monthly.month where span = 'month'
"""

_COMPLETE_GROUPS = """
with complete as (
    select series, week_ending
    from weekly join week using (week_ending) join series on number = series
    where present >= expected and grain <> 'monthly'
    union all
    select series, week.week_ending
    from monthly join week using (month) join series on number = series
    where present >= expected and grain = 'monthly'
)
select week_ending, count(*)
from (
    select week_ending, group_number
    from complete join leaf using (series)
    group by week_ending, group_number having count(*) = any_value(size)
)
group by week_ending
"""

_LATELY = timedelta(days=34)
_ANSWERS_KEPT = 8
_NEWEST_OF_ALL = "select series, max(day) from daily where day between $from and $to group by series"
_NEWEST_OF = """
select series, max(day) from daily where day <= $to and series in (select unnest($series)) group by series
"""


@dataclass(frozen=True)
class Values:
    """Values of all series (rows, by number) over the periods asked for (columns); NaN where there is none.

    `present` of `expected` days are there; both 0 where a series has no value in the period.
    """

    value: NDArray[np.float64]
    present: NDArray[np.int64]
    expected: NDArray[np.int64]


@dataclass(frozen=True)
class WeeklyMatrix:
    """All weeks of all series: rows as `weeks` (each week from the first to the last), columns by number.

    NaN where there is no value; `present` of `expected` days are there, both 0 where there is none.
    """

    weeks: tuple[date, ...]
    value: NDArray[np.float64]
    present: NDArray[np.int64]
    expected: NDArray[np.int64]


@dataclass(frozen=True)
class SeriesState:
    """What is known of one series: its grain, its span of days, when it was read, why it could not be."""

    number: int
    key: str
    metric: str
    kind: str
    source: str | None
    grain: str | None
    first_day: date | None
    last_day: date | None
    read_at: datetime | None
    error: str | None


@dataclass(frozen=True)
class SourceState:
    """How the last refresh found a source. `read_at` (UTC) is when its present values were read.

    `status` is read; stale (failed, older values kept); failed (no values).
    """

    id: str
    status: str
    read_at: datetime | None
    row_count: int
    first_day: date | None
    last_day: date | None
    problem_count: int
    error: str | None
    notes: Sequence[str]
    files: Sequence[str]
    columns: Sequence[str]
    fingerprint: str

    @property
    def read_from(self) -> str:
        """A sentence on where the present values were read, after a blank: not always where they should be now."""
        if not self.files:
            return ""
        more = f" and {len(self.files) - 3:,} more" if len(self.files) > 3 else ""
        return f" The values shown were read from {', '.join(self.files[:3])}{more}."


class WarehouseError(NorthstarError):
    """A published file that can't be opened: removed, or damaged."""


class Warehouse:
    """A published warehouse file, open for reading. Safe to share between threads: each call has its own cursor."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection | None = None) -> None:
        """Open the file at `path`, or read it by a `connection` of its own to a file in the making."""
        self.path = path
        self._connection = connection or _opened(path)
        row = self._connection.execute("select tree_text, built_at, refresh, recorded_at from meta").fetchone()
        self.tree_text, self.built_at, self.refresh, self.recorded_at = row if row else ("", datetime.min, None, None)
        self._newest_days: dict[date, dict[str, date]] = {}

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @cached_property
    def series(self) -> dict[str, SeriesState]:
        """State of each series by key: the metric's id, or `<id>.target`."""
        rows = self._rows(
            """select number, key, metric, kind, source, grain, first_day, last_day, read_at, error
               from series order by number"""
        )
        return {str(row[1]): SeriesState(*row) for row in rows}

    @cached_property
    def sources(self) -> list[SourceState]:
        """State of each source, in the order of the last refresh."""
        rows = self._rows(
            """select id, status, read_at, row_count, first_day, last_day, problem_count, error, notes, files,
                      columns, fingerprint
               from source"""
        )
        return [SourceState(*row) for row in rows]

    def problems(self, source: str, limit: int = 1_000) -> pd.DataFrame:
        """Return what was left out of a source: columns file, row, column, value, what, write, metric."""
        return (
            self._connection.cursor()
            .execute(
                """select file, row_number as row, column_name as column, cell as value, what,
                          write_instead as write, metric
               from problem where source = ? limit ?""",
                [source, limit],
            )
            .df()
        )

    def values(self, tree: Tree, periods: Sequence[Period]) -> Values:
        """Return the values of all series of `tree` (the tree that the file was built from) over `periods`."""
        series = schema.series_of(tree)
        if not periods:
            nothing = np.zeros((len(series), 0))
            return Values(nothing, nothing.astype(np.int64), nothing.astype(np.int64))
        cursor = self._connection.cursor()
        rollup.load_periods(cursor, periods)
        found = [cursor.execute(_POINTS).fetchnumpy()]
        to_date = [position for position, period in enumerate(periods) if period.span == "to_date"]
        if to_date:
            rollup.roll_up(cursor, series, tree.calendar, [periods[position] for position in to_date])
            rolled = cursor.execute(
                "select series, period as position, value, present, expected from rolled where series < ?",
                [len(series)],
            ).fetchnumpy()
            rolled["position"] = np.asarray(to_date)[rolled["position"]]
            found.append(rolled)
        cursor.close()
        shape = (len(series), len(periods))
        values = Values(np.full(shape, np.nan), np.zeros(shape, np.int64), np.zeros(shape, np.int64))
        for part in found:
            at = (part["series"], part["position"])
            values.value[at] = np.ma.filled(np.ma.asarray(part["value"], float), np.nan)
            values.present[at] = part["present"]
            values.expected[at] = part["expected"]
        return values

    def weekly(self, metric: str) -> pd.DataFrame:
        """Return a metric's weeks: columns week_ending (datetime64), value, present, expected; oldest first."""
        return self._history("weekly", "week_ending", metric)

    def weekly_matrix(self, up_to: date) -> WeeklyMatrix:
        """Return the weeks of all series from the first with any value up to the one that ends on `up_to`."""
        found = (
            self._connection.cursor()
            .execute(
                """select series, week_ending, (week_ending - min(week_ending) over ()) // 7 as week,
                          value, present, expected
                   from weekly where week_ending <= ?""",
                [up_to],
            )
            .fetchnumpy()
        )
        if not len(found["series"]):
            nothing = np.zeros((0, len(self.series)))
            return WeeklyMatrix((), nothing, nothing.astype(np.int64), nothing.astype(np.int64))
        first = np.asarray(found["week_ending"]).min().astype("datetime64[D]").item()
        weeks = (up_to - first).days // 7 + 1
        shape = (weeks, len(self.series))
        at = (found["week"], found["series"])
        value, present, expected = np.full(shape, np.nan), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        value[at] = np.ma.filled(np.ma.asarray(found["value"], float), np.nan)
        present[at], expected[at] = found["present"], found["expected"]
        return WeeklyMatrix(tuple(first + timedelta(days=7 * week) for week in range(weeks)), value, present, expected)

    def monthly(self, metric: str) -> pd.DataFrame:
        """Return a metric's months: columns month (its first day, datetime64), value, present, expected."""
        return self._history("monthly", "month", metric)

    def newest_days(self, up_to: date) -> dict[str, date]:
        """Return for each series with values its newest day with one, up to a day. The last answers are kept."""
        known = self._newest_days
        if up_to not in known:
            # Most have a value in the last weeks; only for the others are all days looked at.
            found = dict(self._rows(_NEWEST_OF_ALL, {"from": up_to - min(_LATELY, up_to - date.min), "to": up_to}))
            others = [state.number for state in self.series.values() if state.number not in found and state.first_day]
            found |= dict(self._rows(_NEWEST_OF, {"to": up_to, "series": others})) if others else {}
            if len(known) >= _ANSWERS_KEPT:
                known = self._newest_days = {}
            known[up_to] = {key: found[state.number] for key, state in self.series.items() if state.number in found}
        return known[up_to]

    def complete_groups(self, groups: Iterable[Collection[str]], weeks: Iterable[tuple[date, date]]) -> dict[date, int]:
        """Return in how many groups of series (by key) all are complete, by week; weeks without any are left out.

        `weeks` gives each week's last day, and the first day of the month that a monthly series must have complete.
        """
        leaves = [(number, self.series[key].number, len(group)) for number, group in enumerate(groups) for key in group]
        cursor = self._connection.cursor()
        schema.load_rows(cursor, "create or replace temp table leaf as", ("group_number", "series", "size"), leaves)
        schema.load_rows(cursor, "create or replace temp table week as", ("week_ending", "month"), list(weeks))
        return dict(cursor.execute(_COMPLETE_GROUPS).fetchall())

    def _history(self, table: str, named_by: str, key: str) -> pd.DataFrame:
        state = self.series.get(key)
        return (
            self._connection.cursor()
            .execute(
                f"select {named_by}, value, present, expected from {table} where series = ? order by {named_by}",
                [state.number if state else None],
            )
            .df()
        )

    def _rows(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        return self._connection.cursor().execute(sql, parameters).fetchall()


def _opened(path: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise WarehouseError(f"The values in {path} can't be opened: {error}. Refresh again.") from error


def is_damaged(path: Path) -> bool:
    """Whether not all that a published file holds can be read, so that nothing can be kept from it."""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            for table in ("meta", "source", "problem", "series", "observation"):
                connection.execute(f"select hash(t) from {table} as t").fetchall()
    except duckdb.Error:
        return True
    return False
