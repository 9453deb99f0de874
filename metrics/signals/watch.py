"""What a signal on an input leads one to expect: a movement of what it drives, at the claimed lag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from metrics.signals.review import SignalReview
from metrics.signals.signal import Signal
from metrics.signals.wording import week_name
from metrics.tree.tree import Claim, Metric

Arrived = Literal["yes", "no", "not yet judged"]


@dataclass(frozen=True)
class Watch:
    """A signal on an input, and when and which way it should show in a metric that the input is claimed to drive.

    `sign` is 1 where the metric should rise, -1 where it should fall.
    """

    metric: str
    week_ending: date
    sign: int
    signal: Signal
    claim: Claim
    arrived: Arrived
    sentence: str


def watches(review: SignalReview, week_ending: date) -> list[Watch]:
    """Return what should arrive in the week that ends on `week_ending` or later; soonest first.

    It has arrived where the metric itself gave a signal to the claimed side in that week.
    """
    return sorted(_watches(review, week_ending), key=lambda watch: watch.week_ending)


def _watches(review: SignalReview, week_ending: date) -> Iterator[Watch]:
    for metric in review.tree.metrics.values():
        for claim in metric.inputs:
            first = week_ending - timedelta(weeks=claim.lag_weeks)
            for week in (first + timedelta(weeks=after) for after in range(claim.lag_weeks + 1)):
                signal = review.signal(claim.metric, week)
                if signal is not None and signal.direction:
                    yield _watch(review, metric, claim, signal, week_ending)


def _watch(review: SignalReview, metric: Metric, claim: Claim, signal: Signal, seen_from: date) -> Watch:
    due = signal.week_ending + timedelta(weeks=claim.lag_weeks)
    sign = signal.direction * (1 if claim.sign == "positive" else -1)
    arrived: Arrived = "not yet judged"
    if due <= seen_from and review.is_judged(metric.id, due):
        there = review.signal(metric.id, due)
        arrived = "yes" if there is not None and there.direction == sign else "no"
    name = review.tree.metrics[claim.metric].name
    way = "rise" if sign > 0 else "fall"
    week = week_name(due, seen_from)
    if due > seen_from:
        text = f"{name}: should arrive at {metric.name} in {week}, as a {way}."
    elif arrived == "not yet judged":
        text = f"{name}: should have arrived at {metric.name} in {week}, as a {way}; that week can't be judged yet."
    else:
        did = "it did" if arrived == "yes" else "no such signal is there"
        text = f"{name}: should have arrived at {metric.name} in {week}, as a {way}; {did}."
    return Watch(metric.id, due, sign, signal, claim, arrived, text)
