"""Opens the workspace for a page: refreshed once a start of the app, then whatever was published last.

A page sees values and the tree that they were computed from, always of one refresh. What is wrong with the files of
today is said above it and does not take away what was good before.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import NoReturn
from zoneinfo import ZoneInfo

import streamlit as st

from metrics.app_root import demo
from metrics.errors import NorthstarError
from metrics.known import known_at, moment_of
from metrics.ledger.ledger import Ledger
from metrics.ledger.ledger_error import LedgerError
from metrics.refresh import changed, refresh
from metrics.review.review_week import newest_week, review_week
from metrics.tree.faults import TreeError
from metrics.tree.load import read_tree
from metrics.tree.tree import Tree
from metrics.warehouse.warehouse import Warehouse
from metrics.workspace import Workspace
from pages.parts import guard, notices
from pages.parts.text import plain

_LOOK_AGAIN = timedelta(seconds=20)


@dataclass(frozen=True)
class Opened:
    """A workspace with its newest published values and the tree that they belong to.

    `newest_week` is the newest week that has ended and has a value; both weeks are None before there is one. `moment`
    is now; where the visitor asked for what was known at an earlier one, that, and `as_of` is what the URL says of it.
    """

    workspace: Workspace
    warehouse: Warehouse
    tree: Tree
    review_week: date | None
    newest_week: date | None
    moment: datetime
    as_of: str | None = None

    @property
    def today(self) -> date:
        """The day, in the workspace's time zone, of the moment that the page is about."""
        return self.moment.astimezone(ZoneInfo(self.tree.calendar.timezone)).date()


@dataclass
class _Start:
    """What the refresh of this start of the app said; one for all visitors."""

    done: bool = False
    error: NorthstarError | None = None
    at: datetime = datetime.min
    lock: Lock = field(default_factory=Lock)


@st.cache_resource(show_spinner=False)
def workspace() -> Workspace | NorthstarError:
    """Return the workspace that the app was started on, or why it can't be opened."""
    try:
        return Workspace.at(Path(os.environ.get("NORTHSTAR_WORKSPACE") or demo()))
    except NorthstarError as error:
        return error


def title() -> str:
    """Return what the browser's tab is called."""
    found = workspace()
    opened = None if isinstance(found, NorthstarError) else _published(found)
    return opened.tree.name if opened else "North Star review"


def require() -> Opened:
    """Return the opened workspace. Where there is nothing to show yet, say what to do next and stop the page."""
    guard.require_router()
    found = workspace()
    if isinstance(found, NorthstarError):
        notices.no_workspace(found)
        st.stop()
    start = _start(found.state)
    with start.lock:
        if not start.done:
            start.error = refresh_with_progress(found)
            start.done = True
            start.at = datetime.now()
            st.rerun()  # the title above was given before there was a name to show
    opened = _published(found)
    if opened is None:
        notices.nothing_published(found, start.error)
        if st.button("Try again"):
            start.done = False
            st.rerun()
        st.stop()
    earlier = _as_of(found, opened)
    if earlier is not None:
        return earlier
    what_changed = changed(found, opened.warehouse, opened.tree)
    if isinstance(start.error, TreeError) and found.tree_file.name not in what_changed:
        start.error = None  # mended by going back to what was published
    if notices.above(opened.warehouse, opened.tree, start.error, what_changed):
        note_refresh(found, refresh_with_progress(found))
        st.rerun()
    if opened.tree.refresh_minutes:
        _at_intervals(found, opened.warehouse.path, timedelta(minutes=opened.tree.refresh_minutes))
    return opened


@st.fragment(run_every=_LOOK_AGAIN)
def _at_intervals(found: Workspace, shown: Path, interval: timedelta) -> None:
    """Refresh when the interval is over, once for all visitors, and move on to what is newer than what is shown."""
    start = _start(found.state)
    with start.lock:
        if datetime.now() - start.at >= interval:
            start.at = datetime.now()
            try:
                refresh(found)
                start.error = None
            except NorthstarError as error:
                start.error = error
    if found.store.current() != shown:
        st.rerun()


