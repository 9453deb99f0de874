"""How soon *This week* shows 200 blocks, against an empty page, and how soon it follows a choice, in Chromium.

    python tests/bench/week_page.py [--quick]

Two servers are started on this machine: the app on a generated workspace of 200 metrics, with signals and notes, and a
Streamlit script with nothing but a title. Chromium opens them by turns, each time as a new visitor with an empty cache,
and the clock of the page itself says when all blocks with their figures and marks and the panel beside them are in the
page, and what of them is on the screen is drawn, charts too. Charts further down are drawn when the browser has time;
when the last of them is there is told too. Below the fold the browser lays blocks out when somebody scrolls there; so
is what that takes for all at once. Then a visitor chooses the week before, which the app prepares while somebody
reads, a week long ago that nobody looked at, the table, and a team, and the clock runs from the choice to the changed
wall. Goals: 1.5 times the empty page; a choice in less than 0.5 s.

Seconds say as much of the machine, and of what else runs on it, as of the page: the ratio and the seconds that the
page's own thread worked (cpu) say more.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from figures import ROOT, TEAMS, TODAY, write_workspace
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

BLOCKS = 200
NOTES = 8
PATIENCE = 120
PAUSE = 1_500  # milliseconds that a visitor looks at the page between two choices
EMPTY = 'import streamlit as st\n\nst.title("Empty")\n'

# The wall stands in a shadow root of its own. Conditions are looked at once a frame; what holds in one frame has been
# drawn when the next one begins.
WALL = """
window.chosenAt = 0;
for (const kind of ["click", "keydown"]) addEventListener(kind, () => (window.chosenAt = performance.now()), true);
window.wall = () => {
  if (!window.wallHost?.isConnected)
    window.wallHost = [...document.querySelectorAll("*")].find((element) => element.shadowRoot?.querySelector(".wall"));
  return window.wallHost?.shadowRoot;
};
window.there = (kind) => [...(window.wall()?.querySelectorAll(kind) ?? [])];
window.hasChart = (article) => article.querySelector(".chart > g") || !article.querySelector(".chart");
window.onScreen = () => there(".grid").flatMap((grid) => {
  const { top, bottom } = grid.getBoundingClientRect();
  return top < innerHeight && bottom > 0 ? [...grid.children] : [];
});
window.drawn = (holds) => {
  const held = window.held;
  window.held = holds && !held;
  return holds && held && performance.now();
};
"""
WHEN_SEEN = """count => drawn(
  there("article.block").length === count && there(".signal").length > 2 && onScreen().every(hasChart) &&
  [...document.querySelectorAll("section[data-testid=stSidebar] a")].some((link) => link.textContent === "All notes")
)"""
WHEN_WHOLE = "() => drawn(there('article.block').every(hasChart))"
WHEN_TITLE = "() => drawn(Boolean(document.querySelector('h1')))"
WHEN_CHANGED = """([kind, count, before]) => {
  const at = drawn(there(kind).length === count && wall().textContent !== before && onScreen().every(hasChart));
  return at && at - chosenAt;
}"""
LAY_OUT = """() => {
  const start = performance.now();
  const sizes = there("article.block").map((element) => element.getBoundingClientRect().height);
  return sizes.every((height) => height > 0) ? performance.now() - start : null;
}"""


@contextmanager
def server(port: int, arguments: list[str], **environment: str) -> Iterator[str]:
    """Start Python with `arguments` and wait until it answers on `port`; ends with the process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NORTHSTAR_", "STREAMLIT_"))}
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                    break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"The server did not start: {' '.join(arguments)}") from None
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def chromium() -> str:
    names = (
        os.environ.get("NORTHSTAR_CHROMIUM"),
        "chromium",
        "chromium-browser",
        "google-chrome",
        "chromium-headless-shell",
    )
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("Chromium is needed: install it, or name its program in NORTHSTAR_CHROMIUM.")
    return found


@contextmanager
def visit(browser: Browser, url: str) -> Iterator[tuple[Page, CDPSession]]:
    """Open a page as somebody who was never there before; with it comes what counts the work of the page's thread."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(WALL)
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(url)
    yield page, session
    context.close()


def when(page: Page, condition: str, argument: object = None) -> float:
    """Seconds on the page's clock when a condition held for the first time, looked at once a frame."""
    found = page.wait_for_function(condition, arg=argument, polling="raf").json_value()
    return float(found) / 1000


def working(session: CDPSession) -> float:
    """Seconds that the page's own thread has worked so far."""
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return float(found["TaskDuration"])


