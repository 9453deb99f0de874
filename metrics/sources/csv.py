"""The CSV source: files in the workspace, read where they lie, or one that comes over https."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from metrics.sources.fetched import Fetched, TextFile
from metrics.sources.files import files_of, fingerprint_of
from metrics.sources.read import read_fetched
from metrics.sources.report import Report, SourceError
from metrics.sources.series import Series
from metrics.tree.tree import Source


def is_remote(source: Source) -> bool:
    """Return whether a CSV source is an address, or a name in the environment that holds one, rather than a file."""
    path = (source.path or "").strip()
    return "://" in path or path.startswith("${")


def fetch_csv(source: Source, folder: Path, scratch: Path, timezone: str) -> Fetched:
    """Return the files of a CSV source: those in `folder` as they lie there, one over https as a copy in `scratch`.

    Raises SourceError where there is none, or it can't be had.
    """
    if not source.date:
        raise SourceError(f"Source '{source.id}' names no date column: write 'date:'.")
    if is_remote(source):
        from metrics.sources.https import fetch_https

        return fetch_https(source, scratch)
    found = files_of(source, folder)
    fingerprint = fingerprint_of(found)
    return Fetched(tuple(TextFile(path, path.relative_to(folder).as_posix()) for path in found), fingerprint)


def read_csv(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    series: Sequence[Series],
    folder: Path,
    timezone: str,
) -> Report:
    """Fetch a CSV source and read it: see `read_fetched`."""
    with TemporaryDirectory(prefix="northstar-") as scratch:
        return read_fetched(connection, source, series, fetch_csv(source, folder, Path(scratch), timezone), timezone)
