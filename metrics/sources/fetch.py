"""Fetching a source, whatever its type, into files of text on this disk. Sources can be fetched side by side."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import mkdtemp

from metrics.sources.csv import fetch_csv, is_remote
from metrics.sources.fetched import Fetched
from metrics.sources.files import files_of
from metrics.sources.report import SourceError
from metrics.tree.tree import Source

Job = tuple[Source, ...]


def jobs(sources: Iterable[Source]) -> list[Job]:
    """Group sources into what is fetched at once: those of one Google spreadsheet, and any other alone.

    In the order of the first source of each. What is typed by hand needs no fetching and is left out.
    """
    found: dict[tuple[str, str], list[Source]] = {}
    for source in sources:
        if source.type == "google_sheet":
            from metrics.sources.google_sheet import spreadsheet_key

            found.setdefault(("spreadsheet", spreadsheet_key(source)), []).append(source)
        elif source.type != "manual":
            found["source", source.id] = [source]
    return [tuple(group) for group in found.values()]


def fetch_job(job: Job, folder: Path, scratch: Path, timezone: str) -> dict[str, Fetched | SourceError]:
    """Fetch the sources of one job; return for each, by its id, what was fetched or why it could not be."""
    if job[0].type == "google_sheet":
        from metrics.sources.google_sheet import fetch_sheets

        return dict(fetch_sheets(job, folder, _own_folder(scratch), timezone))
    results: dict[str, Fetched | SourceError] = {}
    for source in job:
        try:
            results[source.id] = fetch(source, folder, scratch, timezone)
        except SourceError as error:
            results[source.id] = error
    return results


def fetch(source: Source, folder: Path, scratch: Path, timezone: str) -> Fetched:
    """Fetch one source: what is not text in the workspace's `folder` is written to a new folder in `scratch`.

    A moment becomes its day in `timezone`. Raises SourceError where the source can't be had or understood.
    """
    match source.type:
        case "csv":
            return fetch_csv(source, folder, _own_folder(scratch), timezone)
        case "excel":
            from metrics.sources.excel import fetch_excel

            return fetch_excel(source, folder, _own_folder(scratch), timezone)
        case "parquet":
            from metrics.sources.parquet import fetch_parquet

            return fetch_parquet(source, folder, _own_folder(scratch), timezone)
        case "sql":
            from metrics.sources.sql import fetch_sql

            return fetch_sql(source, folder, _own_folder(scratch), timezone)
        case "google_sheet":
            found = fetch_job((source,), folder, scratch, timezone)[source.id]
            if isinstance(found, SourceError):
                raise found
            return found
        case "manual":
            raise ValueError(f"{source.id} is typed by hand: there is nothing to fetch")


def local_fingerprint(source: Source, folder: Path) -> list[tuple[str, int, int]] | None:
    """Return path, size and time of change (ns) of a source's files; none where they can't be looked at.

    None for a source that has to be fetched to know whether it changed.
    """
    if source.type not in ("csv", "excel", "parquet") or (source.type == "csv" and is_remote(source)):
        return None
    try:
        found = files_of(source, folder)
        return [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in found]
    except (SourceError, OSError):
        return []


def _own_folder(scratch: Path) -> Path:
    return Path(mkdtemp(dir=scratch))
