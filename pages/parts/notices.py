"""What a page says before anything else: nothing here yet, faults, stale values, changed files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from metrics.errors import NorthstarError
from metrics.ledger.ledger_error import LedgerError
from metrics.tree.faults import TreeError
from metrics.tree.tree import Tree
from metrics.warehouse.warehouse import SeriesState, SourceState, Warehouse
from metrics.workspace import Workspace
from pages.parts import links
from pages.parts.text import plain

if TYPE_CHECKING:
    from pages.parts.opening import Opened

_MOST_FAULTS = 20
_MOST_NAMED = 3


def no_workspace(error: NorthstarError) -> None:
    """Say that the app was started on a folder that is no workspace."""
    st.title("There is no workspace here yet")
    st.markdown(plain(str(error)))
    st.markdown("Or start the app on another folder: `northstar run FOLDER`.")


def nothing_published(workspace: Workspace, error: NorthstarError | None) -> None:
    """Say why there is nothing to show, and what to do."""
    if isinstance(error, TreeError):
        st.title("northstar.yaml needs a mend before anything can be shown")
        st.markdown(f"In `{workspace.tree_file}`:")
        faults(error)
        st.markdown("Mend them, save the file, and try again. `northstar check` says the same on the command line.")
        return
    st.title("The values can't be shown")
    st.markdown(plain(str(error)) if error else "The last refresh left nothing that this version can read.")


def without_ledger(error: LedgerError) -> None:
    """Say that what people wrote can't be read, and what is missing for it."""
    st.warning(
        f"**The ledger can't be read.** {plain(str(error))} Notes, signals, checks and what was typed by hand are kept"
        " there: without it they can't be shown or written, and nothing of them is lost. Figures are on This week."
    )


def no_values(opened: Opened) -> None:
    """Say what to do next in a workspace that has no value to show yet."""
    tree, warehouse = opened.tree, opened.warehouse
    st.subheader("There are no values here yet", anchor=False)
    if not tree.metrics:
        step = "Declare a metric under `metrics:` and where its values come from under `sources:`."
    elif not tree.sources:
        step = "Declare where the values come from under `sources:`, and name the source at each metric."
    elif any(source.error for source in warehouse.sources):
        st.markdown("The sources could not be read:")
        for source in warehouse.sources:
            if source.error:
                st.markdown(f"- **{plain(source.id)}**: {plain(source.error)}")
        step = "Mend them."
    elif all(source.type == "manual" for source in tree.sources.values()):
        by_hand = [metric for metric in tree.metrics.values() if metric.source]
        st.markdown("Type the first ones by hand, on the metric's page or with `northstar set METRIC DATE VALUE`:")
        links.show([links.metric_link(metric.name, metric.id, None) for metric in by_hand])
        return
    else:
        step = "The sources were read and hold no value for any metric: check `column:` and `where:` of each."
    st.markdown(f"{step} The file is `{opened.workspace.tree_file}`.")


def as_of(warehouse: Warehouse) -> bool:
    """Say that a page shows what was known earlier; returns whether the visitor wants to go back to today."""
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="as_of"):
        st.markdown(
            f"**As it was known then**: with the refresh of {when(warehouse.built_at)}. Later changes are left out."
        )
        return st.button("Show today's", key="leave_as_of")


def above(warehouse: Warehouse, tree: Tree, error: NorthstarError | None, changed: tuple[str, ...]) -> bool:
    """Say above a page what is not up to date; returns whether the visitor asks for a refresh."""
    as_of = f"What you see is as of {when(warehouse.built_at)}."
    if isinstance(error, TreeError):
        with st.container(border=True):
            faults_found = "1 fault" if len(error.errors) == 1 else f"{len(error.errors)} faults"
            st.markdown(f"**northstar.yaml has {faults_found}.** {as_of}")
            with st.expander("What to mend"):
                faults(error)
    elif error is not None:
        st.warning(f"{plain(str(error))} {as_of}")
    unread(warehouse, tree)
    if not changed:
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Changed since the last refresh: {plain(', '.join(changed))}.")
        return st.button("Refresh", key="refresh_changed")


def unread(warehouse: Warehouse, tree: Tree) -> None:
    """Say which sources, or parts of them, the refresh could not read, so that older values are shown, or none."""
    stale = [source for source in warehouse.sources if source.status in ("stale", "failed")]
    for source in stale:
        kept = f"its values are as of {when(source.read_at)}" if source.read_at else "it has no values yet"
        st.warning(
            f"**Source {plain(source.id)} could not be read; {kept}.** "
            + plain(f"{source.error or ''}{source.read_from}")
        )
    for source in warehouse.sources:
        of_source = [state for state in warehouse.series.values() if state.source == source.id]
        kept_series = [state for state in of_source if state.error and state.read_at]
        if source.status == "read" and kept_series:
            _unread_series(tree, source, kept_series)


def _unread_series(tree: Tree, source: SourceState, kept: Sequence[SeriesState]) -> None:
    """Say which series of a source that was read could not be, so that older values of theirs are shown."""
    names = ", ".join(tree.metrics[state.metric].name for state in kept[:_MOST_NAMED])
    more = f" and {len(kept) - _MOST_NAMED} more" if len(kept) > _MOST_NAMED else ""
    as_of = when(min(state.read_at for state in kept if state.read_at))
    reasons = " ".join(dict.fromkeys(state.error or "" for state in kept[:_MOST_NAMED]))
    st.warning(
        f"**{plain(names)}{more} could not be read from source {plain(source.id)}; what is shown is as of {as_of}.** "
        + plain(reasons)
    )


def faults(error: TreeError) -> None:
    """List the faults of a tree, what stops it first, each on a line that says where and what to write."""
    listed = sorted(error.faults, key=lambda fault: fault.level != "error")[:_MOST_FAULTS]
    st.code("\n".join(str(fault) for fault in listed), language=None, wrap_lines=True)
    if len(error.faults) > _MOST_FAULTS:
        st.markdown(f"And {len(error.faults) - _MOST_FAULTS} more: `northstar check` lists them all.")


def when(moment: datetime | None) -> str:
    """Write a moment (UTC) for a reader."""
    return f"{moment:%-d %b %Y, %H:%M} UTC" if moment else "never"
