"""Refresh: fetch the sources side by side, read what changed into a new warehouse file, and publish it.

The one place that brings sources, ledger and warehouse together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import duckdb

from metrics.errors import NorthstarError
from metrics.known import restored
from metrics.ledger.definition_change import DefinitionChange
from metrics.ledger.ledger import Ledger
from metrics.ledger.refresh_record import Change, ChangeCount, RefreshLine, RefreshRecord
from metrics.review.review_week import review_week
from metrics.sources.fetch import fetch_job, jobs, local_fingerprint
from metrics.sources.fetched import Fetched
from metrics.sources.manual import TypedValue, fetch_manual
from metrics.sources.read import read_fetched
from metrics.sources.report import Report, SourceError
from metrics.sources.series import Series
from metrics.tree.definition import definition_changes
from metrics.tree.faults import TreeError
from metrics.tree.load import LoadedTree, load_tree, read_tree
from metrics.tree.tree import Source, Tree
from metrics.warehouse.build import Build
from metrics.warehouse.change_log import changes
from metrics.warehouse.schema import SeriesRow, series_of, source_fingerprint
from metrics.warehouse.store import Store
from metrics.warehouse.warehouse import Warehouse, is_damaged
from metrics.workspace import Workspace

Outcome = Literal["read", "unchanged", "stale", "failed"]

Progress = Callable[[str, int, int], None]

# Sources that wait for an answer from elsewhere cost next to nothing while they wait.
_MOST_AT_ONCE = 32


class StateError(NorthstarError):
    """The folder for values can't be written."""


