"""A metric's page in a browser: the large chart, its views, its words, the ways on."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from visits import Server, query

Visit = Callable[..., Page]


def large_chart(page: Page) -> Locator:
    """The chart, once what stands above it has its place."""
    expect(page.locator("table.rows tr[data-metric]")).to_have_count(1)
    chart = page.locator("[data-testid=stVegaLiteChart] svg.marks")
    expect(chart).to_be_visible()
    return chart


def axis(page: Page) -> list[str]:
    """The labels of the time axis."""
    return large_chart(page).locator("g.role-axis-label").first.locator("text").all_text_contents()


@pytest.mark.parametrize(
    ("name", "chart", "shown"),
    [
        pytest.param("104 weeks", "104", "2025", marks=pytest.mark.long),
        pytest.param("Months", "months", "2024", marks=pytest.mark.long),
        ("Years", "years", "FY2026"),
    ],
)
def test_views_are_drawn_and_in_the_url(name: str, chart: str, shown: str, demo: Server, visit: Visit) -> None:
    page = visit(demo, "metric?metric=revenue")
    expect(large_chart(page).get_by_text("target")).to_have_count(1)
    page.get_by_role("radio", name=name).click()
    query(page, rf"metric=revenue&chart={chart}$")
    expect(large_chart(page).get_by_text(shown, exact=chart == "months").first).to_be_attached()
    page.get_by_role("radio", name="52 weeks").click()
    query(page, r"metric=revenue$")


@pytest.mark.parametrize(
    "zone",
    [
        pytest.param("UTC", marks=pytest.mark.long),
        "America/Los_Angeles",
        pytest.param("Asia/Tokyo", marks=pytest.mark.long),
    ],
)
def test_a_point_tells_its_exact_week_in_every_time_zone(zone: str, demo: Server, visit: Visit) -> None:
    page = visit(demo, "metric?metric=insights_read&week=2026-10-31", timezone_id=zone)
    chart = large_chart(page)
    boxes = [box for point in chart.locator(".mark-symbol.role-mark path").all() if (box := point.bounding_box())]
    frame = chart.bounding_box()
    assert boxes and frame
    last = max(boxes, key=lambda box: box["x"])
    chart.hover(position={"x": last["x"] + last["width"] / 2 - frame["x"], "y": frame["height"] / 2})
    tip = page.locator("#vg-tooltip-element")
    expect(tip).to_contain_text("31 Oct 2026")
    expect(tip).to_contain_text("6,043")


def test_the_wheel_scrolls_the_page_and_zooms_the_time_axis_with_ctrl(demo: Server, visit: Visit) -> None:
    page = visit(demo, "metric?metric=insights_read")
    before = axis(page)
    large_chart(page).hover()
    page.mouse.wheel(0, 240)
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 0")
    assert axis(page) == before
    page.mouse.wheel(0, -240)
    large_chart(page).hover()
    page.keyboard.down("Control")
    for _ in range(6):
        page.mouse.wheel(0, -240)
    page.keyboard.up("Control")
    chart = large_chart(page).locator("g.role-axis-label").first.locator("text")
    expect(chart).not_to_have_count(len(before))
    assert set(axis(page)) != set(before)


def test_a_driver_opens_its_page(demo: Server, visit: Visit) -> None:
    page = visit(demo, "metric?metric=insights_read&week=2026-10-31")
    page.get_by_role("link", name="Digest opens").click()
    query(page, r"/metric\?metric=digest_opens&week=2026-10-31$")
    expect(page.get_by_role("heading", level=1)).to_have_text("Digest opens")
    expect(page.get_by_role("combobox", name="Metric", exact=True)).to_have_value("Digest opens")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Insights read by three or more people")


def test_a_metric_is_found_by_typing(demo: Server, visit: Visit) -> None:
    page = visit(demo, "metric")
    box = page.get_by_role("combobox", name="Metric", exact=True)
    box.click()
    box.fill("gross")
    page.keyboard.press("Enter")
    query(page, r"metric\?metric=gross_margin$")
    expect(page.get_by_role("heading", level=1)).to_have_text("Gross margin")
    expect(page.get_by_text(re.compile("77.8.*in October 2026"))).to_have_count(1)
