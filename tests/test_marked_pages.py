"""Signals and notes on the pages: marks on blocks, rows, cards; notes on a chosen week; kept and locked limits."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from workspaces import WorkspaceFiles

from metrics.ledger.author import Author
from metrics.ledger.judged_limits import JudgedLimits
from metrics.ledger.ledger import Ledger
from metrics.ledger.note import NewNote

ROOT = Path(__file__).parents[1]
ANA = Author("Ana", False)
MONDAY = date(2025, 6, 2)
WEEKS = 30
LAST = MONDAY + timedelta(days=7 * WEEKS - 1)
WEEK = timedelta(days=7)
TREE = {
    "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"}},
    "metrics": {
        "visits": {"name": "Visits", "source": "shop", "role": "north_star", "inputs": ["calls"]},
        "calls": {"name": "Calls", "source": "shop", "role": "input"},
        "mails": {"name": "Mails", "source": "shop", "role": "input"},
    },
}
PAGES = {"week": "pages/weekly/week.py", "metric": "pages/weekly/metric.py", "tree": "pages/anytime/tree.py"}

OpenPage = Callable[..., AppTest]


def shop(weeks: int = WEEKS, visits: int = 400, mails: int = 30) -> str:
    """In the last week four times the visits; in the one before it no calls to speak of."""
    rows = ["day,visits,calls,mails"]
    for at in range(7 * weeks):
        week = at // 7
        seen = visits if week == WEEKS - 1 else 100 + week * 5 % 7
        calls = 5 if week == WEEKS - 2 else 50 + week * 3 % 5
        rows.append(f"{MONDAY + timedelta(days=at)},{seen},{calls},{mails + week * 2 % 5}")
    return "\n".join(rows) + "\n"


@pytest.fixture
def files(workspace: Callable[..., WorkspaceFiles], monkeypatch: pytest.MonkeyPatch) -> WorkspaceFiles:
    monkeypatch.delenv("NORTHSTAR_LEDGER_URL", raising=False)
    made = workspace(TREE, {"shop.csv": shop()})
    made.refresh()
    return made


@pytest.fixture
def open_page(files: WorkspaceFiles, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenPage]:
    def start(page: str, **query: str) -> AppTest:
        monkeypatch.setenv("NORTHSTAR_WORKSPACE", str(files.folder))
        monkeypatch.setenv("NORTHSTAR_STATE", str(files.state))
        st.cache_resource.clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        at.query_params["week"] = (LAST - WEEK).isoformat()  # the app begins with the weekly page
        at = at.run()
        at.session_state["visitor_name"] = "Ana"
        at.session_state["visit_week"] = LAST.isoformat()
        at.switch_page(PAGES[page])
        at.query_params = dict(query)
        return ran(at.run())

    yield start
    st.cache_resource.clear()


def ran(at: AppTest) -> AppTest:
    assert [f"{error.message}\n{error.stack_trace}" for error in at.exception] == []
    return at


def data(at: AppTest, component: str) -> dict[str, Any]:
    protos = [element.proto for element in at.get("bidi_component")]
    return next(json.loads(one.json or one.bytes) for one in protos if one.component_name == f"northstar_{component}")


def judged(files: WorkspaceFiles) -> list[JudgedLimits]:
    with Ledger.open(files.state) as ledger:
        return ledger.limits.judged()


def note(files: WorkspaceFiles, text: str, first: date, last: date | None = None, metric: str = "mails") -> None:
    new = NewNote(metrics=(metric,), first_week=first, last_week=last or first, kind="event", text=text)
    with Ledger.open(files.state) as ledger:
        ledger.notes.add(new, ANA)


@pytest.mark.parametrize("view", ["blocks", "table"])
def test_signals_and_notes_are_marked_on_the_weekly_page(files: WorkspaceFiles, open_page: OpenPage, view: str) -> None:
    note(files, "A <b>mail</b> too many", LAST - 2 * WEEK, LAST - WEEK)
    shown = data(open_page("week", view=view), "block")
    assert shown["view"] == view and shown["weeks"][-1] == LAST.isoformat() and len(shown["weeks"]) == 6
    marks = shown["marks"]
    assert set(marks) == {"visits", "calls", "mails"}
    _, up, strong, sentence = marks["visits"]["newest"]
    assert (up, strong) == (1, 1) and " above the " in sentence
    assert "newest" not in marks["calls"] and marks["calls"]["before"][0][1] == 0
    assert marks["calls"]["tips"]["4"].startswith("Signal: ")
    assert marks["mails"]["tips"] == {at: "Note: Event: A <b>mail</b> too many (Ana)" for at in ("3", "4")}
    assert marks["mails"]["notes"].count("M") == 2 and "noted" not in marks["mails"]


def test_an_old_weeks_page_has_its_own_marks_and_the_notes_of_then(files: WorkspaceFiles, open_page: OpenPage) -> None:
    note(files, "Found out later", LAST - WEEK, metric="calls")
    old = data(open_page("week", week=(LAST - WEEK).isoformat()), "block")["marks"]
    assert set(old) == {"calls"} and old["calls"]["newest"][1] == 0
    assert "notes" not in old["calls"], "nobody knew it in that week's review"
    now = data(open_page("week"), "block")["marks"]
    assert "Found out later" in now["calls"]["tips"]["4"]


def test_the_tree_marks_signals_beside_values_and_counts_notes(files: WorkspaceFiles, open_page: OpenPage) -> None:
    note(files, "One", LAST)
    note(files, "Two", LAST)
    picture = data(open_page("tree"), "tree")
    states = {card["id"]: card["state"] for card in [*picture["cards"], *picture["outside"]]}
    assert states["visits"]["up"] and states["visits"]["strong"] and states["visits"]["signal"]
    assert states["calls"]["signal"] is None and states["mails"]["notes"] == 2


def test_the_week_under_review_is_kept_when_it_is_first_shown(files: WorkspaceFiles, open_page: OpenPage) -> None:
    open_page("week", week=(LAST - WEEK).isoformat())
    open_page("metric")
    assert judged(files) == [], "only the week under review, and only on its page"
    open_page("week", as_of=datetime.now(UTC).isoformat())
    assert judged(files) == [], "not while the past is looked at"
    at = open_page("week")
    first = judged(files)
    assert {(one.metric, one.week_ending) for one in first} == {(name, LAST) for name in ("visits", "calls", "mails")}
    ran(at.run())
    assert judged(files) == first


def test_a_reviewed_week_is_not_drawn_anew_unless_its_value_changed(files: WorkspaceFiles, open_page: OpenPage) -> None:
    before = data(open_page("week"), "block")["marks"]["visits"]["newest"]
    files.write("shop.csv", shop(mails=90))
    files.refresh()
    assert data(open_page("week"), "block")["marks"]["visits"]["newest"] == before
    files.write("shop.csv", shop(visits=102))
    files.refresh()
    assert "visits" not in data(open_page("week"), "block")["marks"]


def test_limits_are_locked_with_a_reason_and_released(files: WorkspaceFiles, open_page: OpenPage) -> None:
    at = open_page("metric", metric="visits", chart="limits")
    before = datetime.now(UTC)
    ran(at.button("do_lock_visits").click().run())
    assert any("Say who sets the limits, and why." in error.value for error in at.error)
    at.text_area("why_lock_visits").input("The <b>campaign</b> goes on")
    ran(at.button("do_lock_visits").click().run())
    (told,) = [text.value for text in at.markdown if text.value.startswith("Limits locked from the week ending")]
    assert "By Ana \\(not verified\\)" in told and "The \\<b\\>campaign\\</b\\> goes on" in told
    with Ledger.open(files.state) as ledger:
        lock = ledger.limits.locked("visits")
    assert lock is not None and lock.week_ending == LAST and lock.reason == "The <b>campaign</b> goes on"
    assert not [button for button in at.button if button.key == "do_lock_visits"], "these limits are locked"

    then = open_page("metric", metric="visits", chart="limits", as_of=before.isoformat())
    assert not [text.value for text in then.markdown if text.value.startswith("Limits locked")]
    assert not [button for button in then.button if button.key == "do_release_visits"]

    at = open_page("metric", metric="visits", chart="limits")
    at.text_area("why_release_visits").input("It ended")
    ran(at.button("do_release_visits").click().run())
    assert not [text.value for text in at.markdown if text.value.startswith("Limits locked")]


def test_a_link_names_the_week_to_write_about(open_page: OpenPage) -> None:
    about = LAST - 3 * WEEK
    at = open_page("metric", metric="mails", about=about.isoformat())
    assert any("as chosen in the chart" in text.value for text in at.markdown)
    assert written_about(at) == (about, about)
    at.text_area[0].input("What the mails did")
    ran(at.button("leave_about").click().run())
    assert "about" not in at.query_params and written_about(at) == (LAST, LAST)
    assert at.text_area[0].value == "What the mails did", "what was typed stays"


def written_about(at: AppTest) -> tuple[date, date]:
    """The first and the last week of the note that is being written."""
    weeks = {box.label: box.value for box in at.selectbox}
    return weeks["First week"], weeks["Last week"]


@pytest.mark.parametrize("about", ["soon", "2025-06-03", (LAST + 52 * WEEK).isoformat()])
def test_a_link_to_no_week_falls_back_to_the_review(open_page: OpenPage, about: str) -> None:
    at = open_page("metric", metric="mails", about=about)
    assert written_about(at) == (LAST, LAST)
    assert any("names a week that is not here" in toast.value for toast in at.toast)


@pytest.mark.parametrize("chart", ["52", "months", "limits"])
def test_notes_are_in_the_metrics_charts(files: WorkspaceFiles, open_page: OpenPage, chart: str) -> None:
    note(files, "A mail too many", LAST - 5 * WEEK)
    at = open_page("metric", metric="mails", chart=chart)
    (drawn,) = at.get("vega_lite_chart")
    proto = drawn.proto
    assert b"A mail too many" in proto.SerializeToString()
