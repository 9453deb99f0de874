"""What the newest weeks of a block are marked with: signals at their points, notes under the baseline.

Apart from the block itself, which is kept for all visitors: notes come while the page is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from metrics.charts.block import Block
from metrics.charts.note_mark import NoteMark
from metrics.charts.panel import HEIGHT, Mark
from metrics.signals.signal import Signal

NOTES_AT = HEIGHT + 2.5

_LARGE, _SMALL = 5.5, 3.4
_RISE = 1.75  # height of a triangle over half of its base
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Triangle:
    """A signal at its point: the path of a triangle that points to the side of the value, filled where strong."""

    path: str
    up: bool
    strong: bool
    sentence: str


@dataclass(frozen=True)
class WeekMarks:
    """The marks of one block: the signal of its newest week, those of the weeks before, notes.

    `notes` is a path under the baseline, a dot a week; `noted` counts the notes on the newest week. `tips` says more of
    a week by its place in the panel, the oldest 0.
    """

    newest: Triangle | None
    before: tuple[Triangle, ...]
    notes: str
    noted: int
    tips: Mapping[int, str]

    def as_dict(self) -> dict[str, Any]:
        """Return the marks for JSON; what is not there is left out."""
        found: dict[str, Any] = {
            "newest": self.newest and _as_list(self.newest),
            "before": [_as_list(triangle) for triangle in self.before],
            "notes": self.notes,
            "noted": self.noted,
            "tips": {str(at): text for at, text in self.tips.items()},
        }
        return {name: value for name, value in found.items() if value}


def week_marks(
    block: Block, week_ending: date, signals: Iterable[Signal], notes: Iterable[NoteMark] = ()
) -> WeekMarks | None:
    """Return the marks of a block whose newest week ends on `week_ending`; None without any.

    Signals and notes of other weeks than the block's are left out.
    """
    if not block.panels:
        return None
    points = block.panels[0].marks
    weeks = [week_ending - _WEEK * back for back in reversed(range(len(points)))]
    by_week = {signal.week_ending: signal for signal in signals}
    triangles: dict[int, Triangle] = {}
    for at, week in enumerate(weeks):
        signal, point = by_week.get(week), points[at]
        if signal is not None and point.y is not None:
            triangles[at] = _triangle(signal, points, at, _LARGE if at == len(weeks) - 1 else _SMALL)
    about = _by_week(weeks, notes)
    if not triangles and not about:
        return None
    tips = {
        at: "\n".join(
            [
                *([f"Signal: {triangles[at].sentence}"] if at in triangles else []),
                *(f"Note: {n}" for n in about.get(at, ())),
            ]
        )
        for at in sorted({*triangles, *about})
    }
    newest = len(weeks) - 1
    return WeekMarks(
        newest=triangles.pop(newest, None),
        before=tuple(triangles.values()),
        notes="".join(f"M{points[at].x:g} {NOTES_AT:g}h0" for at in sorted(about)),
        noted=len(about.get(newest, ())),
        tips=tips,
    )


def points_up(signal: Signal, before: float | None) -> bool:
    """Return the side to which a signal points; where nothing was expected, the value of the week before decides."""
    if signal.direction:
        return signal.direction > 0
    return before is None or signal.value >= before


def triangle_path(x: float, y: float, half: float, up: bool) -> str:
    """Return the SVG path of a triangle whose middle height is at a point; `half` is half of its base."""
    height, sign = round(half * _RISE, 1), 1 if up else -1
    apex = round(y - sign * height / 2, 1)
    return f"M{x:g} {apex:g}l{half:g} {sign * height:g}h{-2 * half:g}z"


def _triangle(signal: Signal, points: Sequence[Mark], at: int, half: float) -> Triangle:
    point = points[at]
    assert point.y is not None
    # The panel's heights grow downwards; only their order counts here.
    earlier = next((mark.y for mark in reversed(points[:at]) if mark.y is not None), point.y)
    up = points_up(signal, None) if signal.direction else point.y <= earlier
    return Triangle(triangle_path(point.x, point.y, half, up), up, signal.strength == "strong", signal.sentence)


def _by_week(weeks: Sequence[date], notes: Iterable[NoteMark]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for note in notes:
        for at, week in enumerate(weeks):
            if note.touches(week, week):
                found.setdefault(at, []).append(note.text)
    return found


def _as_list(triangle: Triangle) -> list[Any]:
    return [triangle.path, int(triangle.up), int(triangle.strong), triangle.sentence]
