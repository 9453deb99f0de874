"""Random small workspaces for property tests, with their values in memory and as files to run the command on.

Values are quarters, scales powers of two, and the mean of a day rests on one or two rows, so that sums are
exact in binary floating point: a difference between two programs is then a difference in rules. A case is
drawn as a few short lists (patterns of values, gaps as days before the review week), which keeps it cheap and
lets it shrink.

Left out, as the rules leave it open: a target series in a source with `absent: zero` or an undeclared grain,
targets of formulas with a monthly or non-additive operand, first and last on days with several different
values, and formulas that add a sum to one over a sum.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import strategies as st
from reference import (
    Reference,
    ReferenceMetric,
    Rows,
    days_of,
    month_end,
    reference_figures,
    reference_review_week,
    week_ending_of,
)

GRAINS = ("daily", "weekdays", "weekly", "monthly")
AGGREGATES = ("sum", "mean", "min", "max", "first", "last")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
FORMULAS = (
    "{x} / {y}",
    "{x} + {y}",
    "{x} - {y}",
    "{x} * {y}",
    "1 / {x}",
    "-{x} + 2.5 * {y}",
    "{x} / {y} - 0.5",
    "100 * {x} / ({y} + 4)",
    "({x} + {y}) / {z}",
    "({x} - {y}) / ({x} + {z})",
    "{x} * {y} / {z}",
)
Gaps = list[tuple[int, int]]


@dataclass(frozen=True)
class Case:
    """A workspace with its values, and the week to review. The rows of a metric stand in no order."""

    metrics: list[ReferenceMetric]
    observations: dict[str, Rows]
    week_ending: date
    week_ends_on: int
    fiscal_start_month: int

    def sources(self) -> dict[str, list[ReferenceMetric]]:
        """The column metrics of each source; one source for each grain and meaning of absence."""
        found: dict[str, list[ReferenceMetric]] = {}
        for metric in self.metrics:
            if metric.formula is None:
                found.setdefault(source_name(metric), []).append(metric)
        return found

    def rows_of(self, metrics: list[ReferenceMetric]) -> list[tuple[str, date, float | None]]:
        """The rows of a source, those of target series under `<id>.target`."""
        names = [name for metric in metrics for name in (metric.id, f"{metric.id}.target")]
        return [(name, day, value) for name in names for day, value in self.observations.get(name, [])]

    def source_last_row(self) -> dict[str, date]:
        """For each column metric the date of the last row of its source."""
        return {
            metric.id: max(day for _, day, _ in self.rows_of(metrics))
            for metrics in self.sources().values()
            for metric in metrics
        }

    def figures(self) -> dict:
        """What `northstar figures --json --series wow,yoy,mom --fiscal` should print."""
        return reference_figures(
            self.metrics,
            self.observations,
            self.week_ending,
            self.week_ends_on,
            self.fiscal_start_month,
            source_last_row=self.source_last_row(),
        )

    def review_week(self, today: date) -> date | None:
        """The week to review on a day, with all metrics in the deck."""
        return reference_review_week(
            self.metrics,
            self.observations,
            today,
            week_ends_on=self.week_ends_on,
            source_last_row=self.source_last_row(),
        )


def source_name(metric: ReferenceMetric) -> str:
    return f"{metric.grain or 'found'}_{metric.absent}"


# --- columns ----------------------------------------------------------------------------------------------


def days_of_grain(grain: str, first: date, last: date, phase: int, week_ends_on: int) -> Iterator[date]:
    """A day for each value of a column of this grain; `phase` chooses the day in week or month."""
    for day in days_of(first, last):
        into_week = 6 - (week_ending_of(day, week_ends_on) - day).days
        if (
            grain == "daily"
            or (grain == "weekdays" and day.weekday() < 5)
            or (grain == "weekly" and into_week == phase)
            or (grain == "monthly" and day == (month_end(day) if phase == 6 else day.replace(day=1 + 4 * phase)))
        ):
            yield day


def within(gaps: Gaps, day: date, week_ending: date) -> bool:
    """Whether a day lies in a gap: so many days before the review week's end, so many days long."""
    back = (week_ending - day).days
    return any(start - length < back <= start for start, length in gaps)


