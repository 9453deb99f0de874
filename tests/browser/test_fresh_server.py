"""The very first request to a server: no page runs around the router, and links lead where they say."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from visits import DESK, ROOT, Server, query, serving
from workspaces import WorkspaceFiles

Visit = Callable[..., Page]
TREE = {
    "name": "Corner shop",
    "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"}},
    "metrics": {"visits": {"source": "shop", "role": "north_star"}, "sales": {"source": "shop"}},
}
ROWS = "day,visits,sales\n" + "".join(f"2026-03-{day:02},10,2\n" for day in range(2, 30))
BY_STREAMLIT = ("-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", "PORT", "--server.headless", "true")


@contextmanager
def fresh(folder: Path, *command: str) -> Iterator[Server]:
    files = WorkspaceFiles(folder, TREE, {"shop.csv": ROWS})
    with serving(files.folder, folder, *command) as server:
        yield server


def assert_the_router_ran(browser: Browser, url: str) -> None:
    """Streamlit itself complains of a page that is not there, so this is no ordinary visitor."""
    context = browser.new_context(viewport=DESK)
    page = context.new_page()
    page.goto(url)
    expect(page.get_by_role("link", name="This week")).to_be_visible()
    expect(page.locator("article.block, .tree-part").first).to_be_attached()
    expect(page).to_have_title("Northstar · Corner shop")
    expect(page.locator("[data-testid=stException]")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("path", ["parts", "start"])
def test_a_file_of_pages_is_no_page(path: str, tmp_path: Path, browser: Browser) -> None:
    with fresh(tmp_path) as server:
        assert_the_router_ran(browser, server.url(path))


def test_streamlit_alone_runs_no_page_around_the_router(tmp_path: Path, browser: Browser) -> None:
    with fresh(tmp_path, *BY_STREAMLIT) as server:
        assert_the_router_ran(browser, server.url("tree"))


def test_a_link_to_a_metric_is_the_first_request(tmp_path: Path, visit: Visit) -> None:
    with fresh(tmp_path) as server:
        page = visit(server, "metric?metric=sales&week=2026-03-15&chart=years")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sales")
        query(page, r"/metric\?metric=sales&week=2026-03-15&chart=years$")
        expect(page.get_by_role("combobox", name="Week", exact=True)).to_have_value("Week ending 15 Mar 2026")
        expect(page.get_by_role("radio", name="Years")).to_be_checked()
        expect(page).to_have_title("Northstar · Corner shop")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_home_keeps_what_its_link_says(tmp_path: Path, visit: Visit) -> None:
    with fresh(tmp_path) as server:
        page = visit(server, "?week=2026-03-15&view=table")
        expect(page.locator("table.rows tr[data-metric]")).to_have_count(2)
        query(page, r"/week\?week=2026-03-15&view=table$")
