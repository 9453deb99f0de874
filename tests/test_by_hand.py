"""Values typed by hand: on the command line and in the metric's grid, with who and when, and nothing lost."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from workspaces import WorkspaceFiles

from metrics.by_hand import Typed, keep, slots
from metrics.calendar import Calendar
from metrics.errors import UnknownNameError
from metrics.ledger.author import Author
from metrics.ledger.conflict import EntryConflict
from metrics.ledger.ledger import Ledger
from metrics.sources.manual import ManualDayError
from metrics.tree.load import load_tree

ROOT = Path(__file__).parents[1]
ANA, BEN = Author("Ana", False), Author("ben@shop.example", True)
TREE: dict[str, Any] = {
    "sources": {
        "shop": {"type": "csv", "path": "shop.csv", "date": "day"},
        "monthly": {"type": "manual", "grain": "monthly"},
        "desk": {"type": "manual", "grain": "weekdays"},
    },
    "metrics": {
        "churned": {"source": "manual", "role": "north_star", "target": {"column": "churned_target"}},
        "orders": {"source": "shop"},
        "staff": {"source": "monthly", "aggregate": "last"},
        "calls": {"source": "desk"},
        "per_order": {"formula": "churned / orders"},
        "idea": {},
    },
}
SHOP = "day,orders\n" + "".join(f"2026-03-{day:02},10\n" for day in range(2, 16))


@pytest.fixture
def files(workspace: Callable[..., WorkspaceFiles]) -> WorkspaceFiles:
    return workspace(TREE, {"shop.csv": SHOP})


def last_week(files: WorkspaceFiles, metric: str, week: str = "2026-03-15") -> float | None:
    value: float | None = files.figures(week)["metrics"][metric]["summary"]["last_week"]
    return value


def test_a_typed_value_counts_for_its_week(files: WorkspaceFiles) -> None:
    """Typed on a Wednesday, corrected on a Friday: one value, the later one."""
    first = set_value(files, "churned", "2026-03-11", "12", "--by", "Ana", "--note", "from the CRM")
    assert (first.returncode, first.stdout) == (0, "churned has 12 for 2026-03-15, typed by Ana.\n"), first.stderr
    assert (last_week(files, "churned"), last_week(files, "per_order")) == (12, 12 / 70)
    assert set_value(files, "churned", "2026-03-13", "14", "--by", "Ben", "--json").returncode == 0
    assert last_week(files, "churned") == 14
    with Ledger.open(files.state) as ledger:
        found = [(one.value, one.author.name, one.note) for one in ledger.entries.of_metric("churned")]
    assert found == [(14, "Ben", ""), (12, "Ana", "from the CRM")]


def set_value(files: WorkspaceFiles, *arguments: str) -> Any:
    metric, day, value, *options = arguments
    return files.northstar("set", *options, "--", metric, day, value, str(files.folder))


def test_what_is_told_has_every_digit(files: WorkspaceFiles) -> None:
    assert set_value(files, "churned", "2026-03-11", "1234567.25", "--by", "Ana").stdout == (
        "churned has 1234567.25 for 2026-03-15, typed by Ana.\n"
    )


def test_a_day_to_come_is_remarked_on(files: WorkspaceFiles) -> None:
    done = set_value(files, "churned", "2126-03-11", "12")
    assert done.returncode == 0 and "2126-03-11 is still to come" in done.stderr
    assert "still to come" not in set_value(files, "churned", "2026-03-11", "12").stderr


def test_a_negative_value_needs_no_sign_before_it(files: WorkspaceFiles) -> None:
    line = ["set", "churned", "2026-03-11", "-20.5", str(files.folder)]
    done = files.northstar(*line)
    assert done.returncode == 0 and "churned has -20.5 for 2026-03-15" in done.stdout, done.stderr
    assert last_week(files, "churned") == -20.5
    line[-2:] = ["20.5", "--bye"]
    refused = files.northstar(*line)
    assert refused.returncode == 2 and "--bye" in refused.stderr


def test_cleared_is_missing_and_not_zero(files: WorkspaceFiles) -> None:
    set_value(files, "churned", "2026-03-15", "0")
    assert last_week(files, "churned") == 0
    set_value(files, "churned", "2026-03-15", "")
    assert last_week(files, "churned") is None


def test_numbers_are_read_as_in_a_file(files: WorkspaceFiles) -> None:
    for text, number in (("1,200", 1_200), ("31%", 0.31), ("-5", -5), ("$1,200.50", 1_200.5)):
        assert set_value(files, "churned", "2026-03-15", text).returncode == 0
        assert last_week(files, "churned") == number
    for text, told in (("ten", "'ten' is not a number"), ("1,5", "a decimal point: 1.5"), ("inf", "not a finite")):
        refused = set_value(files, "churned", "2026-03-15", text)
        assert refused.returncode == 1 and told in refused.stderr
    assert last_week(files, "churned") == 1_200.5


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("orders", "2026-03-15", "1"), 1, "read from the source 'shop'"),
        (("per_order", "2026-03-15", "1"), 1, "computed by a formula"),
        (("idea", "2026-03-15", "1"), 1, "has no source yet"),
        (("orders.target", "2026-03-15", "1"), 1, "is no series"),
        (("churn", "2026-03-15", "1"), 1, "Did you mean 'churned'?"),
        (("calls", "2026-03-14", "1"), 1, "is a Saturday"),
        (("churned", "0202-03-14", "1"), 1, "can't be meant"),
        (("churned", "14.3.2026", "1"), 2, "write it as 2026-11-14"),
    ],
)
def test_what_cannot_be_typed_is_told(files: WorkspaceFiles, arguments: tuple[str, ...], code: int, told: str) -> None:
    refused = set_value(files, *arguments)
    assert refused.returncode == code and told in refused.stderr and "Traceback" not in refused.stderr
    with Ledger.open(files.state) as ledger:
        assert ledger.entries.newest_id() == 0


def test_a_ledger_that_was_lost_is_told_and_what_was_typed_stays(files: WorkspaceFiles) -> None:
    """The warehouse still has the values: they stay, stale, until the ledger is back or something is typed again."""
    set_value(files, "churned", "2026-03-15", "12")
    kept = {path: path.read_bytes() for path in files.state.glob("ledger.sqlite*")}
    for path in kept:
        path.unlink()
    for told in ("ledger.sqlite is empty, though earlier refreshes were recorded", "no value typed by hand any more"):
        lost = files.command("refresh", "--json")
        assert lost.returncode == 1 and told in lost.stderr and "Traceback" not in lost.stderr
        assert last_week(files, "churned") == 12
    assert json.loads(lost.stdout)["remarks"] == []  # the first refresh has told it
    for path, content in kept.items():
        path.write_bytes(content)
    assert files.command("refresh").returncode == 0
    assert last_week(files, "churned") == 12


def test_a_source_that_becomes_manual_begins_empty(files: WorkspaceFiles) -> None:
    files.refresh()
    files.write_tree({**TREE, "sources": {**TREE["sources"], "shop": {"type": "manual"}}})
    assert not files.refresh().failed
    assert last_week(files, "orders") is None


def test_targets_and_other_grains(files: WorkspaceFiles) -> None:
    for arguments in (
        ("churned.target", "2026-03-12", "9"),
        ("staff", "2026-02-03", "40"),
        ("calls", "2026-03-13", "7"),
    ):
        assert set_value(files, *arguments).returncode == 0
    found = files.figures("2026-03-15")["metrics"]
    assert found["churned"]["target"]["weekly"]["2026-03-15"] == 9
    assert found["staff"]["monthly"]["2026-02"] == 40
    assert found["calls"]["weekly"]["2026-03-15"] == 7 and "weekly.2026-03-15" in found["calls"]["incomplete"]


def test_two_people_at_once(files: WorkspaceFiles) -> None:
    """Ben saw an empty cell, and Ana was first: his value waits until he has seen hers."""
    tree = load_tree(files.folder).tree
    day = date(2026, 3, 15)
    with Ledger.open(files.state) as ledger:
        (hers,) = keep(ledger, tree, [Typed("churned", day, 3, over=0)], ANA)
        with pytest.raises(EntryConflict, match="Ana typed 3 for 2026-03-15 meanwhile"):
            keep(ledger, tree, [Typed("churned", day, 4, over=0)], BEN)
        keep(ledger, tree, [Typed("churned", day, 4, over=hers.id)], BEN)
        assert [one.value for one in ledger.entries.of_metric("churned")] == [4, 3]
        with pytest.raises(UnknownNameError):
            keep(ledger, tree, [Typed("churned", day, 5), Typed("nothing", day, 5)], BEN)
        with pytest.raises(ManualDayError):
            keep(ledger, tree, [Typed("churned", day, 5), Typed("calls", date(2026, 3, 15), 5)], BEN)
        assert len(ledger.entries.of_metric("churned")) == 2  # all or none


def test_the_periods_that_can_be_filled_in() -> None:
    calendar = Calendar()
    weeks = slots([], calendar, "weekly", date(2026, 3, 18), 3)
    assert [str(slot.day) for slot in weeks] == ["2026-03-15", "2026-03-08", "2026-03-01"]
    months = slots([], calendar, "monthly", date(2026, 3, 31), 2)
    assert [str(slot.day) for slot in months] == ["2026-03-31", "2026-02-28"]
    days = slots([], calendar, "weekdays", date(2026, 3, 16), 2)
    assert [str(slot.day) for slot in days] == ["2026-03-16", "2026-03-13"]


@pytest.fixture
def open_metric(files: WorkspaceFiles, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    def start(metric: str = "churned") -> AppTest:
        monkeypatch.setenv("NORTHSTAR_WORKSPACE", str(files.folder))
        monkeypatch.setenv("NORTHSTAR_STATE", str(files.state))
        st.cache_resource.clear()
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run().switch_page("pages/weekly/metric.py")
        at.query_params["metric"] = metric
        at.run()
        assert not at.exception
        return at

    yield start
    st.cache_resource.clear()


def test_the_metrics_page_shows_the_grid_and_who_typed_what(
    files: WorkspaceFiles, open_metric: Callable[..., AppTest]
) -> None:
    set_value(files, "churned", "2026-03-15", "12", "--by", "Ana")
    at = open_metric()
    assert "Values typed by hand" in [header.value for header in at.header]
    history = next(box for box in at.expander if box.label.startswith("Who typed what"))
    row = history.dataframe[0].value.iloc[0]
    assert (row["Value"], row["By"], row["Series"]) == ("12", "Ana (not verified)", "Value")
    assert "Values typed by hand" not in [header.value for header in open_metric("orders").header]


def test_refused_grids_say_why(open_metric: Callable[..., AppTest]) -> None:
    """Saving without a name, and without any change."""
    at = open_metric()
    next(button for button in at.button if button.label == "Save").click().run()
    assert [info.value for info in at.info] == ["Nothing is other than it was."]


def test_entries_are_read_by_check_too(files: WorkspaceFiles) -> None:
    set_value(files, "churned", "2026-03-15", "12")
    done = files.command("check", "--json")
    findings = json.loads(done.stdout)
    assert not [one for one in findings if one["level"] == "error"], findings
