"""The list of sources, and the table of metrics, on the data page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from metrics.charts import words
from metrics.review.arrivals import Arrival
from metrics.warehouse.warehouse import SourceState, Warehouse
from pages.parts.notices import when
from pages.parts.opening import Opened
from pages.parts.text import plain

_MOST_SHOWN = 200


def summary(opened: Opened, sources: Sequence[SourceState]) -> str:
    """Return a few sentences on all sources, and on the week that the review shows."""
    failed = sum(source.status in ("stale", "failed") for source in sources)
    left_out = sum(source.problem_count for source in sources)
    said = [f"The last refresh was on {when(opened.warehouse.built_at)}."]
    said.append(f"{failed} of {len(sources)} sources could not be read." if failed else "Every source could be read.")
    said.append(f"Cells or rows left out: {left_out:,}." if left_out else "Nothing was left out.")
    if opened.review_week and opened.newest_week and opened.newest_week > opened.review_week:
        said.append(
            f"There are values up to the week ending {words.long_day(opened.newest_week)}; the review shows that of "
            f"{words.long_day(opened.review_week)}, the newest in which more than half of the metrics are complete."
        )
    return " ".join(said)


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
        column_config={"What to know": st.column_config.TextColumn(width="large")},
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
        case _:
            return "could not be read, and has no earlier values."
