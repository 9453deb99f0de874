"""The app's pages in every state of a workspace, and their choices in the URL; no browser."""

import ast
import json
import logging
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import streamlit as st
from awkward import awkward_files, awkward_tree
from streamlit.testing.v1 import AppTest
from workspaces import WorkspaceFiles

from metrics.review.figures import Figures
from metrics.tree.tree import Tree
from metrics.warehouse.warehouse import Warehouse
from metrics.workspace import Workspace
from pages.parts import opening, review
from pages.parts.text import plain

ROOT = Path(__file__).parents[1]
PAGES = {
    "week": "pages/weekly/week.py",
    "metric": "pages/weekly/metric.py",
    "tree": "pages/anytime/tree.py",
    "quarter": "pages/quarterly/quarter.py",
    "year": "pages/quarterly/year.py",
    "notes": "pages/anytime/notes.py",
    "data": "pages/anytime/data.py",
}
WEEKLY = ("week", "metric", "tree", "data")  # the pages of one week
START = "pages/parts/start.py"  # no page: the program that starts the server
FILES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").rglob("*.py"))
PATIENCE = 60
LINK = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\((metric\?[^)]*)\)")
SOURCES = {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"}}
ONE = {"sources": SOURCES, "metrics": {"visits": {"name": "Visits", "source": "shop", "role": "north_star"}}}

OpenApp = Callable[[Workspace], AppTest]
MakeWorkspace = Callable[..., WorkspaceFiles]


def rows(value: object, days: int = 28, columns: str = "visits") -> str:
    """Days from Sunday, 1 March 2026; 28 make four whole weeks."""
    first = date(2026, 3, 1)
    return f"day,{columns}\n" + "".join(f"{first + timedelta(days=at)},{value}\n" for at in range(days))


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenApp]:
    """Starts the app anew on a workspace, on its home page."""

    def start(workspace: Workspace) -> AppTest:
        monkeypatch.setenv("NORTHSTAR_WORKSPACE", str(workspace.folder))
        monkeypatch.setenv("NORTHSTAR_STATE", str(workspace.state))
        st.cache_resource.clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE).run()
        assert_no_exception(at)
        return at

    yield start
    st.cache_resource.clear()


@pytest.fixture(scope="module")
def demo_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("demo")
    shutil.copytree(ROOT / "data/demo", folder / "demo", ignore=shutil.ignore_patterns(".northstar"))
    return Workspace(folder / "demo", folder / "state")


@pytest.fixture
def demo(open_app: OpenApp, demo_workspace: Workspace) -> AppTest:
    return open_app(demo_workspace)


def assert_no_exception(at: AppTest) -> None:
    assert [f"{error.message}\n{error.stack_trace}" for error in at.exception] == []


def visit(at: AppTest, page: str, **choices: str) -> AppTest:
    """Go to a page as its URL with these choices does."""
    at.switch_page(PAGES[page])
    at.query_params = dict(choices)
    at.run()
    assert_no_exception(at)
    return at


def said(at: AppTest) -> str:
    """All that a page says in words, as Markdown."""
    kinds = (at.title, at.header, at.subheader, at.markdown, at.caption, at.warning, at.code)
    return "\n".join(element.value for kind in kinds for element in kind)


def drawn(at: AppTest, component: str) -> list[dict[str, Any]]:
    """What each use of a component of ours is given to draw."""
    found = [element.proto for element in at.get("bidi_component")]
    named = [proto for proto in found if proto.component_name == f"northstar_{component}"]
    return [json.loads(proto.json or proto.bytes) for proto in named]


def wall(at: AppTest) -> dict[str, Any]:
    (only,) = drawn(at, "block")
    return only


def blocks(at: AppTest) -> dict[str, dict[str, Any]]:
    return {block["id"]: block for section in wall(at)["sections"] for block in section["blocks"]}


def large_chart(at: AppTest) -> str:
    """A page's one chart, with its data."""
    (chart,) = at.get("vega_lite_chart")
    return str(chart.proto)


