"""A new warehouse file in the making: observations in, daily, weekly and monthly values out, all of it in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from metrics.calendar import Calendar, Period, month_of, shift_month
from metrics.sources.report import Report
from metrics.tree.tree import Source, Tree
from metrics.warehouse import rollup, schema
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

_SEVERAL_VALUES = """
insert into problem
select $source, $file, null, key, format('{} and {}', smallest, largest),
       format('are different values on {}, and the aggregate {} can''t tell which one counts', day, aggregate),
       'one row a day, or another aggregate: mean, min or max', metric
from combined join series on series.number = combined.series
where aggregate in ('first', 'last') and smallest < largest
order by key, day
"""


@dataclass(frozen=True)
class Changes:
    """How the values of a source differ from those of the warehouse before: numbers of days over all its series."""

    added: int = 0
    changed: int = 0
    removed: int = 0


class Build:
    """Fills a new warehouse file, source by source, then computes what rests on the observations.

    Where there is a file from before, it keeps the values of sources that did not change, and of sources and series
    that can't be read now. Values of another definition are never kept.
    """

    def __init__(self, path: Path, workspace: Path, tree: Tree, tree_text: str) -> None:
        self.tree = tree
        self.series = schema.series_of(tree)
        self.connection = duckdb.connect(str(path))
        self.connection.execute("set timezone = 'UTC'")
        self.has_previous = False
        schema.create(self.connection, workspace, tree_text)
        schema.insert_series(self.connection, self.series)
        self._empty_reading()

    def keep_from(self, previous: Path) -> None:
        """Name the file that was published before."""
        quoted = str(previous).replace("'", "''")
        self.connection.execute(f"attach '{quoted}' as previous (read_only)")
        self.has_previous = True

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

    def keep(self, source: Source) -> None:
        """Take over all that the previous warehouse has of a source that did not change."""
        connection = self.connection
        connection.execute("insert into source select * from previous.source where id = ?", [source.id])
        connection.execute("insert into problem select * from previous.problem where source = ?", [source.id])
        self._copy_observations(self.of_source(source), keep_errors=True)

    def store(self, source: Source, report: Report, fingerprint: str) -> tuple[Changes, int]:
        """Take over what was just read into the table `reading`.

        Returns how it differs from before, and the number of problems.
        """
        connection = self.connection
        self._store_problems(report)
        problem_count = report.problem_count
        one_a_day = "reading"
        if self._has_several_rows_a_day():
            one_a_day = "combined"
            connection.execute(_COMBINED)
            file = {"source": source.id, "file": ", ".join(report.files)}
            problem_count += _count(connection.execute(_SEVERAL_VALUES, file))
        connection.execute(
            f"""insert into observation
                select series, day, case when isfinite(value) then value end, now()::timestamp from {one_a_day}"""
        )
        numbers = [row.number for row in self.of_source(source)]
        connection.execute("update series set read_at = now()::timestamp where number in (select unnest(?))", [numbers])
        for number, error in report.failed.items():
            connection.execute("update series set error = ?, read_at = null where number = ?", [error, number])
        self._copy_observations([self.series[number] for number in report.failed])
        connection.execute(
            "insert into source values (?, 'read', now()::timestamp, ?, ?, ?, ?, ?, null, ?, ?)",
            [
                source.id,
                fingerprint,
                report.rows,
                report.first_day,
                report.last_day,
                problem_count,
                list(report.notes),
                list(report.files),
            ],
        )
        changes = self._changes(numbers, one_a_day)
        self._empty_reading()
        return changes, problem_count

    def fail(self, source: Source, error: str, fingerprint: str, status: str = "failed") -> bool:
        """Note that a source can't be read, and keep its last good values; returns whether there are any.

        `status` is `failed`, or `unread` for a type of source that is not read at all.
        """
        connection = self.connection
        self._empty_reading()
        kept = self._copy_observations(self.of_source(source))
        row = None
        if self.has_previous and kept:
            row = connection.execute(
                "select read_at, row_count, first_day, last_day, files from previous.source where id = ?", [source.id]
            ).fetchone()
        read_at, row_count, first_day, last_day, files = row or (None, 0, None, None, [])
        connection.execute(
            "insert into source values (?, ?, ?, ?, ?, ?, ?, 0, ?, [], ?)",
            [
                source.id,
                status if status == "unread" or not kept else "stale",
                read_at,
                fingerprint,
                row_count,
                first_day,
                last_day,
                error,
                files,
            ],
        )
        connection.execute("update series set error = ? where source = ? and error is null", [error, source.id])
        return kept

    def finish(self) -> None:
        """Compute daily, weekly and monthly values, and close the file."""
        calendar = self.tree.calendar
        place(self.connection, calendar)
        self._fill_weeks_and_months(calendar)
        self.close()

    def close(self) -> None:
        """Close the file as it is."""
        self.connection.close()

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
                select wanted.number, o.day, o.value, o.loaded_at {same}
                join previous.observation as o on o.series = old.number""",
            wanted,
        )
        return _count(copied) > 0

    def _store_problems(self, report: Report) -> None:
        if report.problems:
            names = ("source", "file", "row", "column", "value", "what", "write", "metric")
            rows = [(report.source, *(getattr(problem, name) for name in names[1:])) for problem in report.problems]
            schema.load_rows(self.connection, "insert into problem", names, rows)

    def _changes(self, numbers: Sequence[int], read: str) -> Changes:
        if not self.has_previous:
            return Changes(added=_count(self.connection.execute(f"select count(value) from {read}")))
        found = self.connection.execute(
            """
            with wanted as (select number, key from series where number in (select unnest($numbers))),
            new as (select series, day, value from observation where series in (select number from wanted)),
            old as (
                select wanted.number as series, day, value
                from wanted
                join previous.series as series using (key)
                join previous.observation as o on o.series = series.number
            )
            select count(*) filter (old.value is null and new.value is not null),
                   count(*) filter (old.value <> new.value),
                   count(*) filter (old.value is not null and new.value is null)
            from new full join old using (series, day)
            """,
            {"numbers": list(numbers)},
        ).fetchone()
        return Changes(*(int(number) for number in found)) if found else Changes()


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
