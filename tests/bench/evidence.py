"""How often evidence is wrong, how much of what is there it finds, and how long it takes: on seeded series.

    python tests/bench/evidence.py [--quick] [--only PART ...]

Parts: false, power, lag, interval, many, lost, nothing, year, month, time. Each prints its rates beside the goal. A
verdict is false on series that have nothing to do with each other; every pair is judged alone, as the only claim of a
quarter, which is where the risk of one claim is largest.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from evidence_series import UNRELATED, YEARLY_UNRELATED, Floats, leading, linked  # noqa: E402

from metrics.calendar import month_of, shift_month  # noqa: E402
from metrics.evidence.effect import effect, usual  # noqa: E402
from metrics.evidence.judged import Judged, judge  # noqa: E402
from metrics.evidence.measured import Side, measure  # noqa: E402
from metrics.evidence.months import MonthlyValues  # noqa: E402
from metrics.evidence.outcome import check_outcome  # noqa: E402
from metrics.evidence.question import Question  # noqa: E402
from metrics.evidence.surprises import surprises  # noqa: E402
from metrics.evidence.weeks import WeeklyValues  # noqa: E402
from metrics.tree.tree import Prediction  # noqa: E402

SEED = 31
LENGTHS = (26, 52, 104, 156, 208)
STRENGTHS = (0.3, 0.5, 0.7)
LAG = 2


def side(values: Floats) -> Side:
    return Side(values, surprises(values))


def alone(x: Side, y: Side, sign: Any, lag: int | None) -> Judged:
    """The verdict on one question that is asked alone."""
    weeks = len(x.values)
    return judge([measure(Question("y", "x", sign, lag), x, y, [""] * weeks)])[0]


def generator(*name: object) -> np.random.Generator:
    return np.random.default_rng([SEED, *(sum(map(ord, str(part))) for part in name)])


def row(name: str, cells: Iterable[str], goal: str = "") -> None:
    print(f"{name:24}", *(f"{cell:>8}" for cell in cells), f"   {goal}" if goal else "", flush=True)


def false(runs: int) -> None:
    print("\nFalse 'supported' by family and weeks of history; two lags and both signs a pair")
    row("", map(str, LENGTHS))
    rates = []
    for name, make in UNRELATED.items():
        found = []
        for weeks in LENGTHS:
            random = generator("false", name, weeks)
            hits = 0
            for _ in range(runs):
                x, y = map(side, make(random, weeks))
                for sign in ("positive", "negative"):
                    hits += sum(alone(x, y, sign, lag).verdict == "supported" for lag in (0, LAG))
            found.append(hits / runs / 4)
        rates.append(found)
        row(name, (f"{rate:.3f}" for rate in found), "<= .08" if name.startswith("shared") else "<= .06")
    row("mean", (f"{rate:.3f}" for rate in np.mean(rates, axis=0)))


def power(runs: int) -> None:
    print("\nA true link found at the declared lag, by correlation; and called the contrary")
    row("weeks", [f"r = {r}" for r in STRENGTHS] + ["contrary"])
    goals = {52: ">= .56 .90 .99", 104: ">= .84 .99 1"}
    for weeks in LENGTHS:
        cells, contrary = [], 0
        for strength in STRENGTHS:
            random = generator("power", weeks, strength)
            found = Counter(
                alone(side(x), side(y), "positive", LAG).verdict
                for x, y, _ in (linked(random, weeks, strength, LAG) for _ in range(runs))
            )
            cells.append(f"{found['supported'] / runs:.2f}")
            contrary += found["contradicted"]
        row(str(weeks), [*cells, f"{contrary / runs / 3:.3f}"], goals.get(weeks, ""))


def lag(runs: int) -> None:
    print("\nA lag that nobody declared, 0 to 8 searched: found at all, and then within a week of the true one")
    row("weeks", [f"r = {r}" for r in STRENGTHS] + ["right"])
    for weeks in LENGTHS:
        cells, right, supported = [], 0, 0
        for strength in STRENGTHS:
            random = generator("lag", weeks, strength)
            hits = 0
            for _ in range(runs):
                true = int(random.integers(0, 9))
                x, y, _ = linked(random, weeks, strength, true)
                judged = alone(side(x), side(y), None, None)
                if judged.verdict == "supported":
                    hits += 1
                    right += abs(judged.measured.lag_weeks - true) <= 1
            supported += hits
            cells.append(f"{hits / runs:.2f}")
        row(str(weeks), [*cells, f"{right / max(supported, 1):.2f}"], "right >= .96")


def interval(runs: int) -> None:
    print(
        "\nThe 95 % interval of the effect holds the true one, by the metrics' memory; and the effect's bias in percent"
    )
    row("weeks", [f"{memory:.1f} r={r}" for memory in (0.0, 0.4, 0.8) for r in (0, 0.5)] + ["bias"])
    for weeks in LENGTHS:
        cells, off = [], []
        for memory in (0.0, 0.4, 0.8):
            for strength in (0.0, 0.5):
                random = generator("interval", weeks, memory, strength)
                hits, tried = 0, 0
                for _ in range(runs):
                    x, y, true = linked(random, weeks, strength, LAG, memory)
                    found = effect(surprises(x), surprises(y), LAG, (usual(x), usual(y)))
                    if found is not None:
                        tried += 1
                        hits += found.low <= true <= found.high
                        off += [(found.per_unit / true - 1) * 100] if strength else []
                cells.append(f"{hits / tried:.3f}")
        row(str(weeks), [*cells, f"{np.mean(off):.0f}"], ".92 to .98")


def many(runs: int) -> None:
    print(
        "\nTwenty claims on one metric, five of them true: wrong ones among the supported (mean of the share, 0 where"
        "\nnone is supported; share of all that are supported in any run), and what else is said"
    )
    row("weeks", ["wrong", "of all", "power", "contrary"])
    for weeks in LENGTHS:
        random = generator("many", weeks)
        shares, power, contrary, supported = [], [], [], np.zeros(2)
        for _ in range(runs):
            verdicts = _twenty(random, weeks)
            wrong = sum(verdict == "supported" for verdict in verdicts[5:])
            right = sum(verdict == "supported" for verdict in verdicts[:5])
            shares.append(wrong / max(wrong + right, 1))
            supported += wrong, wrong + right
            power.append(right / 5)
            contrary.append(sum(verdict == "contradicted" for verdict in verdicts) / 20)
        of_all = supported[0] / max(supported[1], 1)
        cells = (f"{np.mean(shares):.3f}", f"{of_all:.3f}", f"{np.mean(power):.2f}", f"{np.mean(contrary):.3f}")
        row(str(weeks), cells, "wrong <= .10")


def _twenty(random: np.random.Generator, weeks: int) -> list[str]:
    """Verdicts on five inputs that each move the metric (correlation .4), and on fifteen that don't."""
    inputs = random.standard_normal((20, weeks + 60))
    metric = np.sqrt(1 - 5 * 0.16) * random.standard_normal(weeks + 60)
    for values in inputs[:5]:
        metric[LAG:] += 0.4 * values[:-LAG]
    sides = []
    for values in (*inputs, metric):
        for week in range(1, weeks + 60):
            values[week] += 0.4 * values[week - 1]
        sides.append(side(100 + 8 * values[60:]))
    questions = [Question("y", f"x{number}", "positive", LAG) for number in range(20)]
    quarters = [""] * weeks
    measured = [measure(one, x, sides[20], quarters) for one, x in zip(questions, sides[:20], strict=True)]
    return [judged.verdict for judged in judge(measured)]