def links(at: AppTest) -> dict[str, str]:
    """URLs by what their links say."""
    return {label.replace("\\", ""): url for label, url in LINK.findall(said(at))}


# ---- pages are run by the router alone


def test_a_file_of_pages_run_by_itself_shows_nothing(open_app: OpenApp, demo_workspace: Workspace) -> None:
    open_app(demo_workspace)
    for file in FILES:
        if file != START:
            at = AppTest.from_file(str(ROOT / file), default_timeout=PATIENCE).run()
            assert_no_exception(at)
            assert len(at.main) == 0, file


@pytest.mark.parametrize("file", [file for file in FILES if "/parts/" not in file])
def test_a_page_does_nothing_before_it_has_opened_the_workspace(file: str) -> None:
    statements = ast.parse((ROOT / file).read_text(encoding="utf-8")).body
    first = next(at for at in statements[1:] if not isinstance(at, ast.Import | ast.ImportFrom))
    assert ast.unparse(first) == "opened = opening.require()"


def test_the_router_names_every_page(demo: AppTest) -> None:
    assert set(PAGES.values()) == {file for file in FILES if "/parts/" not in file}
    for page, file in PAGES.items():
        assert f'st.Page("{file}"' in (ROOT / "app.py").read_text(encoding="utf-8"), page


# ---- every page in every state of a workspace

STATES: dict[str, tuple[dict[str, Any] | str, dict[str, str]]] = {
    "one metric": (ONE, {"shop.csv": rows(10)}),
    "one value": (ONE, {"shop.csv": rows(10, days=1)}),
    "one week": (ONE, {"shop.csv": rows(10, days=7)}),
    "all zeros": (ONE, {"shop.csv": rows(0)}),
    "negative values": (ONE, {"shop.csv": rows(-3.5)}),
    "huge values": (ONE, {"shop.csv": rows("1e300")}),
    "no North Star, no deck, no teams": (
        {"sources": SOURCES, "metrics": {"visits": {"source": "shop"}}},
        {"shop.csv": rows(10)},
    ),
    "only a North Star that is computed": (
        {**ONE, "metrics": {"visits": {"source": "shop"}, "twice": {"role": "north_star", "formula": "visits * 2"}}},
        {"shop.csv": rows(10)},
    ),
    "a metric without source beside one with": (
        {**ONE, "metrics": {**ONE["metrics"], "later": {"inputs": ["visits"]}, "never": {"source": "shop"}}},
        {"shop.csv": rows(10)},
    ),
    "cells that can't be read": (ONE, {"shop.csv": rows(10) + "2026-03-29,**many**\n2026-03-30,<b>\n"}),
    "monthly values alone": (
        {**ONE, "sources": {"shop": {**SOURCES["shop"], "grain": "monthly"}}},
        {"shop.csv": "day,visits\n2026-01-31,5\n2026-02-28,6\n2026-03-31,7\n"},
    ),
    "300 metrics": (
        {
            "sources": SOURCES,
            "metrics": {
                f"m{n}": {"source": "shop", **({"inputs": [f"m{n + 1}"]} if n < 40 else {"role": "input"})}
                for n in range(300)
            }
            | {"star": {"role": "north_star", "source": "shop", "column": "m0", "inputs": ["m0"]}},
        },
        {"shop.csv": rows(",".join(["7"] * 300), columns=",".join(f"m{n}" for n in range(300)))},
    ),
    "names that mean harm": (awkward_tree(), awkward_files()),
}


@pytest.mark.parametrize("state", STATES)
def test_every_page_shows_what_there_is(state: str, open_app: OpenApp, workspace: MakeWorkspace) -> None:
    at = open_app(workspace(*STATES[state]).workspace)
    for page in PAGES:
        visit(at, page)
        assert len(at.title) == 1, page
        assert "no values here yet" not in said(at)
    for chart in ("104", "months", "years"):
        visit(at, "metric", chart=chart)
        assert len(at.get("vega_lite_chart")) == 1


