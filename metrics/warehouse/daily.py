"""From observations to what counts: the grain of each series, and one value on each day that its grain asks for."""

from __future__ import annotations

from datetime import date

import duckdb

from metrics.calendar import Calendar
from metrics.warehouse.rollup import EXPECTED

# The day that a value counts for: a weekly one the last day of its week, a monthly one the last day of its month.
ANCHOR = """
    case grain
        when 'weekly' then day + ((($week_end - isodow(day)) % 7 + 7) % 7)::integer
        when 'monthly' then last_day(day)
        else day
    end
"""

_SPANS = """
create or replace temp table span as
select series, count(*) as rows, min(day) as first_row, max(day) as last_row, max(isodow(day)) < 6 as no_weekend,
       min(day) filter (value is not null) as first_day, max(day) filter (value is not null) as last_day,
       max(abs(value)) as largest, min(abs(nullif(value, 0))) as smallest
from observation group by series
"""

# The largest value takes 95 of the 127 bits that a sum has, which leaves room for 2 billion of them. There are no ticks
# where a small value would lose some of its own 53 bits: below the largest by 42 bits or more.
_DAYS = """
update series
set first_day = span.first_day, last_day = span.last_day,
    ticks = case when smallest is null then 1
                 when log2(largest) - log2(smallest) < 42 and log2(largest) > -900 then pow(2, 95 - ceil(log2(largest)))
            end
from span where series.number = span.series
"""

# Series whose rows can be anything but daily: few rows for their span, or none on a weekend. The others are daily.
_SPARSE = """
create or replace temp table sparse as
select span.series, last_row - first_row as days, no_weekend
from span join series on series.number = span.series
where grain is null and absent = 'missing' and rows >= 3 and (days >= 4 * (rows - 1) or no_weekend)
"""

_FOUND_GRAIN = """
update series set grain = found.grain
from (
    select
        series,
        case
            when count(distinct month) = count(*) and min(gap) >= 26 then 'monthly'
            when count(distinct week) = count(*) and min(gap) >= 4 and median(gap) <= 13 then 'weekly'
            when any_value(no_weekend) and count(*) >= 10 and any_value(days) >= 14 and median(gap) = 1 then 'weekdays'
            else 'daily'
        end as grain
    from (
        select
            series,
            days,
            no_weekend,
            date_trunc('month', day) as month,
            day + ((($week_end - isodow(day)) % 7 + 7) % 7)::integer as week,
            day - lag(day) over (partition by series order by day) as gap,
        from observation join sparse using (series)
    )
    group by series
) as found
where series.number = found.series
"""

_WEEKLY_AND_MONTHLY = f"""
insert into placed
select
    series,
    anchor,
    case any_value(aggregate)
        when 'sum' then fsum(value order by day)
        when 'mean' then fsum(value order by day) / count(*)
        when 'min' then min(value)
        when 'max' then max(value)
        when 'first' then arg_min(value, day)
        else arg_max(value, day)
    end
from (
    select series, {ANCHOR} as anchor, aggregate, day, value
    from observation join series on series.number = observation.series
    where value is not null and grain in ('weekly', 'monthly')
)
group by series, anchor
"""

# absent: zero. From a metric's first row up to its source's last, a day without a row is a zero; a blank cell is not.
# Of a metric that could not be read, only what it had is known: up to its own last row. A row of a day to come says
# nothing of the days before it: then it is up to the source's newest value that is not to come.
_ZEROS = f"""
insert into placed
with known as (
    select number, series.source, grain, error, min(day) as first_row,
           max(day) filter (day <= $today) as last_row
    from series join observation on observation.series = series.number
    where absent = 'zero'
    group by all
), bounds as (
    select number as series, grain, first_row,
           case when known.error is not null then last_row
                when source.last_day <= $today then source.last_day
                else max(last_row) over (partition by source.id) end as day
    from known join source on source.id = known.source
)
select series, day, 0.0
from (
    select series, grain, unnest(generate_series(first_row, {ANCHOR}, interval 1 day))::date as day from bounds
)
where {EXPECTED}
  and (series, day) not in (
      select observation.series, {ANCHOR} from observation join series on series.number = observation.series
      where absent = 'zero'
  )
"""


def place(connection: duckdb.DuckDBPyConnection, calendar: Calendar, today: date) -> None:
    """Find each series' days and grain from its observations, then place what does not count on its own day.

    `today` is the day in the calendar's time zone.
    """
    week_end = {"week_end": calendar.week_ends_on + 1}
    connection.execute(_SPANS)
    connection.execute(_DAYS)
    connection.execute(_SPARSE)
    if _any(connection, "sparse"):
        connection.execute(_FOUND_GRAIN, week_end)
    connection.execute("update series set grain = 'daily' where grain is null and kind <> 'formula'")
    if _any(connection, "series where grain in ('weekly', 'monthly')"):
        connection.execute(_WEEKLY_AND_MONTHLY, week_end)
    if _any(connection, "series where absent = 'zero'"):
        connection.execute(_ZEROS, {**week_end, "today": today})


def _any(connection: duckdb.DuckDBPyConnection, rows: str) -> bool:
    return connection.execute(f"select 1 from {rows} limit 1").fetchone() is not None
