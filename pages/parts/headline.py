"""What the weekly page says in words before it shows any chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from metrics.charts import words
from metrics.charts.block import Block
from metrics.review.figures import Figures
from metrics.signals.signal import Signal
from metrics.tree.tree import Tree
from pages.parts import links, signalled
from pages.parts.opening import Opened
from pages.parts.text import plain

_MOST_NAMED = 6


def show(opened: Opened, figures: Figures, shown: Sequence[Block], judged: bool) -> None:
    """Say how the North Star's week was, and which of the metrics shown have a signal or are not all there.

    While weeks are still to be `judged`, signals are left out.
    """
    with st.container(gap="xsmall", key="headline"):
        _north_star(opened, figures, judged)
        if figures.is_running:
            st.caption("This week has not ended: sums are compared when all of its days are there.")
        _newer_weeks(opened, figures)
        signals = signalled.of_week(opened, figures.week_ending) if judged else {}
        _to_look_at(opened.tree, figures, shown, signals)


def _north_star(opened: Opened, figures: Figures, judged: bool) -> None:
    metric = opened.tree.north_star
    if metric is None:
        st.markdown("No North Star is declared yet: give one metric `role: north_star` in `northstar.yaml`.")
        return
    sentence = links.metric_link(words.sentence(metric, figures[metric.id]), metric.id, figures.week_ending).markdown
    routine = signalled.routine_or_signal(opened, metric, figures.week_ending) if judged else ""
    st.markdown(f"**{sentence}** {plain(routine)}")


def _newer_weeks(opened: Opened, figures: Figures) -> None:
    """Say so where the week under review is not the last that has ended: what is there of newer ones."""
    ended = opened.tree.calendar.last_week_ended(opened.today)
    behind = (ended - figures.week_ending).days // 7
    if figures.week_ending != opened.review_week or behind <= 0:
        return
    weeks = f"The week ending {words.long_day(ended)} is" if behind == 1 else f"The {behind:,} weeks since then are"
    newest = opened.newest_week
    told = "not in yet"
    if newest is not None and newest > figures.week_ending:
        told = "not complete for most metrics yet"
        told += f"; the newest values are of the week ending {words.long_day(newest)}" if newest < ended else ""
    st.caption(f"{weeks} {told}. The Data page says what is late, and since when.")


def _to_look_at(tree: Tree, figures: Figures, shown: Sequence[Block], signals: Mapping[str, Signal]) -> None:
    star = tree.north_star.id if tree.north_star else None
    others = [block for block in shown if block.metric != star]
    found = [(block, "signal") for block in others if block.metric in signals]
    if not figures.is_running:
        found += [(block, block.status) for block in others if block.state in ("late", "incomplete", "withheld")]
    if not found:
        return
    named = found[:_MOST_NAMED]
    linked = [links.metric_link(block.name, block.metric, figures.week_ending, said) for block, said in named]
    links.show(linked, inline=True)
    if len(found) > _MOST_NAMED:
        st.page_link(links.DATA, label=f"and {len(found) - _MOST_NAMED} more")
