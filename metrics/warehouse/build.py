"""A new warehouse file in the making: observations in, daily, weekly and monthly values out, all of it in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb

from metrics.calendar import Calendar, Period, month_of, shift_month
from metrics.errors import shorten
from metrics.sources.manual import TYPED
from metrics.sources.report import Report
from metrics.tree.tree import Source, Tree
from metrics.warehouse import rollup, schema
from metrics.warehouse.change_log import Part, restore_observations
from metrics.warehouse.daily import place
from metrics.warehouse.schema import SeriesRow

# A bit a day: grouping all rows by series and day takes ten times as long.
_SEVERAL_ROWS_A_DAY = """
select series from reading
group by series having count(*) > bit_count(bitstring_agg(day - $first, 0, $last - $first))
limit 1
"""

_COMBINED = """
create or replace temp table combined as
select
    reading.series,
    day,
    case
        when aggregate = 'sum' then total
        when aggregate = 'mean' then total / filled
        when aggregate = 'min' then smallest
        when aggregate = 'max' then largest
        when smallest = largest then smallest
    end as value,
    smallest,
    largest,
from (
    select series, day, fsum(value order by value) as total, nullif(count(value), 0) as filled,
           min(value) as smallest, max(value) as largest
    from reading
    group by series, day
) as reading
join series on series.number = reading.series
"""

# Days of a series with several rows, all of one value other than zero.
_DOUBLED = """
select count(*) filter (same), count(*)
from (
    select count(value) > 1 and min(value) = max(value) and min(value) <> 0 as same
    from reading group by series, day
)
having count(*) filter (same) > count(*) / 2 and count(*) >= 10
"""

_SEVERAL_VALUES = """
insert into problem
select $source, $file, null, key, format('{} and {}', smallest, largest),
       format('are different values on {}, and the aggregate {} can''t tell which one counts', day, aggregate),
       'one row a day, or another aggregate: mean, min or max', metric
