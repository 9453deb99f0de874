"""What is known of a metric besides its values, in a narrow column."""

from __future__ import annotations

from datetime import date

import streamlit as st

from metrics.calendar import WEEKDAYS
from metrics.charts import words
from metrics.charts.tree_card import spelled_formula
from metrics.review.deck import ROLES
from metrics.tree.tree import Claim, Metric
from pages.parts import links
from pages.parts.headline import plain
from pages.parts.notices import when
from pages.parts.opening import Opened

_AGGREGATES = {
    "sum": "added up",
    "mean": "averaged",
    "min": "the smallest counts",
    "max": "the largest counts",
    "first": "the first counts",
    "last": "the last counts",
}


def show(opened: Opened, metric: Metric, week_ending: date) -> None:
    """List a metric's facts, each under a small heading; what is not declared is left out."""
    tree = opened.tree
    team = tree.teams[metric.team] if metric.team else None
    _fact("Definition", plain(metric.definition) if metric.definition else "")
    _fact("Formula", plain(spelled_formula(metric, tree)) if metric.formula else "")
    _fact("Role", f"{ROLES[metric.role]}. {words.kind(metric)}.")
    _fact("Owner", plain(", ".join(part for part in (metric.owner, team.name if team else None) if part)))
    _fact("Moved by", _moved_by(opened, metric, week_ending))
    _fact("Moves", _moves(opened, metric, week_ending))
    _fact("Source", _source(opened, metric))


def _fact(heading: str, text: str) -> None:
    if text:
        st.caption(heading)
        st.markdown(text)


def _moved_by(opened: Opened, metric: Metric, week_ending: date) -> str:
    parts = [f"- {_link(opened, part, week_ending)}, part of its formula" for part in metric.components]
    claims = [f"- {_link(opened, claim.metric, week_ending)}, {_claim(claim)}" for claim in metric.inputs]
    return "\n".join(parts + claims)


def _moves(opened: Opened, metric: Metric, week_ending: date) -> str:
    lines = []
    for other_id in opened.tree.drives(metric.id):
        other = opened.tree.metrics[other_id]
        if metric.id in other.components:
            lines.append(f"- {_link(opened, other_id, week_ending)}, as part of its formula")
        lines += [
            f"- {_link(opened, other_id, week_ending)}, {_claim(claim)}"
            for claim in other.inputs
            if claim.metric == metric.id
        ]
    for prediction in metric.predicts:
        lead = f", {prediction.lead_weeks} weeks later" if prediction.lead_weeks else ""
        because = f": {plain(prediction.because)}" if prediction.because else ""
        lines.append(f"- {_link(opened, prediction.metric, week_ending)}, predicted{lead}{because}")
    return "\n".join(lines)


def _claim(claim: Claim) -> str:
    """Write a claim in words: what is believed, and why."""
    way = "the same way" if claim.sign == "positive" else "the other way"
    weeks = f"{claim.lag_weeks} week{'' if claim.lag_weeks == 1 else 's'} later" if claim.lag_weeks else "the same week"
    because = f": {plain(claim.because)}" if claim.because else ""
    return f"{way}, {weeks}{because}"


def _link(opened: Opened, metric_id: str, week_ending: date) -> str:
    return f"[{plain(opened.tree.metrics[metric_id].name)}]({links.metric(metric_id, week_ending)})"


def _source(opened: Opened, metric: Metric) -> str:
    if metric.formula:
        return ""
    if metric.source is None:
        return "None yet. Give it one in northstar.yaml."
    state = opened.warehouse.series[metric.id]
    source = opened.tree.sources[metric.source]
    origin = f"{plain(source.path)}, " if source.path else ""
    lines = [f"{origin}column {plain(metric.column or metric.id)}, {_AGGREGATES[metric.aggregate]}."]
    if metric.where:
        lines.append("Where " + " and ".join(f"{plain(name)} is {plain(value)}" for name, value in metric.where) + ".")
    if state.grain:
        weeks = f", weeks end on {WEEKDAYS[opened.tree.calendar.week_ends_on].capitalize()}"
        lines.append(f"Values are {state.grain}{weeks}.")
    if state.first_day and state.last_day:
        lines.append(f"From {words.long_day(state.first_day)} to {words.long_day(state.last_day)}.")
    lines.append(f"Read {when(state.read_at)}.")
    if state.error:
        lines.append(f"**Stale:** {plain(state.error)}")
    return " ".join(lines)
