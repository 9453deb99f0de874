"""The figures of a weekly business review, written a second time: slow, obvious, apart from the product.

Property tests hold the real figures against these. Nothing here may import from `metrics`: a shared
mistake would then go unseen. Every period is walked day by day, every rule stands in one place, and where
the rules leave room the blank is taken, never a number that might be wrong.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import fsum, isclose
from statistics import median

import pandas as pd

ONE_DAY = timedelta(days=1)
ONE_WEEK = timedelta(days=7)
Rows = list[tuple[date, float | None]]


@dataclass(frozen=True)
class ReferenceMetric:
    """A metric as `northstar.yaml` declares it; `grain` None is found from the dates of its rows."""

    id: str
    aggregate: str = "sum"
    unit: str = "number"
    grain: str | None = None
    absent: str = "missing"
    additive: bool = True
    scale: float = 1.0
    formula: str | None = None
    target: float | str | None = None
    """A week's level, or "series": the rows under `<id>.target`."""


@dataclass(frozen=True)
class Figure:
    """A number or None, and what it lacks; a number that lacks anything is incomplete.

    `lacking` holds pairs of "day", "week" or "month" and the anchor; `expected` holds, for each leaf of
    weekly or monthly grain, its id and how many values the period should have.
    """

    value: float | None = None
    lacking: frozenset[tuple[str, date]] = frozenset()
    expected: tuple[tuple[str, int], ...] = ()
    cover: str | None = None  # of a sum: whether it covers the period's days, or the weeks or months that end in it

    @property
    def complete(self) -> bool:
        return self.value is not None and not self.lacking


BLANK = Figure()


# --- calendar ---------------------------------------------------------------------------------------------


def week_ending_of(day: date, week_ends_on: int) -> date:
    """The last day of the week that `day` falls in; `week_ends_on` counts from Monday = 0."""
    while day.weekday() != week_ends_on:
        day += ONE_DAY
    return day


def month_start(day: date) -> date:
    return day.replace(day=1)


def month_end(day: date) -> date:
    while (day + ONE_DAY).month == day.month:
        day += ONE_DAY
    return day


def months_later(first_of_month: date, months: int) -> date:
    """The first of the month that lies `months` later, or earlier where it is negative."""
    year, month0 = divmod(first_of_month.year * 12 + first_of_month.month - 1 + months, 12)
    return date(year, month0 + 1, 1)


def fiscal_year_start(day: date, start_month: int) -> date:
    start = month_start(day)
    while start.month != start_month:
        start = months_later(start, -1)
    return start


def fiscal_quarter_start(day: date, start_month: int) -> date:
    start = fiscal_year_start(day, start_month)
    while months_later(start, 3) <= day:
        start = months_later(start, 3)
    return start


def a_year_earlier(day: date) -> date:
    """The same calendar date one year earlier; 29 February becomes the 28th."""
    return (pd.Timestamp(day) - pd.DateOffset(years=1)).date()


