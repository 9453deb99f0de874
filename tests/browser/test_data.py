"""Data that changes while the app runs: what is said, what stays, and what a refresh brings."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from visits import Server, query, ready, serving
from workspaces import WorkspaceFiles

Visit = Callable[..., Page]
TREE = {
    "name": "Corner shop",
    "sources": {
        "shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"},
        "till": {"type": "csv", "path": "till.csv", "date": "day", "grain": "daily"},
    },
    "metrics": {
        "visits": {"name": "Visits", "source": "shop", "role": "north_star", "inputs": ["sales"]},
        "sales": {"name": "Sales", "source": "till"},
    },
}


def rows(column: str, value: int, days: int = 28) -> str:
    """Days from Monday, 2 March 2026: whole weeks."""
    return f"day,{column}\n" + "".join(f"{date(2026, 3, 2) + timedelta(days=at)},{value}\n" for at in range(days))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> WorkspaceFiles:
    return WorkspaceFiles(tmp_path_factory.mktemp("shop"), TREE)


@pytest.fixture(scope="module")
def running(files: WorkspaceFiles) -> Iterator[Server]:
    write_good(files)
    with serving(files.folder, files.folder.parent) as server:
        yield server


@pytest.fixture
def shop(running: Server, files: WorkspaceFiles) -> Server:
    """A running app whose files and published values are as at the start."""
    write_good(files)
    files.refresh()
    return running


def write_good(files: WorkspaceFiles) -> None:
    files.write_tree(TREE)
    for name, column, value in (("shop.csv", "visits", 10), ("till.csv", "sales", 2)):
        path = files.folder / name
        if path.is_dir():
            path.rmdir()
        files.write(name, rows(column, value))


def value(page: Page, metric: str) -> Locator:
    return page.locator(f"article[data-metric={metric}] .headline strong")


def test_sources_and_late_metrics_are_listed(demo: Server, visit: Visit) -> None:
    page = visit(demo, "data")
    for source in ("product", "growth", "support", "customers", "finance", "accounts"):
        expect(page.get_by_text(f"{source} was read").first).to_be_visible()
    worst = page.locator("[data-testid=stDataFrame] tr[aria-rowindex='2'] td")
    expect(worst.nth(0)).to_have_text("First response time")
    expect(worst.nth(1)).to_contain_text("Late since")


def test_back_from_a_row_returns_to_the_data_page_at_once(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week", viewport={"width": 1440, "height": 2400})  # nothing to scroll
    page.get_by_role("link", name="Data", exact=True).first.click()
    query(page, r"/data$")
    table = page.get_by_test_id("stDataFrame").last
    expect(table.locator("tr[aria-rowindex='2'] td").first).to_have_text("First response time")
    table.click(position={"x": 14, "y": 54})
    query(page, r"/metric\?metric=first_response_time&week=2026-11-14$")
    expect(page.get_by_role("heading", level=1)).to_have_text("First response time")
    page.go_back()
    query(page, r"/data$")
    expect(page.get_by_role("heading", level=1)).to_have_text("Can I trust these numbers?")
    page.go_back()
    query(page, r"/week$")


def test_a_changed_file_is_read_by_the_button(shop: Server, files: WorkspaceFiles, visit: Visit) -> None:
    page = visit(shop, "week")
    expect(value(page, "visits")).to_have_text("70")
    files.write("shop.csv", rows("visits", 30))
    page.reload()
    ready(page)
    expect(page.get_by_text("Changed since the last refresh: shop.")).to_be_visible()
    expect(value(page, "visits")).to_have_text("70")
    page.get_by_role("button", name="Refresh").click()
    expect(value(page, "visits")).to_have_text("210")
    expect(page.get_by_text("Changed since the last refresh")).to_have_count(0)


def test_the_button_of_the_data_page_reads_new_values(shop: Server, files: WorkspaceFiles, visit: Visit) -> None:
    page = visit(shop, "data")
    files.write("shop.csv", rows("visits", 40, days=35))
    page.get_by_role("button", name="Refresh").last.click()
    expect(page.get_by_text("35 rows").first).to_be_visible()
    page.goto(shop.url("week"))
    expect(value(page, "visits")).to_have_text("280")


def test_a_refresh_elsewhere_reaches_an_open_app(shop: Server, files: WorkspaceFiles, visit: Visit) -> None:
    page = visit(shop, "week")
    expect(value(page, "visits")).to_have_text("70")
    files.write("shop.csv", rows("visits", 50))
    assert files.command("refresh").returncode == 0
    page.reload()
    expect(value(page, "visits")).to_have_text("350")


def test_an_unreadable_file_leaves_its_old_values(shop: Server, files: WorkspaceFiles, visit: Visit) -> None:
    (files.folder / "shop.csv").unlink()
    (files.folder / "shop.csv").mkdir()
    page = visit(shop, "week")
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_text("Source shop could not be read; its values are as of")).to_be_visible()
    expect(value(page, "visits")).to_have_text("70")
    expect(value(page, "sales")).to_have_text("14")
    for path in ("metric", "tree", "data"):
        page.goto(shop.url(path))
        expect(ready(page).get_by_text("Source shop could not be read").first).to_be_visible()


def test_broken_yaml_leaves_the_old_values(shop: Server, files: WorkspaceFiles, visit: Visit) -> None:
    files.write_tree("northstar: 1\nmetrics:\n  visits: {role: nort_star}\n")
    page = visit(shop, "week")
    expect(page.get_by_text("Changed since the last refresh: northstar.yaml.")).to_be_visible()
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_text("northstar.yaml has 1 fault.")).to_be_visible()
    expect(page.get_by_text("What you see is as of")).to_be_visible()
    page.get_by_text("What to mend").click()
    expect(page.get_by_text("northstar.yaml:3:18: error:")).to_be_visible()
    expect(value(page, "visits")).to_have_text("70")
    files.write_tree(TREE)
    page.reload()
    expect(value(page, "visits")).to_have_text("70")
    expect(page.get_by_text("northstar.yaml has")).to_have_count(0)


def test_a_row_of_the_table_opens_its_metric(shop: Server, visit: Visit) -> None:
    page = visit(shop, "data")
    table = page.locator("[data-testid=stDataFrame]")
    expect(table.locator("tr[aria-rowindex='3']")).to_have_count(1)
    table.click(position={"x": 16, "y": 50})
    query(page, r"/metric\?metric=(visits|sales)&week=2026-03-29$")
