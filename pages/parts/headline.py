"""What the weekly page says in words before it shows any chart."""

from __future__ import annotations

import streamlit as st

from metrics.charts import words
from metrics.review.figures import Figures
from metrics.tree.tree import Tree
from pages.parts import links

_MOST_NAMED = 6


def north_star(tree: Tree, figures: Figures) -> None:
    """One line: the North Star and its week."""
    metric = tree.north_star
    if metric is None:
        st.markdown("No North Star is declared: give one metric `role: north_star` in `northstar.yaml`.")
        return
    sentence = words.sentence(metric, figures[metric.id])
    st.markdown(f":material/star: [{plain(sentence)}]({links.metric(metric.id, figures.week_ending)})")


def late_and_incomplete(tree: Tree, figures: Figures) -> None:
    """Name the metrics of the deck whose week is not all there, if any."""
    found: dict[words.State, list[str]] = {"late": [], "incomplete": [], "withheld": []}
    for metric_id in tree.deck_metrics:
        metric, of_metric = tree.metrics[metric_id], figures[metric_id]
        state = words.state(of_metric)
        if state in found:
            link = f"[{plain(metric.name)}]({links.metric(metric_id, figures.week_ending)})"
            found[state].append(f"{link} ({plain(words.status(metric, of_metric).lower())})")
    for state, metrics in found.items():
        if metrics:
            more = f" and {len(metrics) - _MOST_NAMED} more" if len(metrics) > _MOST_NAMED else ""
            st.caption(f"{state.capitalize()}: {', '.join(metrics[:_MOST_NAMED])}{more}.")


def plain(text: str) -> str:
    """Escape what Markdown would read as its own."""
    return "".join(f"\\{character}" if character in "\\`*_{}[]()#+-!|<>$~:" else character for character in text)
