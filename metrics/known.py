"""What was known at a moment: the values of an earlier refresh, brought back from the ledger as a warehouse file."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from filelock import FileLock

from metrics.calendar import Calendar
from metrics.errors import NorthstarError, shorten
from metrics.ledger.ledger import Ledger
from metrics.ledger.refresh_record import RefreshLine
from metrics.review.freshness import Arrived
from metrics.tree.load import read_tree
from metrics.warehouse.build import Build
from metrics.warehouse.change_log import ValueChange, value_changes
from metrics.warehouse.schema import FORMAT
from metrics.workspace import Workspace

_KEPT = 8
_REFRESHES = 200


class UnknownMomentError(NorthstarError):
    """Nothing was known yet at the moment that was asked for."""


def moment_of(asked: str, timezone: str) -> datetime:
    """Return the moment that `2026-11-15` (the end of that day) or `2026-11-15T09:30` names; raises UnknownMomentError.

    Without an offset of its own it is meant in `timezone`.
    """
    try:
        moment = datetime.fromisoformat(asked.strip())
    except ValueError:
        raise UnknownMomentError(
            f"'{shorten(asked)}' is no date: write it as 2026-11-15, or with a time as 2026-11-15T09:30."
        ) from None
    if len(asked.strip()) <= len("2026-11-15"):
        moment += timedelta(days=1, microseconds=-1)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))


def zone_of(ledger: Ledger) -> str:
    """Return the time zone of the workspace as of the last refresh; UTC before the first."""
    last = ledger.history.last()
    return read_tree(ledger.history.tree_text(last.number)).tree.calendar.timezone if last else "UTC"


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


def review_before(ledger: Ledger, week_ending: date, moment: datetime) -> RefreshLine | None:
    """Return the first refresh with which the review before that of `week_ending` could be held; None without one.

    `moment` is when this is asked: later refreshes don't count.
    """
    lines = [line for line in ledger.history.refreshes() if line.at <= moment and line.review_week is not None]
    weeks = [line.review_week for line in lines if line.review_week and line.review_week < week_ending]
    if not weeks:
        return None
    return [line for line in lines if line.review_week == weeks[0]][-1]


def arrivals(ledger: Ledger, calendar: Calendar, moment: datetime) -> dict[str, list[Arrived]]:
    """Return by source when refreshes up to `moment` first found the weeks that came in one after the other."""
    found: dict[str, list[Arrived]] = {}
    newest: dict[str, date] = {}
    # A week arrives with new values only; most refreshes of an app that is open all day bring none.
    lines = [
        line for line in ledger.history.refreshes() if line.at <= moment and any(one.added for one in line.changes)
    ]
    lines = lines[:_REFRESHES]
    for line in reversed(lines):
        for source in json.loads(ledger.history.get(line.number).state_json).get("source", ()):
            if source["status"] != "read" or not source["last_day"]:
                continue
            last_day = date.fromisoformat(source["last_day"])
            if last_day > line.at.date() + timedelta(days=1):
                continue  # mistyped, or a plan: up to where the values have come in is not known
            # Values on weekdays end on a Friday, where the week may end on the Sunday after.
            week = calendar.last_week_ended(last_day + timedelta(days=2))
            before = newest.get(source["id"])
            if before is not None and week == before + timedelta(days=7):
                found.setdefault(source["id"], []).append(Arrived(week, line.at))
            newest[source["id"]] = max(week, before or week)
    return found


def changes_between(ledger: Ledger, after: int, up_to: int, day: date | None = None) -> list[ValueChange]:
    """Return the changes of days' values in the refreshes after one and up to another; those up to a day with `day`."""
    return value_changes(ledger.history.payloads(after, up_to), day)


def restated_values(ledger: Ledger, keys: Collection[str], up_to: int) -> list[tuple[datetime, ValueChange]]:
    """Return all values of some series that a refresh up to `up_to` changed or took away, newest first, with when."""
    found = []
    for line in ledger.history.refreshes():
        if line.number <= up_to and any(count.changed or count.removed for count in line.changes):
            parts = ledger.history.payloads(line.number - 1, line.number)
            found += [(line.at, change) for change in value_changes(parts, restated=True) if change.key in keys]
    return found


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
        build.seal(refresh.number)
    finally:
        build.close()
    return path