def gaps(most: int) -> st.SearchStrategy[Gaps]:
    back = st.one_of(st.integers(0, 45), st.integers(355, 410), st.integers(0, 800))
    return st.lists(st.tuples(back, st.sampled_from([1, 1, 1, 2, 5, 7, 12, 40])), max_size=most)


def patterns() -> st.SearchStrategy[list[float]]:
    """Quarters to repeat: mostly positive, some with zeros, some with negative values."""
    lowest = st.sampled_from([1, 1, 0, -12])
    quarters = lowest.flatmap(lambda low: st.lists(st.integers(low, 48), min_size=1, max_size=9))
    return quarters.map(lambda drawn: [number / 4 for number in drawn])


@st.composite
def column_rows(
    draw: st.DrawFn,
    metric: ReferenceMetric,
    grain: str,
    first: date,
    last: date,
    week_ending: date,
    week_ends_on: int,
    shared_gaps: Gaps,
) -> Rows:
    """The rows of one column, of the days of `grain`, with at least one value."""
    phase = draw(st.integers(0, 6))
    if draw(st.integers(0, 4)) == 0:
        first += timedelta(draw(st.integers(1, (last - first).days - 30)))
    if draw(st.integers(0, 4)) == 0:
        last -= timedelta(draw(st.integers(1, 20)))
    absent = (shared_gaps if draw(st.booleans()) else []) + draw(gaps(2))
    blank = draw(gaps(1))
    again = set(draw(st.lists(st.integers(0, 400), max_size=3)))
    pattern, growth = draw(patterns()), draw(st.sampled_from([0, 0, 0.25, 1]))
    thin = draw(st.integers(2, 5)) if metric.absent == "zero" and draw(st.booleans()) else 1

    whole = list(days_of_grain(grain, first, last, phase, week_ends_on)) or [first]
    rows: Rows = []
    for i, day in enumerate(whole):
        if i % thin or within(absent, day, week_ending):
            continue
        value = pattern[i % len(pattern)] + growth * (i // 30)
        rows.append((day, None if within(blank, day, week_ending) else value))
        if (week_ending - day).days in again:
            rows.append(another_row(metric, grain, day, value, pattern[0], week_ends_on))
        if grain == "weekdays" and day.weekday() == 4 and (week_ending - day).days % 7 in again:
            rows.append((day + timedelta(1), pattern[0]))
    if all(value is None for _, value in rows):
        rows = [(whole[0], pattern[0])]
    return draw(st.sampled_from([rows, rows[::-1], rows[::2] + rows[1::2]]))


def another_row(
    metric: ReferenceMetric, grain: str, day: date, value: float, other: float, week_ends_on: int
) -> tuple[date, float | None]:
    """A second row for the same day, week or month."""
    if grain == "weekly":
        week_ending = week_ending_of(day, week_ends_on)
        return (week_ending if day != week_ending else day - timedelta(1), other)
    if grain == "monthly":
        return (month_end(day) if day != month_end(day) else day - timedelta(1), other)
    return (day, value if metric.aggregate in ("first", "last") else other)


# --- workspaces -------------------------------------------------------------------------------------------


@st.composite
def review_weeks(draw: st.DrawFn) -> tuple[date, int]:
    """A week's last day and its weekday; often near New Year, the end of February or a month's end."""
    week_ends_on = draw(st.integers(0, 6))
    day = draw(
        st.one_of(
            st.dates(date(2020, 1, 1), date(2026, 12, 31)),
            st.sampled_from([date(2024, 2, 26), date(2023, 12, 28), date(2020, 12, 30), date(2025, 2, 26)]),
            st.dates(date(2024, 1, 1), date(2026, 12, 1)).map(month_end),
        )
    )
    return week_ending_of(day, week_ends_on), week_ends_on


@st.composite
def column_metrics(draw: st.DrawFn, id: str, grain: str, undeclared: bool) -> ReferenceMetric:
    declared = None if undeclared and draw(st.booleans()) else grain
    absent = draw(st.sampled_from(["missing"] * 4 + ["zero"]))
    level = st.integers(0, 400).map(lambda number: number / 4)
    target = draw(st.sampled_from([None, "number", "series"]))
    if target == "series" and (absent == "zero" or declared is None):
        target = None
    return ReferenceMetric(
        id,
        aggregate=draw(st.sampled_from(("sum", "sum", "sum", *AGGREGATES))),
        unit=draw(st.sampled_from(["number", "count", "duration", "percent"])),
        grain=declared,
        absent=absent,
        additive=draw(st.sampled_from([True] * 5 + [False])),
        scale=draw(st.sampled_from([1.0, 1.0, 1.0, 0.5, 4.0])),
        target=draw(level) if target == "number" else target,
    )


@st.composite
def workspaces(draw: st.DrawFn, undeclared: bool = False) -> Case:
    """Two to five columns and up to three formulas; with `undeclared`, some grains are to be found."""
    week_ending, week_ends_on = draw(review_weeks())
    first = week_ending - timedelta(draw(st.integers(450, 820)))
    last = week_ending + timedelta(draw(st.integers(-9, 9)))
    shared_gaps = draw(gaps(2))
    only_grain = draw(st.sampled_from([None, None, *GRAINS, "daily"]))

    metrics: list[ReferenceMetric] = []
    observations: dict[str, Rows] = {}
    for number in range(draw(st.integers(2, 5))):
        grain = only_grain or draw(st.sampled_from(GRAINS))
        metric = draw(column_metrics(f"m{number}", grain, undeclared))
        span = (grain, first, last, week_ending, week_ends_on, shared_gaps)
        observations[metric.id] = draw(column_rows(metric, *span))
        if metric.target == "series":
            observations[f"{metric.id}.target"] = draw(column_rows(metric, *span))
        metrics.append(metric)
    for number in range(draw(st.integers(1, 3))):
        ids = st.sampled_from([metric.id for metric in metrics])
        text = draw(st.sampled_from(FORMULAS)).format(x=draw(ids), y=draw(ids), z=draw(ids))
        unit = draw(st.sampled_from(["number", "percent"]))
        formula = ReferenceMetric(f"f{number}", formula=text, unit=unit)
        reference = Reference([*metrics, formula], observations, week_ends_on, None, None)
        plain = all(leaf.grain != "monthly" for leaf in reference.leaves(formula.id))
        if plain and reference.additive(formula.id):
            formula = replace(formula, target=draw(st.sampled_from([None, 0.5, 21.0])))
        metrics.append(formula)
    return Case(metrics, observations, week_ending, week_ends_on, draw(st.integers(1, 12)))


# --- files ------------------------------------------------------------------------------------------------


def write_long_csv(case: Case, folder: Path) -> Path:
    """Writes the case as a workspace: `northstar.yaml` and a long CSV for each source. Returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "northstar: 1",
        "name: Random workspace",
        "calendar:",
        f"  week_ends_on: {WEEKDAYS[case.week_ends_on]}",
        f"  fiscal_year_starts: {MONTHS[case.fiscal_start_month - 1]}",
        "teams:",
        "  core: {name: Core, lead: lead@example.com}",
        "sources:",
    ]
    for source, metrics in case.sources().items():
        lines += [
            f"  {source}:",
            "    type: csv",
            f"    path: {source}.csv",
            "    date: date",
            "    layout: long",
            "    metric: metric",
            "    value: value",
            f"    absent: {metrics[0].absent}",
        ]
        if metrics[0].grain is not None:
            lines.append(f"    grain: {metrics[0].grain}")
        with (folder / f"{source}.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(["date", "metric", "value"])
            for name, day, value in case.rows_of(metrics):
                table.writerow([day.isoformat(), name, "" if value is None else repr(value)])
    lines.append("metrics:")
    for metric in case.metrics:
        lines.append(f"  {metric.id}:")
        lines += [f"    {key}: {json.dumps(value)}" for key, value in declared(metric, case).items()]
    (folder / "northstar.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def declared(metric: ReferenceMetric, case: Case) -> dict[str, object]:
    """The keys of one metric in `northstar.yaml`; the first metric is the North Star."""
    keys: dict[str, object] = {
        "name": f"Metric {metric.id}",
        "role": "north_star" if metric is case.metrics[0] else "output",
        "definition": "Made up for a test.",
        "team": "core",
        "owner": "owner@example.com",
        "unit": metric.unit,
    }
    if metric.formula is not None:
        keys["formula"] = metric.formula
    else:
        keys |= {"source": source_name(metric), "aggregate": metric.aggregate}
        keys |= {"additive": metric.additive, "scale": metric.scale}
    if metric.target == "series":
        keys["target"] = {"column": f"{metric.id}.target"}
    elif metric.target is not None:
        keys["target"] = metric.target
    return keys
