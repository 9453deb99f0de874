"""A click on a point of a chart leads to writing about it, and what was written shows at that point."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Locator, Page, expect
from test_notes import MONDAY, WEEKS, app, say_who
from visits import Server, query, ready
from workspaces import WorkspaceFiles

__all__ = ["app"]

LAST = MONDAY + timedelta(days=7 * WEEKS - 1)
CHOSEN = re.compile("About the week ending .*, as chosen in the chart")


def click(page: Page, chart: Locator, share: float) -> None:
    """Click at a share of a chart's width."""
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.3)


def test_a_click_on_a_point_is_about_its_week(app: tuple[Server, WorkspaceFiles], visit: Callable[..., Page]) -> None:
    server, _ = app
    page = visit(server, "metric?metric=calls")
    say_who(page, "Ana")
    chart = page.get_by_test_id("stVegaLiteChart").first
    expect(chart.locator("canvas, svg").first).to_be_visible()
    page.get_by_label("What was learned").fill("The leaflet of")
    page.get_by_label("What was learned").press("Control+Enter")
    ready(page)

    # Of two points, each is another week; Escape leaves the choice, and what was typed stays all the while.
    about = page.get_by_text(CHOSEN)
    click(page, chart, 0.5)
    expect(about).to_be_visible()
    first = about.inner_text()
    click(page, chart, 0.3)
    expect(about).not_to_have_text(first)
    page.keyboard.press("Escape")
    expect(about).to_have_count(0)
    click(page, chart, 0.5)
    expect(about).to_have_text(first)
    field = page.get_by_label("What was learned")
    expect(field).to_have_value("The leaflet of")
    field.fill("The leaflet of June")
    field.press("Control+Enter")
    page.get_by_text("Event", exact=True).click()
    page.get_by_role("button", name="Keep the note").click()
    kept = page.get_by_text(re.compile(r"Event\. Week of"))
    expect(kept.first).to_be_visible()
    day = re.search(r"ending (\d+ \w+)", first)
    assert day is not None and f"Week of {day[1]}." in kept.first.inner_text()

    page.get_by_role("button", name="Back to").click()
    expect(about).to_have_count(0)

    # On the weekly page a week's point leads to the metric's page, about that week.
    page.goto(server.url("week"))
    ready(page)
    drawing = page.locator("article.block[data-metric=calls] .chart")
    box = drawing.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 74 / 340, box["y"] + box["height"] * 0.6)
    page.mouse.click(box["x"] + box["width"] * 74 / 340, box["y"] + box["height"] * 0.6)
    query(page, f"about={LAST - timedelta(weeks=3)}")
    ready(page)
    expect(about).to_be_visible()
