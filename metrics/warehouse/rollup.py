"""From daily values to values of any periods: one set of SQL statements for all series, formulas included.

The statements fill the temporary table `rolled (series, period, value, present, expected, lacking, cover)`; `period` is
the position in the list of periods asked for. A series without any value in a period has no row there. A row without
value says that the parts were there and could not be combined: days that differ, or a division by zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter
from itertools import count

import duckdb

from metrics.calendar import Calendar, Period
from metrics.tree.formula import Operand
from metrics.warehouse.schema import SeriesRow, load_rows

# Expected days of a grain, as a condition on `grain` and `day`. $week_end: ISO number of the weekday that ends a week.
EXPECTED = """
    case grain
        when 'daily' then true
        when 'weekdays' then isodow(day) < 6
        when 'weekly' then isodow(day) = $week_end
        else day = last_day(day)
    end
"""

# The days of each period for each kind of series. `of_weeks` tells the days of a period that has bounds of its own for
# weekly values: true for those, false for the others' days; null in all other periods, whose days are the same for
# every grain. A monthly value says nothing of a week, and what is not additive says nothing of a period that holds
# several of its values.
# `fingerprint` is null on days that the grain does not expect.
_PERIOD_DAYS = f"""
create or replace temp table period_day as
select grain, additive, period, day, case when {EXPECTED} then hash(day) end as fingerprint
from (
    select number as period, span = 'week' as is_week,
           date_diff('month', first, last + 1) < 2 as one_month,
           case when first_week is not null then false end as of_weeks,
           unnest(generate_series(first, last, interval 1 day))::date as day
    from periods
    union all
    select number, false, false, true, unnest(generate_series(first_week, last_week, interval 1 day))::date
    from periods where first_week is not null
), (select unnest(['daily', 'weekdays', 'weekly', 'monthly']) as grain), (select unnest([true, false]) as additive)
where not (is_week and grain = 'monthly') and coalesce(of_weeks = (grain = 'weekly'), true)
    and (is_week or additive or one_month and grain = 'monthly')
"""

_EXPECTED_IN_PERIOD = """
create or replace temp table expected_in_period as
select grain, period, count(fingerprint)::integer as expected, coalesce(bit_xor(fingerprint), 0) as fingerprint
from period_day where additive
group by grain, period
"""

# What picks one value a period picks the one whose rank is lowest: its rank by value or by day, `by_value` and `by_day`
# being 1, -1 or 0. One aggregate is left where min, max, first and last would each take their time with every row.
_ROLLING = """
create or replace temp table rolling as
select
    number as series, grain, additive, aggregate, ticks,
    case aggregate when 'min' then 1 when 'max' then -1 else 0 end::double as by_value,
    case aggregate when 'first' then 1 when 'last' then -1 else 0 end::double as by_day,
from series where kind <> 'formula'
"""

# `present` counts expected days only. Added up as whole numbers, values have the same sum in whatever order the threads
# meet them. All that is known of a value alone is computed before the join, which repeats it for each of its periods.
_ROLLED = """
create or replace temp table rolled as
with ranked as (
    select series, grain, additive, day, value, (value * ticks)::hugeint as amount,
           value * by_value + (day - date '1970-01-01') * by_day as rank
    from daily join rolling using (series)
), value_in_period as (
    select
        series,
        period,
        sum(amount)::double as total,
        count(*) as days,
        arg_min(value, rank) as picked,
        count(fingerprint)::integer as present,
        coalesce(bit_xor(fingerprint), 0) as fingerprint,
    from ranked join period_day using (grain, additive, day)
    group by series, period
)
select
    series,
    period,
    case aggregate
        when 'sum' then case when isfinite(total / ticks) then total / ticks end
        when 'mean' then case when isfinite(total / ticks) then total / ticks / days end
        else picked
    end as value,
    present,
    expected_in_period.expected,
    -- a lacking week is not a lacking day, though its value would count on one
    case when value_in_period.fingerprint = expected_in_period.fingerprint then 0
         when grain in ('daily', 'weekdays') then xor(value_in_period.fingerprint, expected_in_period.fingerprint)
         else hash(grain, xor(value_in_period.fingerprint, expected_in_period.fingerprint)) end as lacking,
    -- which days a sum covers: weeks reach over the ends of longer periods, months not up to the day
    case when aggregate <> 'sum' then null
         when span = 'week' or grain in ('daily', 'weekdays') then 'days'
         when grain = 'monthly' and (span = 'month' or last = last_day(last)) then 'days'
         else grain end as cover,
