"""How long the panel of notes takes to open, with 20 notes and with 20,000 over five years: the ratio is what counts.

    python tests/bench/notes.py [--notes 20000] [--url postgresql://...]

With --url the ledger is on that server, in an empty database; else in a file. Each line is one question that a page
asks, the median of its times in ms, and the ratio. The goal: a panel of many notes opens as fast as one of few.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from metrics.ledger.author import Author  # noqa: E402
from metrics.ledger.follow_up import NewFollowUp  # noqa: E402
from metrics.ledger.ledger import Ledger  # noqa: E402
from metrics.ledger.note import KINDS, NewNote  # noqa: E402

SEED = 41
FEW = 20
WEEKS = 260
METRICS = 200
FIRST = date(2021, 11, 7)
LAST = FIRST + timedelta(weeks=WEEKS - 1)
WORDS = [
    f"{start}{end}"
    for start in ("launch", "price", "churn", "billing", "holiday", "outage")
    for end in "abcdefghijklmnopqrstuvwxyz"
]
GOAL = 1.5
TIMES = 15


def fill(ledger: Ledger, notes: int) -> None:
    """Write notes over five years; the last 20, always the same, are of the last week and of one metric."""
    chance = random.Random(SEED)
    author = Author("ana@lumen.example", True)
    for start in range(0, notes, 2000):
        several = []
        for number in range(start, min(start + 2000, notes)):
            last = number >= notes - FEW
            week = LAST if last else FIRST + timedelta(weeks=number * (WEEKS - 2) // notes)
            text = " ".join(["panel" if last else "shelf", *chance.choices(WORDS, k=30)])
            metric = "metric_0" if last else f"metric_{1 + chance.randrange(METRICS)}"
            kind = chance.choice([kind for kind in KINDS if kind != "anomaly"])
            several.append((NewNote(metrics=(metric,), first_week=week, last_week=week, kind=kind, text=text), author))
        for note in ledger.notes.add_many(several)[::-500]:
            ledger.replies.add(note.id, "Thanks, @ben", author)
            ledger.follow_ups.add(
                NewFollowUp(text="Ask", owner="ben", due=note.last_week, note=note.id, metric=note.metrics[0]), author
            )
    for task in ledger.follow_ups.open_at()[:-10]:
        ledger.follow_ups.close(task.id, task.version, "Done", author)


def questions(ledger: Ledger) -> dict[str, Callable[[], object]]:
    """What the weekly page, a metric's page and the search ask."""
    year_ago = LAST - timedelta(weeks=52)
    return {
        "is there anything new": ledger.version,
        "notes of this week": lambda: ledger.notes.find(weeks=(LAST, LAST), limit=FEW),
        "notes of a metric": lambda: ledger.notes.for_metric("metric_0", limit=FEW),
        "notes of several metrics": lambda: ledger.notes.find(metrics=["metric_0", "none", "nobody"], limit=FEW),
        "the same week a year ago": lambda: ledger.notes.overlapping((year_ago, year_ago), metrics=["metric_0"]),
        "open follow-ups": ledger.follow_ups.open_at,
        "the newest notes": lambda: ledger.notes.find(limit=FEW),
        "search: a word": lambda: ledger.notes.find("panel", limit=FEW),
        "search: a word of all notes": lambda: ledger.notes.find("l", limit=FEW),
    }


def median_ms(question: Callable[[], object]) -> float:
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        question()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=20_000)
    parser.add_argument("--url")
    given = parser.parse_args()
    measured: list[dict[str, float]] = []
    for notes in (FEW, given.notes):
        with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder), url=given.url) as ledger:
            start = time.perf_counter()
            fill(ledger, notes - len(ledger.notes.find()))
            print(f"{notes:,} notes written in {time.perf_counter() - start:.1f} s")
            measured.append({name: median_ms(ask) for name, ask in questions(ledger).items()})
    few, many = measured
    print(f"\n{'ms':28}{FEW:>8,}{given.notes:>10,}{'ratio':>8}")
    for name in few:
        print(f"{name:28}{few[name]:8.2f}{many[name]:10.2f}{many[name] / few[name]:8.1f}")
    panel = [name for name in few if not name.startswith("search")]
    ratio = sum(many[name] for name in panel) / sum(few[name] for name in panel)
    print(f"\nThe panel, all but search: ratio {ratio:.2f}, goal <= {GOAL}")


if __name__ == "__main__":
    main()
