"""What is known of a metric besides its values, in a narrow column."""

from __future__ import annotations

from datetime import date

import streamlit as st

from metrics.calendar import WEEKDAYS
from metrics.charts import words
from metrics.charts.tree_card import spelled_formula
from metrics.review.deck import ROLES
from metrics.tree.tree import Claim, Metric
from pages.parts import definitions, links, review, trusted
from pages.parts.notices import when
from pages.parts.opening import Opened
from pages.parts.text import plain

_AGGREGATES = {
    "sum": "{}s are added up",
    "mean": "{}s are averaged",
    "min": "the smallest {} counts",
    "max": "the largest {} counts",
    "first": "the first {} counts",
    "last": "the last {} counts",
}


def show(opened: Opened, metric: Metric, week_ending: date) -> None:
    """List a metric's facts, each under a small heading; what is not declared is left out."""
    tree = opened.tree
    _trust(opened, metric, week_ending)
    team = tree.teams[metric.team].name if metric.team else None
    _fact("Definition", metric.definition)
    _fact("Formula", spelled_formula(metric, tree) if metric.formula else None)
    _fact("Owner", ", ".join(part for part in (metric.owner, team) if part))
    _fact("Role", f"{ROLES[metric.role]}. {review.blocks(opened, week_ending)[metric.id].kind}.")
    _links("What drives it", _drivers(metric), opened, week_ending)
    _links("What it drives", _driven(opened, metric), opened, week_ending)
    _fact("Source", _source(opened, metric))
    definitions.show(opened, metric)


def _trust(opened: Opened, metric: Metric, week_ending: date) -> None:
    """List all that stands against believing the metric, and what to do; nothing where it is sound."""
    found = trusted.metric(opened, metric.id, week_ending)
    if found.standing == "sound":
        return
    with st.container(gap="xxsmall", key="trust"):
        st.caption("How far to trust it")
        for sentence in found.sentences:
            st.markdown(plain(sentence))
        if found.to_do:
            st.markdown(plain(found.to_do))


def _fact(heading: str, text: str | None) -> None:
    if text:
        with st.container(gap="xxsmall"):
            st.caption(heading)
            st.markdown(plain(text))


def _links(heading: str, found: list[tuple[str, str]], opened: Opened, week_ending: date) -> None:
    """List metrics by id, each with what is said of it."""
    if not found:
        return
    metrics = opened.tree.metrics
    with st.container(gap="xxsmall"):
        st.caption(heading)
        links.show(
            [links.metric_link(metrics[metric_id].name, metric_id, week_ending, said) for metric_id, said in found]
        )


def _drivers(metric: Metric) -> list[tuple[str, str]]:
    parts = [(part, "part of its formula") for part in metric.components]
    return parts + [(claim.metric, _claim(claim)) for claim in metric.inputs]


def _driven(opened: Opened, metric: Metric) -> list[tuple[str, str]]:
    found = []
    for other_id in opened.tree.drives(metric.id):
        other = opened.tree.metrics[other_id]
        if metric.id in other.components:
            found.append((other_id, "as part of its formula"))
        found += [(other_id, _claim(claim)) for claim in other.inputs if claim.metric == metric.id]
    for prediction in metric.predicts:
        lead = f"{prediction.lead_weeks} weeks ahead" if prediction.lead_weeks else "ahead of it"
        found.append((prediction.metric, _because(f"claimed to move {lead}", prediction.because)))
    return found


def _claim(claim: Claim) -> str:
    """Write a claim in words: what is believed, and why."""
    way = "claimed to move it the same way" if claim.sign == "positive" else "claimed to move it the other way"
    weeks = f"{claim.lag_weeks} week{'' if claim.lag_weeks == 1 else 's'} later" if claim.lag_weeks else "the same week"
    return _because(f"{way}, {weeks}", claim.because)


def _because(said: str, because: str | None) -> str:
    return f"{said}: {because}" if because else said


def _source(opened: Opened, metric: Metric) -> str | None:
    if metric.formula:
        return None
    if metric.source is None:
        return "None yet. Give it one in northstar.yaml."
    state = opened.warehouse.series[metric.id]
    path = opened.tree.sources[metric.source].path
    combined = _AGGREGATES[metric.aggregate].format(
        {"weekly": "week", "monthly": "month"}.get(state.grain or "", "day")
    )
    said = [f"{path or metric.source}, column {metric.column or metric.id}; {combined}."]
    if metric.where:
        said.append("Only rows where " + " and ".join(f"{name} is {value}" for name, value in metric.where) + ".")
    if state.grain == "weekly":
        said.append(f"Weekly values; weeks end on {WEEKDAYS[opened.tree.calendar.week_ends_on].capitalize()}.")
    elif state.grain:
        said.append({"daily": "Daily values.", "weekdays": "Values on weekdays."}.get(state.grain, "Monthly values."))
    newest = opened.warehouse.newest_days(opened.today).get(metric.id)
    if state.first_day and newest:
        said.append(f"{words.long_day(state.first_day)} to {words.long_day(newest)}.")
    said.append(f"Read {when(state.read_at)}.")
    if state.error:
        said.append(f"Stale: {state.error}")
    return " ".join(said)
