"""What comes in: sources are fetched side by side, then read one by one into a warehouse file in the making."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from metrics.ledger.ledger import Ledger
from metrics.refresh.fingerprints import fingerprint, local_fingerprints
from metrics.refresh.summary import Progress, SourceResult
from metrics.sources.fetch import fetch_job, jobs
from metrics.sources.fetched import Fetched
from metrics.sources.manual import TypedValue, fetch_manual
from metrics.sources.read import read_fetched
from metrics.sources.report import Report, SourceError
from metrics.sources.series import Series
from metrics.tree.tree import Source, Tree
from metrics.warehouse.build import Build
from metrics.warehouse.schema import SeriesRow, of_source
from metrics.workspace import Workspace

# Sources that wait for an answer from elsewhere cost next to nothing while they wait.
_MOST_AT_ONCE = 32


class Incoming:
    """The sources of a tree, of which those that changed are read.

    `fingerprints` are those of the sources that need not be fetched to know whether they changed: files on this disk,
    and what was typed by hand.
    """

    def __init__(
        self, workspace: Workspace, tree: Tree, series: Sequence[SeriesRow], ledger: Ledger, progress: Progress
    ) -> None:
        self._workspace = workspace
        self._tree = tree
        self._series = series
        self._progress = progress
        self._typed = [TypedValue(entry.metric, entry.day, entry.value) for entry in ledger.entries.current()]
        self.fingerprints = local_fingerprints(workspace, tree, series)
        for source in tree.sources.values():
            if source.type == "manual":
                self.fingerprints[source.id] = fingerprint(source, series, ledger.entries.newest_id(), tree)

    def read_into(self, build: Build, scratch: Path) -> dict[str, SourceResult]:
        """Bring the values of all sources, new or kept, into a file in the making; return what was done with each."""
        fetched = self._fetch(build, scratch)
        total = len(self._tree.sources)
        self._progress("Reading what was fetched", total, total)
        return {source.id: self._load(build, source, fetched, scratch) for source in self._tree.sources.values()}

    def _fetch(self, build: Build, scratch: Path) -> Mapping[str, Fetched | SourceError]:
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
            running = [pool.submit(fetch_job, job, self._workspace.folder, scratch, zone) for job in open_jobs]
            for future in as_completed(running):
                found |= future.result()
                left = [source for source in wanted if source.id not in found]
                self._progress(_reading(left), len(sources) - len(left), len(sources))
        return found

    def _is_kept(self, build: Build, source: Source) -> bool:
        """Whether a source is known to be as it was, without fetching it."""
        own = self.fingerprints.get(source.id)
        return own is not None and build.previous.fingerprint(source) == own

    def _load(
        self, build: Build, source: Source, fetched: Mapping[str, Fetched | SourceError], scratch: Path
    ) -> SourceResult:
        if self._is_kept(build, source):
            build.keep(source)
            return SourceResult.unchanged(source.id)
        rows = of_source(source, self._series)
        own = self.fingerprints.get(source.id, "")
        try:
            if source.type == "manual":
                report = self._read_typed(build, source, rows, scratch)
            else:
                came = fetched[source.id]
                if isinstance(came, SourceError):
                    raise came
                if not own:
                    own = fingerprint(source, rows, came.fingerprint, self._tree)
                    if build.previous.fingerprint(source) == own:
                        build.keep(source, read_again=True)
                        return SourceResult.unchanged(source.id)
                series = [_series(row) for row in rows]
                report = read_fetched(build.connection, source, series, came, self._tree.calendar.timezone)
        except SourceError as error:
            kept = build.fail(source, str(error), own)
            return SourceResult.not_read(source.id, kept, str(error))
        return SourceResult.read(source.id, report, *build.store(source, report, own))

    def _read_typed(self, build: Build, source: Source, rows: Sequence[SeriesRow], scratch: Path) -> Report:
        """Read what was typed by hand. A metric for which nothing was typed yet has no value, and no error."""
        keys = {value.key for value in self._typed if value.value is not None}
        there = [row for row in rows if row.key in keys]
        if not self._typed and build.previous.had_typed_values(source):
            raise SourceError(
                "The ledger has no value typed by hand any more. Restore it from its backup, or type the values again."
            )
        if not there:
            return Report(source.id, (), 0, None, None, (), 0, {}, (), ())
        came, table = fetch_manual(source, self._typed, [row.key for row in there], scratch)
        series = [Series(row.number, row.metric.id, row.key, (), row.metric.scale) for row in there]
        return read_fetched(build.connection, table, series, came, self._tree.calendar.timezone)


def _reading(sources: Collection[Source]) -> str:
    names = [source.id for source in sources]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"Reading {', '.join(names[:3])}{more}" if names else "Reading"


def _series(row: SeriesRow) -> Series:
    metric = row.metric
    return Series(row.number, metric.id, row.column, metric.where, metric.scale)
