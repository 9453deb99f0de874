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


OTHERS = {
    "visits": TREE["metrics"]["visits"],
    "calls": {"name": "Calls", "source": "shop"},
    "share": {"name": "Calls a visit", "formula": "calls / visits"},
}


@pytest.fixture
def redefined(workspace: Callable[..., WorkspaceFiles]) -> WorkspaceFiles:
    """With a week more, a day of visits is corrected, and another of calls; then visits are a mean and no sum."""
    tree = {**TREE, "metrics": OTHERS}
    text = shop(14).replace("visits\n", "visits,calls\n").replace(",10\n", ",10,5\n")
    files = workspace(tree, {"shop.csv": text})
    files.refresh()
    later = shop(21).replace("visits\n", "visits,calls\n").replace(",10\n", ",10,5\n")
    files.write("shop.csv", later.replace("2026-03-11,10,5", "2026-03-11,24,5").replace("12,10,5", "12,10,6"))
    files.refresh()
    files.write_tree({**tree, "metrics": {**OTHERS, "visits": {**OTHERS["visits"], "aggregate": "mean"}}})
    files.refresh()
    return files


def test_a_metric_that_is_computed_in_another_way_is_one_line_and_no_changed_value(
    redefined: WorkspaceFiles, open_page: Callable[..., AppTest]
) -> None:
    """The formula rests on it, and is computed in another way as well; calls changed in one week alone."""
    at = open_page(redefined, "pages/weekly/week.py")
    assert [box.label for box in at.expander] == [
        "**1 value that last week's review showed has changed**, and 2 metrics are computed in another way than then"
    ]
    rows = at.expander[0].dataframe[0].value.to_dict("records")
    assert [(row["Metric"], row["Period"], row["Shown then"], row["Now"]) for row in rows] == [
        ("Visits", "Week ending 15 Mar 2026, and 1 more", "70", "12"),
        ("Calls a visit", "Week ending 15 Mar 2026, and 1 more", "0.5", "3"),
        ("Calls", "Week ending 15 Mar 2026", "35", "36"),
    ]


def test_a_new_definition_does_not_hide_that_the_source_has_other_values_too(
    redefined: WorkspaceFiles, open_page: Callable[..., AppTest]
) -> None:
    rows = open_page(redefined, "pages/weekly/week.py").expander[0].dataframe[0].value.to_dict("records")
    assert [row["Why"] for row in rows] == [
        "it is computed in another way than then; and shop: 1 day has other values",
        "it is computed in another way than then; and shop: 2 days have other values",
        "shop: 1 day has other values",
    ]


def test_a_day_on_which_two_parts_of_a_formula_changed_is_one_day(
    workspace: Callable[..., WorkspaceFiles], open_page: Callable[..., AppTest]
) -> None:
    files = workspace(
        {**TREE, "metrics": OTHERS}, {"shop.csv": shop(14).replace("\n", ",5\n").replace("visits,5", "visits,calls")}
    )
    files.refresh()
    files.write(
        "shop.csv",
        shop(21, d9=15).replace("\n", ",5\n").replace("visits,5", "visits,calls").replace("15,5\n", "15,9\n"),
    )
    files.refresh()
    rows = open_page(files, "pages/weekly/week.py").expander[0].dataframe[0].value.to_dict("records")
    assert {row["Metric"]: row["Why"] for row in rows} == dict.fromkeys(
        ("Visits", "Calls", "Calls a visit"), "shop: 1 day has other values"
    )


def test_where_only_a_definition_changed_no_value_is_said_to_have_changed(
    workspace: Callable[..., WorkspaceFiles], open_page: Callable[..., AppTest]
) -> None:
    files = workspace(TREE, {"shop.csv": shop(14)})
    files.refresh()
    visits = {**TREE["metrics"]["visits"], "aggregate": "mean"}
    files.write_tree({**TREE, "metrics": {"visits": visits}})
    files.write("shop.csv", shop(21))
    files.refresh()
    (box,) = open_page(files, "pages/weekly/week.py").expander
    assert box.label == "**1 metric is computed in another way than in last week's review**"
    (row,) = box.dataframe[0].value.to_dict("records")
    assert (row["Shown then"], row["Now"], row["Why"]) == ("70", "10", "it is computed in another way than then")


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
    assert wrong.returncode == 2 and "'soon' is no date" in wrong.stderr


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