def test_metrics_of_every_kind_have_their_page(demo: AppTest) -> None:
    for metric in ("signups", "activation_rate", "active_teams", "first_response_time", "gross_margin", "revenue"):
        visit(demo, "metric", metric=metric)
        assert demo.selectbox(key="choice_metric").value == metric
        assert len(demo.get("vega_lite_chart")) == 1
        assert set(blocks(demo)) == {metric}


@pytest.mark.parametrize("week", ["2023-11-11", "2024-02-24", "2025-03-01", "2026-11-14"])
def test_every_page_shows_old_and_new_weeks(week: str, demo: AppTest) -> None:
    for page in WEEKLY:
        visit(demo, page, week=week)
        assert demo.selectbox(key="choice_week").value == week


def test_no_widget_is_given_two_first_values(demo: AppTest, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        visit(demo, "metric", week="2026-10-31")
        visit(demo, "week")
    assert [record.message for record in caplog.records if "Session State API" in record.message] == []


class AtOnce:
    """A timer that does not wait."""

    def __init__(self, _: float, prepare: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        self.start = partial(prepare, *arguments)


def test_the_weeks_before_and_after_are_computed_before_anybody_asks(
    open_app: OpenApp, demo_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[date] = []

    def figures(tree: Tree, warehouse: Warehouse, week_ending: date, is_running: bool) -> Figures:
        computed.append(week_ending)
        return Figures(tree, warehouse, week_ending, is_running)

    monkeypatch.setattr(review, "Figures", figures)
    monkeypatch.setattr(review, "Timer", AtOnce)
    demo = open_app(demo_workspace)
    assert computed == [date(2026, 11, 14), date(2026, 11, 7)], "nothing is newer"
    computed.clear()
    visit(demo, "week", week="2026-10-17")
    assert sorted(computed) == [date(2026, 10, day) for day in (10, 17, 24)]
    computed.clear()
    before = visit(demo, "week", week="2026-10-10")
    assert computed == [date(2026, 10, 3)]
    assert wall(before)["weeks"][-1] == "2026-10-10" and len(blocks(before)) == 26
    visit(demo, "metric", metric="signups", week="2026-10-24")
    assert computed == [date(2026, 10, 3)]


def test_home_is_this_week(demo: AppTest) -> None:
    assert demo.title[0].value == "What happened, and what needs a word?"
    assert len(blocks(demo)) == 26


def test_words_of_a_workspace_are_never_markup(open_app: OpenApp, workspace: MakeWorkspace) -> None:
    at = open_app(workspace(awkward_tree(), awkward_files()).workspace)
    markup = re.compile(r"(?<!\\)(<script|<img|\]\(|\*\*x|:red\[|\$x|`x|&amp;)")
    for page in PAGES:
        for metric in ("star", "quotes", "link", "unread") if page == "metric" else ("star",):
            visit(at, page, metric=metric)
            assert len(at.title) == 1
            words = LINK.sub(r"\1", said(at))  # what our own links say are words of the workspace
            assert [line for line in words.splitlines() if markup.search(line)] == []
            assert [element for element in at.markdown if element.allow_html] == []


# ---- nothing to show yet: what to do


def test_no_workspace(open_app: OpenApp, tmp_path: Path) -> None:
    folder = tmp_path / "not_*here*"
    at = open_app(Workspace(folder, tmp_path / "state"))
    for page in PAGES:
        visit(at, page)
        assert at.title[0].value == "There is no workspace here yet"
        assert plain(f"northstar new {folder}") in said(at)


FAULTY = """northstar: 1
metrics:
  visits: {role: nort_star}
  visitors:
    sauce: shop
"""


def test_faults_are_listed_with_line_and_column(open_app: OpenApp, workspace: MakeWorkspace) -> None:
    files = workspace(FAULTY)
    at = open_app(files.workspace)
    for page in PAGES:
        visit(at, page)
        assert at.title[0].value == "northstar.yaml needs a mend before anything can be shown"
        told = "\n".join(code.value for code in at.code)
        assert "northstar.yaml:3:18: error: 'role' cannot be 'nort_star'. Did you mean 'north_star'?" in told
        assert "northstar.yaml:5:5: error:" in told

    files.write_tree(ONE)
    files.write("shop.csv", rows(10))
    visit(at, "week")
    at.button[0].click().run()
    assert_no_exception(at)
    assert blocks(at)["visits"]["value"] == "70"


def test_errors_come_before_any_number_of_warnings(open_app: OpenApp, workspace: MakeWorkspace) -> None:
    unowned = "".join(f"  m{n}: {{}}\n" for n in range(60))
    at = open_app(workspace(f"northstar: 1\nmetrics:\n{unowned}  last: {{role: nort_star}}\n").workspace)
    assert "northstar.yaml:63:16: error:" in at.code[0].value
    assert len(at.code) <= 20
    assert "`northstar check` lists them all" in said(at)


@pytest.mark.parametrize(
    ("tree", "files", "step"),
    [
        ({"metrics": {"visits": {}}}, {}, "Declare where the values come from under `sources:`"),
        (ONE, {}, plain("There is no file shop.csv.")),
        (ONE, {"shop.csv": "day,visits\n"}, "Mend them."),
        (ONE, {"shop.csv": "day,visits\n2026-03-01,\n"}, "hold no value for any metric"),
        (ONE, {"shop.csv": rows(10, columns="others")}, "check `column:` and `where:`"),
    ],
    ids=["no sources", "no file", "no rows", "blanks alone", "no such column"],
)
def test_no_values_yet_says_what_to_do(
    tree: dict[str, Any], files: dict[str, str], step: str, open_app: OpenApp, workspace: MakeWorkspace
) -> None:
    made = workspace(tree, files)
    at = open_app(made.workspace)
    for page in set(PAGES) - {"notes"}:
        visit(at, page)
        assert "There are no values here yet" in said(at)
        assert step in said(at), page
        assert str(made.folder / "northstar.yaml") in said(at)

    made.write_tree(ONE)
    made.write("shop.csv", rows(10))
    visit(at, "data")
    at.button(key="refresh").click().run()
    assert_no_exception(at)
    assert blocks(visit(at, "week"))["visits"]["value"] == "70"


def test_no_values_yet_but_by_hand_leads_to_where_they_are_typed(open_app: OpenApp, workspace: MakeWorkspace) -> None:
    at = open_app(workspace({"metrics": {"nps": {"name": "Recommendation", "source": "manual"}}}).workspace)
    for page in set(PAGES) - {"notes"}:
        visit(at, page)
        assert "There are no values here yet" in said(at)
        assert "Type the first ones by hand" in said(at)
        assert links(at)["Recommendation"] == "metric?metric=nps", page


def test_metrics_without_sources_are_drawn_as_a_tree(open_app: OpenApp, workspace: MakeWorkspace) -> None:
    tree = {"metrics": {"value": {"role": "north_star", "inputs": ["signups"]}, "signups": {"role": "input"}}}
    at = visit(open_app(workspace(tree).workspace), "tree")
    assert {card["id"] for tree in drawn(at, "tree") for card in tree["cards"]} == {"value", "signups"}


# ---- what went wrong since: the old values stay, and it is said


@pytest.fixture
def once_good(workspace: MakeWorkspace) -> WorkspaceFiles:
    files = workspace(ONE, {"shop.csv": rows(10)})
    files.refresh()
    return files


def test_faults_after_a_good_refresh(open_app: OpenApp, once_good: WorkspaceFiles) -> None:
    once_good.write_tree("northstar: 1\nmetrics:\n  visits: {role: nort_star}\n")
    at = open_app(once_good.workspace)
    for page in PAGES:
        visit(at, page)
        assert "**northstar.yaml has 1 fault.** What you see is as of" in said(at)
        assert "northstar.yaml:3:18: error:" in said(at)
        assert "Changed since the last refresh: northstar.yaml" in said(at)
    assert blocks(visit(at, "week"))["visits"]["value"] == "70"


def test_faults_mended_by_going_back_are_forgotten(open_app: OpenApp, once_good: WorkspaceFiles) -> None:
    at = visit(open_app(once_good.workspace), "week")
    once_good.write_tree("northstar: 1\nmetrics: 5\n")
    visit(at, "week")
    at.button(key="refresh_changed").click().run()
    assert_no_exception(at)
    assert "**northstar.yaml has 1 fault.**" in said(at)
    once_good.write_tree(ONE)
    assert "fault" not in said(visit(at, "week"))


def assert_every_page_warns(at: AppTest, begins: str, says: str) -> None:
    for page in PAGES:
        visit(at, page)
        (warning,) = at.warning
        assert warning.value.startswith(begins) and says in warning.value


def test_a_source_that_fails_leaves_its_old_values(open_app: OpenApp, once_good: WorkspaceFiles) -> None:
    (once_good.folder / "shop.csv").unlink()
    at = open_app(once_good.workspace)
    assert_every_page_warns(
        at, "**Source shop could not be read; its values are as of ", plain("There is no file shop.csv.")
    )
    assert "could not be read by the last refresh" in said(visit(at, "data"))
    assert blocks(visit(at, "week"))["visits"]["value"] == "70"


def test_a_column_that_is_gone_leaves_its_old_values_and_says_so(open_app: OpenApp, once_good: WorkspaceFiles) -> None:
    once_good.write("shop.csv", rows(90, columns="visitors"))
    at = open_app(once_good.workspace)
    assert_every_page_warns(
        at,
        "**Visits could not be read from source shop; what is shown is as of ",
        plain("Did you mean 'visitors'?"),
    )
    assert blocks(visit(at, "week"))["visits"]["value"] == "70"
    assert "1 metric was not found in what was read." in said(visit(at, "data"))


def test_without_its_ledger_the_app_says_so_and_the_figures_stay(open_app: OpenApp, once_good: WorkspaceFiles) -> None:
    ledger = once_good.workspace.state / "ledger.sqlite"
    kept = ledger.read_bytes()
    ledger.write_bytes(b"no database" * 1_000)
    at = open_app(once_good.workspace)
    for page in PAGES:
        visit(at, page)
        assert "**The ledger can't be read.**" in said(at), page
        assert "it is damaged" in said(at)
    for choices in ({}, {"show": "signals"}, {"view": "table"}, {"as_of": "2026-03-30"}):
        assert blocks(visit(at, "week", **choices))["visits"]["value"] == "70"
    assert "No metric of the deck matches" in said(visit(at, "week", find="nothing"))
    ledger.write_bytes(kept)
    assert "ledger" not in said(visit(open_app(once_good.workspace), "week"))


def test_filters_are_there_when_one_comes_back(demo: AppTest) -> None:
    visit(demo, "week")
    demo.text_input(key="choice_find").input("sign").run()
    found = set(blocks(demo))
    assert found and found < set(blocks(visit(demo, "week", find="")))
    demo.text_input(key="choice_find").input("sign").run()
    visit(demo, "notes")
    assert set(blocks(visit(demo, "week"))) == found and demo.query_params["find"] == "sign"
    visit(demo, "notes")
    assert set(blocks(visit(demo, "week", week="2026-11-07"))) > found  # a link that says what it shows
    demo.text_input(key="choice_find").input("sign").run()
    demo.text_input(key="choice_find").input("").run()
    visit(demo, "notes")
    assert set(blocks(visit(demo, "week"))) > found


def test_a_metric_of_months_begins_with_its_months(open_app: OpenApp, workspace: MakeWorkspace) -> None:
    tree = {"metrics": {"visits": {"source": "shop"}}, "sources": {"shop": {**SOURCES["shop"], "grain": "monthly"}}}
    months = "".join(f"2025-{month:02}-28,{month}\n" for month in range(1, 13))
    at = visit(open_app(workspace(tree, {"shop.csv": f"day,visits\n{months}"}).workspace), "metric")
    assert at.session_state["choice_chart"] == "months"
    for view in ("52", "104", "limits"):
        visit(at, "metric", chart=view)
        assert "Counted by the month: weeks have no value" in large_chart(at)


def test_a_metric_that_does_not_add_up_says_so_instead_of_months(open_app: OpenApp, workspace: MakeWorkspace) -> None:
    metrics = {"visits": {"source": "shop", "additive": False, "aggregate": "last"}, "calls": {"source": "shop"}}
    made = workspace({"sources": SOURCES, "metrics": metrics}, {"shop.csv": rows(10, 70)})
    at = open_app(made.workspace)
    for view in ("months", "years"):
        found = large_chart(visit(at, "metric", metric="visits", chart=view))
        assert "add up to longer periods" in found


def test_what_stopped_long_ago_is_late_everywhere(open_app: OpenApp, workspace: MakeWorkspace) -> None:
    tree = {"sources": SOURCES, "metrics": {name: {"source": "shop"} for name in ("visits", "calls", "mails")}}
    first = date(2022, 1, 1)
    cells = [f"{first + timedelta(days=at)},1,1,{1 if at < 140 else ''}\n" for at in range(1_200)]
    at = visit(open_app(workspace(tree, {"shop.csv": "day,visits,calls,mails\n" + "".join(cells)}).workspace), "week")
    mails = blocks(at)["mails"]
    assert (mails["state"], mails["status"]) == ("late", "Late: data to 20 May 2022")
    assert "No values in these weeks" in large_chart(visit(at, "metric", metric="mails"))


def test_the_week_says_that_it_is_not_the_last(
    open_app: OpenApp, workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(today: date, days: int) -> str:
        noon = datetime.combine(today, time(12), UTC)
        monkeypatch.setattr(opening, "datetime", Mock(wraps=datetime, now=Mock(return_value=noon)))
        at = visit(open_app(workspace(ONE, {"shop.csv": rows(10, days)}).workspace), "week")
        return " ".join(caption.value for caption in at.caption)

    assert "yet" not in told(date(2026, 4, 3), 29)  # weeks end on Sunday, 29 March being the last
    assert "The week ending 29 Mar 2026 is not in yet." in told(date(2026, 3, 30), 22)
    assert "The 2 weeks since then are not in yet." in told(date(2026, 4, 6), 22)
    assert "The week ending 29 Mar 2026 is not complete for most metrics yet." in told(date(2026, 3, 30), 25)


def test_a_week_that_has_not_ended_says_so_and_nothing_in_it_is_late(
    open_app: OpenApp, workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = datetime(2026, 4, 1, 12, tzinfo=UTC)  # a Wednesday; weeks end on Sunday
    monkeypatch.setattr(opening, "datetime", Mock(wraps=datetime, now=Mock(return_value=noon)))
    tree = {"sources": SOURCES, "metrics": {"visits": {"source": "shop"}, "calls": {"source": "shop"}}}
    cells = [f"{date(2026, 3, 1) + timedelta(days=at)},10,{at if at < 29 else ''}\n" for at in range(31)]
    made = workspace(tree, {"shop.csv": "day,visits,calls\n" + "".join(cells)})
    at = visit(open_app(made.workspace), "week", week="2026-04-05")
    found = blocks(at)
    assert (found["visits"]["state"], found["visits"]["status"]) == ("incomplete", "2 of 7 days")
    assert (found["calls"]["state"], found["calls"]["status"]) == ("awaited", "Not in yet: data to 29 Mar")
    assert "This week has not ended" in " ".join(caption.value for caption in at.caption)
    table = next(frame.value for frame in visit(at, "data").dataframe if "What to do" in frame.value)
    assert dict(zip(table["Metric"], table["What to do"], strict=True)) == {
        "Visits": "Wait for the missing days, or ask for them.",
        "Calls": "Wait for the week to end.",
    }
    assert "has not ended" not in " ".join(caption.value for caption in visit(at, "week", week="2026-03-29").caption)


def test_a_changed_source_is_read_at_the_press_of_a_button(open_app: OpenApp, once_good: WorkspaceFiles) -> None:
    at = visit(open_app(once_good.workspace), "week")
    assert "Refresh" not in [button.label for button in at.button]
    once_good.write("shop.csv", rows(200))
    for page in PAGES:
        visit(at, page)
        assert "Changed since the last refresh: shop." in said(at)
    assert blocks(visit(at, "week"))["visits"]["value"] == "70"
    at.button(key="refresh_changed").click().run()
    assert_no_exception(at)
    assert blocks(at)["visits"]["value"].startswith("1.40")
    assert "Changed since" not in said(at)


def test_a_refresh_elsewhere_is_seen_without_a_restart(open_app: OpenApp, once_good: WorkspaceFiles) -> None:
    at = visit(open_app(once_good.workspace), "week")
    once_good.write("shop.csv", rows(200))
    once_good.refresh()
    assert blocks(visit(at, "week"))["visits"]["value"].startswith("1.40")
    assert "Changed since" not in said(at)


def test_a_week_that_is_no_more_gives_way_to_the_newest(open_app: OpenApp, once_good: WorkspaceFiles) -> None:
    at = visit(open_app(once_good.workspace), "week", week="2026-03-22")
    assert at.selectbox(key="choice_week").value == "2026-03-22"
    once_good.write("shop.csv", rows(10, days=14))
    visit(at, "week", week="2026-03-22")
    at.button(key="refresh_changed").click().run()
    assert_no_exception(at)
    assert at.selectbox(key="choice_week").value == "2026-03-08"


def test_values_of_an_unreadable_warehouse_are_made_anew(open_app: OpenApp, once_good: WorkspaceFiles) -> None:
    warehouse = once_good.workspace.store.current()
    assert warehouse is not None
    warehouse.write_bytes(b"not a database")
    at = open_app(once_good.workspace)
    assert blocks(visit(at, "week"))["visits"]["value"] == "70"


# ---- choices in the URL


def test_the_url_sets_the_choices(demo: AppTest) -> None:
    visit(demo, "week", week="2026-10-31", team="activation", role="input", find="teams", view="table")
    assert demo.selectbox(key="choice_week").value == "2026-10-31"
    assert demo.selectbox(key="choice_team").value == "activation"
    assert demo.selectbox(key="choice_role").value == "input"
    assert demo.text_input(key="choice_find").value == "teams"
    assert demo.segmented_control(key="choice_view").value == "table"
    assert set(blocks(demo)) == {"activated_teams", "sources_connected"}
    assert wall(demo)["view"] == "table"

    visit(demo, "metric", metric="signups", week="2026-10-24", chart="years")
    assert demo.selectbox(key="choice_metric").value == "signups"
    assert demo.selectbox(key="choice_week").value == "2026-10-24"
    assert demo.segmented_control(key="choice_chart").value == "years"


def test_choices_are_written_to_the_url_and_defaults_are_not(demo: AppTest) -> None:
    visit(demo, "week")
    assert demo.query_params == {}
    demo.selectbox(key="choice_team").select("platform").run()
    assert demo.query_params == {"team": "platform"}
    demo.selectbox(key="choice_role").select("guardrail").run()
    demo.text_input(key="choice_find").set_value("Time").run()
    demo.segmented_control(key="choice_view").set_value("table").run()
    demo.selectbox(key="choice_week").select("2026-11-07").run()
    assert demo.query_params == {
        "team": "platform", "role": "guardrail", "find": "Time", "view": "table", "week": "2026-11-07",
    }  # fmt: skip
    assert set(blocks(demo)) == {"load_time_p95"}

    demo.selectbox(key="choice_team").select(None).run()
    demo.selectbox(key="choice_role").select(None).run()
    demo.text_input(key="choice_find").set_value("").run()
    demo.segmented_control(key="choice_view").set_value("blocks").run()
    demo.selectbox(key="choice_week").select("2026-11-14").run()
    assert demo.query_params == {}
    assert len(blocks(demo)) == 26


@pytest.mark.parametrize(
    "value", ["", "nothing", "2026-11-13", "9999-99-99", "<script>alert(1)</script>", "x" * 5000, "constructor", "\0"]
)
def test_values_that_are_no_option_are_ignored(value: str, demo: AppTest) -> None:
    visit(demo, "week", week=value, team=value, role=value, view=value, unknown=value)
    assert demo.selectbox(key="choice_week").value == "2026-11-14"
    assert demo.selectbox(key="choice_team").value is None
    assert demo.selectbox(key="choice_role").value is None
    assert demo.segmented_control(key="choice_view").value == "blocks"
    assert len(blocks(demo)) == 26
    assert set(demo.query_params) <= {"unknown"}

    visit(demo, "metric", metric=value, week=value, chart=value)
    assert demo.selectbox(key="choice_metric").value == "insights_read"
    assert demo.segmented_control(key="choice_chart").value == "52"


def test_filters_that_nothing_matches(demo: AppTest) -> None:
    visit(demo, "week", find="<script>alert(1)</script>")
    assert "No metric of the deck matches these filters." in said(demo)
    assert drawn(demo, "block") == []


def test_the_last_of_several_values_counts(demo: AppTest) -> None:
    demo.switch_page(PAGES["week"])
    demo.query_params = {"team": ["insights", "platform"]}
    demo.run()
    assert_no_exception(demo)
    assert demo.selectbox(key="choice_team").value == "platform"


def test_the_week_goes_along_to_other_pages_of_a_visit(demo: AppTest) -> None:
    visit(demo, "week")
    demo.selectbox(key="choice_week").select("2026-10-31").run()
    for page in ("metric", "tree", "data", "week"):
        visit(demo, page)
        assert demo.selectbox(key="choice_week").value == "2026-10-31", page
        assert demo.query_params["week"] == "2026-10-31"
    demo.selectbox(key="choice_week").select("2026-11-14").run()
    visit(demo, "tree")
    assert demo.selectbox(key="choice_week").value == "2026-11-14"
    assert demo.query_params == {}


def test_back_undoes_the_choice_of_a_week(demo: AppTest) -> None:
    visit(demo, "week")
    demo.selectbox(key="choice_week").select("2026-10-31").run()
    demo.query_params.clear()  # as the browser's Back does
    demo.run()
    assert_no_exception(demo)
    assert demo.selectbox(key="choice_week").value == "2026-11-14"
    assert demo.query_params == {}


def test_the_week_of_a_link_counts_more_than_that_of_the_visit(demo: AppTest) -> None:
    visit(demo, "week", week="2026-10-31")
    visit(demo, "metric", week="2026-10-24")
    assert demo.selectbox(key="choice_week").value == "2026-10-24"
    visit(demo, "tree")
    assert demo.selectbox(key="choice_week").value == "2026-10-24"


def test_the_week_of_a_visit_is_not_that_of_another(demo: AppTest, demo_workspace: Workspace) -> None:
    visit(demo, "week", week="2026-10-31")
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE).run()
    assert_no_exception(other)
    assert other.selectbox(key="choice_week").value == "2026-11-14"


def test_links_to_metrics_hold_the_week(demo: AppTest) -> None:
    visit(demo, "week", week="2026-10-31")
    assert set(wall(demo)["links"]) == set(blocks(demo))
    assert wall(demo)["links"]["signups"] == "metric?metric=signups&week=2026-10-31"
    assert all(url.endswith("&week=2026-10-31") for url in links(demo).values())
    visit(demo, "metric", metric="signups", week="2026-10-31")
    assert links(demo)["Website visits"] == "metric?metric=website_visits&week=2026-10-31"
    visit(demo, "tree", week="2026-10-31")
    (tree,) = drawn(demo, "tree")
    assert tree["links"]["signups"] == "metric?metric=signups&week=2026-10-31"


def test_the_app_refreshes_at_the_interval_that_is_declared(
    open_app: OpenApp, workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour later the next run of the page finds the new file by itself."""
    from pages.parts import opening

    files = workspace({**ONE, "refresh_minutes": 60}, {"shop.csv": rows(10)})
    at = open_app(files.workspace).switch_page(PAGES["data"]).run()
    start = opening._start(files.workspace.state)
    files.write("shop.csv", rows(20))
    first = files.workspace.store.current()
    at.run()
    assert files.workspace.store.current() == first
    monkeypatch.setattr(start, "at", start.at - timedelta(minutes=61))
    at.run()
    assert not at.exception and files.workspace.store.current() != first
