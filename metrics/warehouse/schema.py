"""The tables of a warehouse file, and what the tree says of each series of values in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal

import duckdb

from metrics.sources.sheet_place import spreadsheet_gid
from metrics.tree.tree import TARGET_SUFFIX, Metric, Source, Tree

# Raised with every change of the tables or of how values are computed: an older file is rebuilt from the sources.
FORMAT = 6

TABLES = """
create table meta (
    format integer, built_at timestamp, workspace varchar, tree_text varchar,
    refresh bigint,          -- the number under which the ledger knows these values ...
    recorded_at timestamp    -- ... and since when (UTC)
);
create table source (
    id varchar primary key,
    status varchar,          -- read | stale | failed
    read_at timestamp,       -- when its values were read (UTC); of a stale source: the last time that worked
    fingerprint varchar,     -- of its files and of what is read from them
    row_count bigint, first_day date, last_day date,
    problem_count bigint,
    error varchar,           -- why the last refresh could not read it
    notes varchar[],
    files varchar[],
    columns varchar[]        -- names in the header
);
create table problem (
    source varchar, file varchar, row_number bigint, column_name varchar, cell varchar,
    what varchar, write_instead varchar, metric varchar
);
create table series (
    number integer primary key,
    key varchar,             -- the metric's id; its target series is `<id>.target`
    metric varchar,
    kind varchar,            -- value | target | formula
    source varchar,
    definition varchar,      -- fingerprint of table, column, filter, scale and aggregate
    aggregate varchar,
    additive boolean,
    absent varchar,
    grain varchar,           -- daily | weekdays | weekly | monthly, as declared or found
    first_day date, last_day date,
    ticks double,            -- a power of two: values are added up as whole numbers of 1 / ticks ...
                             -- ... null where one for all would lose the smallest
    read_at timestamp,
    error varchar            -- why the last refresh could not read this series; its values are then stale
);
-- one row a series and day, as the source had it; a blank cell is a row without value
create table observation (series integer, day date, value double);
-- what does not count on the day that it was observed: a weekly (monthly) value counts on the last day of its week
-- (month), and where the source says so a day without a row counts as zero
create table placed (series integer, day date, value double);
-- one value on each day that counts, no blanks, and no sum that is too large for a number
create view daily as
    select series, day, value
    from observation join series on series.number = observation.series
    where value is not null and grain in ('daily', 'weekdays')
    union all
    select series, day, value from placed where isfinite(value);
-- `lacking` is a fingerprint of the expected days without value; 0 where none is missing
create table weekly (
    series integer, week_ending date, value double, present integer, expected integer, lacking ubigint
);
create table monthly (
    series integer, month date, value double, present integer, expected integer, lacking ubigint
);
"""


@dataclass(frozen=True)
class SeriesRow:
    """One series of the tree: a metric's values, its target's values, or the results of a formula."""

    number: int
    key: str
    metric: Metric
    kind: Literal["value", "target", "formula"]
    source: Source | None

    @property
    def column(self) -> str:
        """Name of the column (or, in a long file, of the metric) that it is read from."""
        if self.kind == "target" and self.metric.target and self.metric.target.column:
            return self.metric.target.column
        return self.metric.column or self.metric.id

    @property
    def aggregate(self) -> str:
        """How its days are combined. The target series of a ratio is averaged: its days don't add up."""
        if self.metric.formula is not None and self.kind == "target":
            return "mean"
        return self.metric.aggregate

    @cached_property
    def definition(self) -> str:
        """Fingerprint of all that decides a day's value, so that values of another definition are never kept.

        Another worksheet or range holds other values. A file, spreadsheet or database that lies elsewhere now, or has
        another name, is taken for the same one moved, and a query or table for the same one, written in another way:
        none of them is part of it.
        """
        metric = self.metric
        table = _table(self.source) if self.source else []
        return _digest([table, self.column, metric.where, metric.scale, self.aggregate])


def series_of(tree: Tree) -> list[SeriesRow]:
    """Return every series of a tree, numbered from 0 in the tree's order."""

    def rows() -> Iterator[tuple[str, Metric, Literal["value", "target", "formula"], Source | None]]:
        for metric in tree.metrics.values():
            source = tree.sources.get(metric.source) if metric.source else None
            yield metric.id, metric, "formula" if metric.formula else "value", source
            if metric.target and metric.target.column:
                holder = metric.target.source or metric.source
                yield metric.id + TARGET_SUFFIX, metric, "target", tree.sources[holder] if holder else None

    return [SeriesRow(number, *row) for number, row in enumerate(rows())]


def of_source(source: Source, series: Sequence[SeriesRow]) -> list[SeriesRow]:
    """Return those of some series of a tree that are read from a source."""
    return [row for row in series if row.source is not None and row.source.id == source.id and row.kind != "formula"]


def create(connection: duckdb.DuckDBPyConnection, workspace: Path, tree_text: str, built_at: datetime) -> None:
    """Create the empty tables of a new warehouse; `built_at` is UTC without a zone."""
    connection.execute(TABLES)
    connection.execute(
        "insert into meta values (?, ?, ?, ?, null, null)", [FORMAT, built_at, str(workspace), tree_text]
    )


def insert_series(connection: duckdb.DuckDBPyConnection, rows: Sequence[SeriesRow]) -> None:
    """Write what the tree says of each series; grain and days are found later, from the values."""
    names = ("number", "key", "metric", "kind", "source", "definition", "aggregate", "additive", "absent", "grain")
    load_rows(
        connection,
        f"insert into series ({', '.join(names)})",
        names,
        [
            (
                row.number,
                row.key,
                row.metric.id,
                row.kind,
                row.source.id if row.source else None,
                row.definition,
                row.aggregate,
                row.metric.additive,
                row.source.absent if row.source else "missing",
                row.source.grain if row.source else None,
            )
            for row in rows
        ],
    )


def load_rows(
    connection: duckdb.DuckDBPyConnection, into: str, names: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Run `into` (an `insert into` or `create table ... as`) on rows of Python values, all in one statement."""
    values = {name: [row[position] for row in rows] for position, name in enumerate(names)}
    connection.execute(f"{into} select {', '.join(f'unnest(${name}) as {name}' for name in names)}", values)


def _table(source: Source) -> list[object]:
    """Return what is read in the place that a source names, and how."""
    columns = [source.layout, source.date, source.date_format, source.metric, source.value]
    gid = spreadsheet_gid(source) if source.worksheet is None and source.range is None else None
    return [source.id, *columns, source.worksheet, source.range, gid]


def _digest(parts: object) -> str:
    return sha256(json.dumps(parts, default=str).encode()).hexdigest()[:16]


def source_fingerprint(source: Source, rows: Sequence[SeriesRow], content: object, zone: str) -> str:
    """Return a fingerprint of a source's declaration, of its series and of its content, by this version's rules."""
    return _digest([FORMAT, repr(source), [(row.key, row.definition) for row in rows], content, zone])