def lost(runs: int) -> None:
    print("\nA link of .6 that is lost half-way: told, and still called supported; a steady link of .5 called unsteady")
    row("weeks", ["told", "support", "steady"])
    for weeks in LENGTHS[1:]:
        random = generator("lost", weeks)
        told = supported = unsteady = 0
        for _ in range(runs):
            x, y, _ = linked(random, weeks, 0.6, LAG, lost=0.5)
            judged = alone(side(x), side(y), "positive", LAG)
            told += judged.is_unstable
            supported += judged.verdict == "supported"
            x, y, _ = linked(random, weeks, 0.5, LAG)
            unsteady += alone(side(x), side(y), "positive", LAG).is_unstable
        cells = (f"{told / runs:.2f}", f"{supported / runs:.2f}", f"{unsteady / runs:.3f}")
        row(str(weeks), cells, "told >= .82" if weeks == 104 else "")


def nothing(runs: int) -> None:
    print("\n'No meaningful link': said of unrelated metrics, and of links of .3 and .5")
    row("weeks", ["r = 0", "r = .3", "r = .5"])
    goals = {52: "seen .53", 104: "seen .90", 156: "seen .99"}
    for weeks in LENGTHS:
        cells = []
        for strength in (0.0, 0.3, 0.5):
            random = generator("nothing", weeks, strength)
            pairs = (linked(random, weeks, strength, LAG) for _ in range(runs))
            hits = sum(alone(side(x), side(y), "positive", LAG).verdict == "no_meaningful_link" for x, y, _ in pairs)
            cells.append(f"{hits / runs:.2f}")
        row(str(weeks), cells, goals.get(weeks, ""))