from value_in_period
join rolling using (series)
join expected_in_period using (grain, period)
join periods on periods.number = value_in_period.period
"""

# Where the sizes of a series' values differ too much for one tick, each period has its own, by its largest value: the
# square of `half`, for the power of two itself may be too large for a number.
_ANY_UNEVEN = "select 1 from rolling where ticks is null and aggregate in ('sum', 'mean') limit 1"
_UNEVEN = """
update rolled
set value = case when isfinite(total) then case when aggregate = 'sum' then total else total / days end end
from (
    with in_period as (
        select series, period, aggregate, value,
               max(abs(value)) over (partition by series, period) as largest
        from daily join rolling using (series) join period_day using (grain, additive, day)
        where ticks is null and aggregate in ('sum', 'mean')
    ), halved as (
        select *, case when largest > 0 then pow(2, floor((95 - ceil(log2(largest))) / 2)) else 1 end as half
        from in_period
    )
    select series, period, aggregate, count(*) as days,
           sum((value * half * half)::hugeint)::double / half / half as total
    from halved group by series, period, aggregate, half
) as uneven
where rolled.series = uneven.series and rolled.period = uneven.period
"""

# Both sides must lack the same days (a number, expected = 0, goes with any) and, where both are sums, cover the same.
# Of two sides the one that lacks more speaks for both.
_FORMULA_STEP = """
insert into rolled
select
    step.result,
    l.period,
    case when (l.lacking = r.lacking or l.expected = 0 or r.expected = 0) and coalesce(l.cover = r.cover, true)
              and isfinite(computed) then computed end,
    case when from_left then l.present else r.present end,
    case when from_left then l.expected else r.expected end,
    case when from_left then l.lacking else r.lacking end,
    coalesce(l.cover, r.cover)
from step
join rolled l on l.series = step.left_side
join rolled r on r.series = step.right_side and r.period = l.period
join periods on periods.number = l.period,
lateral (
    select
        case operator
            when '+' then l.value + r.value
            when '-' then l.value - r.value
            when '*' then l.value * r.value
            else l.value / nullif(r.value, 0)
        end as computed,
        r.expected = 0 or (l.expected > 0 and l.present * r.expected <= r.present * l.expected) as from_left
)
where step.level = $level and (span = 'week' or step.additive)
"""


def roll_up(
    connection: duckdb.DuckDBPyConnection,
    series: Sequence[SeriesRow],
    calendar: Calendar,
    periods: Sequence[Period],
) -> None:
    """Fill the temporary tables `periods` and `rolled` from `daily`."""
    load_periods(connection, periods)
    connection.execute(_PERIOD_DAYS, {"week_end": calendar.week_ends_on + 1})
    connection.execute(_EXPECTED_IN_PERIOD)
    connection.execute(_ROLLING)
    connection.execute(_ROLLED)
    if connection.execute(_ANY_UNEVEN).fetchone():
        connection.execute(_UNEVEN)
    _add_formulas(connection, series)


def load_periods(connection: duckdb.DuckDBPyConnection, periods: Sequence[Period]) -> None:
    """Fill the temporary table `periods` (number, span, first, last, first_week, last_week)."""
    rows = [
        (number, period.span, period.first, period.last, *(period.weeks or (None, None)))
        for number, period in enumerate(periods)
    ]
    names = ("number", "span", "first", "last", "first_week", "last_week")
    load_rows(connection, "create or replace temp table periods as", names, rows)


def _add_formulas(connection: duckdb.DuckDBPyConnection, series: Sequence[SeriesRow]) -> None:
    steps, constants = _steps(series)
    if not steps:
        return
    names = ("level", "result", "operator", "left_side", "right_side", "additive")
    load_rows(connection, "create or replace temp table step as", names, steps)
    if constants:
        load_rows(
            connection, "create or replace temp table constant as", ("operand", "number"), list(constants.items())
        )
        connection.execute(
            "insert into rolled select operand, periods.number, constant.number, 0, 0, 0, null from constant, periods"
        )
    for level in range(max(step[0] for step in steps) + 1):
        connection.execute(_FORMULA_STEP, {"level": level})


def _steps(
    series: Sequence[SeriesRow],
) -> tuple[list[tuple[int, int, str, int, int, bool]], dict[int, float]]:
    """Return all formulas' steps as (level, result, operator, left, right, additive), and the numbers in them.

    Results between steps and numbers get series numbers of their own, above those of the tree. A step's level is one
    above the highest level of its sides, so that all steps of a level can be computed at once.
    """
    number_of = {row.key: row.number for row in series}
    formulas = {row.number: row.metric.formula for row in series if row.kind == "formula" and row.metric.formula}
    level_of: dict[int, int] = {}
    constants: dict[int, float] = {}
    steps: list[tuple[int, int, str, int, int, bool]] = []
    unused = count(len(series))

    def add(result: int) -> None:
        formula = formulas[result]
        results = [*(next(unused) for _ in formula.steps[:-1]), result]

        def side(operand: Operand) -> int:
            if operand.step is not None:
                return results[operand.step]
            if operand.metric is not None:
                return number_of[operand.metric]
            name = next(unused)
            constants[name] = operand.number or 0.0
            return name

        for step, name in zip(formula.steps, results, strict=True):
            left, right = side(step.left), side(step.right)
            level_of[name] = 1 + max(level_of.get(left, -1), level_of.get(right, -1))
            steps.append((level_of[name], name, step.operator, left, right, series[result].metric.additive))

    order = TopologicalSorter(
        {
            number: [number_of[operand] for operand in formula.operands if number_of[operand] in formulas]
            for number, formula in formulas.items()
        }
    )
    for number in order.static_order():
        add(number)
    return steps, constants