def refresh_with_progress(found: Workspace) -> NorthstarError | None:
    """Refresh, telling on the screen what is being read; returns why it could not, if so."""
    place = st.empty()
    try:
        with place.status("Reading the sources") as status:
            refresh(found, lambda sentence, done, total: status.update(label=f"{sentence} ({done} of {total} done)"))
    except NorthstarError as error:
        return error
    finally:
        place.empty()
    return None


def stop_without_values(opened: Opened) -> NoReturn:
    """Say what to do next in a workspace without any value, and stop the page."""
    notices.no_values(opened)
    if st.button("Refresh", key="refresh_no_values"):
        note_refresh(opened.workspace, refresh_with_progress(opened.workspace))
        st.rerun()
    st.stop()


def note_refresh(found: Workspace, error: NorthstarError | None) -> None:
    """Remember for all visitors what the last refresh said."""
    start = _start(found.state)
    start.error, start.at = error, datetime.now()


@st.cache_resource(show_spinner=False)
def _start(state: Path) -> _Start:
    return _Start()


def _published(found: Workspace) -> Opened | None:
    path = found.store.current()
    opened = _open(path, found) if path else None
    if opened is None:
        return None
    warehouse, tree = opened
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo(tree.calendar.timezone)).date()
    return Opened(found, warehouse, tree, *_weeks(warehouse.path, today, warehouse, tree), now)


def ledger(found: Workspace) -> Ledger:
    """Return the workspace's ledger, one for all visitors; raises LedgerError where it can't be opened."""
    return _ledger(found.state)


def ledger_error(found: Workspace) -> LedgerError | None:
    """Return why the ledger can't be read now, if so."""
    try:
        ledger(found).version()
    except LedgerError as error:
        return error
    return None


@st.cache_resource(show_spinner=False)
def _ledger(state: Path) -> Ledger:
    return Ledger.open(state)


def _as_of(found: Workspace, now: Opened) -> Opened | None:
    """Return what was known at the moment that the URL asks for, None without one. It stays for the visit."""
    asked = st.query_params.get("as_of", st.session_state.get("visit_as_of"))
    if not asked:
        return None
    try:
        moment = moment_of(asked, now.tree.calendar.timezone)
        with st.spinner("Going back"):
            path = known_at(found, ledger(found), moment)
    except NorthstarError as error:
        st.warning(f"{plain(str(error))} Shown is what is known today.")
        st.session_state.pop("visit_as_of", None)
        return None
    st.session_state["visit_as_of"] = asked
    st.query_params["as_of"] = asked
    warehouse, tree = _open_known(path)
    if notices.as_of(warehouse):
        _leave_as_of()
        st.rerun()
    notices.unread(warehouse, tree)
    today = moment.astimezone(ZoneInfo(tree.calendar.timezone)).date()
    return Opened(found, warehouse, tree, *_weeks(path, today, warehouse, tree), moment, asked)


def _leave_as_of() -> None:
    st.session_state.pop("visit_as_of", None)
    st.query_params.pop("as_of", None)


@st.cache_resource(show_spinner=False, max_entries=4)
def _open_known(path: Path) -> tuple[Warehouse, Tree]:
    warehouse = Warehouse(path)
    return warehouse, read_tree(warehouse.tree_text).tree


@st.cache_resource(show_spinner=False, max_entries=4)
def _open(path: Path, _workspace: Workspace) -> tuple[Warehouse, Tree] | None:
    warehouse = _workspace.store.open(_workspace.folder)
    if warehouse is None:
        return None
    try:
        if warehouse.path == path:
            return warehouse, read_tree(warehouse.tree_text).tree
    except NorthstarError:
        pass
    warehouse.close()
    return None


@st.cache_resource(show_spinner=False, max_entries=8)
def _weeks(path: Path, today: date, _warehouse: Warehouse, _tree: Tree) -> tuple[date | None, date | None]:
    """Return the week under review and the newest week with a value."""
    return review_week(_tree, _warehouse, today), newest_week(_tree, _warehouse, today)