def week_text(weeks_ago: int) -> str:
    """Return what the list of weeks says of one so many weeks before the newest whole one."""
    day = TODAY - timedelta(days=TODAY.weekday() + 1 + 7 * weeks_ago)
    return f"Week ending {day.day} {day:%b %Y}"


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a select box by what it says."""
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.fill(option)
    page.get_by_role("option", name=option).first.click()


def choices(page: Page, session: CDPSession, run: int) -> dict[str, tuple[float, float]]:
    """Seconds from each choice to the wall that shows it, and how long the page's thread worked for it."""

    def after(what: str, option: str, kind: str, count: int) -> tuple[float, float]:
        page.wait_for_timeout(PAUSE)
        before, worked = page.evaluate("wall().textContent"), working(session)
        if what == "View":
            page.get_by_role("radio", name=option).or_(page.get_by_role("button", name=option)).first.click()
        else:
            if what == "Team":
                page.get_by_role("button", name="Filter").click()
            choose(page, what, option)
        return when(page, WHEN_CHANGED, [kind, count, before]), working(session) - worked

    when(page, WHEN_SEEN, BLOCKS)
    return {
        "the week before": after("Week", week_text(1 + run), "article.block", BLOCKS),
        "a week long ago": after("Week", week_text(60 + 3 * run), "article.block", BLOCKS),
        "table": after("View", "Table", "tr[data-metric]", BLOCKS),
        "blocks": after("View", "Blocks", "article.block", BLOCKS),
        "a team": after("Team", f"Team {run % TEAMS}", "article.block", BLOCKS // TEAMS),
    }


def write_notes(state: Path) -> None:
    """Let the panel have something to show, and blocks notes below their weeks."""
    from metrics.ledger.author import Author
    from metrics.ledger.ledger import Ledger
    from metrics.ledger.note import NewNote

    def note(number: int) -> NewNote:
        last = TODAY - timedelta(days=TODAY.weekday() + 1)
        first = last - timedelta(days=7 * (number % 6))
        text = f"What was found out about number {number}, in a sentence of a usual length."
        return NewNote(metrics=(f"m{number}",), first_week=first, last_week=last, kind="event", text=text)

    ledger = Ledger.open(state)
    try:
        ledger.notes.add_many([(note(number), Author("Ana", verified=False)) for number in range(NOTES)])
    finally:
        ledger.close()


def main(quick: bool) -> None:
    """Print medians of seconds, and their ratio."""
    runs = 2 if quick else 5
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="northstar-bench-")))
        write_workspace(scratch / "workspace", BLOCKS, "wide", formulas=False)
        (scratch / "empty.py").write_text(EMPTY, encoding="utf-8")
        port, empty_port = free_port(), free_port()
        app = stack.enter_context(
            server(
                port,
                ["-m", "metrics", "run", str(scratch / "workspace"), "--headless", "--port", str(port)],
                NORTHSTAR_STATE=str(scratch / "state"),
            )
        )
        write_notes(scratch / "state")
        empty = stack.enter_context(
            server(
                empty_port,
                ["-m", "streamlit", "run", str(scratch / "empty.py"), "--server.port", str(empty_port)],
            )
        )
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        stack.callback(browser.close)
        for url, condition, argument in ((app + "/week", WHEN_SEEN, BLOCKS), (empty, WHEN_TITLE, None)):
            with visit(browser, url) as (page, _):  # the first visit reads the sources and judges all weeks
                when(page, condition, argument)
        blocks, whole, nothing, laid_out, worked = [], [], [], [], []
        for _ in range(runs):
            with visit(browser, empty) as (page, session):
                nothing.append(when(page, WHEN_TITLE))
                idle = working(session)
            with visit(browser, app + "/week") as (page, session):
                blocks.append(when(page, WHEN_SEEN, BLOCKS))
                worked.append((idle, working(session)))
                whole.append(when(page, WHEN_WHOLE))
                laid_out.append(float(page.evaluate(LAY_OUT)) / 1000)
        ratio = statistics.median(ours / theirs for ours, theirs in zip(blocks, nothing, strict=True))
        thread_empty, thread_ours = (statistics.median(column) for column in zip(*worked, strict=True))
        print(f"Seconds in Chromium, median of {runs}; cpu: of the page's own thread")
        print(f"{'empty page':>16} {statistics.median(nothing):6.2f}  cpu {thread_empty:.2f}")
        print(
            f"{BLOCKS:>9} blocks {statistics.median(blocks):6.2f}  cpu {thread_ours:.2f}"
            f"  {ratio:.2f} times the empty page (goal 1.5)"
        )
        print(f"{'every chart':>16} {statistics.median(whole):6.2f}  also those below the fold")
        print(f"{'below the fold':>16} {statistics.median(laid_out):6.2f}  more, if all of it is laid out at once")
        chosen = []
        for run in range(runs):
            with visit(browser, app + "/week") as (page, session):
                chosen.append(choices(page, session, run))
        for name in chosen[0]:
            seconds, cpu = (statistics.median(column) for column in zip(*(one[name] for one in chosen), strict=True))
            print(f"{name:>16} {seconds:6.2f}  cpu {cpu:.2f}  from the choice (goal 0.5)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="two runs instead of five")
    main(parser.parse_args().quick)
