"""A workspace's published values with the tree that they were computed from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from metrics.app_root import demo
from metrics.cli.output import Progress
from metrics.errors import NorthstarError
from metrics.known import known_at, moment_of, zone_of
from metrics.ledger.ledger import Ledger
from metrics.refresh import Summary, refresh
from metrics.review.review_week import review_week
from metrics.tree.faults import Fault
from metrics.tree.load import FILE_NAME, read_tree
from metrics.tree.tree import Tree
from metrics.warehouse.warehouse import SeriesState, SourceState, Warehouse
from metrics.workspace import Workspace, WorkspaceError

_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".parquet", ".pq")


@dataclass(frozen=True)
class Opened:
    """The warehouse that was published last, open for reading."""

    warehouse: Warehouse
    tree: Tree
    warnings: tuple[Fault, ...]
    moment: datetime

    @property
    def today(self) -> date:
        """The date at `moment` where the workspace is."""
        return self.moment.astimezone(ZoneInfo(self.tree.calendar.timezone)).date()

    @property
    def review_week(self) -> date | None:
        """The week that the review shows at `moment`; None without values."""
        return review_week(self.tree, self.warehouse, self.today)

    @property
    def unread_series(self) -> dict[str, list[SeriesState]]:
        """By the id of their source, the series that could not be read though their source could."""
        found: dict[str, list[SeriesState]] = {
            source.id: [] for source in self.warehouse.sources if source.status == "read"
        }
        for series in self.warehouse.series.values():
            if series.error and series.source in found:
                found[series.source].append(series)
        return found

    @property
    def errors(self) -> list[str]:
        """A sentence for each source and each metric that the last refresh could not read."""
        sources = [source_error(source) for source in self.warehouse.sources if source.status in ("stale", "failed")]
        series = [series_error(one) for several in self.unread_series.values() for one in several]
        return sources + series


def workspace_at(folder: Path | None) -> Workspace:
    """Return the workspace in a folder, or the demo; raises WorkspaceError.

    Where the demo was installed by somebody else, its state is kept in the user's cache.
    """
    if folder is not None:
        if folder.is_file() and folder.name != FILE_NAME:
            hint = "Name the folder."
            if folder.suffix.lower() in _TABLES:
                hint = f"Write `northstar new FOLDER --csv {folder}` to begin one with this file."
            raise WorkspaceError(f"{folder} is a file, and a workspace is a folder with {FILE_NAME}. {hint}")
        return Workspace.at(folder)
    found = Workspace.at(demo())
    if os.access(found.folder, os.W_OK) or os.environ.get("NORTHSTAR_STATE"):
        return found
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return replace(found, state=Path(cache) / "northstar" / "demo")


def refreshed(workspace: Workspace, ledger: Ledger | None = None) -> Summary:
    """Refresh, and show how it goes where somebody looks on; raises TreeError."""
    with Progress() as progress:
        return refresh(workspace, progress, ledger)


@contextmanager
def opened(workspace: Workspace, as_of: str | None = None) -> Iterator[Opened]:
    """Open what was published last, or what was known at the moment `as_of`.

    Raises NorthstarError where there is nothing that this version can read, or nothing was known then.
    """
    if as_of is None:
        moment = datetime.now(UTC)
        warehouse = workspace.store.open(workspace.folder)
        if warehouse is None:
            raise NorthstarError("There are no values yet. Write `northstar refresh` to read the sources.")
    else:
        path, moment = _known(workspace, as_of)
        warehouse = Warehouse(path)
    with closing(warehouse):
        loaded = read_tree(warehouse.tree_text)
        yield Opened(warehouse, loaded.tree, loaded.warnings, moment)


def _known(workspace: Workspace, as_of: str) -> tuple[Path, datetime]:
    with Ledger.open(workspace.state) as ledger:
        moment = moment_of(as_of, zone_of(ledger))
        return known_at(workspace, ledger, moment), moment


def source_error(source: SourceState) -> str:
    """Say why a source could not be read, and what stands in for it."""
    kept = "It has no values."
    if source.read_at:
        kept = f"Its values of {source.read_at:%Y-%m-%d %H:%M} UTC stay.{source.read_from}"
    return f"Source '{source.id}' could not be read. {source.error} {kept}"


def series_error(series: SeriesState) -> str:
    """Say why a metric, or its target, could not be read."""
    which = "The target of metric" if series.kind == "target" else "Metric"
    return f"{which} '{series.metric}' could not be read. {series.error}"
