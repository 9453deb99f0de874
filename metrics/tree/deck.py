"""The order in which the review goes through the metrics."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.tree.order import all_below, drivers_first
from metrics.tree.tree import Metric, Section

WITH_NORTH_STAR = "What drives the North Star"
WITHOUT_NORTH_STAR = "Metrics"
GUARDRAILS = "Guardrails"
OUTCOMES = "Outcomes"


def default_deck(metrics: Mapping[str, Metric]) -> tuple[Section, ...]:
    """Return the deck of a workspace that declares none: inputs before what they drive, guardrails, outcomes last.

    The North Star follows all that drives it; metrics that do not drive it come after it, such as a share of it.
    """
    below = {metric.id: (*metric.components, *(claim.metric for claim in metric.inputs)) for metric in metrics.values()}
    ordered = drivers_first(below)
    star = next((metric.id for metric in metrics.values() if metric.role == "north_star"), None)
    if star is not None:
        driving = all_below(below, star) | {star}
        ordered = (
            *(name for name in ordered if name in driving),
            *(name for name in ordered if name not in driving),
        )
    sections = {WITH_NORTH_STAR if star else WITHOUT_NORTH_STAR: list[str](), GUARDRAILS: [], OUTCOMES: []}
    first = next(iter(sections))
    places = {"guardrail": GUARDRAILS, "outcome": OUTCOMES}
    for name in ordered:
        sections[places.get(metrics[name].role, first)].append(name)
    return tuple(Section(name, tuple(ids)) for name, ids in sections.items() if ids)
