"""The list of sources, and the table of metrics, on the data page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from metrics.charts import words
from metrics.review.arrivals import Arrival
from metrics.warehouse.warehouse import SourceState, Warehouse
from pages.parts.notices import when
from pages.parts.text import plain

_MOST_SHOWN = 200


def summary(sources: Sequence[SourceState], built_at: datetime) -> str:
    """Return one sentence on all sources."""
    failed = sum(source.status in ("stale", "failed") for source in sources)
    unread = sum(source.status == "unread" for source in sources)
    left_out = sum(source.problem_count for source in sources)
    parts = [f"{len(sources) - failed - unread} of {len(sources)} sources were read at {when(built_at)}"]
    if failed:
        parts.append(f"{failed} could not be read")
    if unread:
        parts.append(f"{unread} of a type that this version does not read")
    parts.append(f"{left_out:,} cells or rows were left out" if left_out else "nothing was left out")
    return "; ".join(parts) + "."


def show(warehouse: Warehouse, source: SourceState) -> None:
    """Show one source: a sentence, what to do, and what was left out."""
    with st.container(key=f"source_{source.id}", gap="xsmall"):
        st.markdown(f"**{plain(source.id)}** {plain(_sentence(source))}")
        if source.error:
            st.markdown(plain(source.error))
        failed = [state for state in warehouse.series.values() if state.source == source.id and state.error]
        if source.status == "read":
            for state in failed:
                st.markdown(f"{plain(state.key)}: {plain(state.error or '')}")
        for note in source.notes:
            st.caption(plain(note))
        if source.problem_count:
            with st.expander(f"What was left out ({source.problem_count:,})"):
                problems = warehouse.problems(source.id, _MOST_SHOWN)
                st.dataframe(problems, hide_index=True, width="stretch")
                if source.problem_count > len(problems):
                    st.caption(f"The first {len(problems):,} of {source.problem_count:,}.")


def metrics_table(rows: Sequence[Arrival]) -> str | None:
    """Show the metrics; return the id of the one whose row was clicked, else None."""
    table = {
        "Metric": [row.metric.name for row in rows],
        "What to know": [row.sentence or "Complete" for row in rows],
        "Newest value": [words.long_day(row.last_day) if row.last_day else "" for row in rows],
        "First value": [words.long_day(row.first_day) if row.first_day else "" for row in rows],
        "Grain": [row.grain for row in rows],
        "Source": [row.metric.source or ("formula" if row.metric.formula else "") for row in rows],
        "Owner": [row.metric.owner or "" for row in rows],
    }
    event = st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        height="content",
        on_select="rerun",
        selection_mode="single-row",
        key="arrivals",
    )
    return rows[event.selection.rows[0]].metric.id if event.selection.rows else None


def _sentence(source: SourceState) -> str:
    span = ""
    if source.first_day and source.last_day:
        span = f", {words.long_day(source.first_day)} to {words.long_day(source.last_day)}"
    rows = f"{source.row_count:,} rows{span}"
    files = f" from {', '.join(source.files)}" if source.files else ""
    match source.status:
        case "read":
            return f"was read {when(source.read_at)}: {rows}{files}."
        case "stale":
            return f"could not be read by the last refresh. Shown are its values of {when(source.read_at)}: {rows}."
        case "failed":
            return "could not be read, and has no earlier values."
        case _:
            return "is not read by this version."
