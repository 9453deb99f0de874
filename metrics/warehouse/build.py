"""A new warehouse file in the making: observations in, daily, weekly and monthly values out, all of it in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from metrics.calendar import Calendar, Period, month_of, shift_month
from metrics.errors import shorten
from metrics.sources.report import Report
from metrics.tree.tree import Source, Tree
from metrics.warehouse import rollup, schema, several_rows
from metrics.warehouse.change_log import Part, restore_observations
from metrics.warehouse.daily import place
from metrics.warehouse.previous import Previous
from metrics.warehouse.schema import SeriesRow
from metrics.warehouse.state import State, restore_state, state_of

_HEADER_CHANGED = re.compile(r"Since the refresh of (\d{4}-\d\d-\d\d):")
_TOLD_FOR = timedelta(days=7)
_NOTHING_KNOWN: tuple[Any, ...] = (None, 0, None, None, 0, [], [], [])

# No value counts on a day outside of these, and looking through all values takes longer.
_ALL_DAYS = """
select min(day), max(day)
from (select unnest([first_day, last_day]) as day from series union all select day from placed)
"""


class Build:
    """Fills a new warehouse file, source by source, then computes what rests on the observations.

    Where there is a file from before, it keeps the values of sources that did not change, and of sources and series
    that can't be read now. Values of another definition are never kept. `series` are those of the tree, where they are
    at hand.
    """

    def __init__(
        self,
        path: Path,
        workspace: Path,
        tree: Tree,
        tree_text: str,
        built_at: datetime,
        series: Sequence[SeriesRow] | None = None,
    ) -> None:
        self.tree = tree
        self._now = built_at
        self.series = schema.series_of(tree) if series is None else series
        self.connection = duckdb.connect(str(path))
        self.connection.execute("set timezone = 'UTC'")
        self.previous = Previous(self.connection)
        schema.create(self.connection, workspace, tree_text, built_at)
        schema.insert_series(self.connection, self.series)
        self._empty_reading()

    def keep_from(self, previous: Path) -> None:
        """Name the file from before."""
        self.previous.attach(previous)

    def keep(self, source: Source, read_again: bool = False) -> None:
        """Take over all that the file from before has of a source that did not change, `read_again` or not."""
        connection = self.connection
        connection.execute("insert into source select * from previous.source where id = ?", [source.id])
        self._keep_problems(source)
        self._copy_observations(self._of(source), keep_errors=True)
        if read_again:
            connection.execute(
                "update series set read_at = $now from source"
                " where source.id = $id and source = $id and series.read_at = source.read_at",
                {"now": self._now, "id": source.id},
            )
            connection.execute("update source set read_at = ? where id = ?", [self._now, source.id])

    def store(self, source: Source, report: Report, fingerprint: str) -> tuple[int, list[str]]:
        """Take over what was just read into the table `reading`; returns the number of problems, and all notes."""
        connection = self.connection
        self._store_problems(report)
        problem_count = report.problem_count
        notes = [*report.notes, *self._changed_columns(source, report.columns)]
        notes += several_rows.crowded(connection, source, self.tree.calendar)
        one_a_day = "reading"
        if several_rows.are_there(connection):
            notes += several_rows.doubled(connection)
            one_a_day = "combined"
            problem_count += several_rows.combine(connection, report)
        connection.execute(
            f"""insert into observation
                select series, day, case when isfinite(value) then value end from {one_a_day}"""
        )
        numbers = [row.number for row in self._of(source)]
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
        return problem_count, notes

    def fail(self, source: Source, error: str, fingerprint: str) -> bool:
        """Note that a source can't be read, and keep its last good values; returns whether there are any.

        What had been left out of them stays told.
        """
        connection = self.connection
        self._empty_reading()
        kept = self._copy_observations(self._of(source))
        known = self.previous.last_good(source) if kept else None
        if kept:
            self._keep_problems(source)
        read_at, row_count, first_day, last_day, problem_count, notes, files, columns = known or _NOTHING_KNOWN
        connection.execute(
            "insert into source values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                source.id,
                "stale" if kept else "failed",
                read_at,
                fingerprint,
                row_count,
                first_day,
                last_day,
                problem_count,
                error,
                self._lasting(source, notes),
                files,
                columns,
            ],
        )
        connection.execute("update series set error = ? where source = ? and error is null", [error, source.id])
        return kept

    def state(self) -> State:
        """Return what is known of sources, problems and series besides values, as JSON can hold it."""
        return state_of(self.connection)

    def restore(self, state: State, parts: Iterable[Part], scratch: Path) -> None:
        """Fill the file with what `state` once returned and with the changes of all refreshes up to then."""
        restore_state(self.connection, state)
        restore_observations(self.connection, parts, scratch)

    def finish(self) -> None:
        """Compute daily, weekly and monthly values."""
        calendar = self.tree.calendar
        today = self._now.replace(tzinfo=UTC).astimezone(ZoneInfo(calendar.timezone)).date()
        place(self.connection, calendar, today)
        self._fill_weeks_and_months(calendar)

    def seal(self, refresh: int) -> None:
        """Note under which number the ledger knows these values, and close the file."""
        self.connection.execute("update meta set refresh = ?, recorded_at = ?", [refresh, self._now])
        self.close()

    def close(self) -> None:
        """Close the file as it is."""
        self.connection.close()

    def _of(self, source: Source) -> list[SeriesRow]:
        return schema.of_source(source, self.series)

    def _fill_weeks_and_months(self, calendar: Calendar) -> None:
        found = self.connection.execute(_ALL_DAYS).fetchone()
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

    def _lasting(self, source: Source, notes: Sequence[str]) -> list[str]:
        """Return the notes on values that stay; for how long a changed header is told doesn't change."""
        others = [note for note in notes if not _HEADER_CHANGED.match(note)]
        return [*others, *self._changed_columns(source, ())]

    def _changed_columns(self, source: Source, columns: Sequence[str]) -> list[str]:
        """Say which columns a source has that it had not before, and the other way round; for a week."""
        day = self._now.date()
        said = [
            note
            for note in self.previous.notes(source)
            if (told := _HEADER_CHANGED.match(note)) and day - date.fromisoformat(told[1]) < _TOLD_FOR
        ]
        before = self.previous.columns(source)
        if not before or not columns:
            return said
        new = [name for name in columns if name and name not in before]
        gone = [name for name in before if name and name not in columns]
        changes = [f"the header has {', '.join(map(shorten, new[:10]))}, which it had not before"] if new else []
        if gone:
            changes.append(f"{', '.join(map(shorten, gone[:10]))} {'is' if len(gone) == 1 else 'are'} no longer in it")
        return [*said, f"Since the refresh of {day}: {', and '.join(changes)}."] if changes else said

    def _copy_observations(self, rows: Sequence[SeriesRow], keep_errors: bool = False) -> bool:
        """Copy the series' observations of the same definition from the file before; False if there are none."""
        if not self.previous.is_there or not rows:
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
        ).fetchone()
        return bool(copied and copied[0])

    def _keep_problems(self, source: Source) -> None:
        self.connection.execute("insert into problem select * from previous.problem where source = ?", [source.id])

    def _store_problems(self, report: Report) -> None:
        if report.problems:
            names = ("source", "file", "row", "column", "value", "what", "write", "metric")
            rows = [(report.source, *(getattr(problem, name) for name in names[1:])) for problem in report.problems]
            schema.load_rows(self.connection, "insert into problem", names, rows)


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
