"""Where a workspace's warehouse lives: numbered files of which the highest is current.

DuckDB lets no second process open a file that one writes. So a refresh fills a file under another name and publishes
it by rename; readers open the current file read-only and move on to a newer one by themselves. A killed refresh
leaves nothing but a folder that the next one removes.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from filelock import FileLock

from metrics.warehouse.schema import FORMAT
from metrics.warehouse.warehouse import Warehouse

_NAME = re.compile(r"warehouse-(\d{6,})\.duckdb")
_KEPT = 2
_BUILDING = "building-"


class Store:
    """The warehouse files in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Path | None:
        """Return the newest published file, or None before the first refresh."""
        return max(self._published(), key=_number, default=None)

    def open(self, workspace: Path) -> Warehouse | None:
        """Open the newest published file if this version of Northstar can read it and it is `workspace`'s."""
        path = self.current()
        if path is None:
            return None
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(duckdb.connect(str(path), read_only=True))
                found = connection.execute(
                    "select format, block_size * total_blocks, workspace from meta, pragma_database_size()"
                ).fetchone()
                # A file that was cut short opens like any other, and fails later.
                whole = found is not None and path.stat().st_size >= found[1]
                if found is None or not whole or (found[0], found[2]) != (FORMAT, str(workspace)):
                    return None
                warehouse = Warehouse(path, connection)
            except (duckdb.Error, OSError):
                return None
            stack.pop_all()  # the warehouse closes it
            return warehouse

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one refresh; a second one waits, and finds the work done."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / "refresh.lock"):
            yield

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give an empty folder to build in; removes what killed refreshes left. Call it locked."""
        for left in self.folder.glob(f"{_BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)
        with TemporaryDirectory(prefix=_BUILDING, dir=self.folder, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def publish(self, built: Path) -> Path:
        """Make a closed, complete file the current one; keeps the one before for readers that just opened it."""
        current = self.current()
        # Files of a folder that was deleted may still be open: a name is never used twice.
        number = _number(current) + 1 if current else time.time_ns() // 1_000_000
        target = self.folder / f"warehouse-{number:06}.duckdb"
        with built.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(built, target)
        for old in sorted(self._published(), key=_number)[:-_KEPT]:
            old.unlink(missing_ok=True)
        return target

    def _published(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return [path for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]


def _number(path: Path) -> int:
    found = _NAME.fullmatch(path.name)
    return int(found[1]) if found else 0
