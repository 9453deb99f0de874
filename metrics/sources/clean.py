"""Reading a file whose dates are all 2020-01-05 and whose values are all plain numbers: in one pass."""

from __future__ import annotations

import re
from mmap import ACCESS_READ, mmap

import duckdb

from metrics.sources.dates import LAST_YEAR
from metrics.sources.plan import Plan
from metrics.sources.series import Series
from metrics.sources.table import trimmed

# Stands in `reading` for a row of the file that fed no series, while a source is read: such rows count towards the
# source's rows and days.
ANY_ROW = -1

CLEAN_DATES = "%Y-%m-%d"

# DuckDB takes the words `epoch` and `infinity` for 1 January 1900 where it expects dates.
_FIRST_DAY = "DATE '1901-01-01'"

_DOT_AND_THREE = re.compile(rb"\.[0-9]{3}(?![0-9])")

# Each of DuckDB's threads has room for 2,048 rows of all columns: 80 MB for 4,000 of them.
_WIDEST_FOR_SEVERAL = 2_000


def insert_clean(connection: duckdb.DuckDBPyConnection, plan: Plan) -> bool:
    """Append the values of a clean file to `reading`, with a row of `ANY_ROW`; return False where it is not clean.

    Wide layout: one row of `ANY_ROW` a row of the file. Long layout: one for each row that does not feed the first
    series of its metric's name (`leads` in `northstar_csv_series`). Nothing is appended from a file that isn't clean.
    """
    if not plan.table.sound or plan.text_columns & plan.value_columns or plan.table.date in plan.value_columns:
        return False
    if plan.table.date in plan.text_columns or _may_hold_groups(plan):
        return False
    types = {position: "DOUBLE" for position in plan.value_columns} | {plan.table.date: "DATE"}
    relation = plan.table.typed(types)
    day = f"c{plan.table.date}"
    day = f"CASE WHEN {day} BETWEEN {_FIRST_DAY} AND DATE '{LAST_YEAR}-12-31' THEN {day} ELSE error('day') END"
    query = _wide(plan, relation, day) if plan.metric is None else _long(plan, relation, day)
    finite = "CASE WHEN value IS NULL OR isfinite(value) THEN value ELSE error('value') END"
    # DuckDB takes a CSV file of any size for a few rows, and would make the hash table of a join of the file.
    connection.execute("SET disabled_optimizers = 'build_side_probe_side'")
    connection.execute("SET preserve_insertion_order = false")  # no row of `reading` says where it stood in the file
    if len(plan.table.header.names) > _WIDEST_FOR_SEVERAL:
        connection.execute("SET threads = 1")
    try:
        connection.execute(f"INSERT INTO reading SELECT number, day, {finite} FROM ({query})")
    except duckdb.Error:
        return False
    finally:
        for setting in ("disabled_optimizers", "preserve_insertion_order", "threads"):
            connection.execute(f"RESET {setting}")
    return True


def _may_hold_groups(plan: Plan) -> bool:
    """Return whether a cell of a file with semicolons may be one such as 1.230, which then can be 1230 as well."""
    if plan.table.header.delimiter != ";":
        return False
    with plan.table.path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        return bool(_DOT_AND_THREE.search(content))


def _wide(plan: Plan, relation: str, day: str) -> str:
    def cell(one: Series, column: str) -> str:
        return column if one.scale == 1 else f"{column} * {one.scale!r}::DOUBLE"

    numbers, cells = plan.lists(cell)
    own_numbers, own_cells = ", ".join([f"[{ANY_ROW}]", *numbers]), ", ".join(["[NULL::DOUBLE]", *cells])
    rows = f"unnest([{own_numbers}]) AS numbers, unnest([{own_cells}]) AS cells"
    return (
        f"SELECT unnest(numbers)::INTEGER AS number, day, unnest(cells)::DOUBLE AS value"
        f" FROM (SELECT {day} AS day, {rows} FROM {relation})"
    )


def _long(plan: Plan, relation: str, day: str) -> str:
    name = f"c{plan.metric}"
    # Blanks around names are rare and slow to cut off: a file with any is not clean.
    stranger = f"CASE WHEN {trimmed(name)} = coalesce({name}, '') THEN {ANY_ROW} ELSE error('name') END"
    number = (
        f"CASE WHEN s.number IS NULL THEN {stranger} WHEN {plan.matches_series} THEN s.number"
        f" WHEN s.leads THEN {ANY_ROW} END"
    )
    return (
        f"SELECT * FROM (SELECT {number} AS number, {day} AS day, c{plan.value} * s.scale AS value"
        f" FROM {relation} LEFT JOIN northstar_csv_series s ON s.name = {name})"
        f" WHERE number IS NOT NULL"
    )
