"""Restated values on the pages and on the command line: told, and the past as it was known then."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from workspaces import WorkspaceFiles

from metrics.ledger.ledger import Ledger

ROOT = Path(__file__).parents[1]
TREE = {
    "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"}},
    "metrics": {"visits": {"name": "Visits", "source": "shop", "role": "north_star", "owner": "ana@shop.example"}},
}


def shop(days: int, **other: int) -> str:
    """Ten visits a day from Monday, 2 March 2026 on, other numbers for days given as d3=11."""
    first = datetime(2026, 3, 2)
    rows = [f"{first + timedelta(days=at):%Y-%m-%d},{other.get(f'd{at}', 10)}" for at in range(days)]
    return "\n".join(["day,visits", *rows]) + "\n"


@pytest.fixture
def restated(workspace: Callable[..., WorkspaceFiles]) -> WorkspaceFiles:
    """The review of 15 March showed 70 visits for its week; with the week after came a correction to 75."""
    files = workspace(TREE, {"shop.csv": shop(14)})
    files.refresh()
    files.write("shop.csv", shop(21, d9=15))
    files.refresh()
    return files


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    def start(files: WorkspaceFiles, page: str, **query: str) -> AppTest:
        monkeypatch.setenv("NORTHSTAR_WORKSPACE", str(files.folder))
        monkeypatch.setenv("NORTHSTAR_STATE", str(files.state))
        st.cache_resource.clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        at = at.run().switch_page(page)
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception
        return at

    yield start
    st.cache_resource.clear()


def first_refresh(files: WorkspaceFiles) -> datetime:
    with Ledger.open(files.state) as ledger:
        return ledger.history.refreshes()[-1].at


def test_the_weekly_page_says_what_it_showed_last_week(
    restated: WorkspaceFiles, open_page: Callable[..., AppTest]
) -> None:
    at = open_page(restated, "pages/weekly/week.py")
    told = [box.label for box in at.expander]
    assert told == ["**1 value that last week's review showed has changed**"]
    row = at.expander[0].dataframe[0].value.iloc[0]
    assert (row["Metric"], row["Period"], row["Shown then"], row["Now"]) == (
        "Visits",
        "Week ending 15 Mar 2026",
        "70",
        "75",
    )
    assert row["Why"] == "shop: 1 day has other values"


def test_nothing_is_told_where_nothing_changed(
    workspace: Callable[..., WorkspaceFiles], open_page: Callable[..., AppTest]
) -> None:
    files = workspace(TREE, {"shop.csv": shop(14)})
    files.refresh()
    files.write("shop.csv", shop(21))
    files.refresh()
    assert not open_page(files, "pages/weekly/week.py").expander


def test_the_metrics_page_lists_its_restated_values(
    restated: WorkspaceFiles, open_page: Callable[..., AppTest]
) -> None:
    at = open_page(restated, "pages/weekly/metric.py")
    boxes = {box.label: box for box in at.expander}
    row = boxes["1 restated value"].dataframe[0].value.iloc[0]
    assert (row["Day"], row["Old"], row["New"], row["Source"]) == ("11 Mar 2026", "10", "15", "shop")


@pytest.mark.parametrize("page", ["pages/weekly/week.py", "pages/weekly/metric.py", "pages/anytime/tree.py"])
def test_a_page_as_it_was_known_then(restated: WorkspaceFiles, open_page: Callable[..., AppTest], page: str) -> None:
    moment = first_refresh(restated).isoformat()
    at = open_page(restated, page, as_of=moment)
    assert any("As it was known then" in text.value for text in at.markdown)
    weeks = next(box for box in at.selectbox if box.label == "Week")
    assert weeks.options[0].endswith("15 Mar 2026")
    assert not at.expander or all("last week's review" not in box.label for box in at.expander)
    at.button("leave_as_of").click().run()
    assert not at.exception and "as_of" not in at.query_params
    assert not any("As it was known then" in text.value for text in at.markdown)


def test_a_moment_of_which_nothing_is_known(restated: WorkspaceFiles, open_page: Callable[..., AppTest]) -> None:
    at = open_page(restated, "pages/weekly/week.py", as_of="2020-01-01")
    assert any("Nothing was known on" in warning.value for warning in at.warning)
    at = open_page(restated, "pages/weekly/week.py", as_of="yesterday")
    assert any("'yesterday' is no date" in warning.value for warning in at.warning)


def test_the_command_line_as_it_was_known_then(restated: WorkspaceFiles) -> None:
    moment = first_refresh(restated)
    then = restated.command("figures", "--json", "--week-ending", "2026-03-15", "--as-of", moment.isoformat())
    now = restated.command("figures", "--json", "--week-ending", "2026-03-15")
    assert (then.returncode, now.returncode) == (0, 0), then.stderr + now.stderr
    shown = [json.loads(done.stdout)["metrics"]["visits"]["summary"]["last_week"] for done in (then, now)]
    assert shown == [70, 75]
    week = restated.command("figures", "--json", "--as-of", moment.isoformat())
    assert json.loads(week.stdout)["week_ending"] == "2026-03-15"
    today = restated.command("figures", "--json", "--as-of", f"{datetime.now(UTC):%Y-%m-%d}")
    assert json.loads(today.stdout)["week_ending"] == "2026-03-22"
    wrong = restated.command("figures", "--as-of", "soon")
    assert wrong.returncode == 1 and "'soon' is no date" in wrong.stderr


def test_a_changed_definition_is_told_and_divides_the_chart(
    workspace: Callable[..., WorkspaceFiles], open_page: Callable[..., AppTest]
) -> None:
    files = workspace(TREE, {"shop.csv": shop(21)})
    files.refresh()
    visits = {**TREE["metrics"]["visits"], "aggregate": "mean"}
    rate = {"formula": "visits / 7"}
    files.write_tree({**TREE, "metrics": {"visits": visits, "rate": rate}})
    files.refresh()
    for metric in ("visits", "rate"):
        at = open_page(files, "pages/weekly/metric.py", metric=metric)
        told = [text.value for text in at.markdown if "became" in text.value]
        assert len(told) == 1 and told[0].endswith(r"Visits, aggregate\: sum became mean.")
    assert not [
        text
        for text in open_page(
            files, "pages/weekly/metric.py", metric="visits", as_of=first_refresh(files).isoformat()
        ).markdown
        if "became" in text.value
    ]