def days_of(first: date, last: date) -> list[date]:
    return [first + ONE_DAY * i for i in range((last - first).days + 1)]


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included; `kind` is "week", "month" or "to date"."""

    kind: str
    first: date
    last: date
    of: "Period | None" = None  # the current year's period, of a prior year's to-date period

    @property
    def name(self) -> str:
        return self.last.isoformat() if self.kind == "week" else self.last.isoformat()[:7]

    def before(self) -> "Period":
        if self.kind == "week":
            return week_period(self.last - ONE_WEEK)
        return month_period(months_later(self.first, -1))

    def a_year_before(self) -> "Period":
        if self.kind == "week":
            return week_period(self.last - 52 * ONE_WEEK)
        if self.kind == "month":
            return month_period(months_later(self.first, -12))
        return Period("to date", a_year_earlier(self.first), a_year_earlier(self.last), of=self)


def week_period(week_ending: date) -> Period:
    return Period("week", week_ending - 6 * ONE_DAY, week_ending)


def month_period(first_of_month: date) -> Period:
    return Period("month", first_of_month, month_end(first_of_month))


def last_month_ended(week_ending: date) -> Period:
    month = month_period(month_start(week_ending))
    return month if month.last <= week_ending else month.before()


# --- one column metric ------------------------------------------------------------------------------------


def find_grain(dates: list[date], week_ends_on: int) -> str:
    """The grain that the distinct `dates` show."""
    ordered = sorted(set(dates))
    if len(ordered) < 3:
        return "daily"
    gaps = [(later - earlier).days for earlier, later in pairwise(ordered)]
    one_a_month = len({(day.year, day.month) for day in ordered}) == len(ordered)
    one_a_week = len({week_ending_of(day, week_ends_on) for day in ordered}) == len(ordered)
    if one_a_month and min(gaps) >= 26:
        return "monthly"
    if one_a_week and median(gaps) <= 13 and min(gaps) >= 4:
        return "weekly"
    only_weekdays = all(day.weekday() < 5 for day in ordered)
    long_enough = len(ordered) >= 10 and (ordered[-1] - ordered[0]).days >= 14
    if only_weekdays and long_enough and median(gaps) == 1:
        return "weekdays"
    return "daily"


def combine(aggregate: str, values: list[float]) -> float:
    """One number from `values`, which stand in the order of their days."""
    if aggregate == "sum":
        return fsum(values)
    if aggregate == "mean":
        return fsum(values) / len(values)
    if aggregate == "min":
        return min(values)
    if aggregate == "max":
        return max(values)
    if aggregate == "first":
        return values[0]
    if aggregate == "last":
        return values[-1]
    raise ValueError(f"unknown aggregate {aggregate}")


class Series:
    """The values of one column, each at its anchor: the day that it counts for."""

    def __init__(
        self,
        metric: ReferenceMetric,
        rows: Rows,
        week_ends_on: int,
        dates: list[date],
        zeros_until: date | None,
    ) -> None:
        self.id = metric.id
        self.aggregate = metric.aggregate
        self.week_ends_on = week_ends_on
        self.grain = metric.grain or ("daily" if metric.absent == "zero" else find_grain(dates, week_ends_on))

        cells_of_day: dict[date, list[float]] = {}
        for day, value in rows:
            cells = cells_of_day.setdefault(day, [])
            if value is not None:
                cells.append(value * metric.scale)

        days_of_anchor: dict[date, list[float]] = {}
        for day in sorted(cells_of_day):
            cells = cells_of_day[day]
            ambiguous = self.aggregate in ("first", "last") and len(set(cells)) > 1
            if cells and not ambiguous:
                days_of_anchor.setdefault(self.anchor(day), []).append(combine(self.aggregate, cells))
        self.values = {anchor: combine(self.aggregate, days) for anchor, days in days_of_anchor.items()}

        if zeros_until is not None and rows:
            with_a_row = {self.anchor(day) for day in cells_of_day}
            for anchor in self.expected(min(with_a_row), self.anchor(zeros_until)):
                if anchor not in with_a_row:
                    self.values[anchor] = 0.0

    def anchor(self, day: date) -> date:
        if self.grain == "weekly":
            return week_ending_of(day, self.week_ends_on)
        if self.grain == "monthly":
            return month_end(day)
        return day

    def expected(self, first: date, last: date) -> list[date]:
        """The anchors that should have a value from `first` to `last`."""
        days = days_of(first, last)
        if self.grain == "weekdays":
            return [day for day in days if day.weekday() < 5]
        if self.grain == "weekly":
            return [day for day in days if day.weekday() == self.week_ends_on]
        if self.grain == "monthly":
            return [day for day in days if day == month_end(day)]
        return days

    def figure(self, period: Period) -> Figure:
        if period.kind == "week" and self.grain == "monthly":
            return BLANK
        first, last = period.first, period.last
        if self.grain == "weekly" and period.of is not None:  # the same weeks, each 364 days earlier
            first, last = period.of.first - 52 * ONE_WEEK, period.of.last - 52 * ONE_WEEK
        present = [day for day in days_of(first, last) if day in self.values]
        if not present:
            return BLANK
        expected = self.expected(first, last)
        span = {"weekly": "week", "monthly": "month"}.get(self.grain, "day")
        return Figure(
            value=combine(self.aggregate, [self.values[day] for day in present]),
            lacking=frozenset((span, day) for day in expected if day not in self.values),
            expected=() if span == "day" else ((self.id, len(expected)),),
            cover=self.cover(period) if self.aggregate == "sum" else None,
        )

    def cover(self, period: Period) -> str:
        if period.kind == "week" or self.grain in ("daily", "weekdays"):
            return "days"
        if self.grain == "monthly" and (period.kind == "month" or period.last == month_end(period.last)):
            return "days"
        return self.grain


# --- formulas ---------------------------------------------------------------------------------------------


GRAMMAR = (
    *(ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.UnaryOp, ast.USub),
    *(ast.Constant, ast.Name, ast.Load),
)


def parse(formula: str) -> ast.expr:
    tree = ast.parse(formula.strip(), mode="eval").body
    for node in ast.walk(tree):
        number = not isinstance(node, ast.Constant) or type(node.value) in (int, float)
        if not isinstance(node, GRAMMAR) or not number:
            raise ValueError(f"not in the grammar of formulas: {formula}")
    return tree


def operand_ids(node: ast.expr) -> list[str]:
    """The ids in a formula, each once, in their order."""
    found = [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return sorted(set(found), key=found.index)


def compute(node: ast.expr, operands: dict[str, float]) -> float | None:
    """The formula's number; None where it divides by zero."""
    if isinstance(node, ast.Constant):
        return float(node.value)
    if isinstance(node, ast.Name):
        return operands[node.id]
    if isinstance(node, ast.UnaryOp):
        value = compute(node.operand, operands)
        return None if value is None else -value
    left, right = compute(node.left, operands), compute(node.right, operands)
    if left is None or right is None:
        return None
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left - right
    if isinstance(node.op, ast.Mult):
        return left * right
    return None if right == 0 else left / right


