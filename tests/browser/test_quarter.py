"""The way through the quarter's page: choose a claim, record a verdict, see it in the strip; and the tree's edges."""

import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from visits import PHONE, ROOT, Server, query, ready, serving

Visit = Callable[..., Page]
CLAIM = "activated_teams-insights_read"


@pytest.fixture
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on a copy of the demo of its own, for what is written."""
    beside = tmp_path_factory.mktemp("quarter")
    shutil.copytree(ROOT / "data/demo", beside / "demo", ignore=shutil.ignore_patterns(".northstar"))
    with serving(beside / "demo", beside) as server:
        yield server


def test_a_room_chooses_a_claim_and_records_its_verdict(app: Server, visit: Visit) -> None:
    page = visit(app, "quarter")
    expect(page.locator(".claims tbody tr")).to_have_count(14)
    first = page.locator(".claims tbody tr").first
    expect(first).to_have_class("chosen")
    expect(first).to_contain_text("Contradicted")

    page.locator(f'.claims tr[data-id="{CLAIM}"] a').click()
    query(page, rf"claim={CLAIM}")
    row = page.locator(f'.claims tr[data-id="{CLAIM}"]')
    expect(row).to_have_class("chosen")
    expect(page.get_by_text("Claimed: when Activated teams rises")).to_be_visible()
    expect(page.locator("svg.marks")).to_have_count(3)

    page.get_by_role("button", name="Say who you are").click()
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Your name").press("Enter")
    page.get_by_role("button", name="This is me").click()
    expect(page.get_by_role("button", name="You write as Ana")).to_be_visible()
    form = page.get_by_test_id("stForm")
    form.get_by_text("Supported", exact=True).click()
    form.get_by_text("keep it", exact=True).click()
    page.get_by_label("Why, and what next").fill("It held again: we go on with onboarding.")
    page.get_by_role("button", name="Record").click()

    expect(page.get_by_text("Recorded, with today's evidence.")).to_be_visible()
    expect(row).to_contain_text("Room: Supported, keep it")
    expect(row.locator(".strip span").last).to_have_attribute("title", re.compile("Room: Supported, keep it"))
    expect(page.get_by_text("It held again: we go on with onboarding.").last).to_be_visible()

    page.go_back()
    ready(page)
    expect(page.locator(".claims tbody tr").first).to_have_class("chosen")

    page.goto(app.url(f"quarter?claim={CLAIM}"))
    ready(page)
    expect(page.get_by_text("Ana (not verified)")).to_be_visible()


def test_the_tree_draws_edges_by_their_evidence(demo: Server, visit: Visit) -> None:
    page = visit(demo, "tree")
    expect(page.locator(".tree-part .card").first).to_be_visible()
    assert page.locator(".edges .edge.claim.supported").count() >= 8
    assert page.locator(".edges .edge.claim.contradicted .cross").count() == 1
    width = "(edge) => parseFloat(getComputedStyle(edge.querySelector('path')).strokeWidth)"
    solid = page.locator(".edges .edge.claim.supported").first.evaluate(width)
    thin = page.locator(".edges .edge.claim.not_enough_evidence").first.evaluate(width)
    assert solid > 2 * thin
    expect(page.locator(".legend")).to_contain_text("not enough evidence")


def test_a_phone_is_brought_to_the_claim_that_it_chose(demo: Server, visit: Visit) -> None:
    page = visit(demo, "quarter", viewport=PHONE, has_touch=True, is_mobile=True)
    page.locator(f'.claims tr[data-id="{CLAIM}"] a').click()
    query(page, rf"claim={CLAIM}")
    expect(page.get_by_text("Claimed: when Activated teams rises")).to_be_in_viewport()
