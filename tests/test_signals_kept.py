"""Weeks that were reviewed stay as they were judged, locked limits hold, and both as it was at a moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from ledgers import ANA, BEN, Clock
from workspaces import WorkspaceFiles

from metrics.charts.numbers import short
from metrics.ledger.judged_limits import JudgedLimits
from metrics.ledger.ledger import Ledger
from metrics.ledger.ledger_error import LedgerError
from metrics.refresh import refresh
from metrics.signals.kept import as_judged, judge_as_kept, to_keep
from metrics.signals.monitor import Monitor
from metrics.signals.review import SignalReview
from metrics.tree.load import read_tree
from metrics.warehouse.warehouse import Warehouse

FIRST = date(2024, 1, 7)
TREE = {
    "sources": {"weekly": {"type": "csv", "path": "weekly.csv", "date": "day", "grain": "weekly"}},
    "metrics": {
        "visits": {"name": "Visits", "source": "weekly", "role": "north_star"},
        "calls": {"name": "Calls", "source": "weekly", "limits": "xmr"},
        "young": {"name": "Young", "source": "weekly"},
    },
}
WEEKS = 60
LAST = FIRST + timedelta(weeks=WEEKS - 1)


def week(number: int) -> date:
    return FIRST + timedelta(weeks=number)


def routine(weeks: int = WEEKS) -> list[float]:
    drawn = np.clip(np.random.default_rng(7).standard_normal(weeks), -2, 2)
    return [round(value, 2) for value in 200 + 8 * drawn]


def table(visits: Sequence[float]) -> str:
    """Visits as given, calls the same but one, and three weeks of a young metric."""
    rows = ["day,visits,calls,young"]
    for number, value in enumerate(visits):
        young = "5" if number >= WEEKS - 3 else ""
        rows.append(f"{week(number)},{value},{value + number % 3},{young}")
    return "\n".join(rows) + "\n"


def spiked() -> list[float]:
    values = routine()
    values[-1] = 300
    return values


class Kept:
    """A workspace whose weeks are judged with what its ledger keeps."""

    def __init__(self, files: WorkspaceFiles) -> None:
        self.files = files
        self.clock = Clock()
        self.clock.now = datetime.now(UTC)
        self.ledger = Ledger.open(files.state, clock=self.clock)

    def write(self, visits: Sequence[float]) -> None:
        self.files.write("weekly.csv", table(visits))
        assert not refresh(self.files.workspace, None, self.ledger).failed

    def judged(self, as_of: datetime | None = None, last: date = LAST, state: Path | None = None) -> SignalReview:
        path = self.files.workspace.store.current()
        assert path is not None
        warehouse = Warehouse(path)
        try:
            tree = read_tree(warehouse.tree_text).tree
            return judge_as_kept(tree, warehouse, last, short, self.ledger.limits, as_of, state)
        finally:
            warehouse.close()

    def keep(self, of: date = LAST) -> SignalReview:
        review = self.judged(last=of)
        self.ledger.limits.record_many(to_keep(review, of))
        return review

    def limits(self, of: date, metric: str = "visits") -> JudgedLimits:
        review = self.judged()
        return as_judged(review.judged_week(metric, of), review.tree.metrics[metric])


@pytest.fixture
def kept(workspace: Callable[..., WorkspaceFiles], clean: None) -> Iterator[Kept]:
    made = Kept(workspace(TREE, {"weekly.csv": table(spiked())}))
    made.write(spiked())
    yield made
    made.ledger.close()


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NORTHSTAR_LEDGER_URL", raising=False)


def test_after_a_refresh_only_the_new_week_is_judged(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    state = kept.files.state
    kept.judged(state=state)
    kept.write([*spiked(), 320])
    judged_weeks: list[int] = []
    judge_week = Monitor.judge
    monkeypatch.setattr(Monitor, "judge", lambda self, at: (judged_weeks.append(at), judge_week(self, at))[1])
    review = kept.judged(last=week(WEEKS), state=state)
    assert judged_weeks == [WEEKS]
    assert kept.judged(last=week(WEEKS), state=state).signals(FIRST) == review.signals(FIRST)
    assert judged_weeks == [WEEKS]
    afresh = kept.judged(last=week(WEEKS))
    assert review.signals(FIRST) == afresh.signals(FIRST)
    assert review.signal("visits", week(WEEKS)) is not None
    for metric in ("visits", "calls", "young"):
        assert review.chart(metric).equals(afresh.chart(metric))


def test_who_goes_back_leaves_what_was_judged_of_later_weeks(kept: Kept) -> None:
    state = kept.files.state
    kept.judged(state=state)
    written = (state / "signals.npz").read_bytes()
    kept.judged(last=week(WEEKS - 20), state=state)
    kept.judged(as_of=kept.clock.now, last=week(WEEKS - 5), state=state)
    assert (state / "signals.npz").read_bytes() == written


def test_what_has_no_limits_is_not_kept(kept: Kept) -> None:
    kept.keep()
    judged = kept.ledger.limits.judged()
    assert [(one.metric, one.method, one.week_ending) for one in judged] == [
        ("visits", "northstar", LAST),
        ("calls", "xmr", LAST),
    ]
    assert judged[0].value == 300 and judged[0].signal is not None and judged[0].signal.kind == "outside_limits"
    assert to_keep(kept.judged(), LAST) == []  # once is enough


def test_a_reviewed_week_stays_when_older_weeks_are_restated(kept: Kept) -> None:
    before_any = kept.clock.now
    kept.clock.on(hours=1)
    before = kept.keep()
    wild = spiked()
    wild[30:58] = [value + (70 if number % 2 else -70) for number, value in enumerate(wild[30:58])]
    kept.write(wild)
    now = kept.judged()
    assert now.signal("visits", LAST) == before.signal("visits", LAST) is not None
    assert now.judged_week("visits", LAST) == before.judged_week("visits", LAST)
    assert kept.judged(before_any).judged_week("visits", LAST).upper != before.judged_week("visits", LAST).upper


def test_a_restated_value_is_judged_anew(kept: Kept) -> None:
    assert kept.keep().signal("visits", LAST) is not None
    kept.write([*spiked()[:-1], 201])
    assert kept.judged().signal("visits", LAST) is None
    kept.write([*spiked()[:-1], 100])
    told = kept.judged().signal("visits", LAST)
    assert told is not None and told.value == 100 and "below" in told.sentence
    assert to_keep(kept.judged(), LAST) != []
    kept.keep()
    assert kept.ledger.limits.of_metric("visits")[0].value == 300, "what was shown first stays in the ledger"


def test_a_value_that_is_taken_away_takes_its_signal_along(kept: Kept) -> None:
    kept.keep()
    kept.write(spiked()[:-1])
    assert kept.judged().signal("visits", LAST) is None


def test_sums_that_differ_in_the_last_digit_are_the_same_value(kept: Kept) -> None:
    review = kept.keep()
    kept.write([*spiked()[:-1], 300 * (1 + 1e-12)])
    assert kept.judged().judged_week("visits", LAST) == review.judged_week("visits", LAST)


def test_a_lock_holds_from_its_week_on_until_it_is_released(kept: Kept) -> None:
    kept.keep()
    fixed = replace(kept.limits(week(50)), lower=100.0, centre=250.0, upper=400.0)
    kept.clock.on(hours=1)
    kept.ledger.limits.lock(fixed, ANA, "The campaign goes on")
    locked = kept.judged()
    assert locked.signal("visits", LAST) is None, "a lock takes the place of what was kept"
    assert (locked.judged_week("visits", LAST).lower, locked.judged_week("visits", LAST).upper) == (100, 400)
    assert locked.judged_week("visits", week(49)).upper != 400
    kept.clock.on(hours=1)
    kept.ledger.limits.release(replace(fixed, week_ending=LAST), BEN, "It ended")
    released = kept.judged()
    assert released.judged_week("visits", week(58)).upper == 400
    assert released.judged_week("visits", LAST).upper != 400


def test_a_lock_that_is_undone_from_its_own_week_on_never_held(kept: Kept) -> None:
    before = kept.judged().judged_week("visits", LAST)
    fixed = replace(kept.limits(week(50)), lower=100.0, centre=250.0, upper=400.0)
    kept.ledger.limits.lock(fixed, ANA, "Try")
    kept.ledger.limits.lock(replace(fixed, upper=500.0), ANA, "Try again")
    assert kept.judged().judged_week("visits", LAST).upper == 500
    kept.ledger.limits.release(fixed, ANA, "No")
    assert kept.judged().judged_week("visits", LAST) == before


def test_the_textbook_chart_can_be_locked_too(kept: Kept) -> None:
    kept.ledger.limits.lock(replace(kept.limits(LAST, "calls"), lower=1.0, centre=2.0, upper=3.0), ANA, "Try")
    told = kept.judged().signal("calls", LAST)
    assert told is not None and told.upper == 3


def test_limits_that_are_not_there_can_not_be_locked(kept: Kept) -> None:
    with pytest.raises(LedgerError, match="no limits of 'young' to lock"):
        kept.ledger.limits.lock(kept.limits(LAST, "young"), ANA, "Try")


def test_a_moment_sees_what_was_kept_and_locked_then(kept: Kept) -> None:
    start = kept.clock.now
    fixed = replace(kept.limits(LAST), lower=100.0, centre=250.0, upper=400.0)
    kept.clock.on(hours=1)
    kept.keep()
    wild = [value * (1 + number % 2) for number, value in enumerate(spiked()[:-1])]
    kept.write([*wild, 300])
    assert kept.judged(start).judged_week("visits", LAST) != kept.judged().judged_week("visits", LAST)
    kept.clock.on(hours=1)
    kept.ledger.limits.lock(fixed, ANA, "Try")
    assert kept.judged().judged_week("visits", LAST).upper == 400
    assert kept.judged(kept.clock.now - timedelta(minutes=1)).judged_week("visits", LAST).upper != 400


def test_the_command_line_judges_as_the_app_does(kept: Kept) -> None:
    kept.keep()
    before = datetime.now(UTC)
    kept.clock.now = before + timedelta(seconds=1)
    kept.ledger.limits.lock(replace(kept.limits(LAST), lower=100.0, centre=250.0, upper=400.0), ANA, "Try")
    kept.ledger.close()
    asked = ("--json", "--week-ending", LAST.isoformat())
    now, then = (
        kept.files.command("signals", *asked),
        kept.files.command("signals", *asked, "--as-of", before.isoformat()),
    )
    assert (now.returncode, then.returncode) == (0, 0), now.stderr + then.stderr
    told = [{one["metric"] for one in json.loads(done.stdout)["signals"]} for done in (now, then)]
    assert "visits" not in told[0] and "visits" in told[1]


def test_the_ledger_finds_the_newest_decision_cheaply(kept: Kept) -> None:
    limits = kept.ledger.limits
    assert limits.newest_decision() == 0
    kept.keep()
    assert limits.newest_decision() == 0 and len(limits.judged()) == 2
    lock = limits.lock(kept.limits(LAST), ANA, "Try")
    assert limits.newest_decision() == lock.id and limits.decisions() == [lock]
    with kept.ledger.database.read() as connection:
        plan = connection.exec_driver_sql(
            "explain query plan select max(id) from limits where state <> 'judged'"
        ).fetchall()
    assert "ix_limits_decided" in str(plan)
