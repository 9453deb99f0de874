"""Values typed by hand in the browser: typed, pasted, corrected, and by two people at once."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from test_notes import say_who
from visits import Server, ready, serving
from workspaces import WorkspaceFiles

from metrics.calendar import Calendar

Visit = Callable[..., Page]
TREE = {
    "name": "Corner shop",
    "metrics": {"nps": {"name": "Recommendation", "source": "manual", "role": "north_star", "aggregate": "mean"}},
}


@pytest.fixture
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, WorkspaceFiles]]:
    files = WorkspaceFiles(tmp_path_factory.mktemp("shop"), TREE)
    with serving(files.folder, files.folder.parent) as server:
        yield server, files


def weeks(count: int) -> list[date]:
    """The last days of the weeks that have ended, newest first, as the grid lists them."""
    last = Calendar().last_week_ended(date.today())
    return [last - timedelta(weeks=number) for number in range(count)]


def cell(page: Page, row: int) -> Locator:
    return page.get_by_test_id(f"glide-cell-1-{row}").first


def choose_cell(page: Page, row: int) -> None:
    """Click on a value as a hand does: the grid is a canvas, with rows of 35 pixels below a header of 35."""
    grid = page.get_by_test_id("stDataFrame").first
    for _ in range(20):  # what is above it may still be drawn, and move it
        grid.scroll_into_view_if_needed()
        expect(cell(page, row)).to_be_attached()
        box = grid.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 35 * (row + 1) + 17)
        page.wait_for_timeout(300)
        if cell(page, row).get_attribute("aria-selected") == "true":
            return
    pytest.fail(f"The value in row {row} can't be chosen.")


def type_value(page: Page, row: int, text: str) -> None:
    choose_cell(page, row)
    page.keyboard.type(text, delay=40)
    page.keyboard.press("Enter")
    expect(cell(page, row)).to_have_text(text)


def paste(page: Page, row: int, *shown: str) -> None:
    """Paste what the clipboard holds, and see that it is shown from the row on."""
    choose_cell(page, row)
    page.keyboard.press("Control+v")
    page.wait_for_timeout(500)
    page.keyboard.press("ArrowDown")  # what the cells say beside their picture is brought up to date by a move
    for number, text in enumerate(shown):
        expect(cell(page, row + number)).to_have_text(text)


def save(page: Page) -> None:
    page.wait_for_timeout(500)  # the grid tells the form of what was typed a moment later
    page.get_by_role("button", name="Save", exact=True).click()


def kept(files: WorkspaceFiles, day: date) -> float | None:
    """The week's value in the figures."""
    value = files.figures(day.isoformat())["metrics"]["nps"]["summary"]["last_week"]
    assert value is None or isinstance(value, float | int)
    return value


def test_values_are_typed_pasted_and_corrected(
    app: tuple[Server, WorkspaceFiles], context: Callable[..., BrowserContext]
) -> None:
    server, files = app
    days = weeks(5)
    visitor = context(permissions=["clipboard-read", "clipboard-write"])
    page = visitor.new_page()
    page.goto(server.url("metric?metric=nps"))
    ready(page)
    say_who(page, "Ana")
    type_value(page, 0, "41.5")
    save(page)
    expect(page.get_by_text("1 value was saved.")).to_be_visible()
    assert kept(files, days[0]) == 41.5

    page.evaluate("navigator.clipboard.writeText('40\\n1,239.25\\n\\n38')")
    paste(page, 1, "40", "1,239.25", "", "38")
    save(page)
    expect(page.get_by_text("3 values were saved.")).to_be_visible()
    assert [kept(files, day) for day in days[1:]] == [40, 1239.25, None, 38]

    type_value(page, 2, "39")
    type_value(page, 3, "about 40")
    save(page)
    expect(page.get_by_text("Nothing was saved.")).to_contain_text("about 40")
    assert kept(files, days[2]) == 1239.25
    choose_cell(page, 3)
    page.keyboard.press("Delete")
    page.wait_for_timeout(500)
    page.keyboard.press("ArrowDown")
    expect(cell(page, 3)).to_have_text("")
    save(page)
    expect(page.get_by_text("1 value was saved.")).to_be_visible()
    assert (kept(files, days[2]), kept(files, days[3])) == (39, None)
    history = page.get_by_test_id("stExpander").filter(has_text="Who typed what (5)")
    history.get_by_text("Who typed what (5)").click()
    expect(history.get_by_text("Ana (not verified)").first).to_be_attached()
    expect(history.get_by_text("1239.25").first).to_be_attached()


def test_a_sheet_is_pasted_over_plain_http_too(
    app: tuple[Server, WorkspaceFiles], context: Callable[..., BrowserContext]
) -> None:
    server, files = app
    days = weeks(3)
    visitor = context(permissions=["clipboard-read", "clipboard-write"])
    sheet = visitor.new_page()
    sheet.goto(server.url("data"))
    ready(sheet)
    sheet.evaluate(
        """async ([html, text]) => await navigator.clipboard.write([new ClipboardItem({
            "text/html": new Blob([html], {type: "text/html"}), "text/plain": new Blob([text], {type: "text/plain"})})])
        """,
        ["<table><tr><td>40</td></tr><tr><td>0</td></tr><tr><td>12.5%</td></tr></table>", "40\n0\n12.5%\n"],
    )
    page = visitor.new_page()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true})")
    page.goto(server.url("metric?metric=nps"))
    ready(page)
    say_who(page, "Ana")
    paste(page, 0, "40", "0", "12.5%")
    save(page)
    expect(page.get_by_text("3 values were saved.")).to_be_visible()
    assert [kept(files, day) for day in days] == [40, 0, 0.125]


def test_of_two_who_type_for_one_week_the_second_decides(app: tuple[Server, WorkspaceFiles], visit: Visit) -> None:
    server, files = app
    (day,) = weeks(1)
    ana, ben = visit(server, "metric?metric=nps"), visit(server, "metric?metric=nps")
    say_who(ana, "Ana")
    say_who(ben, "Ben")
    type_value(ana, 0, "41")
    type_value(ben, 0, "44")
    save(ana)
    expect(ana.get_by_text("1 value was saved.")).to_be_visible()

    save(ben)
    expect(ben.get_by_text("Ana")).to_be_visible()
    assert kept(files, day) == 41, "nothing is overwritten unseen"
    expect(cell(ben, 0)).to_have_text("44")
    save(ben)
    expect(ben.get_by_text("1 value was saved.")).to_be_visible()
    assert kept(files, day) == 44
