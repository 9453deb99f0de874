"""Days on which a source has several rows of one series: combined into one value, and doubted where that is due."""

from __future__ import annotations

import duckdb

from metrics.calendar import Calendar
from metrics.sources.report import Report
from metrics.tree.tree import Source
from metrics.warehouse.daily import ANCHOR

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
        when any_unread then null
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
           min(value) as smallest, max(value) as largest, coalesce(bool_or(isnan(value)), false) as any_unread
    from reading
    group by series, day
) as reading
join series on series.number = reading.series
"""

# Days of a series with several rows, all of one value other than zero.
_DOUBLED = """
select count(*) filter (same), count(*)
from (
    select count(value) > 1 and min(value) = max(value) and min(value) <> 0 and isfinite(max(value)) as same
    from reading group by series, day
)
having count(*) filter (same) > count(*) / 2 and count(*) >= 10
"""

# Days with several rows that a sum adds up, in a source that has one row on the others. They are few; or they are days
# in a row between others, mostly with as many rows of each series, blanks aside: exports that overlap. A source without
# a row on days of zero has one a thing that happened, now and then two on a day.
_EXCEPTIONS = """
with by_day as (
    select day, max(filled) > 1 as several, min(filled) = max(filled) as alike
    from (
        select series, day, count(value) as filled from reading group by series, day having filled > 0
    ) as reading
    join series on series.number = reading.series
    where aggregate = 'sum' and absent = 'missing'
    group by day
), counted as (
    select count(*) filter (several) as several, count(*) as days, min(day) as oldest, max(day) as newest,
           count(*) filter (several and alike) as alike,
           min(day) filter (several) as first_day, max(day) filter (several) as last_day
    from by_day
)
select several, days, first_day, last_day from counted
where several > 0 and (
    several * 4 <= days
    or first_day > oldest and last_day < newest and alike * 5 >= several * 4
        and several = (select count(*) from by_day where day between first_day and last_day)
)
"""

_SEVERAL_VALUES = """
insert into problem
select $source, $file, null, column_name, format('{} and {}', smallest, largest),
       format('are different values on {}, and the aggregate {} can''t tell which one counts', day, aggregate),
       'one row a day, or another aggregate: mean, min or max', metric
from combined
join series on series.number = combined.series
left join (select unnest($numbers::integer[]) as number, unnest($columns::varchar[]) as column_name) using (number)
where aggregate in ('first', 'last') and smallest < largest and isfinite(largest)
order by key, day
"""

# Weeks (months) of which a series has values on several days, though the source is said to have one of each.
_CROWDED = f"""
select count(*) filter (several), count(*), max(anchor) filter (several)
from (
    select anchor, max(days) > 1 as several
    from (
        select series, {ANCHOR} as anchor, count(distinct day) as days
        from reading join series on series.number = reading.series
        where isfinite(value) and aggregate = 'sum'
        group by all
    )
    group by anchor
)
having count(*) filter (several) between 1 and count(*) / 2
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
    noted as a problem of the report's source. Nor is there one where one of several could not be read. Returns the
    number of these problems.
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
    """Say so where an export seems to have been appended to another one that has the same days.

    That is where most days have the same values twice, and where few days have several rows and the others one.
    """
    if found := connection.execute(_DOUBLED).fetchone():
        return [
            f"Most days have their rows more than once, with the same values ({found[0]:,} of {found[1]:,}): sums count"
            " them each time. Was an export appended twice?"
        ]
    if found := connection.execute(_EXCEPTIONS).fetchone():
        several, days, first, last = found
        when = str(first) if first == last else f"{first} to {last}"
        have = "has" if several == 1 else "have"
        return [
            f"{several:,} of {days:,} days {have} more than one row ({when}): sums add them up. Was an export appended"
            " that holds days which were there already, or do files overlap?"
        ]
    return []


def crowded(connection: duckdb.DuckDBPyConnection, source: Source, calendar: Calendar) -> list[str]:
    """Say so where a source of weekly or monthly values has several of one week or month, and one of most."""
    if source.grain not in ("weekly", "monthly"):
        return []
    found = connection.execute(_CROWDED, {"week_end": calendar.week_ends_on + 1}).fetchone()
    if not found:
        return []
    several, periods, newest = found
    which = "week" if source.grain == "weekly" else "month"
    have = "has" if several == 1 else "have"
    return [
        f"{several:,} of {periods:,} {which}s {have} values on several days, the newest up to {newest}: sums add them"
        f" up. Does one correct another? Then leave one a {which}."
    ]