def degrees(node: ast.expr, of_id: dict[str, set[int]]) -> set[int]:
    """How a formula grows with the number of days: 1 like a sum, 0 not at all, -1 like one over a sum.

    A set, for a + or - may join several; a 0 there joins nothing.
    """
    if isinstance(node, ast.Name):
        return of_id[node.id]
    if isinstance(node, ast.UnaryOp):
        return degrees(node.operand, of_id)
    if isinstance(node, ast.BinOp):
        left, right = degrees(node.left, of_id), degrees(node.right, of_id)
        if isinstance(node.op, ast.Mult):
            return {a + b for a in left for b in right}
        if isinstance(node.op, ast.Div):
            return {a - b for a in left for b in right}
        if isinstance(node.left, ast.Constant) and node.left.value == 0:
            return right
        return left if isinstance(node.right, ast.Constant) and node.right.value == 0 else left | right
    return {0}


# --- all metrics ------------------------------------------------------------------------------------------


class Reference:
    """All metrics of a workspace with their values; answers for any metric and period."""

    def __init__(
        self,
        metrics: list[ReferenceMetric],
        observations: dict[str, Rows],
        week_ends_on: int,
        source_last_row: dict[str, date] | None,
        row_dates: dict[str, list[date]] | None,
    ) -> None:
        self.metrics = {metric.id: metric for metric in metrics}
        self.series: dict[str, Series] = {}
        self.targets: dict[str, Series] = {}
        file_dates = row_dates or {}
        for metric in metrics:
            if metric.formula is not None:
                if metric.target == "series":
                    raise ValueError(f"{metric.id}: a formula has no source for a target series")
                continue
            rows = observations.get(metric.id, [])
            own_dates = [day for day, _ in rows]
            last_row = (source_last_row or {}).get(metric.id, max(own_dates, default=None))
            zeros_until = last_row if metric.absent == "zero" else None
            dates = file_dates.get(metric.id, own_dates)
            self.series[metric.id] = Series(metric, rows, week_ends_on, dates, zeros_until)
            if metric.target == "series":
                rows = observations.get(f"{metric.id}.target", [])
                dates = file_dates.get(metric.id, [day for day, _ in rows])
                # A day without a target is no target of zero, so `absent: zero` fills none in.
                self.targets[metric.id] = Series(metric, rows, week_ends_on, dates, None)

    def leaves(self, metric_id: str) -> list[Series]:
        """The column metrics that a metric is computed from; itself where it is one."""
        formula = self.metrics[metric_id].formula
        if formula is None:
            return [self.series[metric_id]]
        return [leaf for operand in operand_ids(parse(formula)) for leaf in self.leaves(operand)]

    def additive(self, metric_id: str) -> bool:
        metric = self.metrics[metric_id]
        operands = [] if metric.formula is None else operand_ids(parse(metric.formula))
        return metric.additive and all(self.additive(operand) for operand in operands)

    def adds_up(self, metric_id: str, period: Period) -> bool:
        """Whether a longer period can have a value: what is not additive has one where nothing is to be added."""
        metric = self.metrics[metric_id]
        if metric.additive or metric.formula is not None:
            return metric.additive
        series = self.series[metric_id]
        return series.grain == "monthly" and len(series.expected(period.first, period.last)) <= 1

    def degrees(self, metric_id: str) -> set[int]:
        metric = self.metrics[metric_id]
        if metric.formula is None:
            return {1} if metric.aggregate == "sum" else {0}
        node = parse(metric.formula)
        return degrees(node, {i: self.degrees(i) for i in operand_ids(node)})

    def depends_on_all_days(self, metric_id: str) -> bool:
        return self.degrees(metric_id) != {0}

    def figure(self, metric_id: str, period: Period) -> Figure:
        metric = self.metrics[metric_id]
        if period.kind != "week" and not self.adds_up(metric_id, period):
            return BLANK
        if metric.formula is None:
            return self.series[metric_id].figure(period)
        node = parse(metric.formula)
        operands = {i: self.figure(i, period) for i in operand_ids(node)}
        if any(operand.value is None for operand in operands.values()):
            return BLANK
        if len({operand.lacking for operand in operands.values()}) > 1:
            return BLANK  # one lacks days that another has
        covers = {operand.cover for operand in operands.values()} - {None}
        if len(covers) > 1:
            return BLANK  # one sum covers days that another does not
        value = compute(node, {i: operand.value for i, operand in operands.items()})
        if value is None:
            return BLANK
        return Figure(
            value=value,
            lacking=frozenset().union(*(operand.lacking for operand in operands.values())),
            expected=tuple(pair for operand in operands.values() for pair in operand.expected),
            cover=next(iter(covers), None),
        )

    def change(self, metric_id: str, period: Period, earlier: Period, points: bool) -> Figure:
        """A fraction, or a difference for a percent; with `points` percent points, or basis points."""
        now, before = self.figure(metric_id, period), self.figure(metric_id, earlier)
        if now.value is None or before.value is None:
            return BLANK
        if self.depends_on_all_days(metric_id):
            if now.lacking or before.lacking:
                return BLANK
            if now.expected != before.expected:
                return BLANK  # four weeks against three
        for leaf in self.leaves(metric_id):
            if leaf.grain == "monthly" and len(leaf.expected(period.first, period.last)) != len(
                leaf.expected(earlier.first, earlier.last)
            ):
                return BLANK  # January against January and February
        lacking = now.lacking | before.lacking
        if self.metrics[metric_id].unit == "percent":
            return Figure((now.value - before.value) * (10_000 if points else 1), lacking)
        if before.value <= 0:
            return BLANK
        return Figure((now.value / before.value - 1) * (100 if points else 1), lacking)

    def target(self, metric_id: str, period: Period) -> Figure:
        metric = self.metrics[metric_id]
        leaves = [metric_id] if metric.formula is None else [leaf.id for leaf in self.leaves(metric_id)]
        if period.kind != "week" and not all(self.adds_up(part, period) for part in {metric_id, *leaves}):
            return BLANK
        if period.kind == "week" and any(leaf.grain == "monthly" for leaf in self.leaves(metric_id)):
            return BLANK
        if metric.target == "series":
            return self.targets[metric_id].figure(period)
        level = float(metric.target)
        degrees = self.degrees(metric_id)
        if degrees == {0}:
            return Figure(level)
        if len(degrees) > 1:  # one part grows with the days as another does not
            return Figure(level) if period.kind == "week" else BLANK
        days = len(days_of(period.first, period.last))
        leaves = self.leaves(metric_id)
        if len({leaf.grain for leaf in leaves}) == 1:
            anchors = leaves[0].expected(period.first, period.last)
            if leaves[0].grain == "weekly":
                days = 7 * len(anchors)
            if leaves[0].grain == "monthly":
                days = sum(anchor.day for anchor in anchors)
        if days == 0:
            return BLANK
        target = level
        for _ in range(abs(min(degrees))):
            target = target * days / 7 if min(degrees) > 0 else target / days * 7
        return Figure(target)


