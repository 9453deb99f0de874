"""Values that were read without trouble and still look wrong. They are listed, never repaired.

Looked at are the last 26 weeks of each metric, up to its newest day that is not to come, and all days to come.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import duckdb

from metrics.tree.tree import TARGET_SUFFIX, Metric, Tree
from metrics.warehouse import schema
from metrics.warehouse.oddity import MOST_NAMED, Kind, Oddity
from metrics.warehouse.rollup import EXPECTED

_DAYS = 182
# Before a value can be out of the ordinary there have to be so many ordinary ones.
_FEWEST_BEFORE = 8
_TEN_FOLD = 8
_LONGEST_RUN = 5
# Small counts repeat by chance.
_FEWEST_DISTINCT = 10

# A mistyped day to come must not push all other days out of the window. An absent day that counts as zero is a value.
_PAST = """
create or replace temp table past as
select o.series, key, kind, grain, o.day, o.value, max(o.day) over (partition by o.series) as newest
from (
    select series, day, value from observation
    union all
    select series, day, value from placed join series on series.number = placed.series
    where absent = 'zero' and grain in ('daily', 'weekdays')
) as o join series on series.number = o.series join asked using (key)
where o.value is not null and o.day <= $today
"""

# A weekday that is mostly 0 is one on which nothing happens: its zeros are neither sudden nor an exception.
_CLOSED = f"""
create or replace temp table closed as
select series, isodow(day) as weekday from past
where grain in ('daily', 'weekdays') and day > newest - {_DAYS}
group by all having count(*) filter (value = 0) * 2 >= count(*)
"""

# What is ordinary before a value: of the 28 values before it those on the side of zero that most are on, without zeros.
# Deciles rather than extremes: an earlier oddity must not make the next one ordinary.
_RECENT = f"""
create or replace temp table recent as
with open as (
    select past.*, closed.series is not null as is_closed from past
    left join closed on closed.series = past.series and closed.weekday = isodow(day)
        and grain in ('daily', 'weekdays')
    where day > newest - {_DAYS}
), looked as (
    select series, key, grain, day, value, is_closed,
           lag(value) over w as before,
           sum(sign(value)) over earlier as side,
           quantile_disc(value, [0.1, 0.5, 0.9]) filter (value > 0) over earlier as above,
           quantile_disc(value, [0.1, 0.5, 0.9]) filter (value < 0) over earlier as below,
           count(*) filter (value > 0) over earlier as count_above,
           count(*) filter (value < 0) over earlier as count_below,
           count(*) filter (value = 0 and not is_closed) over earlier as zeros,
           count(*) filter (not is_closed) over earlier as count_open,
           min(value) filter (value > 0) over weekdays as weekday_low,
           median(value) filter (value > 0) over weekdays as weekday_typical,
           count(*) filter (value > 0) over weekdays as weekday_count,
    from open
    window w as (partition by series order by day),
           earlier as (partition by series order by day rows between 28 preceding and 1 preceding),
           weekdays as (partition by series, isodow(day) order by day rows between 8 preceding and 1 preceding)
)
select series, key, grain, day, value, before, is_closed, zeros, count_open,
       case when side > 0 then above else below end as deciles,
       deciles[1] as low, deciles[2] as typical, deciles[3] as high,
       case when side > 0 then count_above else count_below end as count_before,
       weekday_low, weekday_typical, weekday_count
from looked
"""

_FUTURE = """
select key, day, value, null, null
from observation as o join series on series.number = o.series join asked using (key)
where kind = 'value' and value is not null and day > $today
"""

_NEGATIVE = """
select key, day, value, null, null from recent join asked using (key) where asked.is_count and value < 0
"""

# Values that are typically above 1 are percents that were not scaled, which is told elsewhere.
_ABOVE = """
select key, day, value, null, null from recent join asked using (key)
where asked.is_share and value > 1 and key not in (select key from recent group by key having median(value) > 1)
union all
select key, week_ending, value, null, null
from weekly join series on series.number = weekly.series join asked using (key)
where kind = 'formula' and asked.is_share and value > 1 and week_ending > $today - 182 and week_ending <= $today
"""

# Small counts differ ten-fold by chance: roots of counts scatter by a half, whatever their size (Anscombe, 1948).
_BY_CHANCE = """
value = round(value) and low = round(low) and high = round(high)
and abs(sqrt(abs(value)) - sqrt(case when abs(value) < abs(typical) then least(abs(low), abs(high))
                                     else greatest(abs(low), abs(high)) end)) < 2
