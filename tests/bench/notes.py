"""How long the panel of notes takes to open, with 20 notes and with 20,000 over five years: the ratio is what counts.

    python tests/bench/notes.py [--notes 20000] [--url postgresql://...]

With --url the ledger is on that server, in an empty database; else in a file. Each line is one question that a page
asks, the median of its times in ms, and the ratio. Then, on files, whole pages: the weekly page with its panel, and a
metric's page, run as a visitor's browser has them run, by turns with few notes and with many. The goal: a panel of many
notes opens as fast as one of few.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from streamlit.testing.v1 import AppTest  # noqa: E402

from metrics.ledger.author import Author  # noqa: E402
from metrics.ledger.follow_up import NewFollowUp  # noqa: E402
from metrics.ledger.ledger import Ledger  # noqa: E402
from metrics.ledger.note import KINDS, NewNote  # noqa: E402
from metrics.refresh import refresh  # noqa: E402
from metrics.workspace import Workspace  # noqa: E402
from pages.parts import opening  # noqa: E402

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
RUNS = 9
PAGES = {"the weekly page": "pages/weekly/week.py", "a metric's page": "pages/weekly/metric.py"}


def fill(ledger: Ledger, notes: int) -> None:
    """Write notes over five years; the last 20, always the same, are of the last week and of one metric.

    One follow-up is left open, as many as with few notes: what is on the screen is the same.
    """
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
    for task in ledger.follow_ups.open_at()[:-1]:
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


def medians(ledgers: list[Ledger]) -> list[dict[str, float]]:
    """The median time of each question, in ms, in each ledger; asked by turns: a busy minute is busy for all."""
    asked = [questions(ledger) for ledger in ledgers]
    found: list[dict[str, float]] = [{} for _ in ledgers]
    for name in asked[0]:
        times: list[list[float]] = [[] for _ in ledgers]
        for _ in range(TIMES):
            for one, spent in zip(asked, times, strict=True):
                start = time.perf_counter()
                one[name]()
                spent.append((time.perf_counter() - start) * 1000)
        for medians_of_one, spent in zip(found, times, strict=True):
            medians_of_one[name] = statistics.median(spent)
    return found


def measured(counts: list[int], url: str | None) -> list[dict[str, float]]:
    """The medians of ledgers with so many notes; on a server, which has one database, one after the other."""
    if url is not None and len(counts) > 1:
        return [measured([count], url)[0] for count in counts]
    with ExitStack() as stack:
        ledgers = []
        for count in counts:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            ledger = stack.enter_context(Ledger.open(folder, url=url))
            start = time.perf_counter()
            fill(ledger, count - len(ledger.notes.find()))
            print(f"{count:,} notes written in {time.perf_counter() - start:.1f} s")
            ledgers.append(ledger)
        return medians(ledgers)


def shop(folder: Path) -> Workspace:
    """A workspace of the metrics that the notes are about, five years of weeks."""
    folder.mkdir()
    chance = random.Random(SEED)
    names = [f"metric_{number}" for number in range(METRICS + 1)]
    rows = [",".join(["day", *names])]
    for week in range(WEEKS):
        rows.append(",".join([str(FIRST + timedelta(weeks=week)), *(str(chance.randrange(80, 120)) for _ in names)]))
    (folder / "weekly.csv").write_text("\n".join(rows) + "\n")
    tree = {
        "northstar": 1,
        "sources": {"weekly": {"type": "csv", "path": "weekly.csv", "date": "day", "grain": "weekly"}},
        "metrics": {
            name: {"name": name, "source": "weekly", **({"role": "north_star", "inputs": names[1:6]} if not at else {})}
            for at, name in enumerate(names)
        },
    }
    (folder / "northstar.yaml").write_text(json.dumps(tree, indent=1))
    made = Workspace(folder, folder.parent / "state")
    refresh(made)
    return made


def turn_to(state: Path) -> None:
    """Have the app find its values and its ledger in another folder; what it keeps of each stays."""
    os.environ["NORTHSTAR_STATE"] = str(state)
    opening.workspace.clear()


def opened(state: Path, page: str) -> AppTest:
    """A visitor on a page; what is kept for all visitors is kept by then."""
    turn_to(state)
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).run()
    at.switch_page(page).run()
    assert not at.exception, at.exception
    return at


def pages(notes: int) -> dict[str, tuple[float, float]]:
    """Medians of the processor's times, in ms, of both pages with few and with many notes, by turns."""
    logging.disable()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        made = shop(Path(folder) / "shop")
        states = [made.state, made.state.with_name("state of many")]
        shutil.copytree(*states)
        os.environ["NORTHSTAR_WORKSPACE"] = str(made.folder)
        for state, count in zip(states, (FEW, notes), strict=True):
            with Ledger.open(state) as ledger:
                fill(ledger, count)
        for name, page in PAGES.items():
            times: list[list[float]] = [[], []]
            visitors = [(opened(state, page), state) for state in states]
            for _ in range(RUNS):
                for (at, state), spent in zip(visitors, times, strict=True):
                    turn_to(state)
                    start = time.process_time()
                    at.run()
                    spent.append((time.process_time() - start) * 1000)
            found[name] = (statistics.median(times[0]), statistics.median(times[1]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=20_000)
    parser.add_argument("--url")
    given = parser.parse_args()
    few, many = measured([FEW, given.notes], given.url)
    print(f"\n{'ms':28}{FEW:>8,}{given.notes:>10,}{'ratio':>8}")
    for name in few:
        print(f"{name:28}{few[name]:8.2f}{many[name]:10.2f}{many[name] / few[name]:8.1f}")
    panel = [name for name in few if not name.startswith("search")]
    ratio = sum(many[name] for name in panel) / sum(few[name] for name in panel)
    print(f"\nThe panel, all but search: ratio {ratio:.2f}, goal <= {GOAL}")
    if given.url is None:
        for name, (short, long) in pages(given.notes).items():
            print(f"{name:28}{short:8.1f}{long:10.1f}{long / short:8.2f}, goal <= {GOAL}")


if __name__ == "__main__":
    main()
