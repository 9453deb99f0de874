"""How soon *This week* shows 200 blocks, against an empty page, and how soon it follows a choice, in Chromium.

    python tests/bench/week_page.py [--quick]

Two servers are started on this machine: the app on a generated workspace of 200 metrics, and a Streamlit script with
nothing but a title. Chromium opens them by turns, each time as a new visitor with an empty cache, and the clock of the
page itself says when all blocks are in the page and what of them is on the screen is drawn. Below the fold the browser
lays blocks out when somebody scrolls there; what that takes for all at once is told too. Then a visitor chooses a week
that nobody looked at before, the table, and a team, and the clock runs from the choice to the changed wall. Goals: 1.5
times the empty page; a choice in less than 0.5 s.
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
from pathlib import Path
from tempfile import TemporaryDirectory

from figures import ROOT, TEAMS, write_workspace
from playwright.sync_api import Browser, Page, sync_playwright

BLOCKS = 200
PATIENCE = 120
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
window.drawn = (holds) => {
  const held = window.held;
  window.held = holds && !held;
  return holds && held && performance.now();
};
"""
WHEN_BLOCKS = "count => drawn(there('article.block').length === count)"
WHEN_TITLE = "() => drawn(Boolean(document.querySelector('h1')))"
WHEN_CHANGED = """([kind, count, before]) => {
  const at = drawn(there(kind).length === count && wall().textContent !== before);
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
    names = (os.environ.get("NORTHSTAR_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("Chromium is needed: install it, or name its program in NORTHSTAR_CHROMIUM.")
    return found


@contextmanager
def visit(browser: Browser, url: str) -> Iterator[Page]:
    """Open a page as somebody who was never there before."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(WALL)
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(url)
    yield page
    context.close()


def when(page: Page, condition: str, argument: object = None) -> float:
    """Seconds on the page's clock when a condition held for the first time, looked at once a frame."""
    found = page.wait_for_function(condition, arg=argument, polling="raf").json_value()
    return float(found) / 1000


def choose(page: Page, label: str, option: int) -> None:
    """Choose an option of a select box by its place in the list."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option").nth(option).click()


def choices(page: Page, week: int) -> dict[str, float]:
    """Seconds from each choice to the wall that shows it."""

    def after(choice: str, kind: str, count: int) -> float:
        before = page.evaluate("wall().textContent")
        if choice in ("Table", "Blocks"):
            page.get_by_role("radio", name=choice).or_(page.get_by_role("button", name=choice)).first.click()
        else:
            choose(page, choice, week if choice == "Week" else week % TEAMS)
        return when(page, WHEN_CHANGED, [kind, count, before])

    when(page, WHEN_BLOCKS, BLOCKS)
    return {
        "another week": after("Week", "article.block", BLOCKS),
        "table": after("Table", "tr[data-metric]", BLOCKS),
        "blocks": after("Blocks", "article.block", BLOCKS),
        "a team": after("Team", "article.block", BLOCKS // TEAMS),
    }


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
        for url, condition, argument in ((app + "/week", WHEN_BLOCKS, BLOCKS), (empty, WHEN_TITLE, None)):
            with visit(browser, url) as page:  # the first visit reads the sources
                when(page, condition, argument)
        blocks, nothing, laid_out = [], [], []
        for _ in range(runs):
            with visit(browser, empty) as page:
                nothing.append(when(page, WHEN_TITLE))
            with visit(browser, app + "/week") as page:
                blocks.append(when(page, WHEN_BLOCKS, BLOCKS))
                laid_out.append(float(page.evaluate(LAY_OUT)) / 1000)
        ratio = statistics.median(ours / theirs for ours, theirs in zip(blocks, nothing, strict=True))
        print(f"Seconds in Chromium, median of {runs}")
        print(f"{'empty page':>14} {statistics.median(nothing):6.2f}")
        print(f"{BLOCKS:>7} blocks {statistics.median(blocks):6.2f}  {ratio:.2f} times the empty page (goal 1.5)")
        print(f"{'below the fold':>14} {statistics.median(laid_out):6.2f}  more, if all of it is laid out at once")
        chosen = []
        for run in range(runs):
            with visit(browser, app + "/week") as page:
                chosen.append(choices(page, week=2 + run))
        for name in chosen[0]:
            print(f"{name:>14} {statistics.median(times[name] for times in chosen):6.2f}  from the choice (goal 0.5)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="two runs instead of five")
    main(parser.parse_args().quick)
