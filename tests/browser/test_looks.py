"""Every page on a desk, a phone and paper, light and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from visits import PAGES, PHONE, Server, ready

Visit = Callable[..., Page]

# Walks all visible text, shadow roots included. Gives each element's own text with its colours, blended with what
# lies below it. Formula: WCAG 2.2, "contrast ratio".
FAINT_TEXT = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const parse = (colour) => {
    if (!known.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((part, at) => part * a + below[at] * (1 - a));
  const light = (rgb) => {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.map((part) => linear(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const parentOf = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;
  const ground = (element) => {
    const layers = [];
    for (let node = element; node; node = parentOf(node)) layers.push(parse(getComputedStyle(node).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const faint = [];
  let seen = 0;
  const walk = (node) => {
    for (const element of node.children ?? []) {
      const own = [...element.childNodes].filter((child) => child.nodeType === 3 && child.textContent.trim());
      const box = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const visible = { opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true };
      const shown = element.checkVisibility(visible);
      if (own.length && box.width > 2 && box.height > 2 && shown && !["STYLE", "SCRIPT"].includes(element.tagName)) {
        seen += 1;
        const below = ground(element);
        let opacity = 1;
        for (let node = element; node; node = parentOf(node)) opacity *= parseFloat(getComputedStyle(node).opacity);
        const ink = element instanceof SVGElement ? style.fill : style.color;
        const [r, g, b, a] = parse(ink);
        const [high, low] = [light(over([r, g, b, a * opacity], below)), light(below)].sort((x, y) => y - x);
        const contrast = (high + 0.05) / (low + 0.05);
        const text = own[0].textContent.trim().slice(0, 40);
        if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${element.tagName} ${text}`);
      }
      walk(element);
      if (element.shadowRoot) walk(element.shadowRoot);
    }
  };
  walk(document.querySelector("[data-testid=stMain]"));
  return { seen, faint: [...new Set(faint)] };
}"""


def drawn(page: Page, path: str) -> None:
    """Wait until what a page is about is there."""
    wanted = {
        "week": "article.block",
        "metric": "svg.marks",
        "tree": ".tree-part .card",
        "quarter": ".claims tbody tr",
        "year": "svg.marks, [data-testid=stDataFrame]",
        "data": "[data-testid=stDataFrame]",
    }
    expect(page.locator(wanted[path]).first).to_be_visible()


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.long), "dark"])
def test_text_can_be_read(scheme: str, demo: Server, visit: Visit) -> None:
    page = visit(demo, "week", color_scheme=scheme)
    for path in PAGES:
        page.goto(demo.url(path))
        drawn(ready(page), path)
        ground = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
        assert ground == ("rgb(18, 18, 18)" if scheme == "dark" else "rgb(255, 255, 255)")
        found = page.evaluate(FAINT_TEXT)
        assert found["seen"] > 10
        assert found["faint"] == [], path


def test_the_scheme_follows_the_system_while_the_page_is_open(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week", color_scheme="light")
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".stApp")).to_have_css("background-color", "rgb(18, 18, 18)")
    expect(page.locator(".wall")).to_have_css("color", "rgb(237, 237, 234)")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone(path: str, demo: Server, visit: Visit) -> None:
    page = visit(demo, path, viewport=PHONE, has_touch=True, is_mobile=True)
    drawn(page, path)
    wide = "(part) => document.querySelector(part).scrollWidth <= document.querySelector(part).clientWidth"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(wide, "[data-testid=stMain]")
    groups = "[...document.querySelectorAll('[role=radiogroup]')]"
    assert page.evaluate(f"{groups}.every((group) => group.scrollWidth <= group.clientWidth)")


@pytest.mark.parametrize("metric", ["insights_read", "first_response_time"], ids=["figures", "late"])
def test_all_figures_of_a_metric_are_on_a_phone(metric: str, demo: Server, visit: Visit) -> None:
    page = visit(demo, f"metric?metric={metric}", viewport=PHONE, has_touch=True, is_mobile=True)
    drawn(page, "metric")
    boxes = [
        (cell.text_content(), box)
        for cell in page.locator("table.rows :is(th, td)").all()
        if (box := cell.bounding_box())
    ]
    heads = [text for text, _ in boxes[:10]]
    assert heads == ["Last wk", "WoW", "YoY", "Of target", "MTD", "YoY", "QTD", "YoY", "YTD", "YoY"]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"] for _, box in boxes)
    below = {round(box["x"] + box["width"]): box["y"] for _, box in boxes[-6:]}
    for _, head in boxes[4:10]:  # each to-date figure stands below its heading
        assert 10 < below[round(head["x"] + head["width"])] - head["y"] < 40


def test_paper_shows_the_blocks_without_the_controls(demo: Server, visit: Visit) -> None:
    page = visit(demo, "week", color_scheme="dark")
    drawn(page, "week")
    page.emulate_media(media="print")
    expect(page.get_by_role("combobox", name="Week")).to_be_hidden()
    expect(page.locator("[data-testid=stHeader]")).to_be_hidden()
    expect(page.locator("article.block").first).to_be_visible()
    expect(page.locator(".stApp")).to_have_css("background-color", "rgb(255, 255, 255)")
    found = page.evaluate(FAINT_TEXT)
    assert found["seen"] > 10
    assert found["faint"] == []
