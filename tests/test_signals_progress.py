"""Weeks that were judged are not judged again, and nobody can tell: all is as if every week had been judged."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from metrics.signals.judgements import Judgements, LockedLimits
from metrics.signals.memory import Floats
from metrics.signals.monitor import Monitor
from metrics.signals.progress import Progress, judged
from metrics.signals.seen import Seen

WEEKS = 120
FIRST = date(2023, 1, 1)


@pytest.fixture
def weeks_judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collects the numbers of the weeks that are judged."""
    found: list[int] = []
    judge = Monitor.judge

    def noted(self: Monitor, week: int) -> None:
        found.append(week)
        judge(self, week)

    monkeypatch.setattr(Monitor, "judge", noted)
    return found


def series() -> Floats:
    """Metrics of several kinds: noise, a shift and back, a spike, a walk, counts, gaps, one that stands still."""
    random = np.random.default_rng(11)
    values = 100 + 4 * random.standard_normal((WEEKS, 8))
    values[100:, 1] += 30
    values[108:, 1] -= 30
    values[[52, 104], 2] += 60
    values[:, 3] = 300 + np.cumsum(random.standard_normal(WEEKS))
    values[:, 4] = random.poisson(2, WEEKS)
    values[random.random(WEEKS) < 0.2, 5] = np.nan
    values[:, 6] = 7.0
    values[115, 6] = 8.0
    values[:100, 7] = np.nan
    return values


def seen(values: Floats, weeks: int = WEEKS) -> Seen:
    ids = tuple(f"m{column}" for column in range(values.shape[1]))
    denominators = np.full(values.shape, np.nan)
    denominators[:, 0] = np.exp(5 + np.random.default_rng(1).standard_normal(len(values)))
    dates = tuple(FIRST + timedelta(weeks=number) for number in range(weeks))
    return Seen(ids, dates, values[:weeks].copy(), denominators[:weeks], np.zeros((weeks, len(ids)), bool))


def locked(what: Seen, week: int) -> Seen:
    lines = [np.full(what.values.shape, np.nan) for _ in range(3)]
    for line, value in zip(lines, (100.0, 95.0, 105.0), strict=True):
        line[week:, 0] = value
    return replace(what, locked=LockedLimits(*lines))


def divided(what: Seen, week: int) -> Seen:
    dividers = what.dividers.copy()
    dividers[week, 0] = True
    return replace(what, dividers=dividers)


def assert_as_afresh(what: Seen, earlier: Progress | None) -> None:
    monitor, progress = judged(what, earlier)
    alone, afresh = judged(what)
    for field in fields(Judgements):
        name = field.name
        np.testing.assert_array_equal(getattr(progress.judgements, name), getattr(afresh.judgements, name), name)
        np.testing.assert_array_equal(getattr(monitor.judgements, name), getattr(alone.judgements, name), name)
    points = {point.week: point for point in afresh.checkpoints}
    assert progress.checkpoints[-1].week == len(what.weeks)
    for one in progress.checkpoints:
        other = points[one.week]
        assert one.arrays.keys() == other.arrays.keys()
        for name, array in other.arrays.items():
            np.testing.assert_array_equal(one.arrays[name], array, name)


def on_disk(progress: Progress, folder: Path) -> Progress:
    progress.write(folder / "signals.npz")
    found = Progress.read(folder / "signals.npz")
    assert found is not None
    return found


@pytest.mark.parametrize("done", [1, 5, 19, 60, 101, 109, 119])
def test_further_weeks_come_out_as_if_all_had_been_judged(done: int, tmp_path: Path) -> None:
    assert_as_afresh(seen(series()), on_disk(judged(seen(series(), done))[1], tmp_path))


def test_week_after_week_comes_out_as_if_all_had_been_judged(tmp_path: Path) -> None:
    progress = None
    for weeks in range(95, WEEKS + 1):
        progress = on_disk(judged(seen(series(), weeks), progress)[1], tmp_path)
    assert_as_afresh(seen(series()), progress)
    kinds = progress.judgements.kind[95:] if progress else np.zeros(0)
    assert {1, 2, 3, 4, 6} & set(kinds.flat) >= {1, 6}