@dataclass(frozen=True)
class SourceResult:
    """What a refresh did with one source. The numbers of `changes` are days, over all its metrics."""

    id: str
    outcome: Outcome
    changes: ChangeCount
    row_count: int = 0
    problem_count: int = 0
    error: str | None = None
    series_errors: tuple[str, ...] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Summary:
    """What a refresh did. `published` is False where nothing had changed; `remarks` are sentences on the whole."""

    sources: tuple[SourceResult, ...]
    published: bool
    remarks: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a source, or a series of one, could not be read."""
        return any(source.outcome in ("stale", "failed") or source.series_errors for source in self.sources)


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


def changed(workspace: Workspace, warehouse: Warehouse, tree: Tree) -> tuple[str, ...]:
    """Return what changed since a warehouse was built: `northstar.yaml`, and ids of sources with other files.

    `tree` is the tree that it was built from. Reads no file but `northstar.yaml`.
    """
    try:
        same_text = workspace.tree_file.read_bytes().decode("utf-8-sig", "replace") == warehouse.tree_text
    except OSError:
        same_text = False
    before = {state.id: state.fingerprint for state in warehouse.sources}
    now = _local_fingerprints(workspace, tree)
    return (*(() if same_text else (workspace.tree_file.name,)), *(name for name in now if now[name] != before[name]))


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
        self._typed = [TypedValue(entry.metric, entry.day, entry.value) for entry in ledger.entries.current()]
        self._fingerprints = _local_fingerprints(workspace, loaded.tree)
        for source in loaded.tree.sources.values():
            if source.type == "manual":
                rows = _of_source(source, series_of(loaded.tree))
                typed = ledger.entries.newest_id()
                self._fingerprints[source.id] = _fingerprint(source, rows, typed, loaded.tree)

    def run(self) -> Summary:
        """Refresh, from the file that is published, or from what the ledger knows."""
        published = self._workspace.store.usable(self._workspace.folder)
        try:
            return self._from(published)
        except duckdb.Error:
            if published is None or not is_damaged(published):
                raise
        return self._from(None)

    def _from(self, published: Path | None) -> Summary:
        last = self._ledger.history.last()
        if published is not None:
            before = Warehouse(published)
            try:
                known = _is_known(before, last)
                if last is None and before.refresh is not None:
                    self._remarks.append(_lost(self._ledger))
                if known and self._nothing_changed(before):
                    return Summary(tuple(_as_before(before).values()), published=False)
            finally:
                before.close()
            if known or last is None:
                return self._rebuild(published, compare=known)
        if last is None:
            return self._rebuild(None, compare=False)
        folder = self._scratch / "before"
        folder.mkdir()
        return self._rebuild(restored(self._workspace, self._ledger, last, folder), compare=True)

    def _nothing_changed(self, before: Warehouse) -> bool:
        # What lies elsewhere has to be asked each time, above all where it could not be read the last time.
        if len(self._fingerprints) < len(self._tree.sources):
            return False
        read = {state.id: state.fingerprint for state in before.sources if state.status == "read"}
        return read == self._fingerprints and before.tree_text == self._loaded.text

    def _is_as_before(self, build: Build, results: Mapping[str, SourceResult]) -> bool:
        """Whether nothing came but what could not be read the last time either: nothing is worth keeping."""
        if build.tree_text_before != self._loaded.text:
            return False
        states = build.states_before()
        return all(
            source in self._fingerprints
            if result.outcome == "unchanged"
            else states.get(source) == (result.outcome, result.error, self._fingerprints.get(source, ""))
            for source, result in results.items()
        )

    def _rebuild(self, before: Path | None, compare: bool) -> Summary:
        workspace = self._workspace
        path = self._scratch / "warehouse.duckdb"
        build = Build(path, workspace.folder, self._tree, self._loaded.text, self._moment.replace(tzinfo=None))
        try:
            if before is not None:
                build.keep_from(before)
            fetched = self._fetch(build)
            total = len(self._tree.sources)
            self._progress("Reading what was fetched", total, total)
            results = {source.id: self._load(build, source, fetched) for source in self._tree.sources.values()}
            if compare and build.previous == workspace.store.current() and self._is_as_before(build, results):
                return Summary(tuple(results.values()), published=False)
            self._progress("Computing weeks and months", total, total)
            build.finish()
            same = [result.id for result in results.values() if result.outcome == "unchanged"]
            found = changes(build.connection, self._scratch, compare, same)
            state = json.dumps(build.state(), ensure_ascii=False)
            with closing(Warehouse(path, build.connection.cursor())) as warehouse:
                as_before = _as_before(warehouse)
                number = self._record(warehouse, found, state, before if compare else None)
            build.seal(number)
            workspace.store.publish(path)
        finally:
            build.close()
        counts = {change.source: change for change in found}
        return Summary(
            tuple(
                as_before[result.id] if result.outcome == "unchanged" else _counted(result, counts)
                for result in results.values()
            ),
            published=True,
            remarks=tuple(self._remarks),
        )

    def _fetch(self, build: Build) -> Mapping[str, Fetched | SourceError]:
        """Fetch all sources that may have changed, side by side; return by source what came, or why nothing did."""
        sources = self._tree.sources.values()
        wanted = [source for source in sources if not self._is_kept(build, source) and source.type != "manual"]
        open_jobs = jobs(wanted)
        done = len(sources) - len(wanted)
        found: dict[str, Fetched | SourceError] = {}
        if not open_jobs:
            return found
        self._progress(_reading(wanted), done, len(sources))
        zone = self._tree.calendar.timezone
        with ThreadPoolExecutor(min(_MOST_AT_ONCE, len(open_jobs))) as pool:
            running = [pool.submit(fetch_job, job, self._workspace.folder, self._scratch, zone) for job in open_jobs]
            for future in as_completed(running):
                found |= future.result()
                left = [source for source in wanted if source.id not in found]
                self._progress(_reading(left), len(sources) - len(left), len(sources))
        return found

    def _is_kept(self, build: Build, source: Source) -> bool:
        """Whether a source is known to be as it was, without fetching it."""
        fingerprint = self._fingerprints.get(source.id)
        return fingerprint is not None and build.fingerprint_before(source) == fingerprint

    def _load(self, build: Build, source: Source, fetched: Mapping[str, Fetched | SourceError]) -> SourceResult:
        none = ChangeCount(source.id, 0, 0, 0)
        if self._is_kept(build, source):
            build.keep(source)
            return SourceResult(source.id, "unchanged", none)
        rows = build.of_source(source)
        fingerprint = self._fingerprints.get(source.id, "")
        try:
            if source.type == "manual":
                report = self._read_typed(build, source, rows)
                return self._stored(build, source, report, fingerprint)
            came = fetched[source.id]
            if isinstance(came, SourceError):
                raise came
            if not fingerprint:
                fingerprint = _fingerprint(source, rows, came.fingerprint, self._tree)
                if build.fingerprint_before(source) == fingerprint:
                    build.keep(source, read_again=True)
                    return SourceResult(source.id, "unchanged", none)
            report = read_fetched(
                build.connection, source, [_series(row) for row in rows], came, self._tree.calendar.timezone
            )
        except SourceError as error:
            kept = build.fail(source, str(error), fingerprint)
            return SourceResult(source.id, "stale" if kept else "failed", none, error=str(error))
        return self._stored(build, source, report, fingerprint)

    def _read_typed(self, build: Build, source: Source, rows: Sequence[SeriesRow]) -> Report:
        """Read what was typed by hand. A metric for which nothing was typed yet has no value, and no error."""
        keys = {value.key for value in self._typed if value.value is not None}
        there = [row for row in rows if row.key in keys]
        if not self._typed and build.had_typed_values(source):
            raise SourceError(
                "The ledger has no value typed by hand any more. Restore it from its backup, or type the values again."
            )
        if not there:
            return Report(source.id, (), 0, None, None, (), 0, {}, (), ())
        came, table = fetch_manual(source, self._typed, [row.key for row in there], self._scratch)
        series = [Series(row.number, row.metric.id, row.key, (), row.metric.scale) for row in there]
        return read_fetched(build.connection, table, series, came, self._tree.calendar.timezone)

    def _stored(self, build: Build, source: Source, report: Report, fingerprint: str) -> SourceResult:
        problem_count = build.store(source, report, fingerprint)
        return SourceResult(
            source.id, "read", ChangeCount(source.id, 0, 0, 0), report.rows, problem_count,
            series_errors=tuple(report.failed.values()), notes=report.notes,
        )  # fmt: skip

    def _record(self, warehouse: Warehouse, found: Sequence[Change], state: str, before: Path | None) -> int:
        """Record what is in a finished file in the ledger; return the refresh's number."""
        today = self._moment.astimezone(ZoneInfo(self._tree.calendar.timezone)).date()
        week = review_week(self._tree, warehouse, today)
        changed = tuple(self._definition_changes(before))
        return self._ledger.history.record(
            RefreshRecord(self._moment, week, self._loaded.text, state, tuple(found), changed)
        )

    def _definition_changes(self, before: Path | None) -> list[DefinitionChange]:
        if before is None:
            return []
        warehouse = Warehouse(before)
        try:
            if warehouse.tree_text == self._loaded.text:
                return []
            tree = read_tree(warehouse.tree_text).tree
        except TreeError:  # written for an earlier version of the format
            return []
        finally:
            warehouse.close()
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


