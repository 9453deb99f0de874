"""Names and texts that try to be more than text, on every page: shown as they are, and run nowhere."""

from collections.abc import Callable, Iterator

import pytest
from awkward import FLAG, LONG, NAMES, RIGHT_TO_LEFT, SCRIPT, awkward_files, awkward_tree
from playwright.sync_api import Page, expect
from visits import PHONE, Server, ready, serving
from workspaces import WorkspaceFiles

Visit = Callable[..., Page]
PATHS = [
    "week",
    "week?view=table",
    *(f"metric?metric={name}" for name in ("star", "unread")),
    "metric?metric=image&chart=months",
    "metric?metric=quotes&chart=years",
    "tree",
    "data",
]


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    beside = tmp_path_factory.mktemp("awkward")
    files = WorkspaceFiles(beside, awkward_tree(), awkward_files())
    with serving(files.folder, beside) as server:
        yield server


def assert_nothing_ran(page: Page) -> None:
    assert page.evaluate(f"window.{FLAG}") is None
    shadows = "[...document.querySelectorAll('*')].flatMap((at) => at.shadowRoot ? [at.shadowRoot] : [])"
    # A URL that reads as what it is may be a link; one behind other words, or an image, may not.
    bad = "[...root.querySelectorAll('[onerror], [onload], img[src*=elsewhere], a[href*=elsewhere]')]"
    bad += ".filter((at) => at.tagName !== 'A' || at.textContent !== decodeURI(at.getAttribute('href')))"
    found = page.evaluate(f"[document, ...{shadows}].flatMap((root) => {bad}.map((at) => at.outerHTML))")
    assert found == []


@pytest.mark.parametrize("path", [PATHS[0], *(pytest.param(path, marks=pytest.mark.long) for path in PATHS[1:])])
def test_texts_run_nowhere(path: str, awkward: Server, visit: Visit) -> None:
    page = visit(awkward, path)
    page.wait_for_load_state("networkidle")
    assert_nothing_ran(page)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_names_are_shown_as_they_are(awkward: Server, visit: Visit) -> None:
    page = visit(awkward, "week")
    expect(page.locator("article.block")).to_have_count(len(NAMES))
    assert page.locator("article.block h3").all_text_contents() == list(NAMES.values())
    for metric in ("star", "link", "image", "quotes"):
        page.goto(awkward.url(f"metric?metric={metric}"))
        expect(ready(page).get_by_role("heading", level=1)).to_have_text(NAMES[metric])
        expect(page.locator("table.rows .open, table.rows th[scope=row]").first).to_have_text(NAMES[metric])
    expect(page.get_by_text(SCRIPT).first).to_be_visible()
    page.goto(awkward.url("tree"))
    ready(page)
    for name in (RIGHT_TO_LEFT, NAMES["star"], NAMES["link"]):
        expect(page.locator(".card .name").get_by_text(name, exact=True)).to_have_count(1)


def test_long_names_stay_on_a_phone(awkward: Server, visit: Visit) -> None:
    assert len(LONG) > 300
    for path in ("week", "week?view=table", "metric?metric=long", "tree", "data"):
        page = visit(awkward, path, viewport=PHONE, is_mobile=True, has_touch=True)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        main = "document.querySelector('[data-testid=stMain]')"
        assert page.evaluate(f"{main}.scrollWidth <= {main}.clientWidth"), path
        page.close()


def test_choices_in_the_url_run_nowhere(awkward: Server, visit: Visit) -> None:
    words = "%3Cscript%3Ewindow." + FLAG + "%3D1%3C/script%3E%3Cimg%20src%3Dx%20onerror%3D%22" + FLAG + "%3D1%22%3E"
    for path in (f"week?find={words}&team={words}&week={words}", f"metric?metric={words}&chart={words}"):
        page = visit(awkward, path)
        page.wait_for_load_state("networkidle")
        assert_nothing_ran(page)
