"""Days on which a source has several rows of one series: combined into one value, and doubted where that is due."""

from __future__ import annotations

import duckdb

from metrics.sources.report import Report

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
select $source, $file, null, column_name, format('{} and {}', smallest, largest),
       format('are different values on {}, and the aggregate {} can''t tell which one counts', day, aggregate),
       'one row a day, or another aggregate: mean, min or max', metric
from combined
join series on series.number = combined.series
left join (select unnest($numbers::integer[]) as number, unnest($columns::varchar[]) as column_name) using (number)
where aggregate in ('first', 'last') and smallest < largest
order by key, day
"""

_MOST_FILES = 3


def are_there(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the table `reading` has several rows of one series and day."""
    first, last = connection.execute("select min(day), max(day) from reading").fetchone() or (None, None)
    days = {"first": first, "last": last}
    return first is not None and bool(connection.execute(_SEVERAL_ROWS_A_DAY, days).fetchone())


def combine(connection: duckdb.DuckDBPyConnection, report: Report) -> int:
    """Fill the temporary table `combined (series, day, value)` with one row a day of `reading`.

    Each series has its own aggregate; where that can't tell which of several values counts there is none, and that is
    noted as a problem of the report's source. Returns the number of these problems.
    """
    connection.execute(_COMBINED)
    files, more = report.files[:_MOST_FILES], len(report.files) - _MOST_FILES
    found = connection.execute(
        _SEVERAL_VALUES,
        {
            "source": report.source,
            "file": ", ".join(files) + (f" and {more} more" if more > 0 else ""),
            "numbers": list(report.column_of),
            "columns": list(report.column_of.values()),
        },
    ).fetchone()
    return int(found[0]) if found else 0


def doubled(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Say so where most days have the same values twice, as after an export that was appended to itself."""
    found = connection.execute(_DOUBLED).fetchone()
    if not found or not found[0]:
        return []
    return [
        f"Most days have their rows more than once, with the same values ({found[0]:,} of {found[1]:,}): sums count"
        " them each time. Was an export appended twice?"
    ]
