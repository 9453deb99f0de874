"""As it was known then: any earlier refresh can be seen again, from the ledger alone."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from workspaces import WorkspaceFiles

from metrics.known import UnknownMomentError, known_at
from metrics.ledger.ledger import Ledger
from metrics.review.arrivals import arrivals
from metrics.review.export import figures_json
from metrics.review.figures import Figures
from metrics.review.review_week import review_week
from metrics.tree.load import read_tree
from metrics.warehouse.change_log import value_changes
from metrics.warehouse.warehouse import Warehouse

WEEKS = [datetime(2026, 3, day).date() for day in (8, 15, 22)]
TODAY = datetime(2026, 3, 25).date()
TREE: dict[str, Any] = {
    "sources": {
        "shop": {"type": "csv", "path": "shop.csv", "date": "day"},
        "web": {"type": "csv", "path": "web.csv", "date": "day", "absent": "zero"},
        "plan": {"type": "csv", "path": "plan.csv", "date": "month"},
    },
    "metrics": {
        "orders": {"source": "shop", "target": {"column": "planned"}},
        "price": {"source": "shop", "aggregate": "mean"},
        "visits": {"source": "web"},
        "rate": {"formula": "orders / visits", "unit": "percent"},
        "budget": {"source": "plan"},
    },
}


def shop(days: int, **changed: str) -> str:
    """Ten orders a day from 2 March on, but for the days that are given, as d3='11,2'."""
    rows = ["day,orders,price,planned"]
    for number in range(days):
        day = datetime(2026, 3, 2) + timedelta(days=number)
        rows.append(f"{day:%Y-%m-%d},{changed.get(f'd{number}', '10,2.5,9')}")
    return "\n".join(rows) + "\n"


def web(days: int, skipped: int = -1) -> str:
    rows = ["day,visits"]
    for number in range(days):
        if number != skipped:
            rows.append(f"2026-03-{number + 2:02},{100 + number}")
    return "\n".join(rows) + "\n"


def seen(path: Path) -> dict[str, Any]:
    """All that a page or a command can show of a warehouse file: figures, states of sources and series, problems."""
    warehouse = Warehouse(path)
    try:
        tree = read_tree(warehouse.tree_text).tree
        figures = [Figures(tree, warehouse, week) for week in WEEKS]
        return {
            "review_week": review_week(tree, warehouse, TODAY),
            "figures": [figures_json(one, series=("wow", "yoy", "mom"), fiscal=True) for one in figures],
            "arrivals": [arrivals(tree, warehouse, one) for one in figures],
            "sources": warehouse.sources,
            "series": warehouse.series,
            "problems": [warehouse.problems(source).to_dict("records") for source in tree.sources],
            "built_at": warehouse.built_at,
            "histories": [
                frame.fillna(-1).to_dict("records")
                for metric in tree.metrics
                for frame in (warehouse.weekly(metric), warehouse.monthly(metric))
            ],
        }
    finally:
        warehouse.close()


def current(files: WorkspaceFiles) -> Path:
    path = files.workspace.store.current()
    assert path is not None
    return path


@pytest.fixture
def history(workspace: Callable[..., WorkspaceFiles]) -> tuple[WorkspaceFiles, list[tuple[datetime, dict[str, Any]]]]:
    """A workspace after six refreshes, and what each of them showed, with a moment at which it was shown."""
    plan = "month,budget\n2026-01-31,5\n2026-02-28,6\n2026-03-31,7\n"
    files = workspace(TREE, {"shop.csv": shop(8), "web.csv": web(7), "plan.csv": plan})
    frozen = []

    def refresh() -> None:
        files.refresh()
        frozen.append((datetime.now(UTC), seen(current(files))))

    refresh()
    files.write("shop.csv", shop(14, d3="11,3,9", d4=",2.5,9", d5="ten,2.5,9"))  # restated, taken away, unreadable
    files.write("web.csv", web(14, skipped=2))
    refresh()
    files.write("shop.csv", shop(21, d3="12,3,8"))
    files.write("web.csv", "no,table\n")  # fails, and keeps its values
    refresh()
    metrics = {
        **TREE["metrics"],
        "orders": {"source": "shop", "scale": 2},
        "late": {"source": "shop", "column": "price"},
    }
    files.write_tree({**TREE, "metrics": metrics})  # another definition, a new metric, a target less
    refresh()
    files.write("web.csv", web(21))
    files.write("plan.csv", "month,budget\n2026-01-31,5\n")
    refresh()
    files.write_tree(TREE)  # as it was: the values of all keys come back
    refresh()
    return files, frozen


def test_what_was_shown_then_is_shown_again(
    history: tuple[WorkspaceFiles, list[tuple[datetime, dict[str, Any]]]],
) -> None:
    files, frozen = history
    with Ledger.open(files.state) as ledger:
        for moment, shown in frozen:
            assert seen(known_at(files.workspace, ledger, moment)) == shown


def test_no_refresh_showed_the_same_as_another(
    history: tuple[WorkspaceFiles, list[tuple[datetime, dict[str, Any]]]],
) -> None:
    """Or the test above would prove little."""
    figures = [shown["figures"] for _, shown in history[1]]
    assert all(one != other for number, one in enumerate(figures) for other in figures[:number])


def test_deleting_the_warehouse_loses_nothing(
    history: tuple[WorkspaceFiles, list[tuple[datetime, dict[str, Any]]]],
) -> None:
    """All files of values are gone, and the sources too."""
    files, frozen = history
    for path in files.state.glob("*.duckdb"):
        path.unlink()
    shutil.rmtree(files.state / "known", ignore_errors=True)
    for name in ("shop.csv", "web.csv", "plan.csv"):
        (files.folder / name).unlink()
    files.refresh()
    now = seen(current(files))
    last = frozen[-1][1]
    assert now["figures"] == last["figures"] and now["histories"] == last["histories"]
    assert {source.status for source in now["sources"]} == {"stale"}
    with Ledger.open(files.state) as ledger:
        for moment, shown in frozen:
            assert seen(known_at(files.workspace, ledger, moment)) == shown


def test_a_moment_before_the_first_refresh(workspace: Callable[..., WorkspaceFiles]) -> None:
    files = workspace(TREE, {"shop.csv": shop(8), "web.csv": web(7)})
    with Ledger.open(files.state) as ledger, pytest.raises(UnknownMomentError, match="there was no refresh yet"):
        known_at(files.workspace, ledger, datetime.now(UTC))
    files.refresh()
    with Ledger.open(files.state) as ledger, pytest.raises(UnknownMomentError, match="the first refresh was on"):
        known_at(files.workspace, ledger, datetime(2026, 1, 1, tzinfo=UTC))


def test_restated_values_are_kept_with_old_and_new(
    history: tuple[WorkspaceFiles, list[tuple[datetime, dict[str, Any]]]],
) -> None:
    """By the second refresh the 5th of March went from 10 to 11 orders, and the 6th and 7th lost theirs."""
    files, _ = history
    with Ledger.open(files.state) as ledger:
        found = value_changes(ledger.history.payloads(after=1, up_to=2), restated=True)
        orders = [(str(one.day), one.old, one.new) for one in found if one.key == "orders"]
        assert orders == [("2026-03-05", 10, 11), ("2026-03-06", 10, None), ("2026-03-07", 10, None)]
        assert [(one.key, str(one.day), one.new) for one in found if one.key != "orders"] == [
            ("price", "2026-03-05", 3),
            ("visits", "2026-03-04", None),
        ]
        # A new scale restates nothing, and nor does what stays the same.
        assert [
            one.key
            for one in value_changes(ledger.history.payloads(after=3, up_to=4), restated=True)
            if one.key == "orders"
        ] == []


def test_a_changed_definition_is_dated(
    history: tuple[WorkspaceFiles, list[tuple[datetime, dict[str, Any]]]],
) -> None:
    files, _ = history
    with Ledger.open(files.state) as ledger:
        found = [(one.refresh, one.part, one.before, one.after) for one in ledger.definitions.of_metric("orders")]
    assert sorted(found) == [(4, "scale", None, "2"), (6, "scale", "2", None)]


def test_a_ledger_that_is_gone_starts_anew_and_keeps_the_values(workspace: Callable[..., WorkspaceFiles]) -> None:
    files = workspace(TREE, {"shop.csv": shop(8), "web.csv": web(7)})
    files.refresh()
    for path in files.state.glob("ledger.sqlite*"):
        path.unlink()
    (files.folder / "web.csv").unlink()
    summary = files.refresh()
    assert {source.id: source.outcome for source in summary.sources}["web"] == "stale"
    now = seen(current(files))
    with Ledger.open(files.state) as ledger:
        assert seen(known_at(files.workspace, ledger, datetime.now(UTC))) == now


def test_a_ledger_on_a_server_starts_with_the_values_that_were_shown(
    workspace: Callable[..., WorkspaceFiles], postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told, goes on from there, and each of the two ledgers gives back what it recorded itself."""
    files = workspace(TREE, {"shop.csv": shop(8), "web.csv": web(7)})
    assert files.refresh().remarks == ()
    first = seen(current(files))
    monkeypatch.setenv("NORTHSTAR_LEDGER_URL", postgres_url)
    moved = files.refresh()
    (remark,) = moved.remarks
    assert "is empty, though earlier refreshes were recorded" in remark and "NORTHSTAR_LEDGER_URL" in remark
    assert seen(current(files))["figures"] == first["figures"]
    assert files.refresh().remarks == ()
    files.write("shop.csv", shop(8, d3="11,3,9"))
    files.refresh()
    with Ledger.open(files.state) as ledger:
        found = value_changes(ledger.history.payloads(after=1, up_to=9), restated=True)
        assert [(one.key, one.old, one.new) for one in found] == [("orders", 10, 11), ("price", 2.5, 3)]
    monkeypatch.delenv("NORTHSTAR_LEDGER_URL")
    assert files.refresh().remarks == ()
    with Ledger.open(files.state) as ledger:
        assert [line.number for line in ledger.history.refreshes()] == [2, 1]
        found = value_changes(ledger.history.payloads(after=1, up_to=2), restated=True)
        assert [(one.key, one.old, one.new) for one in found] == [("orders", 10, 11), ("price", 2.5, 3)]
        earlier = ledger.history.get(1)
        assert seen(known_at(files.workspace, ledger, earlier.at))["figures"] == first["figures"]
