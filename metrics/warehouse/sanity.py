"""Values that were read without trouble and still look wrong. They are listed, never repaired.

Looked at are the last 26 weeks of each metric, up to its newest day, and all days to come.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

from metrics.tree.tree import Metric, Tree
from metrics.warehouse import schema
from metrics.warehouse.rollup import EXPECTED

Kind = Literal["future", "negative", "above_100_percent", "ten_fold", "sudden_zero", "repeated", "absent"]

_DAYS = 182
# Before a value can be out of the ordinary there have to be so many ordinary ones.
_FEWEST_BEFORE = 8
_TEN_FOLD = 8
_LONGEST_RUN = 5
# Small counts repeat by chance.
_FEWEST_DISTINCT = 10

_RECENT = f"""
create or replace temp table recent as
select o.series, key, grain, o.day, o.value,
       lag(o.value) over w as before,
       median(o.value) over earlier as typical, min(o.value) over earlier as low, max(o.value) over earlier as high,
       count(o.value) over earlier as count_before
from observation as o
join series on series.number = o.series
where o.value is not null and o.day > last_day - {_DAYS}
window w as (partition by o.series order by o.day),
       earlier as (partition by o.series order by o.day rows between 28 preceding and 1 preceding)
"""

_FUTURE = "select key, day, value, null, null from recent where day > $today"

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

# Only where such a jump begins: the values after it are as high as the one that was reported.
_TEN_FOLD_JUMP = f"""
select key, day, value, low, high from recent
where count_before >= {_FEWEST_BEFORE} and typical <> 0 and value <> 0 and low * high > 0
  and (value / typical >= {_TEN_FOLD} or value / typical between 0 and 1.0 / {_TEN_FOLD})
  and not (value between low / 3 and high * 3) and not ({_BY_CHANCE})
  and (before / typical < {_TEN_FOLD} and before / typical > 1.0 / {_TEN_FOLD})
"""

_SUDDEN_ZERO = f"""
select key, day, value, low, high from recent
where value = 0 and count_before >= {_FEWEST_BEFORE} and low > 0 and typical >= 3
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
select key, min(day), null, count(*), null
from (
    select series.number as series, key, grain,
           unnest(generate_series(greatest(first_day, last_day - {_DAYS}), last_day, interval 1 day))::date as day
    from series where kind <> 'formula' and first_day is not null and absent = 'missing'
) as due
where {EXPECTED}
  and not exists (select 1 from daily where daily.series = due.series and daily.day = due.day)
group by key
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


@dataclass(frozen=True)
class Oddity:
    """Values of a series (`key`) that look wrong in one way: on how many days, the newest of them, and its value.

    `low` and `high` are what the 28 values before it lay between; of a run of equal values `low` is its length, of
    absent days `count` says how many, and `day` is the first.
    """

    key: str
    kind: Kind
    day: date
    value: float | None
    count: int
    low: float | None = None
    high: float | None = None

    @property
    def sentence(self) -> str:
        """What is odd, in a sentence that begins with the day."""
        value = "" if self.value is None else _number(self.value)
        more = f" So it is on {self.count:,} days." if self.count > 1 and self.kind != "absent" else ""
        between = "" if self.low is None or self.high is None else f"{_number(self.low)} to {_number(self.high)}"
        match self.kind:
            case "future":
                return f"{self.day} is still to come, and has the value {value}.{more}"
            case "negative":
                return f"{self.day} has {value}, and a count can't be negative.{more}"
            case "above_100_percent":
                return f"{self.day} has {self.value or 0:.0%}, and a share is hardly ever above 100 %.{more}"
            case "ten_fold":
                return f"{self.day} has {value}, about ten times off the {between} before. Did the unit change?{more}"
            case "sudden_zero":
                return f"{self.day} has 0, after {between} on the days before. Is it missing rather than zero?{more}"
            case "repeated":
                return f"{value} stands there {self.low or 0:g} times in a row from {self.day} on. Was it copied?{more}"
            case _:
                days = "1 expected day has" if self.count == 1 else f"{self.count:,} expected days have"
                return f"{days} no value in the last 26 weeks, the first {self.day}."

    @property
    def to_do(self) -> str:
        """What to do about it, in a sentence."""
        match self.kind:
            case "negative":
                return "Correct it at its source, or write checks: {min: ...} if it is right."
            case "above_100_percent":
                return "Correct it at its source, or write checks: {max: ...} if it is right."
            case "absent":
                return "Add the days, or write absent: zero or another grain: in the source."
            case _:
                return "Correct it at its source if it is not right."


def oddities(tree: Tree, path: Path, today: date, keys: Sequence[str] | None = None) -> list[Oddity]:
    """Return what looks wrong in a published warehouse file that was built from `tree`; the newest day of each first.

    A metric that declares bounds (`checks`) on the side in question is not doubted on that side. `today` is the day in
    the workspace's time zone; `keys` limits it to some series.
    """
    with duckdb.connect(str(path), read_only=True) as connection:
        asked = [(row.key, _is_count(row.metric), _is_share(row.metric)) for row in schema.series_of(tree)]
        if not asked:
            return []
        schema.load_rows(connection, "create temp table asked as", ("key", "is_count", "is_share"), asked)
        connection.execute(_RECENT)
        found = [oddity for kind in _CHECKS for oddity in _found(connection, kind, tree, today)]
    order = {row.key: row.number for row in schema.series_of(tree)}
    wanted = [one for one in found if keys is None or one.key in keys]
    return sorted(wanted, key=lambda one: (order[one.key], -one.day.toordinal()))


def _found(connection: duckdb.DuckDBPyConnection, kind: Kind, tree: Tree, today: date) -> Iterator[Oddity]:
    query = _CHECKS[kind]
    parameters = {
        name: value
        for name, value in (("today", today), ("week_end", tree.calendar.week_ends_on + 1))
        if f"${name}" in query
    }
    if kind == "absent":
        for key, day, _, count, _ in connection.execute(query, parameters).fetchall():
            yield Oddity(key, kind, day, None, count)
        return
    newest = (
        f"select key, max(day), arg_max(value, day), count(*), arg_max(low, day), arg_max(high, day) from ({query})"
    )
    named = newest.replace(f"({query})", f"({query}) as found(key, day, value, low, high)")
    for key, day, value, count, low, high in connection.execute(f"{named} group by key", parameters).fetchall():
        yield Oddity(key, kind, day, value, count, low, high)


def _number(value: float) -> str:
    """Write a value as it would be found in the source: large ones without an exponent."""
    return f"{value:.15g}" if abs(value) >= 1000 else f"{value:.6g}"


def _is_count(metric: Metric) -> bool:
    return metric.unit == "count" and metric.checks.min is None


def _is_share(metric: Metric) -> bool:
    return metric.unit == "percent" and metric.checks.max is None
