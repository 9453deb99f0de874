"""A browser that reaches nothing but the app, and fresh visitors."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from visits import DESK, ROOT, Server, ready, serving

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
LOCAL = ("http://127.0.0.1:", "blob:http://127.0.0.1:", "data:", "about:")

expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


def chromium() -> str | None:
    """The Chromium that tools/chromium prints; nothing is installed here."""
    named = os.environ.get("NORTHSTAR_CHROMIUM") or "chromium-headless-shell"
    names = (named, "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium()
    if program is None:
        pytest.skip("no Chromium was found: run tools/chromium, or name one in NORTHSTAR_CHROMIUM")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on a copy of the demo workspace, for tests that only look."""
    beside = tmp_path_factory.mktemp("demo")
    shutil.copytree(ROOT / "data/demo", beside / "demo", ignore=shutil.ignore_patterns(".northstar"))
    with serving(beside / "demo", beside) as server:
        yield server


@pytest.fixture
def context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes fresh visitors. At the end: none asked another host for anything, and none met an error."""
    made: list[BrowserContext] = []
    asked: list[str] = []
    errors: list[str] = []

    def hear(message: Any) -> None:
        if message.type == "error":
            errors.append(f"{message.text} ({message.location['url']})")

    def make(**options: Any) -> BrowserContext:
        visitor = browser.new_context(**{"viewport": DESK, "locale": "en-GB", **options})
        visitor.set_default_timeout(20_000)
        visitor.on("request", lambda request: asked.append(request.url))
        visitor.on("console", hear)
        visitor.on("weberror", lambda error: errors.append(str(error.error)))
        made.append(visitor)
        return visitor

    yield make
    for visitor in made:
        visitor.close()
    assert [url for url in asked if not url.startswith(LOCAL)] == []
    assert errors == []


@pytest.fixture
def visit(context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Opens a page of a server as a fresh visitor, and waits until it is drawn."""

    def go(server: Server, path: str = "", **options: Any) -> Page:
        page = context(**options).new_page()
        page.goto(server.url(path))
        return ready(page)

    return go
