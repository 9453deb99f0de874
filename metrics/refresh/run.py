"""One refresh, from the sources to a published warehouse file that the ledger knows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from metrics.errors import NorthstarError
from metrics.known import restored
from metrics.ledger.definition_change import DefinitionChange
from metrics.ledger.ledger import Ledger
from metrics.ledger.refresh_record import Change, RefreshLine, RefreshRecord
from metrics.refresh.incoming import Incoming
from metrics.refresh.summary import Progress, SourceResult, Summary, as_before, told
from metrics.review.review_week import review_week
from metrics.tree.definition import definition_changes
from metrics.tree.faults import TreeError
from metrics.tree.load import LoadedTree, load_tree, read_tree
from metrics.warehouse.build import Build
from metrics.warehouse.change_log import changes
from metrics.warehouse.schema import series_of
from metrics.warehouse.store import Store
from metrics.warehouse.warehouse import Warehouse, is_damaged
from metrics.workspace import Workspace


class StateError(NorthstarError):
    """The folder for values can't be written."""


def refresh(workspace: Workspace, progress: Progress | None = None, ledger: Ledger | None = None) -> Summary:
    """Bring the warehouse up to date; raises TreeError where `northstar.yaml` is at fault, StateError by the disk's.

    Raises LedgerError where the ledger can't be opened. `progress` is called with a sentence, the number of sources
    done, and their total. A source that can't be read fails alone: its last good values stay, stale. Values typed by
    hand come from `ledger`, and what changed is recorded there; it is the workspace's own unless another is given.
    """
    loaded = load_tree(workspace.folder)
    store = workspace.store
    with _told_where_it_fails(store), store.locked(), ExitStack() as stack:
        open_ledger = ledger or stack.enter_context(Ledger.open(workspace.state))
        scratch = stack.enter_context(store.scratch())
        return _Refresh(workspace, open_ledger, loaded, progress or (lambda *_: None), scratch).run()


@contextmanager
def _told_where_it_fails(store: Store) -> Iterator[None]:
    """Turn what the disk of the state folder refuses into a sentence."""
    try:
        yield
    except (OSError, duckdb.IOException) as error:
        reason = getattr(error, "strerror", None) or error
        raise StateError(
            f"Values can't be kept in {store.folder}: {reason}. Make that possible, or name another folder in the"
            " environment variable NORTHSTAR_STATE."
        ) from error


class _Refresh:
    """One refresh of a locked store."""

    def __init__(
        self, workspace: Workspace, ledger: Ledger, loaded: LoadedTree, progress: Progress, scratch: Path
    ) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._loaded = loaded
        self._progress = progress
        self._scratch = scratch
        self._moment = datetime.now(UTC)
        self._remarks: list[str] = []
        self._tree = loaded.tree
        self._series = series_of(loaded.tree)
        self._incoming = Incoming(workspace, loaded.tree, self._series, ledger, progress)

    def run(self) -> Summary:
        """Refresh, from the file that is published, or from what the ledger knows."""
        published = self._workspace.store.open(self._workspace.folder)
        try:
            return self._from(published)
        except duckdb.Error:
            if published is None or not is_damaged(published.path):
                raise
        return self._from(None)

    def _from(self, published: Warehouse | None) -> Summary:
        last = self._ledger.history.last()
        if published is not None:
            with closing(published) as before:
                known = _is_known(before, last)
                if last is None and before.refresh is not None:
                    self._remarks.append(_lost(self._ledger))
                if known and self._nothing_changed(before):
                    return Summary(tuple(as_before(before).values()), published=False)
            if known or last is None:
                return self._rebuild(published.path, compare=known)
        if last is None:
            return self._rebuild(None, compare=False)
        folder = self._scratch / "before"
        folder.mkdir()
        return self._rebuild(restored(self._workspace, self._ledger, last, folder), compare=True)

    def _nothing_changed(self, before: Warehouse) -> bool:
        """Whether that is known without asking: what lies elsewhere has to be asked each time."""
        if len(self._incoming.fingerprints) < len(self._tree.sources):
            return False
        read = {state.id: state.fingerprint for state in before.sources if state.status == "read"}
        return read == self._incoming.fingerprints and before.tree_text == self._loaded.text

    def _is_as_before(self, build: Build, results: Mapping[str, SourceResult]) -> bool:
        """Whether nothing came that was not there, and what can't be read could not be the last time either."""
        if build.previous.tree_text != self._loaded.text:
            return False
        states = build.previous.states()
        return all(
            result.outcome == "unchanged"
            or states.get(source) == (result.outcome, result.error, self._incoming.fingerprints.get(source, ""))
            for source, result in results.items()
        )

    def _rebuild(self, before: Path | None, compare: bool) -> Summary:
        workspace = self._workspace
        path = self._scratch / "warehouse.duckdb"
        moment = self._moment.replace(tzinfo=None)
        build = Build(path, workspace.folder, self._tree, self._loaded.text, moment, self._series)
        try:
            if before is not None:
                build.keep_from(before)
            results = self._incoming.read_into(build, self._scratch)
            is_shown = before is not None and before == workspace.store.current()
            if before is not None and compare and is_shown and self._is_as_before(build, results):
                with closing(Warehouse(before)) as warehouse:
                    return Summary(told(results, as_before(warehouse)), published=False)
            total = len(self._tree.sources)
            self._progress("Computing weeks and months", total, total)
            same = [result.id for result in results.values() if result.outcome == "unchanged"]
            with ThreadPoolExecutor(1) as beside, build.connection.cursor() as cursor:
                compared = beside.submit(changes, cursor, self._scratch, compare, same)
                build.finish()
                found = compared.result()
            state = json.dumps(build.state(), ensure_ascii=False)
            with closing(Warehouse(path, build.connection.cursor())) as warehouse:
                now = as_before(warehouse)
                number = self._record(warehouse, found, state, build.previous.tree_text if compare else None)
            build.seal(number)
            workspace.store.publish(path)
        finally:
            build.close()
        return Summary(told(results, now, found), published=True, remarks=tuple(self._remarks))

    def _record(self, warehouse: Warehouse, found: Sequence[Change], state: str, before: str | None) -> int:
        """Record what is in a finished file in the ledger; return the refresh's number."""
        today = self._moment.astimezone(ZoneInfo(self._tree.calendar.timezone)).date()
        week = review_week(self._tree, warehouse, today)
        changed = tuple(self._definition_changes(before))
        return self._ledger.history.record(
            RefreshRecord(self._moment, week, self._loaded.text, state, tuple(found), changed)
        )

    def _definition_changes(self, before: str | None) -> list[DefinitionChange]:
        """Return what the text of the tree changed since it was `before`, where that is known."""
        if before is None or before == self._loaded.text:
            return []
        try:
            tree = read_tree(before).tree
        except TreeError:  # written for an earlier version of the format
            return []
        return [DefinitionChange(*change) for change in definition_changes(tree, self._tree)]


def _is_known(warehouse: Warehouse, last: RefreshLine | None) -> bool:
    """Whether a file holds just what the ledger's last refresh brought."""
    if last is None or warehouse.refresh != last.number:
        return False
    return bool(warehouse.recorded_at == last.at.astimezone(UTC).replace(tzinfo=None))


def _lost(ledger: Ledger) -> str:
    return (
        f"{ledger.database.name} is empty, though earlier refreshes were recorded: it starts anew with the values that"
        " were shown last. If it should not be empty, restore it from its backup, or mend NORTHSTAR_LEDGER_URL."
    )