from combined join series on series.number = combined.series
where aggregate in ('first', 'last') and smallest < largest
order by key, day
"""


_STATE = {
    "source": (
        "id", "status", "read_at", "fingerprint", "row_count", "first_day", "last_day", "problem_count", "error",
        "notes", "files", "columns",
    ),
    "problem": ("source", "file", "row_number", "column_name", "cell", "what", "write_instead", "metric"),
}  # fmt: skip

# Most series were read with their source, without trouble.
_SERIES_STATE = """
select key, series.read_at, series.error
from series join source on source.id = series.source
where series.error is not null or series.read_at is distinct from source.read_at
"""


# Rows of tables, as JSON can hold them.
State = Mapping[str, Sequence[Mapping[str, object]]]


class Build:
    """Fills a new warehouse file, source by source, then computes what rests on the observations.

    Where there is a file from before, it keeps the values of sources that did not change, and of sources and series
    that can't be read now. Values of another definition are never kept.
    """

    def __init__(self, path: Path, workspace: Path, tree: Tree, tree_text: str, built_at: datetime) -> None:
        self.tree = tree
        self._now = built_at
        self.series = schema.series_of(tree)
        self.connection = duckdb.connect(str(path))
        self.connection.execute("set timezone = 'UTC'")
        self.previous: Path | None = None
        schema.create(self.connection, workspace, tree_text, built_at)
        schema.insert_series(self.connection, self.series)
        self._empty_reading()

    def keep_from(self, previous: Path) -> None:
        """Name the file that was published before."""
        quoted = str(previous).replace("'", "''")
        self.connection.execute(f"attach '{quoted}' as previous (read_only)")
        self.previous = previous

    @property
    def has_previous(self) -> bool:
        """Whether there is a file from before."""
        return self.previous is not None

    @property
    def tree_text_before(self) -> str | None:
        """The text of `northstar.yaml` that the file from before was built with; None without such a file."""
        if not self.has_previous:
            return None
        row = self.connection.execute("select tree_text from previous.meta").fetchone()
        return str(row[0]) if row else None

    def states_before(self) -> dict[str, tuple[str, str | None, str]]:
        """Return by source its status, error and fingerprint in the file from before."""
        if not self.has_previous:
            return {}
        rows = self.connection.execute("select id, status, error, fingerprint from previous.source").fetchall()
        return {str(source): (status, error, fingerprint) for source, status, error, fingerprint in rows}

    def of_source(self, source: Source) -> list[SeriesRow]:
        """Return the series that are read from a source."""
        return [row for row in self.series if row.source == source and row.kind != "formula"]

    def fingerprint_before(self, source: Source) -> str | None:
        """Return the fingerprint with which a source was last read in full, or None."""
        if not self.has_previous:
            return None
        found = self.connection.execute(
            "select fingerprint from previous.source where id = ? and status = 'read'", [source.id]
        ).fetchone()
        return str(found[0]) if found else None

    def had_typed_values(self, source: Source) -> bool:
        """Return whether the file from before has values of a source that were typed by hand."""
        if not self.has_previous:
            return False
        found = self.connection.execute(
            "select 1 from previous.source where id = ? and list_contains(files, ?)", [source.id, TYPED]
        ).fetchone()
        return found is not None

    def keep(self, source: Source, read_again: bool = False) -> None:
        """Take over all that the previous warehouse has of a source that did not change, `read_again` or not."""
        connection = self.connection
        connection.execute("insert into source select * from previous.source where id = ?", [source.id])
        connection.execute("insert into problem select * from previous.problem where source = ?", [source.id])
        self._copy_observations(self.of_source(source), keep_errors=True)
        if read_again:
            connection.execute(
                "update series set read_at = $now from source"
                " where source.id = $id and source = $id and series.read_at = source.read_at",
                {"now": self._now, "id": source.id},
            )
            connection.execute("update source set read_at = ? where id = ?", [self._now, source.id])

    def store(self, source: Source, report: Report, fingerprint: str) -> int:
        """Take over what was just read into the table `reading`; returns the number of problems."""
        connection = self.connection
        self._store_problems(report)
        problem_count = report.problem_count
        notes = [*report.notes, *self._changed_columns(source, report.columns)]
        one_a_day = "reading"
        if self._has_several_rows_a_day():
            notes += self._doubled_rows()
            one_a_day = "combined"
            connection.execute(_COMBINED)
            file = {"source": source.id, "file": ", ".join(report.files)}
            problem_count += _count(connection.execute(_SEVERAL_VALUES, file))
        connection.execute(
            f"""insert into observation
                select series, day, case when isfinite(value) then value end from {one_a_day}"""
        )
        numbers = [row.number for row in self.of_source(source)]
        connection.execute("update series set read_at = ? where number in (select unnest(?))", [self._now, numbers])
        for number, error in report.failed.items():
            connection.execute("update series set error = ?, read_at = null where number = ?", [error, number])
        self._copy_observations([self.series[number] for number in report.failed])
        connection.execute(
            "insert into source values (?, 'read', ?, ?, ?, ?, ?, ?, null, ?, ?, ?)",
            [
                source.id,
                self._now,
                fingerprint,
                report.rows,
                report.first_day,
                report.last_day,
                problem_count,
                notes,
                list(report.files),
                list(report.columns),
            ],
        )
        self._empty_reading()
        return problem_count

    def fail(self, source: Source, error: str, fingerprint: str) -> bool:
        """Note that a source can't be read, and keep its last good values; returns whether there are any."""
        connection = self.connection
        self._empty_reading()
        kept = self._copy_observations(self.of_source(source))
        row = None
        if self.has_previous and kept:
            row = connection.execute(
                "select read_at, row_count, first_day, last_day, files, columns from previous.source where id = ?",
                [source.id],
            ).fetchone()
        read_at, row_count, first_day, last_day, files, columns = row or (None, 0, None, None, [], [])
        connection.execute(
            "insert into source values (?, ?, ?, ?, ?, ?, ?, 0, ?, [], ?, ?)",
            [
                source.id,
                "stale" if kept else "failed",
                read_at,
                fingerprint,
                row_count,
                first_day,
                last_day,
                error,
                files,
                columns,
            ],
        )
        connection.execute("update series set error = ? where source = ? and error is null", [error, source.id])
        return kept

    def state(self) -> State:
        """Return what is known of sources, problems and series besides values, as JSON can hold it."""
        found = {table: self._as_json(f"select {', '.join(names)} from {table}") for table, names in _STATE.items()}
        return {**found, "series": self._as_json(_SERIES_STATE)}

    def restore(self, state: State, parts: Iterable[Part], scratch: Path) -> None:
        """Fill the file with what `state` once returned and with the changes of all refreshes up to then."""
        for table, names in _STATE.items():
            for row in state.get(table, ()):
                places = ", ".join("?" for _ in names)
                into = f"insert into {table} ({', '.join(names)})"
                self.connection.execute(f"{into} values ({places})", [row.get(name) for name in names])
        self.connection.execute(
            "update series set read_at = source.read_at from source where source.id = series.source"
        )
        for row in state.get("series", ()):
            self.connection.execute(
                "update series set read_at = ?, error = ? where key = ?", [row["read_at"], row["error"], row["key"]]
            )
        restore_observations(self.connection, parts, scratch)

    def finish(self) -> None:
        """Compute daily, weekly and monthly values."""
        calendar = self.tree.calendar
        place(self.connection, calendar)
        self._fill_weeks_and_months(calendar)

    def seal(self, refresh: int) -> None:
        """Note under which number the ledger knows these values, and close the file."""
        self.connection.execute("update meta set refresh = ?, recorded_at = ?", [refresh, self._now])
        self.close()

    def close(self) -> None:
        """Close the file as it is."""
        self.connection.close()

    def _as_json(self, query: str) -> list[dict[str, object]]:
        result = self.connection.execute(query)
        names = [column[0] for column in result.description or ()]
        return [
            {name: cell.isoformat() if isinstance(cell, date) else cell for name, cell in zip(names, row, strict=True)}
            for row in result.fetchall()
        ]

    def _fill_weeks_and_months(self, calendar: Calendar) -> None:
        found = self.connection.execute("select min(day), max(day) from daily").fetchone()
        if not found or found[0] is None:
            return
        first, last = found
        rollup.roll_up(self.connection, self.series, calendar, _weeks(first, last, calendar) + _months(first, last))
        for table, span, named_by in (("weekly", "week", "last"), ("monthly", "month", "first")):
            self.connection.execute(
                f"""insert into {table}
                    select rolled.series, periods.{named_by}, value, present, expected, lacking
                    from rolled join periods on periods.number = rolled.period
                    where rolled.series < ? and span = ? order by rolled.series, period""",
                [len(self.series), span],
            )

    def _empty_reading(self) -> None:
        self.connection.execute("create or replace temp table reading (series integer, day date, value double)")

    def _changed_columns(self, source: Source, columns: Sequence[str]) -> list[str]:
        """Say which columns a source has that it had not before, and the other way round."""
        if not self.has_previous:
            return []
        row = self.connection.execute("select columns from previous.source where id = ?", [source.id]).fetchone()
        before: list[str] = row[0] if row else []
        if not before or not columns:
            return []
        new = [name for name in columns if name and name not in before]
        gone = [name for name in before if name and name not in columns]
        said = [f"the header has {', '.join(map(shorten, new[:10]))}, which it had not before"] if new else []
        said += [f"{', '.join(map(shorten, gone[:10]))} is no longer in the header"] if gone else []
        return [f"Since the refresh before, {' and '.join(said)}."] if said else []

    def _doubled_rows(self) -> list[str]:
        """Say so where most days have the same values twice, as after an export that was appended to itself."""
        found = self.connection.execute(_DOUBLED).fetchone()
        if not found or not found[0]:
            return []
        return [
            f"Most days have their rows more than once, with the same values ({found[0]:,} of {found[1]:,}): sums count"
            " them each time. Was an export appended twice?"
        ]

    def _has_several_rows_a_day(self) -> bool:
        first, last = self.connection.execute("select min(day), max(day) from reading").fetchone() or (None, None)
        days = {"first": first, "last": last}
        return first is not None and bool(self.connection.execute(_SEVERAL_ROWS_A_DAY, days).fetchone())

    def _copy_observations(self, rows: Sequence[SeriesRow], keep_errors: bool = False) -> bool:
        """Copy the series' observations of the same definition from the previous file; False if there are none."""
        if not self.has_previous or not rows:
            return False
        wanted = {"number": [row.number for row in rows], "key": [row.key for row in rows]}
        wanted_rows = "select unnest($number) as number, unnest($key) as key"
        same = f"""
            from ({wanted_rows}) as wanted
            join series using (number)
            join previous.series as old on old.key = wanted.key and old.definition = series.definition
        """
        self.connection.execute(
            f"""update series set read_at = old.read_at, error = {"old.error" if keep_errors else "series.error"}
                from (select wanted.number, old.read_at, old.error {same}) as old
                where series.number = old.number""",
            wanted,
        )
        copied = self.connection.execute(
            f"""insert into observation
                select wanted.number, o.day, o.value {same}
                join previous.observation as o on o.series = old.number""",
            wanted,
        )
        return _count(copied) > 0

    def _store_problems(self, report: Report) -> None:
        if report.problems:
            names = ("source", "file", "row", "column", "value", "what", "write", "metric")
            rows = [(report.source, *(getattr(problem, name) for name in names[1:])) for problem in report.problems]
            schema.load_rows(self.connection, "insert into problem", names, rows)


def _count(result: duckdb.DuckDBPyConnection) -> int:
    """Return the one number of a count, or of the rows that an insert wrote."""
    row = result.fetchone()
    return int(row[0]) if row else 0


def _weeks(first: date, last: date, calendar: Calendar) -> list[Period]:
    """Return the weeks that hold the days from `first` to `last`."""
    oldest, newest = calendar.week_ending(first), calendar.week_ending(last)
    return calendar.weeks(newest, (newest - oldest).days // 7 + 1)


def _months(first: date, last: date) -> list[Period]:
    """Return the months that hold the days from `first` to `last`."""
    months = [month_of(first)]
    while months[-1].last < last:
        months.append(shift_month(months[-1], 1))
    return months
