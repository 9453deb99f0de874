"""How far weeks have been judged, kept in a file: after a refresh only what is new, or has changed, is judged."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from metrics.signals.checkpoint import Checkpoint
from metrics.signals.holiday import holiday_weeks
from metrics.signals.judgements import Judgements, LockedLimits
from metrics.signals.monitor import Monitor
from metrics.signals.seen import Seen

FILE_NAME = "signals.npz"

_EVERY = 13
_REACH = 26


@dataclass(frozen=True)
class Progress:
    """What was seen, how its weeks were judged, and the state at some weeks, from which judging can go on.

    These are the end, so that a new week is all that is judged, and two weeks before it, 13 weeks apart: where the
    values of some weeks were restated, judging goes on from before them.
    """

    seen: Seen
    judgements: Judgements
    checkpoints: tuple[Checkpoint, ...]

    def covers(self, other: Progress) -> bool:
        """Whether all that the other has judged was judged here, and perhaps later weeks."""
        return self is other or other.seen.agreeing(self.seen) == len(other.seen.weeks) < len(self.seen.weeks)

    @classmethod
    def read(cls, path: Path) -> Progress | None:
        """Read a file; None where there is none, or it is damaged, or another version of Northstar wrote it."""
        try:
            with np.load(path, allow_pickle=False) as file:
                if str(file["version"]) != _version():
                    return None
                return _from_arrays({name: file[name] for name in file.files})
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None

    def write(self, path: Path) -> None:
        """Write a file in place of the one before. Where that can't be, weeks are judged again next time."""
        with suppress(OSError):
            handle, name = mkstemp(prefix=f".{path.name}-", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    np.savez(file, allow_pickle=False, **_arrays(self))
                os.replace(name, path)
            finally:
                Path(name).unlink(missing_ok=True)


def judged(seen: Seen, earlier: Progress | None = None) -> tuple[Monitor, Progress]:
    """Judge the weeks of what was seen, from where an earlier judging can be gone on with.

    The result is that of judging all weeks. Returns `earlier` itself where it was all there already.
    """
    agreeing = seen.agreeing(earlier.seen) if earlier else 0
    found = [point for point in earlier.checkpoints if point.week <= agreeing] if earlier else []
    start = found[-1] if found else None
    if earlier and start:
        seen = seen.as_before(earlier.seen, start.week)
    first_week = seen.weeks[0].toordinal() // 7
    holidays = holiday_weeks(seen.weeks)
    monitor = Monitor(seen.values, first_week, seen.denominators, holidays, seen.locked, seen.dividers)
    end = len(seen.weeks)
    if earlier and start:
        monitor.go_on(start, earlier.judgements)
        if start.week == end == len(earlier.seen.weeks):
            return monitor, earlier
    points = {point.week: point for point in found if point.week >= end - _REACH}
    for week in range(start.week if start else 0, end):
        if week >= end - _REACH and (first_week + week) % _EVERY == 0:
            points[week] = Checkpoint.of(monitor, week)
        monitor.judge(week)
    points[end] = Checkpoint.of(monitor, end)
    kept = [points[week] for week in sorted(points) if week == end or (first_week + week) % _EVERY == 0]
    return monitor, Progress(seen, monitor.judgements, tuple(kept))


@cache
def _version() -> str:
    """Return what the procedure's own text comes to: weeks that another one judged are judged again."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files) + np.__version__.encode()).hexdigest()


def _arrays(progress: Progress) -> dict[str, NDArray[Any]]:
    seen = progress.seen
    found = {
        "version": np.array(_version()),
        "ids": np.array(seen.ids, dtype=np.str_),
        "weeks": np.array([week.toordinal() for week in seen.weeks]),
        "values": seen.values,
        "denominators": seen.denominators,
        "dividers": seen.dividers,
        "checkpoints": np.array([point.week for point in progress.checkpoints]),
    }
    if seen.locked:
        found |= {f"locked.{field.name}": getattr(seen.locked, field.name) for field in fields(LockedLimits)}
    found |= {f"judged.{field.name}": getattr(progress.judgements, field.name) for field in fields(Judgements)}
    for point in progress.checkpoints:
        found |= {f"{point.week}.{name}": array for name, array in point.arrays.items()}
    return found


def _from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Progress:
    locked = None
    if "locked.lower" in arrays:
        locked = LockedLimits(*(arrays[f"locked.{field.name}"] for field in fields(LockedLimits)))
    seen = Seen(
        ids=tuple(str(metric_id) for metric_id in arrays["ids"]),
        weeks=tuple(date.fromordinal(int(week)) for week in arrays["weeks"]),
        values=arrays["values"],
        denominators=arrays["denominators"],
        dividers=arrays["dividers"],
        locked=locked,
    )
    points = []
    for week in arrays["checkpoints"]:
        own = f"{week}."
        state = {name.removeprefix(own): array for name, array in arrays.items() if name.startswith(own)}
        points.append(Checkpoint(int(week), state))
    return Progress(seen, Judgements(*(arrays[f"judged.{field.name}"] for field in fields(Judgements))), tuple(points))
