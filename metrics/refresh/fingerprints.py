"""Fingerprints of sources: by them a refresh knows, without reading, which are as they were."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.sources.fetch import local_fingerprint
from metrics.tree.tree import Source, Tree
from metrics.warehouse.schema import SeriesRow, of_source, series_of, source_fingerprint
from metrics.warehouse.warehouse import Warehouse
from metrics.workspace import Workspace


def changed(workspace: Workspace, warehouse: Warehouse, tree: Tree) -> tuple[str, ...]:
    """Return what changed since a warehouse was built: `northstar.yaml`, and ids of sources with other files.

    `tree` is the tree that it was built from. Reads no file but `northstar.yaml`.
    """
    try:
        same_text = workspace.tree_file.read_bytes().decode("utf-8-sig", "replace") == warehouse.tree_text
    except OSError:
        same_text = False
    before = {state.id: state.fingerprint for state in warehouse.sources}
    now = local_fingerprints(workspace, tree, series_of(tree))
    return (*(() if same_text else (workspace.tree_file.name,)), *(name for name in now if now[name] != before[name]))


def local_fingerprints(workspace: Workspace, tree: Tree, series: Sequence[SeriesRow]) -> dict[str, str]:
    """Return a fingerprint of each source that is made of files on this disk, with its series, by the source's id."""
    found = {}
    for source in tree.sources.values():
        content = local_fingerprint(source, workspace.folder)
        if content is not None:
            found[source.id] = fingerprint(source, series, content, tree)
    return found


def fingerprint(source: Source, series: Sequence[SeriesRow], content: object, tree: Tree) -> str:
    """Return a fingerprint of a source, of those of all `series` that are read from it, and of its content."""
    return source_fingerprint(source, of_source(source, series), content, tree.calendar.timezone)
