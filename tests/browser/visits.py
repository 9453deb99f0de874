"""A running app, and what visitors do on its pages."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds; as long as a busy machine may take, never what is measured
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PAGES = ("week", "metric", "tree", "quarter", "year", "data")


@dataclass(frozen=True)
class Server:
    """A running app. `folder` is its workspace."""

    folder: Path
    port: int
    log: Path

    def url(self, path: str = "") -> str:
        return f"http://127.0.0.1:{self.port}/{path}"


@contextmanager
def serving(folder: Path, beside: Path, *command: str) -> Iterator[Server]:
    """Run the app on a workspace, by `northstar run` or another command; its state and log go to `beside`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = Server(folder, port, beside / "log")
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("NORTHSTAR_", "STREAMLIT_"))}
    mine |= {"NORTHSTAR_WORKSPACE": str(folder), "NORTHSTAR_STATE": str(beside / "state")}
    started = command or ("-m", "metrics", "run", str(folder), "--headless", "--port", "PORT")
    line = [sys.executable, *(part.replace("PORT", str(port)) for part in started)]
    with server.log.open("wb") as log:
        process = subprocess.Popen(line, cwd=ROOT, env=mine, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_until_it_answers(server, process)
        yield server
    finally:
        process.kill()
        process.wait()


def _wait_until_it_answers(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(server.url("_stcore/health"), timeout=5).close()
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"The app did not start:\n{server.log.read_text()}")


def ready(page: Page) -> Page:
    """Wait until the page's script has run, what it sent is drawn, and links of its text open in the same tab."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.locator("h1").first.wait_for()
    page.wait_for_function("window.northstarOpens")
    return page


def query(page: Page, pattern: str) -> None:
    """Wait until the URL matches."""
    expect(page).to_have_url(re.compile(pattern))


def same_url(page: Page) -> str:
    """The page's URL without its host."""
    return page.url.split("/", 3)[3]


def choose(page: Page, label: str, option: str) -> None:
    """Choose from one of the lists above the page."""
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()
