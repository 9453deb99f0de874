"""The words of a block: dates, owners, why a figure is blank, and the sentence for the whole of it."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Literal

from metrics.calendar import MONTH_LABELS, MONTHS, Period
from metrics.charts import numbers
from metrics.review.metric_figures import Change, MetricFigures, Point
from metrics.tree.tree import Metric

State = Literal["current", "incomplete", "awaited", "late", "withheld", "monthly", "empty"]

_MONTHS = tuple(month.capitalize() for month in MONTHS)  # in English whatever the locale says
_NO_VALUE = "No value in this period"
_NOT_ADDED = "Values of this metric don't add up to longer periods"
_MONTHS_ONLY = "Counted by the month: weeks have no value"
_GOOD = {"up": "Higher is better", "down": "Lower is better", "neither": "Neither way is better"}


def short_day(day: date) -> str:
    """Return `14 Nov`."""
    return f"{day.day} {MONTH_LABELS[day.month - 1]}"


def long_day(day: date) -> str:
    """Return `14 Nov 2026`."""
    return f"{short_day(day)} {day.year}"


@lru_cache(maxsize=1_000)  # all blocks of a page are about the same periods
def period(which: Period) -> str:
    """Return `Week ending 14 Nov 2026`, `October 2026`, or `1 Oct to 14 Nov 2026`."""
    if which.span == "week":
        return f"Week ending {long_day(which.last)}"
    if which.span == "month":
        return f"{_MONTHS[which.first.month - 1]} {which.first.year}"
    first = short_day(which.first) if which.first.year == which.last.year else long_day(which.first)
    return f"{first} to {long_day(which.last)}"


def small(name: str) -> str:
    """Begin a name in small letters within a sentence, unless its first word is an abbreviation."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def owner(address: str | None) -> str:
    """Return an owner's short name: `Ana` for ana.diaz@lumen.example, `J Diaz` for j.diaz@lumen.example."""
    if not address:
        return ""
    words = [word.capitalize() for word in re.split(r"[._+\-]+", address.partition("@")[0]) if word]
    if not words:
        return address
    return " ".join(words[:2]) if len(words[0]) == 1 else words[0]


def kind(metric: Metric, like: float | None) -> str:
    """Return the direction of good, and the unit of numbers written bare: `Lower is better, minutes`."""
    return ", ".join(part for part in (_GOOD[metric.good], numbers.unit_name(metric, like)) if part)


def days_present(point: Point) -> str:
    """Return `5 of 7 days` for an incomplete value, else nothing; weeks or months, by the metric's grain."""
    if not point.incomplete:
        return ""
    days = point.period.days
    if point.expected * 28 <= days + 3:
        name = "month"
    elif point.expected * 7 <= days + 6 and days > 7:
        name = "week"
    else:
        name = "day"
    return f"{point.present} of {point.expected} {name}{'' if point.expected == 1 else 's'}"


def valued(metric: Metric, point: Point) -> str:
    """Return a value in full, with how much of it is there: `412, 5 of 7 days`."""
    value, days = numbers.full(point.value, metric), days_present(point)
    return f"{value}, {days}" if value and days else value or days


def state(figures: MetricFigures) -> State:
    """Return how far last week's value can be trusted, and if there is none, why."""
    current = (*figures.weekly, *figures.monthly, *figures.to_date.values())
    prior = (*figures.weekly_prior_year, *figures.monthly_prior_year)
    if figures.last_day is None and all(point.value is None and not point.present for point in (*current, *prior)):
        return "empty"
    last = figures.last_week
    if last.value is not None:
        return "incomplete" if last.incomplete else "current"
    if _counts_months_only(figures):
        return "monthly" if figures.monthly and figures.monthly[-1].value is not None else "late"
    if last.present:
        return "withheld"
    return "awaited" if figures.is_running else "late"


def _counts_months_only(figures: MetricFigures) -> bool:
    weeks = (*figures.weekly, *figures.weekly_prior_year)
    has_months = any(point.value is not None for point in figures.monthly)
    if not has_months or any(point.value is not None or point.present for point in weeks):
        return False
    return all(point.expected == 0 for point in weeks) or figures.monthly[-1].value is not None


