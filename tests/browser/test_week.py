"""This week in a browser: the wall, its filters, and the ways to a metric."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from visits import DESK, PAGES, Server, choose, query, ready, same_url

Visit = Callable[..., Page]
REACHED = "document.activeElement?.shadowRoot?.activeElement?.closest('[data-metric]')?.dataset.metric"


def names(page: Page) -> list[str]:
    return page.locator("article.block h3").all_text_contents()


def test_home_is_this_week_with_all_blocks(demo: Server, visit: Visit) -> None:
    page = visit(demo)
    query(page, r"/week$")
    expect(page).to_have_title(re.compile("Lumen Analytics|This week"))
    expect(page.get_by_text("in the week ending 14 Nov 2026").first).to_be_visible()
    expect(page.locator("article.block")).to_have_count(26)
    expect(page.locator("article.block:has(svg.chart path.current)")).to_have_count(26)
    expect(page.locator("article.block table.box td")).to_have_count(26 * 9)


def test_a_week_is_chosen_kept_and_shared(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week")
    value = page.locator("article[data-metric=website_visits] .headline strong")
    expect(value).to_have_text(re.compile(r"^28\.0"))
    choose(page, "Week", "Week ending 7 Nov 2026")
    query(page, r"/week\?week=2026-11-07$")
    expect(page.get_by_text("in the week ending 7 Nov 2026").first).to_be_visible()
    expect(value).to_have_text(re.compile(r"^27\.0"))
    seen = page.locator(".headline").all_text_contents()

    page.reload()
    ready(page)
    expect(value).to_have_text(re.compile(r"^27\.0"))
    assert page.locator(".headline").all_text_contents() == seen

    other = visit(demo, same_url(page))
    expect(other.locator(".headline")).to_have_count(26)
    assert other.locator(".headline").all_text_contents() == seen

    choose(page, "Week", "Week ending 14 Nov 2026")
    query(page, r"/week$")


def test_filters_go_to_the_url_and_take_effect(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week")
    page.get_by_role("button", name="Filter").click()
    choose(page, "Team", "Activation")
    query(page, r"\?team=activation$")
    expect(page.locator("article.block")).to_have_count(4)
    choose(page, "Role", "Input")
    query(page, r"team=activation&role=input$")
    expect(page.locator("article.block")).to_have_count(3)
    page.get_by_role("textbox", name="Find").fill("sources")
    page.keyboard.press("Enter")
    query(page, r"team=activation&role=input&find=sources$")
    expect(page.locator("article.block")).to_have_count(1)
    assert names(page) == ["Data sources connected"]

    other = visit(demo, same_url(page))
    expect(other.locator("article.block")).to_have_count(1)
    assert names(other) == ["Data sources connected"]
    other.get_by_role("button", name="Activation, Input, sources", exact=True).click()
    expect(other.get_by_role("textbox", name="Find")).to_have_value("sources")

    page.go_back()
    expect(page.locator("article.block")).to_have_count(3)
    expect(page.get_by_role("button", name="Activation, Input", exact=True)).to_be_visible()


def test_a_filter_taken_back_brings_all_blocks_back_in_their_order(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week")
    expect(page.locator("article.block .chart .months")).to_have_count(26)  # those below the fold come later
    before = page.locator("article.block").all_text_contents()
    page.get_by_role("button", name="Filter").click()
    choose(page, "Team", "Activation")
    expect(page.locator("article.block")).to_have_count(4)
    page.get_by_role("radio", name="Table").click()
    expect(page.locator("table.rows tr[data-metric]")).to_have_count(4)
    page.get_by_role("radio", name="Blocks").click()
    expect(page.locator("article.block")).to_have_count(4)
    page.go_back()
    page.go_back()
    page.go_back()
    query(page, r"/week$")
    expect(page.locator("article.block .chart .months")).to_have_count(26)
    assert page.locator("article.block").all_text_contents() == before
    expect(page.locator("article.block table.box th")).to_have_count(26 * 9)


def test_the_table_holds_the_same_metrics(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week")
    expect(page.locator("article.block")).to_have_count(26)
    wanted = names(page)
    page.get_by_role("radio", name="Table").click()
    query(page, r"\?view=table$")
    expect(page.locator("table.rows tr[data-metric]")).to_have_count(26)
    assert page.locator("table.rows tr[data-metric] .open").all_text_contents() == wanted
    expect(page.locator("article.block")).to_have_count(0)
    page.locator("tr[data-metric=signups] .open").click()
    query(page, r"/metric\?metric=signups&week=2026-11-14$")


def test_a_click_opens_the_metric_at_the_same_week(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week?week=2026-10-31&team=activation")
    page.locator("article[data-metric=activated_teams]").click()
    query(page, r"/metric\?metric=activated_teams&week=2026-10-31$")
    expect(page.get_by_role("heading", level=1)).to_have_text("Activated teams")
    expect(page.get_by_role("combobox", name="Week")).to_have_value("Week ending 31 Oct 2026")


def test_back_from_a_block_returns_to_the_week_with_its_filters(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week?week=2026-10-31&team=activation")
    page.locator("article[data-metric=activated_teams]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Activated teams")
    page.go_back()
    expect(page.locator("article.block").first).to_be_visible()
    assert same_url(page) == "week?week=2026-10-31&team=activation"


def test_back_from_a_link_returns_to_the_week_with_its_filters(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week?week=2026-10-31&team=activation")
    page.get_by_role("link", name="Insights read by").first.click()
    query(page, r"/metric\?metric=\w+&week=2026-10-31$")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("What happened")
    page.go_back()
    query(page, r"/week\?week=2026-10-31&team=activation$")
    expect(page.locator("article.block")).to_have_count(4)
    expect(page.get_by_text("in the week ending 31 Oct 2026").first).to_be_visible()
    expect(page.get_by_role("button", name="Activation", exact=True)).to_be_visible()
    page.go_forward()
    query(page, r"/metric\?metric=\w+&week=2026-10-31$")
    expect(page.locator("article.block")).to_have_count(0)


def test_a_click_with_control_opens_another_tab(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week?week=2026-10-31")
    for link, metric, name in (
        (page.locator("article[data-metric=activated_teams] a.open"), "activated_teams", "Activated teams"),
        (page.get_by_role("link", name="Insights read by").first, "insights_read", "Insights read by"),
    ):
        with page.context.expect_page() as opened:
            link.click(modifiers=["Control"])
        tab = ready(opened.value)
        query(tab, rf"/metric\?metric={metric}&week=2026-10-31$")
        expect(tab.get_by_role("heading", level=1)).to_contain_text(name)
        tab.close()
        query(page, r"/week\?week=2026-10-31$")


def test_the_keyboard_reaches_and_opens_a_block(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week")
    expect(page.locator("article.block")).to_have_count(26)
    page.get_by_role("button", name="Filter", exact=True).focus()
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate(REACHED):
            break
    assert page.evaluate(REACHED) == "website_visits"
    tip = page.locator(".wall .tip")
    expect(tip).to_contain_text("Week ending 14 Nov 2026")
    page.keyboard.press("ArrowLeft")
    expect(tip).to_contain_text("Week ending 7 Nov 2026")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.keyboard.press("Tab")
    assert page.evaluate(REACHED) == "ad_spend"
    page.keyboard.press("Enter")
    query(page, r"/metric\?metric=ad_spend&week=2026-11-14$")


def test_a_point_tells_its_week(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week")
    block = page.locator("article[data-metric=website_visits]")
    outer, inner = block.bounding_box(), block.locator("svg.chart").bounding_box()
    assert outer and inner
    at = {"x": inner["width"] * 124 / 340, "y": inner["y"] - outer["y"] + inner["height"] / 2}
    block.hover(position=at)
    tip = page.locator(".wall .tip")
    expect(tip).to_contain_text("Week ending 14 Nov 2026")
    page.mouse.move(700, 10)
    expect(tip).to_be_hidden()


def test_the_menu_stays_where_it_is(demo: Server, visit: Visit) -> None:
    """With notes beside the page, with these closed, and without: what moves under the pointer is missed."""
    page = visit(demo, "week")
    menu = page.get_by_role("navigation", name="App pages")
    notes = page.get_by_test_id("stSidebar")
    expect(notes.get_by_role("link", name="All notes")).to_be_visible()
    boxes = [menu.bounding_box()]
    box, header = notes.bounding_box(), page.get_by_test_id("stHeader").bounding_box()
    assert box is not None and header is not None
    assert box["y"] == header["height"] and box["y"] + box["height"] == DESK["height"]  # below it, to the window's end
    notes.hover()
    page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    opens = page.get_by_test_id("stExpandSidebarButton")
    expect(opens).to_be_visible()
    boxes.append(menu.bounding_box())
    menu.get_by_role("link", name="Metric").click()
    expect(opens).to_have_count(0)
    boxes.append(menu.bounding_box())
    assert boxes[0] is not None and boxes == [boxes[0]] * 3


def test_the_week_goes_along_through_the_menu(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week")
    choose(page, "Week", "Week ending 31 Oct 2026")
    query(page, r"week=2026-10-31$")
    for name, path in (("Metric", "metric"), ("Tree", "tree"), ("Data", "data"), ("This week", "week")):
        page.get_by_role("link", name=name, exact=True).first.click()
        query(page, rf"/{path}\?week=2026-10-31$")
        expect(page.get_by_role("combobox", name="Week")).to_have_value("Week ending 31 Oct 2026")
    expect(page.get_by_text("in the week ending 31 Oct 2026").first).to_be_visible()


def test_screen_readers_are_told_names_and_one_heading(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week?team=activation")
    expect(page.locator("article.block")).to_have_count(4)
    for name in names(page):
        expect(page.locator("article.block").get_by_role("link", name=name)).to_have_count(1)
    for path in PAGES:
        page.goto(demo.url(path))
        expect(ready(page).get_by_role("heading", level=1)).to_have_count(1)
