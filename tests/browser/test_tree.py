"""The tree in a browser: all of it on one screen, by mouse, keyboard and on a phone."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from visits import DESK, PHONE, Server, query, same_url

Visit = Callable[..., Page]
REACHED = "document.activeElement?.shadowRoot?.activeElement?.dataset.id"


def test_the_whole_tree_is_seen_without_scrolling(demo: Server, visit: Visit) -> None:
    page = visit(demo, "tree")
    cards = page.locator(".tree-part .card")
    expect(cards).to_have_count(18)
    boxes = {card.get_attribute("data-id"): card.bounding_box() for card in cards.all()}
    for name, box in boxes.items():
        assert box and box["x"] >= 0 and box["y"] >= 0, name
        assert box["x"] + box["width"] <= DESK["width"] and box["y"] + box["height"] <= DESK["height"], name
    placed = [box for box in boxes.values() if box]
    for at, one in enumerate(placed):
        for other in placed[at + 1 :]:
            across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
            down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
            assert across <= 0 or down <= 0, "two cards lie over each other"
    expect(page.locator(".outside .card")).to_have_count(28 - 18)


def test_a_click_opens_the_metric_at_the_same_week(demo: Server, visit: Visit) -> None:
    page = visit(demo, "tree?week=2026-10-31")
    page.locator('.card[data-id="digest_opens"]').click()
    query(page, r"/metric\?metric=digest_opens&week=2026-10-31$")
    expect(page.get_by_role("heading", level=1)).to_have_text("Digest opens")


def test_a_click_with_control_opens_another_tab(demo: Server, visit: Visit) -> None:
    page = visit(demo, "tree")
    with page.context.expect_page() as opened:
        page.locator('.card[data-id="digest_opens"]').click(modifiers=["Control"])
    query(opened.value, r"/metric\?metric=digest_opens&week=2026-11-14$")
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Digest opens")
    assert same_url(page) == "tree"


def test_arrows_move_and_enter_opens(demo: Server, visit: Visit) -> None:
    page = visit(demo, "tree")
    expect(page.locator(".tree-part .card")).to_have_count(18)
    page.get_by_role("combobox", name="Week").focus()
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate(REACHED):
            break
    page.keyboard.press("Home")
    star = page.evaluate(REACHED)
    assert star == "insights_read"
    expect(page.locator(".tree .tip")).to_contain_text("Insights that reached their third reader")
    page.keyboard.press("ArrowDown")
    driver = page.evaluate(REACHED)
    assert driver in ("insights_shared", "activated_teams", "digest_opens", "webinar_attendees")
    page.keyboard.press("Enter")
    query(page, rf"/metric\?metric={driver}&week=2026-11-14$")


def test_cards_have_names_for_screen_readers(demo: Server, visit: Visit) -> None:
    page = visit(demo, "tree")
    for name in ("Insights read by three or more people", "Digest opens", "First response time"):
        expect(page.locator(".tree").get_by_role("link", name=name).first).to_be_attached()


def test_a_phone_shows_an_outline(demo: Server, visit: Visit) -> None:
    page = visit(demo, "tree", viewport=PHONE, has_touch=True)
    expect(page.locator(".tree.narrow")).to_be_visible()
    cards = page.locator(".tree-part .card")
    boxes = [box for card in cards.all() if (box := card.bounding_box())]
    assert len(boxes) == 18
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"] for box in boxes)
    assert [box["y"] for box in boxes] == sorted(box["y"] for box in boxes)
    page.locator('.card[data-id="insights_shared"]').tap()
    query(page, r"/metric\?metric=insights_shared&week=2026-11-14$")