def test_only_a_new_week_is_judged(weeks_judged: list[int]) -> None:
    earlier = judged(seen(series(), WEEKS - 1))[1]
    weeks_judged.clear()
    judged(seen(series()), earlier)
    assert weeks_judged == [WEEKS - 1]


def test_nothing_is_judged_where_nothing_is_new(weeks_judged: list[int]) -> None:
    earlier = judged(seen(series()))[1]
    weeks_judged.clear()
    monitor, progress = judged(seen(series()), earlier)
    assert progress is earlier
    assert weeks_judged == []
    assert monitor.models.chosen.all() == earlier.checkpoints[-1].arrays["models.chosen"].all()


@pytest.mark.parametrize("back", [1, 2, 10, 20, 25, 60, 119])
def test_restated_weeks_are_judged_again_with_all_after_them(back: int, weeks_judged: list[int]) -> None:
    earlier = judged(seen(series(), WEEKS - 1))[1]
    values = series()
    values[WEEKS - 1 - back, 0] += 50
    values[WEEKS - 1 - back, 5] = np.nan
    weeks_judged.clear()
    judged(seen(values), earlier)
    assert weeks_judged[0] <= WEEKS - 1 - back
    assert back > 13 or len(weeks_judged) <= 26
    assert_as_afresh(seen(values), earlier)


def test_last_digits_that_move_with_the_order_of_adding_are_no_restatement(weeks_judged: list[int]) -> None:
    earlier = judged(seen(series(), WEEKS - 1))[1]
    weeks_judged.clear()
    judged(seen(series() * (1 + 2e-16)), earlier)
    assert weeks_judged == [WEEKS - 1]


def test_locks_and_dividers_are_seen_from_their_week_on(weeks_judged: list[int]) -> None:
    plain = judged(seen(series(), WEEKS - 1))[1]
    for now in (locked(seen(series()), WEEKS - 3), divided(seen(series()), WEEKS - 1), locked(seen(series()), 3)):
        assert_as_afresh(now, plain)
    before = judged(locked(seen(series(), WEEKS - 1), 40))[1]
    weeks_judged.clear()
    judged(locked(seen(series()), 40), before)
    assert weeks_judged == [WEEKS - 1]
    assert_as_afresh(locked(seen(series()), 40), before)
    assert_as_afresh(seen(series()), before)


def test_other_metrics_or_other_first_weeks_are_judged_afresh() -> None:
    earlier = judged(seen(series(), WEEKS - 1))[1]
    assert_as_afresh(seen(series()[:, :5]), earlier)
    assert_as_afresh(replace(seen(series()), ids=tuple("hgfedcba")), earlier)
    later = seen(series()[10:], WEEKS - 10)
    assert_as_afresh(replace(later, weeks=tuple(week + timedelta(weeks=10) for week in later.weeks)), earlier)


def test_an_old_week_is_judged_from_before_it(weeks_judged: list[int]) -> None:
    earlier = judged(seen(series()))[1]
    weeks_judged.clear()
    judged(seen(series(), WEEKS - 14), earlier)
    assert 0 < len(weeks_judged) <= 13
    assert_as_afresh(seen(series(), WEEKS - 14), earlier)
    assert_as_afresh(seen(series(), 30), earlier)


def test_a_file_that_cannot_be_read_is_no_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "signals.npz"
    assert Progress.read(path) is None
    progress = judged(seen(series()))[1]
    progress.write(path)
    whole = path.read_bytes()
    for damaged in (b"", b"no archive", whole[:1000], whole[: len(whole) // 2], whole[:-10]):
        path.write_bytes(damaged)
        assert Progress.read(path) is None
    spoilt = bytearray(whole)
    spoilt[len(whole) // 2] ^= 0xFF
    path.write_bytes(bytes(spoilt))
    assert Progress.read(path) is None
    path.write_bytes(whole)
    assert Progress.read(path) is not None
    monkeypatch.setattr("metrics.signals.progress._version", lambda: "of another release")
    assert Progress.read(path) is None


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "signals.npz"
    for weeks in (60, 61):
        judged(seen(series(), weeks))[1].write(path)
    found = Progress.read(path)
    assert found is not None and len(found.seen.weeks) == 61
    assert [file.name for file in tmp_path.iterdir()] == ["signals.npz"]
    judged(seen(series(), 60))[1].write(tmp_path / "gone" / "signals.npz")
    assert not (tmp_path / "gone").exists()