def _reading(sources: Collection[Source]) -> str:
    names = [source.id for source in sources]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"Reading {', '.join(names[:3])}{more}" if names else "Reading"


def _of_source(source: Source, rows: Sequence[SeriesRow]) -> list[SeriesRow]:
    return [row for row in rows if row.source == source and row.kind != "formula"]


def _series(row: SeriesRow) -> Series:
    metric = row.metric
    return Series(row.number, metric.id, row.column, metric.where, metric.scale)


def _local_fingerprints(workspace: Workspace, tree: Tree) -> dict[str, str]:
    """Return a fingerprint of each source that is made of files on this disk, with its series, by the source's id."""
    series = series_of(tree)
    found = {}
    for source in tree.sources.values():
        content = local_fingerprint(source, workspace.folder)
        if content is not None:
            found[source.id] = _fingerprint(source, _of_source(source, series), content, tree)
    return found


def _fingerprint(source: Source, rows: list[SeriesRow], content: object, tree: Tree) -> str:
    return source_fingerprint(source, rows, content, tree.calendar.timezone)


def _counted(result: SourceResult, counts: Mapping[str, ChangeCount | Change]) -> SourceResult:
    found = counts.get(result.id)
    if found is None:
        return result
    return replace(result, changes=ChangeCount(result.id, found.added, found.changed, found.removed))


def _as_before(warehouse: Warehouse) -> dict[str, SourceResult]:
    """Return for each source of a warehouse what there is to say when nothing changed."""
    return {
        state.id: SourceResult(
            state.id,
            "unchanged",
            ChangeCount(state.id, 0, 0, 0),
            state.row_count,
            state.problem_count,
            error=state.error,
            series_errors=tuple(
                series.error for series in warehouse.series.values() if series.source == state.id and series.error
            ),
            notes=state.notes,
        )
        for state in warehouse.sources
    }
