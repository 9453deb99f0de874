"""The list of sources, and the table of metrics, on the data page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from metrics.charts import words
from metrics.review.freshness import Freshness
from metrics.review.trust import Trust
from metrics.tree.tree import TARGET_SUFFIX, Tree
from metrics.warehouse.warehouse import SourceState
from pages.parts import audit_panel
from pages.parts.notices import when
from pages.parts.opening import Opened
from pages.parts.text import plain

_MOST_SHOWN = 200
_MOST_NAMED = 5
# For one, two and three lines of text: what is to be known and done is read whole. Rows of 52 are not yet wrapped in.
_ROW_HEIGHTS = (35, 64, 80)
_SIGNS_A_LINE = {"Metric": 36, "What to know": 56, "What to do": 42}


def summary(opened: Opened, sources: Sequence[SourceState]) -> str:
    """Return a few sentences on all sources, and on the week that the review shows."""
    failed = sum(source.status in ("stale", "failed") for source in sources)
    left_out = sum(source.problem_count for source in sources)
    said = [f"The last refresh was on {when(opened.warehouse.built_at)}."]
    if failed:
        said.append(f"{failed} of {len(sources)} sources could not be read.")
    else:
        said.append("Every source could be read." if sources else "No source is declared.")
    read = {source.id for source in sources if source.status == "read"}
    lacking = sum(state.source in read and state.error is not None for state in opened.warehouse.series.values())
    if lacking:
        said.append(f"{lacking:,} {'metric was' if lacking == 1 else 'metrics were'} not found in what was read.")
    if left_out:
        said.append(f"Cells or rows left out: {left_out:,}.")
    elif sources and not failed:
        said.append("Nothing was left out.")
    if opened.review_week and opened.newest_week and opened.newest_week > opened.review_week:
        said.append(
            f"There are values up to the week ending {words.long_day(opened.newest_week)}; the review shows that of "
            f"{words.long_day(opened.review_week)}, the newest in which more than half of the metrics are complete."
        )
    return " ".join(said)


def show(opened: Opened, source: SourceState, fresh: Freshness | None) -> None:
    """Show one source: how it was read, when it is due, what to do, and what was left out."""
    warehouse = opened.warehouse
    with st.container(key=f"source_{source.id}", gap="xsmall"):
        st.markdown(f"**{plain(source.id)}** {plain(_sentence(opened, source) + _due(fresh))}")
        if fresh is not None and fresh.late_since is not None:
            st.markdown(plain(late_sentence(opened.tree, fresh)))
        if source.error:
            st.markdown(plain(source.error))
        failed = [state for state in warehouse.series.values() if state.source == source.id and state.error]
        if source.status == "read":
            for state in failed:
                st.markdown(f"{plain(state.key)}: {plain(state.error or '')}")
        for note in source.notes:
            st.caption(plain(note))
        if source.problem_count:
            was = "was" if source.status == "read" else "had been"
            with st.expander(f"What {was} left out ({source.problem_count:,})"):
                problems = warehouse.problems(source.id, _MOST_SHOWN)
                st.dataframe(problems, hide_index=True, width="stretch")
                if source.problem_count > len(problems):
                    st.caption(f"The first {len(problems):,} of {source.problem_count:,}.")


def metrics_table(trusts: Sequence[Trust]) -> str | None:
    """Show the metrics; return the id of the one whose row was clicked, else None."""
    rows = [one.arrival for one in trusts]
    table = {
        "Metric": [row.metric.name for row in rows],
        "What to know": [one.sentence or "Complete" for one in trusts],
        "What to do": [one.to_do for one in trusts],
        "Newest value": [words.long_day(row.last_day) if row.last_day else "" for row in rows],
        "Source": [row.metric.source or ("formula" if row.metric.formula else "") for row in rows],
        "Checked": [audit_panel.label(one.badge) if one.badge else "" for one in trusts],
    }
    event = st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        height="content",
        row_height=_row_height(table),
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Metric": st.column_config.TextColumn(width=240),
            "What to know": st.column_config.TextColumn(width=380),
            "What to do": st.column_config.TextColumn(width=290),
            "Newest value": st.column_config.TextColumn(width=100),
            "Source": st.column_config.TextColumn(width=90),
            "Checked": st.column_config.TextColumn(width=100),
        },
        key="arrivals",
    )
    return rows[event.selection.rows[0]].metric.id if event.selection.rows else None


def _row_height(table: Mapping[str, Sequence[str]]) -> int:
    """Return the height of the rows, one for all, that shows the longest text whole."""
    lines = [-(-len(text) // signs) for column, signs in _SIGNS_A_LINE.items() for text in table[column]]
    return _ROW_HEIGHTS[min(max([1, *lines]), len(_ROW_HEIGHTS)) - 1]


def _due(fresh: Freshness | None) -> str:
    """Say when the next week of a source should be in; nothing where no rhythm is known."""
    if fresh is None or not (fresh.rhythm.declared or fresh.rhythm.found):
        return ""
    how = "as declared" if fresh.rhythm.declared else "as in the weeks before"
    return f" The next {fresh.period} is due {fresh.due:%a %-d %b, %H:%M}, {how}."


def late_sentence(tree: Tree, fresh: Freshness) -> str:
    """Say since when which metrics are late, the longest first, and whom to ask."""
    by_moment: dict[datetime, list[str]] = {}
    for key, since in sorted(fresh.late.items(), key=lambda late: late[1]):
        by_moment.setdefault(since, []).append(tree.metrics[key.removesuffix(TARGET_SUFFIX)].name)
    said = []
    for since, names in by_moment.items():
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        # A name may have a comma of its own.
        said.append(f"Late since {since:%a %-d %b %Y, %H:%M}: {'; '.join(names[:_MOST_NAMED])}{more}.")
    owners = sorted({tree.metrics[key.removesuffix(TARGET_SUFFIX)].owner or "" for key in fresh.late} - {""})
    more = f" or {len(owners) - _MOST_NAMED} more" if len(owners) > _MOST_NAMED else ""
    ask = [f"Ask {', '.join(owners[:_MOST_NAMED])}{more} when it will be in."] if owners else []
    return " ".join([*said, *ask])


def _sentence(opened: Opened, source: SourceState) -> str:
    rows = f"{source.row_count:,} rows{_span(opened, source)}"
    files = f" from {', '.join(source.files)}" if source.files else ""
    match source.status:
        case "read":
            return f"was read {when(source.read_at)}: {rows}{files}."
        case "stale":
            kept = f"Shown are its values of {when(source.read_at)}: {rows}.{source.read_from}"
            return f"could not be read by the last refresh. {kept}"
        case _:
            return "could not be read, and has no earlier values."


def _span(opened: Opened, source: SourceState) -> str:
    """Return the days that a source's rows are of. A day to come is told as such, and is not the newest."""
    if not (source.first_day and source.last_day):
        return ""
    if source.last_day <= opened.today:
        return f", {words.long_day(source.first_day)} to {words.long_day(source.last_day)}"
    newest_days = opened.warehouse.newest_days(opened.today)
    of_source = [state.key for state in opened.warehouse.series.values() if state.source == source.id]
    newest = max((newest_days[key] for key in of_source if key in newest_days), default=None)
    span = f", {words.long_day(source.first_day)} to {words.long_day(newest)}" if newest else ""
    return f"{span}, and some of days to come, up to {words.long_day(source.last_day)},"