"""

# Only where such a jump begins: the values after it are as far off as the one that was reported. The wider the values
# before scatter, the farther off: the cube of a decile is about four standard deviations of a logarithm.
_TEN_FOLD_JUMP = f"""
with turned as (
    select *, abs(value / typical) as times, greatest(low / typical, high / typical) as up,
           greatest(typical / low, typical / high) as down
    from recent
    where count_before >= {_FEWEST_BEFORE} and value / typical > 0
)
select key, day, value, low, high from turned
where (
    times >= greatest({_TEN_FOLD}, 3 * up, up ** 3) and coalesce(before / typical, 0) < {_TEN_FOLD}
    or 1 / times >= greatest({_TEN_FOLD}, 3 * down, down ** 3)
        and not coalesce(before / typical, 1) between 1e-300 and 1.0 / {_TEN_FOLD}
) and not ({_BY_CHANCE})
"""

# Far from zero are values whose lowest decile is not: that of counts 4 at least, for the same reason as above.
_SUDDEN_ZERO = f"""
select key, day, value, low, high from recent
where value = 0 and not is_closed and count_before >= {_FEWEST_BEFORE} and typical >= 3
  and zeros * 10 <= count_open
  and (
      low >= case when zeros = 0 then typical / 3 else typical * 2 / 3 end
      and (low >= 4 or low <> round(low) or typical <> round(typical))
      or grain in ('daily', 'weekdays') and weekday_count >= 4 and weekday_low >= weekday_typical * 2 / 3
      and (weekday_low >= 4 or weekday_low <> round(weekday_low))
  )
"""

# A run of equal values in a series that is seldom equal to the day before.
_REPEATED = f"""
with runs as (
    select key, day, value, before, sum((value is distinct from before)::integer) over (
        partition by key order by day
    ) as run
    from recent
), counted as (
    select key, run, count(*) as length, min(day) as day, any_value(value) as value from runs group by key, run
)
select key, day, value, length, null from counted
where length >= {_LONGEST_RUN} and value <> 0
  and key in (select key from recent group by key having count(distinct value) >= {_FEWEST_DISTINCT})
  and length > 3 * coalesce((
      select avg(other.length) from counted as other where other.key = counted.key and other.run <> counted.run
  ), length)
"""

_ABSENT = f"""
select key, day, null, null, null
from (
    select number as series, key, grain,
           unnest(generate_series(greatest(first_day, newest - {_DAYS}), newest, interval 1 day))::date as day
    from series join (select series, any_value(newest) as newest from past group by series) as up_to
        on up_to.series = series.number
    where kind <> 'formula' and absent = 'missing'
) as due
where {EXPECTED}
  and not exists (select 1 from daily where daily.series = due.series and daily.day = due.day)
"""

_CHECKS: dict[Kind, str] = {
    "future": _FUTURE,
    "negative": _NEGATIVE,
    "above_100_percent": _ABOVE,
    "ten_fold": _TEN_FOLD_JUMP,
    "sudden_zero": _SUDDEN_ZERO,
    "repeated": _REPEATED,
    "absent": _ABSENT,
}

_NEWEST = """
select key, list(day order by day desc)[:{most}], list(value order by day desc)[:{most}], count(*),
       arg_max(low, day), arg_max(high, day)
from ({query}) as found(key, day, value, low, high) group by key
"""


def oddities(tree: Tree, path: Path, today: date, keys: Sequence[str] | None = None) -> list[Oddity]:
    """Return what looks wrong in a published warehouse file that was built from `tree`; the newest day of each first.

    A metric that declares bounds (`checks`) on the side in question is not doubted on that side. `today` is the day in
    the workspace's time zone; `keys` limits it to some series.
    """
    rows = [row for row in schema.series_of(tree) if keys is None or row.key in keys]
    asked = [(row.key, _is_count(row.metric), _is_share(row.metric)) for row in rows]
    if not asked:
        return []
    with duckdb.connect(str(path), read_only=True) as connection:
        schema.load_rows(connection, "create temp table asked as", ("key", "is_count", "is_share"), asked)
        connection.execute(_PAST, {"today": today})
        connection.execute(_CLOSED)
        connection.execute(_RECENT)
        grains = dict(connection.execute("select key, grain from series").fetchall())
        found = [one for kind in _CHECKS for one in _found(connection, kind, tree, today, grains)]
    order = {row.key: row.number for row in rows}
    return sorted(found, key=lambda one: (order[one.key], -one.day.toordinal()))


def _found(
    connection: duckdb.DuckDBPyConnection, kind: Kind, tree: Tree, today: date, grains: dict[str, str | None]
) -> Iterator[Oddity]:
    query = _CHECKS[kind]
    parameters = {
        name: value
        for name, value in (("today", today), ("week_end", tree.calendar.week_ends_on + 1))
        if f"${name}" in query
    }
    rows = connection.execute(_NEWEST.format(most=MOST_NAMED, query=query), parameters).fetchall()
    for key, days, values, count, low, high in rows:
        metric = tree.metrics[key.removesuffix(TARGET_SUFFIX)]
        grain = "formula" if metric.formula and key == metric.id else grains[key]
        yield Oddity(key, kind, tuple(zip(days, values, strict=True)), count, low, high, metric.unit, grain)


def _is_count(metric: Metric) -> bool:
    return metric.unit == "count" and metric.checks.min is None


def _is_share(metric: Metric) -> bool:
    return metric.unit == "percent" and metric.checks.max is None
