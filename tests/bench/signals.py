"""How often routine weeks are called signals, and how much of what happened is found, beside the goals.

    python tests/bench/signals.py [--quick] [--replicates N]

Series are drawn from seeded families whose routine is known: noise with and without memory, random walks, trends,
seasons, growth, heavy tails, counts, ratios, changing variance. Each week is judged with the weeks before it alone. A
"sigma" is the standard deviation of what can't be known a week before. Beside it stands the textbook chart (XmR, limits
at 2.66 mean moving ranges of all weeks before). Real workspaces are judged where their folder is given or found.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from metrics.signals import xmr  # noqa: E402
from metrics.signals.checkpoint import Checkpoint  # noqa: E402
from metrics.signals.monitor import Monitor, judge_weeks  # noqa: E402

Floats = NDArray[np.float64]

SEED = 41
MONITORED = 26
HISTORIES = (26, 52, 104, 156)
WEEKS_A_YEAR = 52.1786
FIRST_WEEK = 105_700
CASES = ROOT.parent / "shared/cases/workspaces"


@dataclass(frozen=True)
class Family:
    """Series of one kind, weeks x replicates; `sigma` is additive, or of the logarithm where they multiply."""

    values: Floats
    sigma: float
    multiplies: bool = False
    counts: bool = False
    denominators: Floats | None = None

    def disturbed(self, sigmas: Floats) -> Family:
        """Return the same series with so many sigmas (weeks x replicates) on top."""
        extra = sigmas * self.sigma
        values = self.values * np.exp(extra) if self.multiplies else self.values + extra
        if self.counts:
            # At least so many: a part of an event does not happen.
            values = np.maximum(self.values + np.sign(extra) * np.ceil(np.abs(extra) - 1e-9), 0.0)
        return Family(values, self.sigma, self.multiplies, self.counts, self.denominators)


def families(random: np.random.Generator, weeks: int, replicates: int) -> dict[str, Family]:
    """Draw all families."""
    shape = (weeks, replicates)
    week = np.arange(weeks)[:, None]
    phase = random.uniform(0, 2 * np.pi, replicates)
    angle = 2 * np.pi * week / WEEKS_A_YEAR

    def noise(memory: float = 0.0) -> Floats:
        drawn = random.standard_normal((weeks + 60, replicates))
        for at in range(1, len(drawn)):
            drawn[at] += memory * drawn[at - 1]
        return drawn[60:]

    def season(size: float) -> Floats:
        return size * (np.cos(angle + phase) + 0.4 * np.cos(2 * angle + 2.3 * phase))

    visitors = np.round(np.exp(np.log(300) + 0.5 * random.standard_normal(shape)))
    return {
        "white noise": Family(100 + 5 * noise(), 5),
        "memory .3": Family(100 + 5 * noise(0.3), 5),
        "memory .6": Family(100 + 5 * noise(0.6), 5),
        "memory .9": Family(100 + 5 * noise(0.9), 5),
        "random walk": Family(500 + 5 * np.cumsum(noise(), axis=0), 5),
        "trend": Family(100 + 0.5 * week + 5 * noise(), 5),
        "trend, memory .6": Family(100 + 0.5 * week + 5 * noise(0.6), 5),
        "season": Family(200 + season(20) + 5 * noise(), 5),
        "season, memory .3": Family(200 + season(20) + 5 * noise(0.3), 5),
        "trend and season": Family(200 + 0.5 * week + season(20) + 5 * noise(0.3), 5),
        "growth": Family(100 * np.exp(0.01 * week + 0.05 * noise()), 0.05, multiplies=True),
        "growth and season": Family(
            100 * np.exp(0.006 * week + season(0.2) + 0.05 * noise(0.3)), 0.05, multiplies=True
        ),
        "heavy tails (t3)": Family(100 + 5 * random.standard_t(3, shape) / np.sqrt(3), 5),
        "counts of 20": Family(random.poisson(20, shape).astype(float), np.sqrt(20), counts=True),
        "rare counts": Family(random.poisson(0.7, shape).astype(float), np.sqrt(0.7), counts=True),
        "ratio": Family(
            random.binomial(visitors.astype(int), 0.3) / visitors, np.sqrt(0.21 / 300), denominators=visitors
        ),
        "variance grows": Family(100 + np.where(week < weeks * 0.4, 5.0, 8.0) * noise(), 8),
    }


def judged(drawn: dict[str, Family]) -> NDArray[np.int64]:
    """Return the kind of each week, families x weeks x replicates."""
    values = np.concatenate([family.values for family in drawn.values()], axis=1)
    nothing = np.full(next(iter(drawn.values())).values.shape, np.nan)
    denominators = np.concatenate(
        [nothing if family.denominators is None else family.denominators for family in drawn.values()], axis=1
    )
    kind = judge_weeks(values, FIRST_WEEK, denominators).kind
    return kind.reshape(len(kind), len(drawn), -1).swapaxes(0, 1)


def judged_by_xmr(drawn: dict[str, Family]) -> NDArray[np.int64]:
    """Return where the textbook chart calls a signal, in the same shape."""
    values = np.concatenate([family.values for family in drawn.values()], axis=1)
    _, lower, upper = xmr.limits_before(values)
    outside = ((values > upper) | (values < lower)).astype(np.int64)
    return outside.reshape(len(outside), len(drawn), -1).swapaxes(0, 1)


Judge = Callable[[dict[str, Family]], NDArray[np.int64]]
JUDGES: tuple[Judge, Judge] = (judged, judged_by_xmr)


def false_alarms(replicates: int) -> None:
    """Print false alarms a metric-year by family and length of history."""
    print(f"False alarms a metric-year, {MONITORED} weeks after so many weeks of history ({replicates} replicates)")
    print(f"{'':22}" + "".join(f"{history:>8}" for history in HISTORIES) + "   XmR: 26   52 on")
    found: dict[tuple[int, int], Floats] = {}
    names: list[str] = []
    for history in HISTORIES:
        drawn = families(np.random.default_rng([SEED, history]), history + MONITORED, replicates)
        names = list(drawn)
        for number, judge in enumerate(JUDGES):
            signals = judge(drawn)[:, history:] != 0
            found[number, history] = signals.sum(axis=1).mean(axis=1) * WEEKS_A_YEAR / MONITORED
    older = [history for history in HISTORIES if history >= 52]
    of_older = [np.mean([found[number, history] for history in older], axis=0) for number in range(2)]
    for row, name in enumerate(names):
        ours = "".join(f"{found[0, history][row]:8.2f}" for history in HISTORIES)
        print(f"{name:22}{ours}{found[1, 26][row]:10.1f}{of_older[1][row]:8.1f}")
    means = "".join(f"{found[0, history].mean():8.2f}" for history in HISTORIES)
    print(f"{'mean of all':22}{means}{found[1, 26].mean():10.1f}{of_older[1].mean():8.1f}")
    _goal("mean of all, 52 weeks of history and more", of_older[0].mean(), "<= 0.40", 0.40)
    _goal("mean of all, 26 weeks of history", found[0, 26].mean(), "<= 0.80", 0.80)
    _goal("worst family, 52 weeks and more", of_older[0].max(), "<= 1.00", 1.00)


def detection(replicates: int, history: int = 104) -> None:
    """Print how much of what was planted is found, by size and kind."""
    print(f"\nFound, after {history} weeks of history ({replicates} replicates)")
    weeks, at = history + MONITORED, history + 4
    told: dict[str, list[Floats]] = {}
    flags: list[float] = []
    names: list[str] = []
    plan = (
        ("event", 4, 1, 0.80),
        ("event", 6, 1, 0.98),
        ("shift", 3, 8, 0.75),
        ("shift", 4, 8, 0.92),
        ("trend", 4, 13, 0.65),
    )
    for kind, size, within, _ in plan:
        drawn = families(np.random.default_rng([SEED + 1, history]), weeks, replicates)
        names = list(drawn)
        planted = np.zeros(weeks)
        if kind == "event":
            planted[at] = size
        elif kind == "shift":
            planted[at:] = size
        else:
            planted[at:] = size / 13 * np.arange(1, weeks - at + 1)
        sides = np.where(np.arange(replicates) % 2, -1, 1)
        disturbed = {
            # What is rarely more than 1 can't fall by four sigmas.
            name: family.disturbed(planted[:, None] * (1 if name == "rare counts" else sides))
            for name, family in drawn.items()
        }
        for judge in JUDGES:
            signals = judge(disturbed) != 0
            told.setdefault(f"{kind} {size}", []).append(signals[:, at : at + within].any(axis=1).mean(axis=1))
            if kind == "shift" and judge is judged:
                flags.append(float(signals[:, at : at + 13].sum(axis=1).mean()))
    print(f"{'':22}" + "".join(f"{what:>10}" for what in told) + "   XmR:" + "".join(f"{what:>9}" for what in told))
    for row, name in enumerate(names):
        ours, theirs = (
            "".join(f"{found[which][row]:{width}.2f}" for found in told.values()) for which, width in ((0, 10), (1, 9))
        )
        print(f"{name:22}{ours}       {theirs}")
    for kind, size, within, goal in plan:
        found = told[f"{kind} {size}"][0].mean()
        _goal(f"{kind} of {size} sigmas within {within} weeks", found, f">= {goal:.2f}", goal, more=True)
    _goal("flags for a lasting shift, mean of 3 and 4 sigmas", float(np.mean(flags)), "<= 2.0", 2.0)


def echoes(replicates: int) -> None:
    """Print how many weeks around an event's anniversary give signals because of it."""
    weeks, at = 104 + 60, 104
    found = []
    for size in (4, 6):
        drawn = families(np.random.default_rng([SEED + 2, size]), weeks, replicates)
        planted = np.zeros((weeks, replicates))
        planted[at] = size
        with_event = judged({name: family.disturbed(planted) for name, family in drawn.items()}) != 0
        without = judged(drawn) != 0
        around = slice(at + 50, at + 55)
        found.append(with_event[:, around].sum(axis=1).mean() - without[:, around].sum(axis=1).mean())
    print()
    _goal("echoes a year after an event", float(np.mean(found)), "< 0.5", 0.5)