# --- what is asked for ------------------------------------------------------------------------------------


def reference_figures(
    metrics: list[ReferenceMetric],
    observations: dict[str, Rows],
    week_ending: date,
    week_ends_on: int = 6,
    fiscal_start_month: int = 1,
    source_last_row: dict[str, date] | None = None,
    row_dates: dict[str, list[date]] | None = None,
) -> dict:
    """What `northstar figures --json --series wow,yoy,mom --fiscal` prints.

    `source_last_row`: for a metric with `absent: zero`, the date of the last row of its whole source
    (default: its own last row). `row_dates`: for a metric in a wide file, the dates of the file's rows
    (default: its own).
    """
    if week_ending.weekday() != week_ends_on:
        raise ValueError(f"{week_ending} is no week's last day")
    reference = Reference(metrics, observations, week_ends_on, source_last_row, row_dates)
    figures = {id: _of_metric(reference, id, week_ending, fiscal_start_month) for id in reference.metrics}
    return {"week_ending": week_ending.isoformat(), "metrics": figures}


def _of_metric(reference: Reference, id: str, week_ending: date, fiscal_start_month: int) -> dict:
    this_week = week_period(week_ending)
    weeks = [week_period(week_ending - ONE_WEEK * back) for back in (5, 4, 3, 2, 1, 0)]
    last_month = last_month_ended(week_ending).first
    months = [month_period(months_later(last_month, -back)) for back in range(11, -1, -1)]
    year_start = fiscal_year_start(week_ending, fiscal_start_month)
    fiscal_months = [month_period(months_later(year_start, ahead)) for ahead in range(12)]
    mtd = Period("to date", month_start(week_ending), week_ending)
    qtd = Period("to date", fiscal_quarter_start(week_ending, fiscal_start_month), week_ending)
    ytd = Period("to date", year_start, week_ending)

    def value(period: Period) -> Figure:
        return reference.figure(id, period)

    def prior(period: Period) -> Figure:
        return reference.figure(id, period.a_year_before())

    def ended(period: Period) -> Figure:
        return value(period) if period.last <= week_ending else BLANK

    def target(period: Period) -> Figure:
        return reference.target(id, period)

    def from_before(period: Period, points: bool = False) -> Figure:
        return reference.change(id, period, period.before(), points)

    def from_a_year_before(period: Period, points: bool = False) -> Figure:
        return reference.change(id, period, period.a_year_before(), points)

    def each(figure: Callable[[Period], Figure], periods: list[Period]) -> dict[str, Figure]:
        return {period.name: figure(period) for period in periods}

    parts: dict[str, dict] = {
        "weekly": each(value, weeks),
        "weekly_prior_year": each(prior, weeks),
        "monthly": each(value, months),
        "monthly_prior_year": each(prior, months),
        "summary": {
            "last_week": value(this_week),
            "wow": from_before(this_week, points=True),
            "yoy_week": from_a_year_before(this_week, points=True),
            "mtd": value(mtd),
            "mtd_yoy": from_a_year_before(mtd, points=True),
            "qtd": value(qtd),
            "qtd_yoy": from_a_year_before(qtd, points=True),
            "ytd": value(ytd),
            "ytd_yoy": from_a_year_before(ytd, points=True),
        },
    }
    if reference.metrics[id].target is not None:
        parts["target"] = {
            "weekly": each(target, weeks),
            "monthly": each(target, months),
            "mtd": target(mtd),
            "qtd": target(qtd),
            "ytd": target(ytd),
        }
    parts |= {
        "wow_weekly": each(from_before, weeks),
        "yoy_weekly": each(from_a_year_before, weeks),
        "mom_monthly": each(from_before, months),
        "yoy_monthly": each(from_a_year_before, months),
        "monthly_fiscal": each(ended, fiscal_months),
        "monthly_fiscal_prior_year": each(prior, fiscal_months),
    }
    return {**_numbers(parts), "incomplete": _incomplete(parts, "")}


