"""The quarter's and the year's page: the demo's planted truth, empty and short workspaces, and what is recorded."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from workspaces import WorkspaceFiles

from metrics.ledger.author import Author
from metrics.ledger.ledger import Ledger
from metrics.ledger.note import NewNote
from metrics.ledger.refresh_record import RefreshRecord
from metrics.workspace import Workspace

ROOT = Path(__file__).parents[1]
PAGES = {
    "quarter": "pages/quarterly/quarter.py",
    "year": "pages/quarterly/year.py",
    "tree": "pages/anytime/tree.py",
}
PATIENCE = 120
FIRST = date(2024, 1, 1)
SOURCES = {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"}}
METRICS: dict[str, Any] = {
    "orders": {"name": "Orders", "source": "shop", "role": "north_star", "inputs": ["mails"]},
    "mails": {"name": "Mails", "source": "shop", "role": "input"},
}

OpenApp = Callable[[Workspace], AppTest]
MakeWorkspace = Callable[..., WorkspaceFiles]


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenApp]:
    def start(workspace: Workspace) -> AppTest:
        monkeypatch.setenv("NORTHSTAR_WORKSPACE", str(workspace.folder))
        monkeypatch.setenv("NORTHSTAR_STATE", str(workspace.state))
        monkeypatch.delenv("NORTHSTAR_LEDGER_URL", raising=False)
        st.cache_resource.clear()
        return AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE).run()

    yield start
    st.cache_resource.clear()


@pytest.fixture
def demo_workspace(tmp_path: Path) -> Workspace:
    shutil.copytree(ROOT / "data/demo", tmp_path / "demo", ignore=shutil.ignore_patterns(".northstar"))
    return Workspace(tmp_path / "demo", tmp_path / "state")


def visit(at: AppTest, page: str, **choices: str) -> AppTest:
    at.switch_page(PAGES[page])
    at.query_params = dict(choices)
    at.run()
    assert [error.message for error in at.exception] == []
    return at


def said(at: AppTest) -> str:
    kinds = (at.title, at.header, at.subheader, at.markdown, at.caption, at.code)
    text = "\n".join(element.value for kind in kinds for element in kind)
    return re.sub(r"\\(.)", r"\1", text)


def drawn(at: AppTest, component: str) -> dict[str, Any]:
    (found,) = [one.proto for one in at.get("bidi_component") if one.proto.component_name == f"northstar_{component}"]
    data: dict[str, Any] = json.loads(found.json)
    return data


def states(at: AppTest) -> dict[tuple[str, str], str]:
    return {(edge["driver"], edge["driven"]): edge["state"] for edge in drawn(at, "tree")["edges"]}


def days(weeks: int) -> str:
    """Orders that follow mails within the week, a little up and down."""
    rows = ["day,orders,mails"]
    for at in range(7 * weeks):
        week = at // 7
        mails = 50 + week * week * 7 % 11
        rows.append(f"{FIRST + timedelta(days=at)},{mails * 3 + week * 5 % 4},{mails}")
    return "\n".join(rows) + "\n"


def test_the_demo_shows_what_was_planted(open_app: OpenApp, demo_workspace: Workspace) -> None:
    at = visit(open_app(demo_workspace), "quarter")
    table = drawn(at, "claim_table")
    found = {row["id"]: row["state"] for row in table["rows"]}
    assert len(found) == 14
    assert table["rows"][0]["id"] == "alerts_sent-insights_shared" == table["chosen"]
    assert found["alerts_sent-insights_shared"] == "contradicted"
    assert found["activated_teams-insights_read"] == found["insights_created-insights_shared"] == "supported"
    assert found["ad_spend-signups"] == "no_meaningful_link"
    assert table["rows"][-1]["state"] == "supported"
    assert table["quarters"][-1] == "2027Q4" and len(table["quarters"]) == 7
    assert all(len(row["strip"]) == 7 for row in table["rows"])
    text = said(at)
    assert "Of 14 claims: " in text and "1 contradicted" in text
    assert "The other way round than claimed" in text
    assert "Exploration, not a test" in text
    assert len(at.get("vega_lite_chart")) == 3
    assert "Before a change: could it be seen?" in text


def test_a_claim_is_chosen_in_the_url_and_the_change_is_planned_for_its_input(
    open_app: OpenApp, demo_workspace: Workspace
) -> None:
    at = visit(open_app(demo_workspace), "quarter", claim="activated_teams-insights_read", quarter="2027Q3")
    assert drawn(at, "claim_table")["chosen"] == "activated_teams-insights_read"
    assert drawn(at, "claim_table")["quarters"][-1] == "2027Q3"
    assert "Claimed: when Activated teams rises" in said(at)
    assert "A lasting change of +5 % in activated teams" in said(at).replace("\u202f", " ")
    at.segmented_control(key="choice_change").set_value("20").run()
    assert at.query_params["change"] in ("20", ["20"])
    assert "A lasting change of +20 % in activated teams" in said(at).replace("\u202f", " ")


def test_every_input_is_put_against_the_north_star_on_request(open_app: OpenApp, demo_workspace: Workspace) -> None:
    at = visit(open_app(demo_workspace), "quarter", scope="all")
    rows = drawn(at, "claim_table")["rows"]
    searched = [row for row in rows if row["claim"].startswith("Nobody's claim")]
    assert len(rows) > 14 and rows[: len(searched)] == searched
    assert all(row["state"] in ("supported", "not_enough_evidence") for row in searched)
    assert "What a search finds is an idea, not a test." in said(at)
    assert not at.radio


def test_a_verdict_is_recorded_with_the_evidence_of_the_day(open_app: OpenApp, demo_workspace: Workspace) -> None:
    at = open_app(demo_workspace)
    at.session_state["visitor_name"] = "Ana"
    visit(at, "quarter", claim="signups-activated_teams")
    record = next(button for button in at.button if button.label == "Record")
    record.click().run()
    assert [error.value for error in at.error] == ["Nothing was recorded yet: choose a verdict, and what you will do."]
    at.radio[0].set_value("supported")
    at.radio[1].set_value("keep")
    at.text_area[0].set_value("It held for a *fourth* quarter.")
    next(button for button in at.button if button.label == "Record").click().run()
    assert [one.value for one in at.success] == ["Recorded, with today's evidence."]
    row = next(row for row in drawn(at, "claim_table")["rows"] if row["id"] == "signups-activated_teams")
    assert (row["room"], row["strip"][-1]["room"]) == ("Supported, keep it", "supported")
    assert "2027Q4: Supported, keep it." in said(at) and "Ana (not verified)" in said(at)
    assert "The numbers then: Supported, correlation" in said(at)
    with Ledger.open(demo_workspace.state) as ledger:
        (kept,) = ledger.claim_verdicts.all()
    assert (kept.claim, kept.quarter, kept.author) == (("signups", "activated_teams"), "2027Q4", Author("Ana", False))
    assert set(kept.evidence["series"]) == {"signups", "activated_teams"}
    assert len(kept.evidence["weeks"]) == len(kept.evidence["series"]["signups"]["values"]) > 150
    assert kept.evidence["verdict"] == "supported" and kept.evidence["lag_weeks"] == 2


def test_what_is_not_recorded_yet_is_said_where_nobody_gave_a_name(
    open_app: OpenApp, demo_workspace: Workspace
) -> None:
    at = visit(open_app(demo_workspace), "quarter")
    next(button for button in at.button if button.label == "Record").click().run()
    assert [error.value for error in at.error] == ["Nothing was recorded yet: write your name first."]


def test_the_tree_shows_how_each_claim_stands(open_app: OpenApp, demo_workspace: Workspace) -> None:
    at = visit(open_app(demo_workspace), "tree")
    found = states(at)
    assert found["activated_teams", "insights_read"] == "supported"
    assert found["alerts_sent", "insights_shared"] == "contradicted"
    assert found["signups_emea", "signups"] == "declared", "a part of a formula is exact"
    assert {key["state"] for key in drawn(at, "tree")["legend"]} == set(found.values())


def test_marked_weeks_are_left_out(open_app: OpenApp, workspace: MakeWorkspace) -> None:
    files = workspace({"sources": SOURCES, "metrics": METRICS}, {"shop.csv": days(60)})
    at = visit(open_app(files.workspace), "quarter")
    (before,) = drawn(at, "claim_table")["rows"]
    marked = FIRST + timedelta(days=7 * 20 - 1)
    new = NewNote(metrics=("mails",), first_week=marked, last_week=marked, kind="event", text="A strike")
    with Ledger.open(files.state) as ledger:
        ledger.notes.add(new, Author("Ana", False))
    (after,) = drawn(visit(at, "quarter"), "claim_table")["rows"]
    assert before["state"] == after["state"] == "supported"
    assert before["low"] != after["low"], "one week less gives another interval"
    done = files.command("evidence", "--json", "--no-refresh")
    (claim,) = json.loads(done.stdout)["claims"]
    assert round(claim["low"], 4) == after["low"], "the command leaves out the same weeks"
    assert marked.isoformat() in claim["left_out"]


def test_claims_that_nobody_looks_at_turn_stale_and_idle_inputs_are_named(
    open_app: OpenApp, workspace: MakeWorkspace
) -> None:
    metrics = {
        "orders": {**METRICS["orders"], "inputs": ["mails", "calls"]},
        "mails": METRICS["mails"],
        "calls": {"name": "Calls", "source": "shop", "role": "input"},
    }
    lines = days(100).splitlines()
    calls = [40 + at // 7 * 13 % 17 for at in range(len(lines) - 1)]
    text = "\n".join([f"{lines[0]},calls", *(f"{line},{call}" for line, call in zip(lines[1:], calls, strict=True))])
    files = workspace({"sources": SOURCES, "metrics": metrics}, {"shop.csv": text})
    at = visit(open_app(files.workspace), "tree")
    assert set(states(at).values()) == {"supported", "no_meaningful_link"}, "nobody could have looked at them yet"
    assert "Proposed for retirement" not in said(visit(at, "quarter"))

    for late in ("2025-02-01", "2025-04-01"):  # the quarter is 2025Q4: what was claimed when 2025Q2 began can be stale
        early = workspace({"sources": SOURCES, "metrics": metrics}, {"shop.csv": text})
        with Ledger.open(early.state) as ledger:
            tree_text = (early.folder / "northstar.yaml").read_text(encoding="utf-8")
            at_that_time = datetime.fromisoformat(f"{late}T12:00:00+00:00")
            ledger.history.record(
                RefreshRecord(at=at_that_time, review_week=None, tree_text=tree_text, state_json="{}", changes=())
            )
        at = visit(open_app(early.workspace), "tree")
        assert (set(states(at).values()) == {"stale"}) == (late < "2025-04")
        visit(at, "quarter")
        assert drawn(at, "claim_table")["quarters"][-1] == "2025Q4"
        assert ("Proposed for retirement" in said(at)) == (late < "2025-04")
        if late < "2025-04":
            assert any(one.value.startswith("[Calls](metric?metric=calls") for one in at.markdown)


def test_a_tree_without_claims_says_how_to_write_one(open_app: OpenApp, workspace: MakeWorkspace) -> None:
    alone = {"orders": {"name": "Orders", "source": "shop", "role": "north_star"}}
    at = open_app(workspace({"sources": SOURCES, "metrics": alone}, {"shop.csv": days(60)}).workspace)
    assert "The tree has no claims to test yet." in said(visit(at, "quarter"))
    assert "orders:\n  inputs:" in said(at)
    assert "The North Star predicts nothing yet." in said(visit(at, "year"))
    nobody = {"orders": {"name": "Orders", "source": "shop"}}
    at = open_app(workspace({"sources": SOURCES, "metrics": nobody}, {"shop.csv": days(60)}).workspace)
    assert "There is no North Star yet." in said(visit(at, "year"))


def test_a_short_history_gives_no_verdict_and_says_what_it_takes(open_app: OpenApp, workspace: MakeWorkspace) -> None:
    metrics = {**METRICS, "orders": {**METRICS["orders"], "predicts": [{"metric": "mails", "lead_weeks": 4}]}}
    at = open_app(workspace({"sources": SOURCES, "metrics": metrics}, {"shop.csv": days(12)}).workspace)
    visit(at, "quarter")
    (row,) = drawn(at, "claim_table")["rows"]
    assert (row["state"], row["middle"]) == ("not_enough_evidence", None)
    assert "No verdict yet: none of the 1 claim has 26 weeks" in said(at)
    assert "About 14 more weeks needed." in said(at)
    assert at.get("vega_lite_chart") == []
    visit(at, "year")
    assert "Both have a value in 12 weeks: below 104 there is no verdict." in said(at)
    assert at.get("vega_lite_chart") == []


def test_a_monthly_outcome_is_compared_by_months(open_app: OpenApp, workspace: MakeWorkspace) -> None:
    tree = {
        "sources": {**SOURCES, "books": {"type": "csv", "path": "books.csv", "date": "month", "grain": "monthly"}},
        "metrics": {
            "orders": {**METRICS["orders"], "predicts": [{"metric": "revenue", "lead_weeks": 4}]},
            "mails": METRICS["mails"],
            "revenue": {"name": "Revenue", "source": "books", "role": "outcome"},
        },
    }
    months = [date(2024 + month // 12, month % 12 + 1, 1) for month in range(24)]
    books = "\n".join(["month,revenue", *(f"{month},{900 + 7 * month.month}" for month in months)]) + "\n"
    at = open_app(workspace(tree, {"shop.csv": days(104), "books.csv": books}).workspace)
    visit(at, "year", year="2025")
    assert "Revenue: not enough history" in said(at)
    assert re.search(
        r"compared by months, since not both have weekly values: \d\d months have both, and below 36", said(at)
    )
    assert re.fullmatch(r"\d\d months", at.dataframe[0].value["Compared"].iloc[0])


def test_identities_are_refused_with_a_sentence(open_app: OpenApp, workspace: MakeWorkspace) -> None:
    metrics = {
        "all": {"name": "All", "formula": "orders + mails", "role": "north_star", "inputs": ["mails"]},
        "orders": {"name": "Orders", "source": "shop"},
        "mails": {"name": "Mails", "source": "shop"},
    }
    at = open_app(workspace({"sources": SOURCES, "metrics": metrics}, {"shop.csv": days(60)}).workspace)
    assert "All is computed from Mails: that they go together is exact, and no claim to test." in said(
        visit(at, "quarter")
    )


def test_the_year_says_whether_the_north_star_leads(open_app: OpenApp, demo_workspace: Workspace) -> None:
    at = visit(open_app(demo_workspace), "year")
    text = said(at).replace("\u202f", " ")
    assert at.title[0].value == "Does the North Star predict revenue?"
    assert "Revenue: the North Star leads it" in text
    assert "Claimed: each 1 % more of insights read by three or more people means 0.4 % revenue" in text
    assert "The claimed effect lies within that interval." in text
    assert len(at.get("vega_lite_chart")) == 2
    years = at.dataframe[0].value
    assert list(years["Year"]) == ["2027", "2026", "2025", "2024"]
    assert years["Verdict"].iloc[0] == "The North Star leads it" and years["Verdict"].iloc[-1] == "Not enough history"
    assert "Both have a value in 64 weeks" in said(visit(at, "year", year="2025"))