def recurring(replicates: int) -> None:
    """Print what becomes of a peak that comes back every year, and of one that stays out in its third."""
    random = np.random.default_rng(SEED + 3)
    weeks = 170
    values = 100 + 5 * random.standard_normal((weeks, replicates))
    for year in range(3):
        at = 40 + round(year * WEEKS_A_YEAR)
        values[at] += 40
        values[at + 1] += 25
    kind = judge_weeks(values, FIRST_WEEK).kind != 0
    second = 40 + round(WEEKS_A_YEAR)
    third = 40 + round(2 * WEEKS_A_YEAR)
    print("\nA peak of 8 sigmas that comes every year, the week after it 5; signals in these two weeks")
    for name, at in (("first year", 40), ("second year", second), ("third year", third)):
        print(f"  {name:12}{kind[at : at + 2].sum(axis=0).mean():6.2f}")
    values[third] -= 40
    values[third + 1] -= 25
    missing = judge_weeks(values, FIRST_WEEK).kind[third : third + 4] == 5
    print(f"  missing in the third year: told in {missing.any(axis=0).mean():.2f} of all")


def speed(metrics: int = 500, weeks: int = 260) -> None:
    """Print the time for all weeks, and for one more week."""
    drawn = families(np.random.default_rng(SEED), weeks, metrics // 17 + 1)
    values = np.concatenate([family.values for family in drawn.values()], axis=1)[:, :metrics]
    start = _now()
    monitor = Monitor(values[:-1], FIRST_WEEK)
    for week in range(weeks - 1):
        monitor.judge(week)
    before = _now()
    later = Monitor(values, FIRST_WEEK)
    later.go_on(Checkpoint.of(monitor, weeks - 1), monitor.judgements)
    later.choose_model(weeks - 1, np.arange(metrics))
    later.judge(weeks - 1)
    end = _now()
    print("\nOn one core; where other work goes on, the processor's seconds say more than the clock's")
    for number, clock in enumerate(("processor", "clock")):
        _goal(f"seconds for all {weeks} weeks of {metrics} metrics, {clock}", end[number] - start[number], "< 20", 20)
        _goal(f"seconds for one more week, all models anew, {clock}", end[number] - before[number], "< 2", 2)


def _now() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


EVENTS = {
    "bikeshare": (
        date(2012, 12, 29),
        (
            ("rides", date(2012, 11, 3), "Hurricane Sandy, 29 and 30 October 2012"),
            ("registered", date(2011, 11, 26), "Thanksgiving 2011"),
            ("registered", date(2011, 12, 31), "Christmas 2011"),
            ("registered", date(2012, 12, 29), "Christmas 2012"),
            ("rides", date(2011, 8, 27), "Hurricane Irene, on the week's last day"),
        ),
    ),
    "olist": (
        date(2018, 8, 19),
        (
            ("orders", date(2017, 11, 26), "Black Friday 2017"),
            ("orders", date(2018, 5, 27), "truckers' strike, 21 to 31 May 2018"),
            ("late_share", date(2018, 2, 25), "rains and postal trouble, February and March 2018"),
            ("review_score", date(2018, 3, 11), "reviews at their lowest, March 2018"),
            ("orders", date(2018, 2, 18), "Carnival, 12 February 2018"),
        ),
    ),
}


def cases(folder: Path) -> Iterator[str]:
    """Yield a line for each known event of the real workspaces."""
    from metrics.charts.numbers import short
    from metrics.refresh import refresh
    from metrics.signals.judge import judge
    from metrics.tree.load import read_tree
    from metrics.warehouse.warehouse import Warehouse
    from metrics.workspace import Workspace

    for name, (last, events) in EVENTS.items():
        if not (folder / name).is_dir():
            continue
        with TemporaryDirectory(prefix="northstar-bench-") as state:
            workspace = Workspace(folder / name, Path(state))
            refresh(workspace, None)
            path = workspace.store.current()
            assert path is not None
            warehouse = Warehouse(path)
            tree = read_tree(warehouse.tree_text).tree
            review = judge(tree, warehouse, last, short)
            signals = review.signals(review.weeks[0])
            years = np.isfinite(review.judgements.lower).sum() / WEEKS_A_YEAR
            yield f"\n{name}: {len(signals)} signals in {years:.0f} metric-years with limits"
            for metric, week, what in events:
                found = review.signal(metric, week)
                yield f"  {what}: {found.sentence if found else 'routine'}"
            warehouse.close()


def _goal(what: str, found: float, goal: str, bound: float, more: bool = False) -> None:
    met = found >= bound if more else found <= bound
    print(f"  {what:58}{found:7.2f}   goal {goal:8}{'' if met else '   NOT MET'}", flush=True)


def main(replicates: int) -> None:
    """Print everything."""
    false_alarms(replicates)
    detection(replicates)
    echoes(replicates)
    recurring(max(replicates, 40))
    speed()
    for line in cases(CASES):
        print(line)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="10 replicates of each family")
    parser.add_argument("--replicates", type=int, default=100, help="series of each family; default: 100")
    arguments = parser.parse_args()
    main(10 if arguments.quick else arguments.replicates)
