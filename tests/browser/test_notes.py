"""From an unexplained signal to what was learned: notes, verdicts, follow-ups, and two people at once."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect
from visits import Server, ready, serving
from workspaces import WorkspaceFiles

Visit = Callable[..., Page]
MONDAY = date(2025, 6, 2)
TREE = {
    "name": "Corner shop",
    "teams": {"shop": {"name": "Shop", "lead": "ana@shop.example"}},
    "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"}},
    "metrics": {
        "visits": {"name": "Visits", "source": "shop", "team": "shop", "role": "north_star", "inputs": ["calls"]},
        "calls": {"name": "Calls", "source": "shop", "team": "shop", "role": "input"},
    },
}
WEEKS = 40
HOSTILE = (
    '<img src=x onerror="document.title=1"> <script>document.title=1</script> ![seen](http://127.0.0.2/x.png)'
    " =1+1 \u202eabc 😀 '; drop table note; --"
)


def shop(weeks: int, spike: int | None = None) -> str:
    """Visits and calls of whole weeks, a little up and down; in the week `spike` four times as many visits."""
    rows = ["day,visits,calls"]
    for at in range(7 * weeks):
        week = at // 7
        visits = (100 + week * 5 % 7) * (4 if week == spike else 1)
        rows.append(f"{MONDAY + timedelta(days=at)},{visits},{50 + week * 3 % 5}")
    return "\n".join(rows) + "\n"


@pytest.fixture
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, WorkspaceFiles]]:
    files = WorkspaceFiles(tmp_path_factory.mktemp("shop"), TREE, {"shop.csv": shop(WEEKS, WEEKS - 1)})
    with serving(files.folder, files.folder.parent) as server:
        yield server, files


def say_who(page: Page, name: str) -> None:
    page.get_by_role("button", name="Say who you are").first.click()
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="This is me").click()
    expect(page.get_by_role("button", name=f"You write as {name}").first).to_be_visible()


def test_from_an_unexplained_signal_to_what_was_learned(app: tuple[Server, WorkspaceFiles], visit: Visit) -> None:
    server, files = app
    page = visit(server, "week")
    panel = page.get_by_test_id("stSidebar")
    expect(panel.get_by_text("Unexplained (1)")).to_be_visible()
    say_who(page, "Ana")
    panel.get_by_role("link", name="Visits").first.click()
    ready(page)

    page.get_by_text("Exceptional, not yet explained").click()
    page.get_by_label("What was learned").fill("Four times the visits: who knows why?")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Four times the visits: who knows why?").last).to_be_visible()
    page.get_by_role("button", name="Answer").first.click()
    page.get_by_role("tab", name="Follow up").click()
    page.get_by_label("What is to be done, or to be found out").fill("Ask the agency about the leaflet")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Follow-up: Ask the agency about the leaflet").first).to_be_visible()

    # What is done at once is closed where it was written.
    page.get_by_role("button", name="Answer").first.click()
    page.get_by_role("tab", name="Follow up").click()
    page.get_by_label("What is to be done, or to be found out").fill("Count the leaflets")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Open (2)")).to_be_visible()
    task = page.locator("[class*='st-key-follow_up_metric']").filter(has_text="Count the leaflets")
    task.get_by_role("button", name="Close", exact=True).click()
    page.get_by_label("What came of it").fill("20,000")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_text("Open (1)")).to_be_visible()
    expect(page.get_by_text("Came of it: 20,000")).to_be_visible()

    page.goto(server.url("week"))
    ready(page)
    expect(panel.get_by_text("Every signal of the week has a note.")).to_be_visible()
    expect(panel.get_by_text("Follow-up: Ask the agency about the leaflet").first).to_be_visible()

    # What was deleted beside the week is brought back there.
    panel.get_by_role("button", name="Delete").first.click()
    expect(panel.get_by_text("The note was deleted.")).to_be_visible()
    panel.get_by_role("button", name="Undo").click()
    expect(panel.get_by_text("The note was deleted.")).to_have_count(0)

    # Three weeks later the follow-up is still there, until somebody says what came of it.
    files.write("shop.csv", shop(WEEKS + 3, WEEKS - 1))
    assert files.command("refresh").returncode == 0
    page.goto(server.url("week"))
    ready(page)
    expect(panel.get_by_text("Open (1)")).to_be_visible()
    panel.get_by_role("button", name="Close", exact=True).first.click()
    page.get_by_label("What came of it").fill("The agency dropped 20,000 leaflets that week")
    page.get_by_role("button", name="Close it").click()
    expect(panel.get_by_text("Open (1)")).to_have_count(0)

    page.goto(server.url("metric?metric=visits"))
    ready(page)
    note = page.locator("[class*='st-key-note_metric']").filter(has=page.get_by_role("button", name="Edit")).first
    note.get_by_role("button", name="Edit").click()
    note = page.locator("[class*='st-key-note_metric']").filter(has=page.get_by_role("button", name="Save", exact=True))
    expect(note.get_by_role("button", name="Leave it as it was")).to_be_visible()
    note.get_by_text("Exceptional and explained").click()
    note.get_by_label("What was learned").fill("Leaflets bring visits for one week.")
    note.get_by_label("What was learned").press("Control+Enter")
    page.wait_for_timeout(3_000)  # the list looks for news every two seconds
    expect(note.get_by_label("What was learned")).to_have_value("Leaflets bring visits for one week.")
    note.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Anomaly, exceptional and explained.").first).to_be_visible()

    page.goto(server.url("notes?find=agency+leaflets"))
    ready(page)
    expect(page.get_by_text("Leaflets bring visits for one week.")).to_be_visible()
    page.goto(server.url("notes?find=nothing+of+this"))
    ready(page)
    expect(page.get_by_text("No note fits.")).to_be_visible()

    # The old week's review shows what was open then.
    old = MONDAY + timedelta(days=7 * WEEKS - 1)
    page.goto(server.url(f"week?week={old}"))
    ready(page)
    expect(panel.get_by_text("Unexplained (1)")).to_be_visible()


def test_why_nothing_was_kept_stays_on_the_screen(app: tuple[Server, WorkspaceFiles], visit: Visit) -> None:
    server, _ = app
    page = visit(server, "week")
    panel = page.get_by_test_id("stSidebar")
    panel.get_by_role("button", name="Routine, nothing to see").click()
    refused = panel.get_by_text("Write your name first.")
    expect(refused).to_be_visible()
    page.wait_for_timeout(3_000)  # the panel looks for news every two seconds
    expect(refused).to_be_visible()
    say_who(page, "Ana")
    expect(refused).to_have_count(0)
    panel.get_by_role("button", name="Routine, nothing to see").click()
    expect(panel.get_by_text("Every signal of the week has a note.")).to_be_visible()


def test_buttons_stay_what_they_are_when_a_name_is_given(app: tuple[Server, WorkspaceFiles], visit: Visit) -> None:
    """One that was drawn anew would be deaf to its key meanwhile."""
    server, _ = app
    page = visit(server, "week")
    routine = page.get_by_role("button", name="Routine, nothing to see")
    routine.evaluate("button => { button.seen = true }")
    say_who(page, "Ana")
    ready(page)
    page.wait_for_timeout(3_000)  # the panel looks for news every two seconds
    assert routine.evaluate("button => button.seen") is True


def test_two_people_see_each_others_notes(app: tuple[Server, WorkspaceFiles], visit: Visit) -> None:
    server, _ = app
    ana, ben = visit(server, "week"), visit(server, "week")
    say_who(ana, "Ana")
    expect(ben.get_by_test_id("stSidebar").get_by_text("Unexplained (1)")).to_be_visible()
    ana.locator("h1").click()
    ana.keyboard.press("n")
    expect(ana.get_by_test_id("stSidebar").get_by_text("Every signal of the week has a note.")).to_be_visible()
    told = ben.get_by_test_id("stSidebar").get_by_text("Every signal of the week has a note.")
    expect(told).to_be_visible()
    expect(ben.get_by_text("Ana (not verified)").first).to_be_visible()


def test_hostile_text_is_shown_and_runs_nowhere(app: tuple[Server, WorkspaceFiles], visit: Visit) -> None:
    server, _ = app
    page = visit(server, "metric?metric=calls")
    say_who(page, "<b>Eve</b>")
    page.get_by_text("Question", exact=True).click()
    page.get_by_label("What was learned").fill(HOSTILE)
    page.get_by_label("What was learned").press("Control+Enter")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Question. Week of").first).to_be_visible()
    for path in ("metric?metric=calls", "notes", "week"):
        page.goto(server.url(path))
        ready(page)
        expect(page.get_by_text("drop table note").first).to_be_visible()
        assert page.title() != "1" and page.locator("img[src=x]").count() == 0


def write_note(page: Page, text: str) -> None:
    page.get_by_label("What was learned").fill(text)
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text(text).last).to_be_visible()


def test_a_reply_that_is_being_typed_stays_while_others_write(app: tuple[Server, WorkspaceFiles], visit: Visit) -> None:
    server, _ = app
    ana, ben = visit(server, "metric?metric=visits"), visit(server, "metric?metric=visits")
    say_who(ana, "Ana")
    say_who(ben, "Ben")
    write_note(ana, "Leaflets were handed out.")
    ana.get_by_role("button", name="Answer").first.click()
    ana.get_by_role("textbox", name="Reply").press_sequentially("The agency says that", delay=150)
    write_note(ben, "The shop next door was closed.")
    ana.wait_for_timeout(5_000)  # the panel looks for news every two seconds
    reply = ana.get_by_role("textbox", name="Reply")
    expect(reply).to_be_focused()
    ana.keyboard.type(" it was theirs", delay=100)
    expect(reply).to_have_value("The agency says that it was theirs")
    ana.get_by_role("button", name="Send").click()
    expect(ana.get_by_text("The agency says that it was theirs", exact=True)).to_be_visible()
    expect(reply).to_have_count(0)
    expect(ana.get_by_text("The shop next door was closed.").first).to_be_visible()
    ben.goto(server.url("notes?find=theirs"))
    ready(ben)
    expect(ben.get_by_text("Leaflets were handed out.").first).to_be_visible()


def test_a_reply_that_is_closed_unsent_is_there_when_it_is_opened_again(
    app: tuple[Server, WorkspaceFiles], visit: Visit
) -> None:
    server, _ = app
    page = visit(server, "metric?metric=visits")
    say_who(page, "Ana")
    write_note(page, "Leaflets were handed out.")
    reply = page.get_by_role("textbox", name="Reply")
    page.get_by_role("button", name="Answer").first.click()
    reply.press_sequentially("The agency", delay=50)
    page.keyboard.press("Escape")
    expect(reply).to_have_count(0)
    page.wait_for_timeout(3_000)  # the panel looks for news every two seconds
    page.get_by_role("button", name="Answer").first.click()
    expect(reply).to_have_value("The agency")