def year(runs: int) -> None:
    lengths = (104, 156, 208)
    print("\nYearly check: 'leads' said by mistake, by family")
    row("", map(str, lengths))
    for name, make in YEARLY_UNRELATED.items():
        row(name, (f"{_leads(make, name, weeks, runs)[0]:.3f}" for weeks in lengths), "<= .05")
    print(
        "\nYearly check: a true lead found, by correlation of the surprises; and its weeks within two of the true ones"
    )
    goals = {0.3: ">= .29 .41 .55", 0.5: ">= .68 .83 .93", 0.7: ">= .92 .97 .99"}
    for strength in STRENGTHS:
        found = [_leads(leading(strength), f"lead {strength}", weeks, runs) for weeks in lengths]
        right = np.mean([share for _, share in found])
        row(f"r = {strength}", [f"{rate:.2f}" for rate, _ in found] + [f"{right:.2f}"], goals[strength])


def month(runs: int) -> None:
    lengths = (36, 48, 60)
    print("\nYearly check by months, of an outcome with monthly values alone: 'leads' said by mistake, by family")
    row("months", map(str, lengths))
    rates = []
    for name, make in YEARLY_UNRELATED.items():
        rates.append([_leads(make, name, months, runs, by_month=True)[0] for months in lengths])
        row(name, (f"{rate:.3f}" for rate in rates[-1]), "<= .05")
    row("mean", (f"{rate:.3f}" for rate in np.mean(rates, axis=0)))
    print("\nBy months: a true lead of 3 to 7 weeks found, by correlation of the weekly surprises; and in which months")
    for strength in STRENGTHS:
        found = [_leads(leading(strength), f"lead {strength}", months, runs, by_month=True) for months in lengths]
        right = np.mean([share for _, share in found])
        row(f"r = {strength}", [f"{rate:.2f}" for rate, _ in found] + [f"{right:.2f}"], "last: within a month")


def by_months(x: Floats, y: Floats, months: int, random: np.random.Generator) -> tuple[Side, Side, list[date]]:
    """A leader's weeks and an outcome's, as months: of the outcome the days of each, as if no week were known."""
    first = date(2020, 1, 1) + timedelta(int(random.integers(0, 365)))
    weeks = tuple(first + timedelta(7 * week + 6) for week in range(len(x)))
    days = np.repeat(y, 7)
    whole = [month_of(first + timedelta(31))]
    while len(whole) < months:
        whole.append(shift_month(whole[-1], 1))
    own = np.array([days[(one.first - first).days : (one.last - first).days + 1].mean() for one in whole])
    monthly = MonthlyValues(tuple(whole), {"y": own}, WeeklyValues(weeks, {"x": x}))
    return monthly.side("x"), monthly.side("y"), [one.last for one in whole]


def _leads(
    make: Callable[[np.random.Generator, int], tuple[Any, ...]],
    name: str,
    length: int,
    runs: int,
    by_month: bool = False,
) -> tuple[float, float]:
    random = generator("month" if by_month else "year", name, length)
    leads, right = 0, 0
    for _ in range(runs):
        if by_month:
            x, y, *middle = make(random, round((length + 2.5) * 365.25 / 84))
            one = check_outcome(Prediction("y"), *by_months(x, y, length, random))
        else:
            x, y, *middle = make(random, length)
            one = check_outcome(Prediction("y"), side(x), side(y), [])
        if one.verdict == "leads" and one.forward is not None:
            leads += 1
            right += bool(middle) and abs(one.forward.lead_weeks - middle[0]) <= (4.4 if by_month else 2)
    return leads / runs, right / max(leads, 1)


def time_of(claims: int = 500, weeks: int = 156) -> None:
    print(f"\nSeconds for {claims} claims on as many metrics with {weeks} weeks, with intervals")
    random = generator("time")
    values = [linked(random, weeks, 0.4, LAG)[0] for _ in range(claims)]
    quarters = [str(week // 13) for week in range(weeks)]
    start, used = time.perf_counter(), time.process_time()
    sides = [side(one) for one in values]
    took_apart = time.perf_counter()
    question = Question("y", "x", "positive", LAG)
    judged = judge([measure(question, sides[n], sides[(n + 1) % claims], quarters) for n in range(claims)])
    end, used = time.perf_counter(), time.process_time() - used
    assert len(judged) == claims
    row("", (f"{end - start:.2f}",), f"< 5 s; {took_apart - start:.2f} of it to take the series apart")
    row("of the processor", (f"{used:.2f}",), "what it takes where nothing else runs")


PARTS: dict[str, Callable[[int], None]] = {
    "false": false,
    "power": power,
    "lag": lag,
    "interval": interval,
    "many": many,
    "lost": lost,
    "nothing": nothing,
    "year": year,
    "month": month,
    "time": lambda _: time_of(),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="30 series each instead of 300")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="the parts to run")
    parser.add_argument("--runs", type=int, help="how many series each")
    arguments = parser.parse_args()
    runs = arguments.runs or (30 if arguments.quick else 300)
    print(f"{runs} series each, seed {SEED}")
    for name, part in PARTS.items():
        if not arguments.only or name in arguments.only:
            part(max(runs // 2, 10) if name in ("year", "month") else runs)


if __name__ == "__main__":
    main()