def status(metric: Metric, figures: MetricFigures) -> str:
    """Return what there is to say of last week's value besides itself; nothing for a complete one."""
    match state(figures):
        case "incomplete":
            return days_present(figures.last_week)
        case "awaited" | "late" as which:
            word = "Late" if which == "late" else "Not in yet"
            return f"{word}: data to {_day_beside(figures.last_day, figures)}" if figures.last_day else word
        case "withheld":
            return f"No value: {_why_withheld(metric, figures.last_week)}"
        case "monthly":
            return f"in {period(figures.monthly[-1].period)}"
        case "empty":
            return "No data yet"
        case _:
            return ""


def no_weeks(figures: MetricFigures) -> str:
    """Return why a chart of weeks has nothing to show."""
    if _counts_months_only(figures):
        return _MONTHS_ONLY
    return "No values in these weeks" if figures.last_day else "No values yet"


def no_months(metric: Metric, figures: MetricFigures) -> str:
    """Return why a chart of months or years has nothing to show."""
    if figures.last_day is None:
        return "No values yet"
    return "No values of a month that has ended yet" if metric.additive else _NOT_ADDED


def _day_beside(day: date, figures: MetricFigures) -> str:
    """Return a day, with its year where that is not the year of the week beside it."""
    return short_day(day) if day.year == figures.last_week.period.last.year else long_day(day)


def _why_withheld(metric: Metric, point: Point) -> str:
    """Return why there is no value where there are days; a formula's point speaks for the part that lacks most."""
    if metric.formula is None:
        return "too large a number"
    return "a division by zero" if point.present >= point.expected else "its parts cover different days"


def need(metric: Metric) -> str:
    """Return what a metric without any value waits for."""
    if metric.formula:
        names = ", ".join(metric.components)
        return f"It is computed from {names}. It shows as soon as all of them have values."
    if metric.source is None:
        return "It names no source. Give it one in northstar.yaml, or type its values by hand."
    column = metric.column or metric.id
    return f"Nothing was read so far from source “{metric.source}”, column “{column}”."


def blank(metric: Metric, figures: MetricFigures, point: Point | None = None) -> str:
    """Return in a few words why a value is not there."""
    which = state(figures)
    of_week = point is None or point.period.span == "week"
    if of_week and which == "monthly":
        return _MONTHS_ONLY
    if of_week and which in ("awaited", "late", "empty"):
        return status(metric, figures)
    return no_value(metric, point) if point else _NO_VALUE


def no_value(metric: Metric, point: Point) -> str:
    """Return why there is no value over a period, as far as the period tells."""
    if not metric.additive and point.period.span != "week":
        return _NOT_ADDED
    return f"Not given: {_why_withheld(metric, point)}" if point.present else _NO_VALUE


def sentence(metric: Metric, figures: MetricFigures) -> str:
    """Return the block as one sentence, for those who hear it."""
    last = figures.last_week
    week = f"the week ending {long_day(last.period.last)}"
    which = state(figures)
    if which == "empty":
        return f"{metric.name}: no data yet. {need(metric)}"
    if which == "monthly":
        newest = figures.monthly[-1]
        value = numbers.full(newest.value, metric)
        return f"{metric.name}: {value} in {period(newest.period)}; weeks have no value."
    if which in ("awaited", "late"):
        newest_day = f"; its values go to {long_day(figures.last_day)}" if figures.last_day else ""
        none = "late, no value" if which == "late" else "no value yet"
        return f"{metric.name}: {none} in {week}{newest_day}."
    if which == "withheld":
        return f"{metric.name}: no value in {week}: {_why_withheld(metric, last)}."
    parts = f", {days_present(last)} present" if last.incomplete else ""
    moves = [
        _move(figures.changes.get("wow"), metric, "week on week"),
        _move(figures.changes.get("yoy_week"), metric, "year on year"),
    ]
    told = " and ".join(move for move in moves if move)
    told = f", {told}" if told else ""
    return f"{metric.name}: {numbers.full(last.value, metric)} in {week}{parts}{told}."


def _move(change: Change | None, metric: Metric, base: str) -> str:
    if change is None or change.value is None:
        return ""
    written = numbers.change(abs(change.value), metric).lstrip("+")
    if not written.strip(f"0.{numbers.THIN}%bps"):
        return f"unchanged {base}"
    return f"{'up' if change.value > 0 else 'down'} {written} {base}"