def _numbers(parts: dict) -> dict:
    return {name: part.value if isinstance(part, Figure) else _numbers(part) for name, part in parts.items()}


def _incomplete(part: Figure | dict, path: str) -> list[str]:
    """The paths of the numbers in `part` that rest on an incomplete value."""
    if isinstance(part, Figure):
        return [path] if part.value is not None and part.lacking else []
    return [p for name, inner in part.items() for p in _incomplete(inner, f"{path}.{name}" if path else name)]


def reference_review_week(
    metrics: list[ReferenceMetric],
    observations: dict[str, Rows],
    today: date,
    deck: list[str] | None = None,
    week_ends_on: int = 6,
    source_last_row: dict[str, date] | None = None,
    row_dates: dict[str, list[date]] | None = None,
) -> date | None:
    """The newest week ended by `today` in which more than half of the deck's metrics are complete.

    `deck` is all metrics by default; a metric counts where each of its leaves has a value at some time.
    Without such a week, the newest one ended by `today` with any value; None where there is none either.
    """
    reference = Reference(metrics, observations, week_ends_on, source_last_row, row_dates)
    leaves_of = {id: reference.leaves(id) for id in deck or reference.metrics}
    with_data = [leaves for leaves in leaves_of.values() if all(leaf.values for leaf in leaves)]
    anchors = [anchor for leaves in leaves_of.values() for leaf in leaves for anchor in leaf.values]
    weeks = []
    if anchors:
        week = week_ending_of(today - 6 * ONE_DAY, week_ends_on)
        while week >= min(anchors):
            weeks.append(week)
            week -= ONE_WEEK

    def complete(leaf: Series, week: date) -> bool:
        if leaf.grain != "monthly":
            return leaf.figure(week_period(week)).complete
        return leaf.figure(last_month_ended(week)).complete

    for week in weeks:
        done = [leaves for leaves in with_data if all(complete(leaf, week) for leaf in leaves)]
        if 2 * len(done) > len(with_data):
            return week
    for week in weeks:
        if any(week - ONE_WEEK < anchor <= week for anchor in anchors):
            return week
    return None


def differences(expected: object, actual: object, path: str = "") -> list[str]:
    """Where two answers differ, a line each; numbers may differ by a rounding (1e-9)."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        lines = [f"{path}: only expected has {key}" for key in expected if key not in actual]
        lines += [f"{path}: only actual has {key}" for key in actual if key not in expected]
        both = [key for key in expected if key in actual]
        return lines + [line for k in both for line in differences(expected[k], actual[k], f"{path}.{k}")]
    numbers = all(type(side) in (int, float) for side in (expected, actual))
    same = isclose(expected, actual, rel_tol=1e-9, abs_tol=1e-9) if numbers else expected == actual
    return [] if same else [f"{path}: expected {expected}, actual {actual}"]
