"""What was known at a moment: the values of an earlier refresh, brought back from the ledger as a warehouse file."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

from metrics.errors import NorthstarError
from metrics.ledger.ledger import Ledger
from metrics.ledger.refresh_record import RefreshLine
from metrics.tree.load import read_tree
from metrics.warehouse.build import Build, seal
from metrics.warehouse.schema import FORMAT
from metrics.workspace import Workspace

_KEPT = 8


class UnknownMomentError(NorthstarError):
    """Nothing was known yet at the moment that was asked for."""


def known_at(workspace: Workspace, ledger: Ledger, moment: datetime) -> Path:
    """Return a warehouse file with what was known at `moment` (with a time zone), by the definitions of then.

    It is kept for the next visitor. Raises UnknownMomentError where that was before the first refresh.
    """
    refresh = ledger.history.at(moment)
    if refresh is None:
        first = next(reversed(ledger.history.refreshes()), None)
        since = f"the first refresh was on {first.at:%Y-%m-%d %H:%M} UTC" if first else "there was no refresh yet"
        raise UnknownMomentError(f"Nothing was known on {moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {since}.")
    return known_with(workspace, ledger, refresh)


def known_with(workspace: Workspace, ledger: Ledger, refresh: RefreshLine) -> Path:
    """Return a warehouse file with what was known with a refresh."""
    folder = workspace.store.folder / "known"
    # Another ledger, or another version of Northstar, has its own files.
    path = folder / f"{refresh.number}-{refresh.at:%Y%m%d%H%M%S%f}-{FORMAT}.duckdb"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "known.lock"):
        if not path.is_file():
            with TemporaryDirectory(prefix="building-", dir=folder) as scratch:
                os.replace(restored(workspace, ledger, refresh, Path(scratch)), path)
        path.touch()
        files = sorted(folder.glob("*.duckdb"), key=lambda file: file.stat().st_mtime_ns)
        for old in files[:-_KEPT]:
            old.unlink(missing_ok=True)
    return path


def restored(workspace: Workspace, ledger: Ledger, refresh: RefreshLine, scratch: Path) -> Path:
    """Build a warehouse file in the empty folder `scratch` that has what was known with a refresh; return its path."""
    path = scratch / "known.duckdb"
    text = ledger.history.tree_text(refresh.number)
    state = json.loads(ledger.history.get(refresh.number).state_json)
    built_at = refresh.at.astimezone(UTC).replace(tzinfo=None)
    build = Build(path, workspace.folder, read_tree(text).tree, text, built_at)
    try:
        build.restore(state, ledger.history.payloads(after=0, up_to=refresh.number), scratch)
        build.finish()
    finally:
        build.close()
    seal(path, refresh.number, built_at)
    return path
