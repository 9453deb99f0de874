"""Refresh: read the sources that changed into a new warehouse file, keep the others' values, and publish it.

The one place that brings sources and warehouse together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import duckdb

from metrics.errors import NorthstarError
from metrics.sources.csv import csv_files, read_csv
from metrics.sources.report import SourceError
from metrics.sources.series import Series
from metrics.tree.load import LoadedTree, load_tree
from metrics.tree.tree import Source, Tree
from metrics.warehouse.build import Build, Changes
from metrics.warehouse.schema import SeriesRow, series_of, source_fingerprint
from metrics.warehouse.store import Store
from metrics.warehouse.warehouse import Warehouse, is_damaged
from metrics.workspace import Workspace

Outcome = Literal["read", "unchanged", "stale", "failed", "unread"]

Progress = Callable[[str, int, int], None]


class StateError(NorthstarError):
    """The folder for values can't be written."""


@dataclass(frozen=True)
class SourceResult:
    """What a refresh did with one source. `changes` counts days over all its metrics."""

    id: str
    outcome: Outcome
    row_count: int = 0
    problem_count: int = 0
    changes: Changes = field(default_factory=Changes)
    error: str | None = None
    series_errors: tuple[str, ...] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Summary:
    """What a refresh did. `published` is False where nothing had changed."""

    sources: tuple[SourceResult, ...]
    published: bool

    @property
    def failed(self) -> bool:
        """Whether a source, or a series of one, could not be read."""
        return any(source.outcome in ("stale", "failed") or source.series_errors for source in self.sources)


def refresh(workspace: Workspace, progress: Progress | None = None) -> Summary:
    """Bring the warehouse up to date; raises TreeError where `northstar.yaml` is at fault, StateError by the disk's.

    `progress` is called with a sentence, the number of sources done, and their total. A source that can't be read
    fails alone: its last good values stay, stale.
    """
    loaded = load_tree(workspace.folder)
    store = workspace.store
    show = progress or (lambda *_: None)
    with _told_where_it_fails(store), store.locked():
        previous = store.usable(workspace.folder)
        fingerprints = _fingerprints(workspace, loaded.tree)
        if previous is not None:
            try:
                unchanged = _if_unchanged(previous, loaded, fingerprints)
                return unchanged or _rebuild(workspace, store, loaded, fingerprints, show, previous)
            except duckdb.Error:
                if not is_damaged(previous):
                    raise
        return _rebuild(workspace, store, loaded, fingerprints, show, None)


def changed(workspace: Workspace, warehouse: Warehouse, tree: Tree) -> tuple[str, ...]:
    """Return what changed since a warehouse was built: `northstar.yaml`, and ids of sources with other files.

    `tree` is the tree that it was built from. Reads no file but `northstar.yaml`.
    """
    try:
        same_text = workspace.tree_file.read_bytes().decode("utf-8-sig", "replace") == warehouse.tree_text
    except OSError:
        same_text = False
    before = {state.id: state.fingerprint for state in warehouse.sources}
    now = _fingerprints(workspace, tree)
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


def _if_unchanged(previous: Path, loaded: LoadedTree, fingerprints: dict[str, str]) -> Summary | None:
    """Return what there is to say where nothing changed since the file before was built, else None."""
    before = Warehouse(previous)
    try:
        if not _nothing_changed(before, loaded, fingerprints):
            return None
        return Summary(tuple(_as_before(before).values()), published=False)
    finally:
        before.close()


def _rebuild(
    workspace: Workspace,
    store: Store,
    loaded: LoadedTree,
    fingerprints: dict[str, str],
    progress: Progress,
    previous: Path | None,
) -> Summary:
    path = store.new_file()
    build = Build(path, workspace.folder, loaded.tree, loaded.text)
    try:
        if previous is not None:
            build.keep_from(previous)
        results = []
        sources = list(loaded.tree.sources.values())
        for done, source in enumerate(sources):
            progress(f"Reading {source.id}", done, len(sources))
            results.append(_load(build, workspace, source, fingerprints[source.id]))
        progress("Computing weeks and months", len(sources), len(sources))
        build.finish()
        published = Warehouse(store.publish(path))
        as_before = _as_before(published)
        published.close()
        kept = [as_before[result.id] if result.outcome == "unchanged" else result for result in results]
        return Summary(tuple(kept), published=True)
    finally:
        build.close()
        path.unlink(missing_ok=True)


def _load(build: Build, workspace: Workspace, source: Source, fingerprint: str) -> SourceResult:
    if source.type != "csv":
        error = f"This version reads csv sources only; values of the type {source.type} stay blank."
        build.fail(source, error, fingerprint, status="unread")
        return SourceResult(source.id, "unread", error=error)
    if build.fingerprint_before(source) == fingerprint:
        build.keep(source)
        return SourceResult(source.id, "unchanged")
    rows = build.of_source(source)
    try:
        report = read_csv(
            build.connection,
            source,
            [_series(row) for row in rows],
            workspace.folder,
            build.tree.calendar.timezone,
        )
    except SourceError as error:
        kept = build.fail(source, str(error), fingerprint)
        return SourceResult(source.id, "stale" if kept else "failed", error=str(error))
    changes, problem_count = build.store(source, report, fingerprint)
    return SourceResult(
        source.id, "read", report.rows, problem_count, changes,
        series_errors=tuple(report.failed.values()), notes=report.notes,
    )  # fmt: skip


def _series(row: SeriesRow) -> Series:
    metric = row.metric
    return Series(row.number, metric.id, row.column, metric.where, metric.scale)


def _fingerprints(workspace: Workspace, tree: Tree) -> dict[str, str]:
    """Return a fingerprint of each source with its series and files, by the source's id."""
    series = [row for row in series_of(tree) if row.kind != "formula"]
    fingerprints = {}
    for source in tree.sources.values():
        rows = [row for row in series if row.source == source]
        files = _files(workspace, source)
        fingerprints[source.id] = source_fingerprint(source, rows, files, tree.calendar.timezone)
    return fingerprints


def _files(workspace: Workspace, source: Source) -> list[tuple[str, int, int]]:
    """Return path, size and time of change (ns) of a source's files; none where they can't be looked at."""
    if source.type != "csv":
        return []
    try:
        found = csv_files(source, workspace.folder)
        return [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in found]
    except (SourceError, OSError):
        return []


def _nothing_changed(warehouse: Warehouse, loaded: LoadedTree, fingerprints: dict[str, str]) -> bool:
    read = {state.id: state.fingerprint for state in warehouse.sources if state.status in ("read", "unread")}
    return read == fingerprints and warehouse.tree_text == loaded.text


def _as_before(warehouse: Warehouse) -> dict[str, SourceResult]:
    """Return for each source of a warehouse what there is to say when nothing changed."""
    return {
        state.id: SourceResult(
            state.id,
            "unread" if state.status == "unread" else "unchanged",
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
