"""Signals in words: what happened, how much of it, since when, and what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from metrics.calendar import MONTH_LABELS, MONTHS
from metrics.signals.kind import Kind
from metrics.signals.memory import Floats
from metrics.tree.tree import Metric

WriteNumber = Callable[[float | None, Metric], str]

_LONG_AGO = 8
_MANY_WEEKS = 26
_ONE_OR_TWO_WORDS = re.compile(r"[A-Za-z]+(?: [a-z]+)?s")
_MORE_AND_LESS = {
    "count": ("more than", "fewer than"),
    "currency": ("more than", "less than"),
    "duration": ("longer than", "shorter than"),
}


@dataclass(frozen=True)
class Judged:
    """One metric's weeks up to the one that is told of (the last), and what was found then.

    `since` is the position of the week in which a new level began, or in which last year's peak stood.
    """

    metric: Metric
    weeks: Sequence[date]
    values: Floats
    kind: Kind
    expected: float
    lower: float
    upper: float
    before: float
    since: int
    trial_weeks: int | None
    peak: bool
    anew: bool


def sentence(judged: Judged, write: WriteNumber) -> str:
    """Say what a week's signal is. `write` writes a number in a metric's unit."""
    telling = {
        Kind.OUTSIDE_LIMITS: _outside,
        Kind.SMALL_SHIFT: _shift,
        Kind.NEW_LEVEL: _shift,
        Kind.BACK_TO_FORMER_LEVEL: _back,
        Kind.EXPECTED_PEAK_MISSING: _missing,
        Kind.MOVED: _moved,
    }
    return telling[judged.kind](judged, write)


def week_name(week: date, seen_from: date) -> str:
    """Return `the week to 3 Oct`, with the year where it is another one."""
    year = "" if week.year == seen_from.year else f" {week.year}"
    return f"the week to {week.day} {MONTH_LABELS[week.month - 1]}{year}"


def difference(size: float, metric: Metric, write: WriteNumber) -> str:
    """Return a difference of two values in words: `42 orders`, `2.1 percentage points`, `$400`."""
    text = write(size, metric)
    if metric.unit == "percent":
        return re.sub(r"\s?%", " percentage points", text)
    if metric.unit == "count" and _ONE_OR_TWO_WORDS.fullmatch(metric.name) and text != "1":
        return f"{text} {metric.name[0].lower()}{metric.name[1:]}"
    return text


def _outside(judged: Judged, write: WriteNumber) -> str:
    metric, value = judged.metric, float(judged.values[-1])
    high = value > judged.upper
    bound = judged.upper if high else judged.lower
    size = abs(value - bound)
    if metric.unit == "count":
        size = round(size)
    side = 0 if high else 1
    how = _MORE_AND_LESS.get(metric.unit, ("above", "below"))[side]
    hardly = not size or write(value, metric) == write(bound, metric)
    much = f"just {('above', 'below')[side]}" if hardly else f"{difference(size, metric, write)} {how}"
    text = f"{much[0].upper()}{much[1:]} the {_range(judged, write)} expected"
    if judged.peak:
        text += ", which allows for the same week of past years"
    text += _extreme(judged, high)
    if judged.trial_weeks is not None:
        text += f". The limits are on trial: they rest on {judged.trial_weeks} weeks"
    return f"{text}."


def _shift(judged: Judged, write: WriteNumber) -> str:
    weeks, metric = judged.weeks, judged.metric
    since = week_name(weeks[judged.since], weeks[-1])
    if judged.anew:
        return (
            f"The limits no longer describe this metric: too many weeks were outside them. They start anew from "
            f"{since}."
        )
    level = float(np.nanmedian(judged.values[judged.since :]))
    run = len(weeks) - judged.since
    now, before = write(level, metric), write(judged.before, metric)
    length = f"{run} weeks" if run > 1 else "one week"
    if judged.kind == Kind.SMALL_SHIFT:
        side = "above" if level > judged.before else "below"
        start = f"Leans {side} what was expected since {since}: about {now}, where {before} was expected"
    else:
        start = f"A new level since {since}: about {now} for {length}, where {before} was expected"
    return f"{start}. The limits are recalculated from that week."


def _back(judged: Judged, write: WriteNumber) -> str:
    value = write(float(judged.values[-1]), judged.metric)
    left = week_name(judged.weeks[judged.since], judged.weeks[-1])
    return f"{value} is back at the former level, which was left in {left}: {_range(judged, write)} are expected again."


def _missing(judged: Judged, write: WriteNumber) -> str:
    peak, value = float(judged.values[judged.since]), write(float(judged.values[-1]), judged.metric)
    what = "peak" if peak > judged.before else "dip"
    then = week_name(judged.weeks[judged.since], judged.weeks[-1])
    return (
        f"The {what} of this time of year did not come: {value}, and nothing like it in the two weeks before; "
        f"in {then} it was {write(peak, judged.metric)}."
    )


def _moved(judged: Judged, write: WriteNumber) -> str:
    known = judged.values[:-1][~np.isnan(judged.values[:-1])]
    still = float(known[-1])
    steps = np.flatnonzero(known != still)
    count = len(known) - (int(steps[-1]) + 1 if len(steps) else 0)
    way = "Up" if judged.values[-1] > still else "Down"
    stood = f"after {count} {'week' if count == 1 else 'weeks'} at {write(still, judged.metric)}"
    return f"{way} to {write(float(judged.values[-1]), judged.metric)} {stood}."


def _range(judged: Judged, write: WriteNumber) -> str:
    return f"{write(judged.lower, judged.metric)} to {write(judged.upper, judged.metric)}"


def _extreme(judged: Judged, high: bool) -> str:
    """Return `; lowest since March`, where it had not been so for a while."""
    values, weeks = judged.values, judged.weeks
    before = values[:-1]
    as_far = np.flatnonzero(before >= values[-1] if high else before <= values[-1])
    word = "highest" if high else "lowest"
    if not len(as_far):
        known = int(np.sum(~np.isnan(values)))
        return f"; {word} of all {known} weeks" if known > _MANY_WEEKS else ""
    last = int(as_far[-1])
    if len(values) - 1 - last <= _LONG_AGO:
        return ""
    month = MONTHS[weeks[last].month - 1].capitalize()
    year = "" if weeks[last].year == weeks[-1].year else f" {weeks[last].year}"
    return f"; {word} since {month}{year}"
