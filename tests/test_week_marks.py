"""The marks of a block: signals at their points, notes under the baseline. `python tests/test_week_marks.py` writes
the golden file anew."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from test_block import WEEK_ENDING, constantly, figures, golden_block, make

from metrics.charts.note_mark import NoteMark, note_mark
from metrics.charts.panel import HEIGHT, WIDTH
from metrics.charts.week_marks import WeekMarks, points_up, triangle_path, week_marks
from metrics.ledger.author import Author
from metrics.ledger.mentions import Mentions
from metrics.ledger.note import KINDS, Note
from metrics.signals.signal import KindName, Signal, Strength

GOLDEN = Path(__file__).parent / "golden" / "week_marks.json"
WEEK = timedelta(days=7)
MOMENT = datetime(2026, 11, 16, tzinfo=UTC)


def signal(
    back: int = 0,
    value: float = 600,
    expected: float | None = 500,
    strength: Strength = "strong",
    kind: KindName = "outside_limits",
) -> Signal:
    said = f"{back} weeks ago."
    return Signal("activated_teams", WEEK_ENDING - back * WEEK, kind, strength, value, expected, 450, 550, said)


def golden_marks() -> WeekMarks:
    notes = [
        NoteMark(WEEK_ENDING - 2 * WEEK, WEEK_ENDING - WEEK, "Event: a launch (Ana)"),
        NoteMark(WEEK_ENDING, WEEK_ENDING, "Anomaly, explained: “2 < 3” (Ben)"),
        NoteMark(WEEK_ENDING - 30 * WEEK, WEEK_ENDING - 20 * WEEK, "Long ago"),
    ]
    signals = [signal(), signal(2, value=400, strength="moderate"), signal(9)]
    made = week_marks(golden_block(), WEEK_ENDING, signals, notes)
    assert made is not None
    return made


def drawn(*signals: Signal, notes: list[NoteMark] | None = None) -> WeekMarks:
    made = week_marks(make(figures()), WEEK_ENDING, signals, notes or [])
    assert made is not None
    return made


def corners(path: str) -> list[tuple[float, float]]:
    x, y, right, down, left = (float(number) for number in re.findall(r"-?[\d.]+", path))
    return [(x, y), (x + right, y + down), (x + right + left, y + down)]


def test_golden() -> None:
    assert golden_marks().as_dict() == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_a_block_without_signals_and_notes_has_no_marks() -> None:
    assert (
        week_marks(make(figures()), WEEK_ENDING, [signal(6)], [NoteMark(date(2020, 1, 4), date(2020, 1, 4), "x")])
        is None
    )
    assert week_marks(make(figures(constantly(None))), WEEK_ENDING, [signal()], []) is None


@pytest.mark.parametrize(("value", "up"), [(600, True), (400, False)])
def test_a_signal_stands_at_its_point_and_points_to_its_side(value: float, up: bool) -> None:
    made = drawn(signal(value=value), signal(3, value=value))
    points = make(figures()).panels[0].marks
    assert made.newest is not None and made.newest.up is up
    for triangle, point in ((made.newest, points[5]), (made.before[0], points[2])):
        apex, *base = corners(triangle.path)
        assert point.y is not None and apex[0] == point.x
        assert (apex[1] < point.y < base[0][1]) if up else (apex[1] > point.y > base[0][1])
        assert sorted(x for x, _ in base) == pytest.approx(
            [2 * point.x - max(x for x, _ in base), max(x for x, _ in base)]
        )
    assert _size(made.newest.path) > 1.4 * _size(made.before[0].path)


def _size(path: str) -> float:
    xs = [x for x, _ in corners(path)]
    return max(xs) - min(xs)


def test_a_moderate_signal_is_told_from_a_strong_one() -> None:
    made = drawn(signal(strength="moderate"), signal(1))
    assert made.newest is not None and not made.newest.strong and made.before[0].strong
    assert made.as_dict()["newest"][2] == 0


@pytest.mark.parametrize("kind", get_args(KindName))
def test_every_kind_of_signal_is_marked(kind: KindName) -> None:
    assert drawn(signal(kind=kind)).newest is not None


def test_what_stood_still_points_to_where_it_moved() -> None:
    """Nothing was expected of it, so the week before decides; the drawn values rise."""
    moved = signal(expected=None, kind="moved")
    assert drawn(moved).newest is not None and drawn(moved).newest.up  # type: ignore[union-attr]
    assert points_up(moved, 599) and not points_up(moved, 601) and points_up(moved, None)


def test_a_signal_whose_week_has_no_value_any_more_is_left_out() -> None:
    given = figures()
    hole = replace(given.weekly[-1], value=None, present=0)
    assert week_marks(make(replace(given, weekly=(*given.weekly[:-1], hole))), WEEK_ENDING, [signal()]) is None


def test_notes_stand_under_the_baseline_in_every_week_that_they_are_about() -> None:
    span = NoteMark(WEEK_ENDING - 9 * WEEK, WEEK_ENDING - 4 * WEEK, "Event: a launch")
    today = NoteMark(WEEK_ENDING, WEEK_ENDING + 9 * WEEK, "Question: why?")
    made = drawn(notes=[span, today, today])
    xs = [float(x) for x in re.findall(r"M([\d.]+)", made.notes)]
    points = make(figures()).panels[0].marks
    assert xs == [points[0].x, points[1].x, points[5].x]
    assert all(HEIGHT < float(y) < HEIGHT + 4 for y in re.findall(r"M[\d.]+ ([\d.]+)", made.notes))
    assert made.noted == 2 and made.tips == {
        0: "Note: Event: a launch",
        1: "Note: Event: a launch",
        5: "Note: Question: why?\nNote: Question: why?",
    }


def test_marks_lie_in_the_picture_and_are_small() -> None:
    made = drawn(*(signal(back) for back in range(6)))
    for path in [made.newest.path, *(one.path for one in made.before)]:  # type: ignore[union-attr]
        assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in corners(path))
    assert len(json.dumps(made.as_dict())) < 1_000
    assert triangle_path(10, 20, 3, True) == "M10 17.4l3 5.2h-6z"


@pytest.mark.parametrize("kind", KINDS)
def test_a_note_is_one_line_with_its_kind_and_its_author(kind: str) -> None:
    note = Note(
        metrics=("m",), first_week=WEEK_ENDING, last_week=WEEK_ENDING, kind=kind, text="A\n\n" + "long " * 100,  # type: ignore[arg-type]
        verdict=None, id=1, version=1, mentions=Mentions(), author=Author("Ana", False), created_at=MOMENT,
        edited_at=MOMENT, deleted=False,
    )  # fmt: skip
    text = note_mark(note).text
    assert "\n" not in text and len(text) < 250 and text.endswith("… (Ana)") and ": A long" in text
    routine = replace(note, kind="anomaly", text="", verdict="routine")
    assert note_mark(routine).text == "Anomaly, routine after all (Ana)"


if __name__ == "__main__":
    written = json.dumps(golden_marks().as_dict(), ensure_ascii=False, indent=1)
    GOLDEN.write_text(written + "\n", encoding="utf-8")
