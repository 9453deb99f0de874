"""Refresh: what it reads again, what it keeps when a source fails, what it leaves behind when it is killed."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from workbooks import write_workbook
from workspaces import WorkspaceFiles

from metrics.errors import NorthstarError
from metrics.ledger.ledger import Ledger
from metrics.refresh import SourceResult, Summary, changed
from metrics.warehouse.change_log import value_changes
from metrics.warehouse.warehouse import SourceState, Warehouse

WEEK = "2026-03-08"
DAYS = [f"2026-03-{day:02}" for day in range(2, 9)]
TREE: dict[str, Any] = {
    "sources": {
        "shop": {"type": "csv", "path": "shop.csv", "date": "day"},
        "web": {"type": "csv", "path": "web.csv", "date": "day"},
    },
    "metrics": {
        "orders": {"source": "shop"},
        "returns": {"source": "shop"},
        "visits": {"source": "web"},
        "rate": {"formula": "orders / visits"},
    },
}
SHOP = "day,orders,returns\n" + "".join(f"{day},10,1\n" for day in DAYS)
WEB = "day,visits\n" + "".join(f"{day},100\n" for day in DAYS)


@pytest.fixture
def shop(workspace: Callable[..., WorkspaceFiles]) -> WorkspaceFiles:
    """Two sources, each of a week: 10 orders, 1 return and 100 visits a day."""
    return workspace(TREE, {"shop.csv": SHOP, "web.csv": WEB})


def outcomes(summary: Summary) -> dict[str, str]:
    return {source.id: source.outcome for source in summary.sources}


def counts(result: SourceResult) -> tuple[int, int, int]:
    """Numbers of days that a source's refresh added, changed and removed."""
    return result.changes.added, result.changes.changed, result.changes.removed


def last_week(files: WorkspaceFiles) -> dict[str, float | None]:
    metrics = files.figures(WEEK)["metrics"]
    return {metric_id: metric["summary"]["last_week"] for metric_id, metric in metrics.items()}


def states(files: WorkspaceFiles) -> dict[str, SourceState]:
    with files.opened() as (_, warehouse):
        return {source.id: source for source in warehouse.sources}


def metric_tree(**metrics: dict[str, Any]) -> dict[str, Any]:
    return {**TREE, "metrics": {**TREE["metrics"], **metrics}}


# What is read again


def test_only_the_changed_source_is_read_again(shop: WorkspaceFiles) -> None:
    assert outcomes(shop.refresh()) == {"shop": "read", "web": "read"}
    before = states(shop)
    # To the eye of a fingerprint this file has not changed. Had it been read, the visits would be gone.
    path = shop.folder / "web.csv"
    old = path.stat()
    path.write_text(WEB.replace("100", "abc"))
    os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
    shop.write("shop.csv", SHOP.replace(",10,", ",200,"))

    summary = shop.refresh()

    assert outcomes(summary) == {"shop": "read", "web": "unchanged"}
    assert summary.published and not summary.failed
    assert last_week(shop) == {"orders": 1_400, "returns": 7, "visits": 700, "rate": 2}
    after = states(shop)
    assert after["web"] == before["web"]
    assert after["shop"].read_at > before["shop"].read_at


def test_nothing_changed_nothing_published(shop: WorkspaceFiles) -> None:
    first = shop.refresh()
    path = shop.workspace.store.current()
    again = shop.refresh()
    assert (first.published, again.published) == (True, False)
    assert outcomes(again) == {"shop": "unchanged", "web": "unchanged"}
    assert [source.row_count for source in again.sources] == [7, 7]
    assert shop.workspace.store.current() == path


def test_a_changed_tree_is_computed_anew_without_reading(shop: WorkspaceFiles) -> None:
    """A formula and a calendar are no part of what was read; a column of another metric is."""
    shop.refresh()
    shop.write_tree(metric_tree(rate={"formula": "100 * orders / visits"}))
    summary = shop.refresh()
    assert summary.published and outcomes(summary) == {"shop": "unchanged", "web": "unchanged"}
    assert last_week(shop)["rate"] == 10
    shop.write_tree({**TREE, "calendar": {"week_ends_on": "saturday"}})
    assert outcomes(shop.refresh()) == {"shop": "unchanged", "web": "unchanged"}
    assert shop.figures("2026-03-07")["metrics"]["orders"]["summary"]["last_week"] == 60
    shop.write_tree(metric_tree(sent_back={"source": "shop", "column": "returns"}))
    assert outcomes(shop.refresh()) == {"shop": "read", "web": "unchanged"}
    assert last_week(shop)["sent_back"] == 7


def test_what_changed_is_known_without_a_refresh(shop: WorkspaceFiles) -> None:
    shop.refresh()

    def now() -> tuple[str, ...]:
        with shop.opened() as (tree, warehouse):
            return changed(shop.workspace, warehouse, tree)

    assert now() == ()
    shop.write("web.csv", WEB + "2026-03-09,100\n")
    assert now() == ("web",)
    shop.write_tree({**TREE, "name": "Renamed"})
    assert now() == ("northstar.yaml", "web")
    shop.refresh()
    assert now() == ()


def test_a_new_file_of_a_glob_is_a_change(workspace: Callable[..., WorkspaceFiles]) -> None:
    tree = {
        "sources": {"shop": {"type": "csv", "path": "days/*.csv", "date": "day"}},
        "metrics": {"orders": {"source": "shop"}},
    }
    files = workspace(tree, {"days/a.csv": "day,orders\n2026-03-02,1\n"})
    files.refresh()
    files.write("days/b.csv", "day,orders\n2026-03-03,2\n")
    summary = files.refresh()
    assert outcomes(summary) == {"shop": "read"}
    assert counts(summary.sources[0]) == (1, 0, 0)
    (files.folder / "days/a.csv").unlink()
    assert counts(files.refresh().sources[0]) == (0, 0, 1)
    assert last_week(files)["orders"] == 2


def test_restated_values_are_counted(shop: WorkspaceFiles) -> None:
    """One day more, one blank now, two corrected; what stayed the same is no change."""
    assert counts(shop.refresh().sources[0]) == (14, 0, 0)
    lines = SHOP.splitlines()
    lines[1] = "2026-03-02,11,1"
    lines[2] = "2026-03-03,,2"
    shop.write("shop.csv", "\n".join([*lines, "2026-03-09,10,"]) + "\n")
    summary = shop.refresh()
    assert counts(summary.sources[0]) == (1, 2, 1)
    assert counts(summary.sources[1]) == (0, 0, 0)


# Failure


def test_a_source_that_fails_keeps_its_last_good_values(shop: WorkspaceFiles) -> None:
    shop.refresh()
    before = states(shop)
    shop.write("web.csv", "this,is\nno,table\n")
    shop.write("shop.csv", SHOP.replace(",10,", ",20,"))

    summary = shop.refresh()

    assert summary.failed and summary.published
    assert outcomes(summary) == {"shop": "read", "web": "stale"}
    assert "web.csv" in (summary.sources[1].error or "")
    assert last_week(shop) == {"orders": 140, "returns": 7, "visits": 700, "rate": 0.2}
    web = states(shop)["web"]
    assert (web.status, web.read_at, web.row_count) == ("stale", before["web"].read_at, 7)
    with shop.opened() as (_, warehouse):
        assert warehouse.series["visits"].error and warehouse.series["orders"].error is None

    # It is tried again each time, until it can be read.
    assert outcomes(shop.refresh()) == {"shop": "unchanged", "web": "stale"}
    assert states(shop)["web"].read_at == before["web"].read_at
    shop.write("web.csv", WEB.replace("100", "200"))
    recovered = shop.refresh()
    assert outcomes(recovered) == {"shop": "unchanged", "web": "read"} and not recovered.failed
    assert counts(recovered.sources[1]) == (0, 7, 0)
    web = states(shop)["web"]
    assert (web.status, web.error) == ("read", None)
    with shop.opened() as (_, warehouse):
        assert warehouse.series["visits"].error is None
    assert last_week(shop)["visits"] == 1_400
    assert not shop.refresh().published


def test_a_column_that_can_no_longer_be_read_keeps_its_values(shop: WorkspaceFiles) -> None:
    shop.refresh()
    shop.write("shop.csv", SHOP.replace(",10,", ',"1,5",'))
    summary = shop.refresh()
    assert summary.failed and outcomes(summary) == {"shop": "read", "web": "unchanged"}
    assert counts(summary.sources[0]) == (0, 0, 0)
    assert last_week(shop) == {"orders": 70, "returns": 7, "visits": 700, "rate": 0.1}
    with shop.opened() as (_, warehouse):
        assert "No value of orders in shop.csv can be read." in (warehouse.series["orders"].error or "")


def test_what_had_been_left_out_of_values_that_stay_is_told_on(shop: WorkspaceFiles) -> None:
    shop.write("web.csv", WEB.replace("100", "1oo", 1))
    shop.refresh()

    def told() -> tuple[int, list[str]]:
        with shop.opened() as (_, warehouse):
            return states(shop)["web"].problem_count, warehouse.problems("web")["value"].tolist()

    assert told() == (1, ["1oo"])
    shop.write("web.csv", "no,table\n")
    for _ in range(2):
        assert outcomes(shop.refresh())["web"] == "stale"
        assert told() == (1, ["1oo"])
    shop.write("web.csv", WEB)
    assert outcomes(shop.refresh())["web"] == "read"
    assert told() == (0, [])


def test_what_fails_again_in_the_same_way_is_recorded_once(shop: WorkspaceFiles) -> None:
    """Or an app that looks every few minutes would fill the ledger with what is known."""
    (shop.folder / "web.csv").unlink()
    assert shop.refresh().published
    for _ in range(2):
        again = shop.refresh()
        assert again.failed and not again.published
        assert outcomes(again) == {"shop": "unchanged", "web": "failed"}
        assert "web.csv" in (again.sources[1].error or "")
    with Ledger.open(shop.state) as ledger:
        assert len(ledger.history.refreshes()) == 1
    shop.write("web.csv", "no,table\n")  # it fails in another way
    assert shop.refresh().published
    assert "web.csv has no column 'day'" in (states(shop)["web"].error or "")
    with shop.opened() as (tree, warehouse):
        assert changed(shop.workspace, warehouse, tree) == ()
    shop.write_tree({**TREE, "name": "Renamed"})
    assert shop.refresh().published
    for path in shop.state.glob("*.duckdb"):
        path.unlink()
    assert shop.refresh().published
    assert last_week(shop)["orders"] == 70


def test_the_same_file_back_again_clears_the_error(shop: WorkspaceFiles) -> None:
    """Moved away and back with its old time: nothing but the failure in between shows that it must be read."""
    shop.refresh()
    path, away = shop.folder / "web.csv", shop.folder / "away"
    path.rename(away)
    assert outcomes(shop.refresh())["web"] == "stale"
    away.rename(path)
    summary = shop.refresh()
    assert outcomes(summary)["web"] == "read" and not summary.failed
    assert counts(summary.sources[1]) == (0, 0, 0)
    assert not shop.refresh().published


def test_a_source_that_never_could_be_read(shop: WorkspaceFiles) -> None:
    (shop.folder / "web.csv").unlink()
    summary = shop.refresh()
    assert outcomes(summary) == {"shop": "read", "web": "failed"}
    assert "web.csv" in (summary.sources[1].error or "")
    assert last_week(shop) == {"orders": 70, "returns": 7, "visits": None, "rate": None}
    assert states(shop)["web"].read_at is None


def test_a_vanished_column_keeps_its_old_values(shop: WorkspaceFiles) -> None:
    shop.refresh()
    with shop.opened() as (_, warehouse):
        read_at = warehouse.series["returns"].read_at
    shop.write("shop.csv", "day,orders\n" + "".join(f"{day},20\n" for day in DAYS))

    summary = shop.refresh()

    assert summary.failed
    assert outcomes(summary)["shop"] == "read"
    assert "returns" in summary.sources[0].series_errors[0]
    assert last_week(shop) == {"orders": 140, "returns": 7, "visits": 700, "rate": 0.2}
    with shop.opened() as (_, warehouse):
        assert warehouse.series["returns"].read_at == read_at
        assert warehouse.series["orders"].read_at > read_at
        assert "returns" in (warehouse.series["returns"].error or "")
    # Nothing changed since, and it is still told.
    again = shop.refresh()
    assert not again.published and again.failed
    # Another change of the tree takes over values and error.
    shop.write_tree({**TREE, "name": "Renamed"})
    assert shop.refresh().failed
    assert last_week(shop)["returns"] == 7
    shop.write("shop.csv", SHOP)
    assert not shop.refresh().failed
    with shop.opened() as (_, warehouse):
        assert warehouse.series["returns"].error is None


@pytest.mark.parametrize(
    "definition",
    [{"column": "refunds"}, {"where": {"country": "US"}}, {"scale": 0.5}, {"aggregate": "mean"}, {"source": "web"}],
    ids=str,
)
def test_values_of_another_definition_are_never_kept(shop: WorkspaceFiles, definition: dict[str, Any]) -> None:
    shop.refresh()
    shop.write_tree(metric_tree(returns={"source": "shop", **definition}))
    for name in ("shop.csv", "web.csv"):
        (shop.folder / name).unlink()
    summary = shop.refresh()
    assert outcomes(summary) == {"shop": "stale", "web": "stale"}
    assert last_week(shop) == {"orders": 70, "returns": None, "visits": 700, "rate": 0.1}


DATABASE = {"type": "sql", "url": "sqlite:///web.db"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"type": "excel", "path": "web.xlsx", "worksheet": "Weekly"}, {"worksheet": "Other"}),
        ({"type": "excel", "path": "web.xlsx", "range": "A:B"}, {"range": "Other!A:B"}),
        ({**TREE["sources"]["web"], "date_format": "%Y-%m-%d"}, {"path": "gone.csv", "date_format": "%Y-%d-%m"}),
    ],
    ids=lambda keys: list(keys)[-1],
)
def test_values_of_another_table_are_never_kept(
    shop: WorkspaceFiles, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Another worksheet or range, or another way to read dates: what was read before is not that."""
    rows = [(date.fromisoformat(day), 100) for day in DAYS]
    write_workbook(shop.folder / "web.xlsx", [["day", "visits"], *map(list, rows)])
    shop.write_tree({**TREE, "sources": {**TREE["sources"], "web": before}})
    assert not shop.refresh().failed
    assert last_week(shop)["visits"] == 700
    shop.write_tree({**TREE, "sources": {**TREE["sources"], "web": before | after}})
    assert outcomes(shop.refresh()) == {"shop": "unchanged", "web": "failed"}
    assert last_week(shop) == {"orders": 70, "returns": 7, "visits": None, "rate": None}
    # They are not lost: what is declared again is read again, and restates nothing.
    shop.write_tree({**TREE, "sources": {**TREE["sources"], "web": before}})
    assert not shop.refresh().failed
    assert last_week(shop)["visits"] == 700
    with Ledger.open(shop.state) as ledger:
        assert value_changes(ledger.history.payloads(after=0, up_to=3), restated=True) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({**DATABASE, "query": "select day, visits from web"}, {"query": "select day, visits from nothing"}),
        ({**DATABASE, "table": "web"}, {"table": "nothing"}),
    ],
    ids=["query", "table"],
)
def test_a_slip_in_a_query_leaves_the_values_of_the_one_before(
    shop: WorkspaceFiles, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """They are stale, and said to be."""
    rows = [(date.fromisoformat(day), 100) for day in DAYS]
    with closing(sqlite3.connect(shop.folder / "web.db")) as database, database:
        database.execute("create table web (day text, visits integer)")
        database.executemany("insert into web values (?, ?)", [(str(day), visits) for day, visits in rows])
    shop.write_tree({**TREE, "sources": {**TREE["sources"], "web": before}})
    assert not shop.refresh().failed
    assert last_week(shop)["visits"] == 700
    shop.write_tree({**TREE, "sources": {**TREE["sources"], "web": before | after}})
    assert outcomes(shop.refresh()) == {"shop": "unchanged", "web": "stale"}
    assert last_week(shop)["visits"] == 700 and states(shop)["web"].error


def test_a_file_that_was_moved_keeps_its_values_and_tells_where_they_were_read(shop: WorkspaceFiles) -> None:
    """It has another name in northstar.yaml, and is not there: what is shown is of the old one, and this is said."""
    shop.refresh()
    moved = {"type": "csv", "path": "moved.csv", "date": "day"}
    shop.write_tree({**TREE, "sources": {**TREE["sources"], "web": moved}})
    for _ in range(2):
        assert outcomes(shop.refresh()) == {"shop": "unchanged", "web": "stale"}
        assert last_week(shop)["visits"] == 700
        assert states(shop)["web"].read_from == " The values shown were read from web.csv."
    told = shop.command("refresh").stderr
    assert "moved.csv" in told and "The values shown were read from web.csv." in told
    (shop.folder / "web.csv").rename(shop.folder / "moved.csv")
    assert outcomes(shop.refresh()) == {"shop": "unchanged", "web": "read"}
    assert states(shop)["web"].read_from == " The values shown were read from moved.csv."


def test_a_metric_that_took_over_an_id_has_values_of_its_own(shop: WorkspaceFiles) -> None:
    shop.refresh()
    shop.write_tree(metric_tree(returns={"source": "shop", "column": "orders"}))
    assert outcomes(shop.refresh())["shop"] == "read"
    assert last_week(shop)["returns"] == 70


def test_a_dirty_cell_costs_nothing_but_itself(shop: WorkspaceFiles) -> None:
    shop.write("shop.csv", SHOP.replace("2026-03-04,10,1", "2026-03-04,ten,1") + "2026-13-99,5,5\n,,\n")
    summary = shop.refresh()
    assert not summary.failed
    assert summary.sources[0].problem_count >= 2
    assert last_week(shop)["orders"] == 60
    with shop.opened() as (_, warehouse):
        assert "ten" in set(warehouse.problems("shop")["value"])


def test_an_empty_workspace(workspace: Callable[..., WorkspaceFiles]) -> None:
    """A tree that is drawn before there are data."""
    files = workspace({"metrics": {"idea": {}}})
    summary = files.refresh()
    assert summary == Summary((), published=True)
    assert last_week(files) == {"idea": None}
    assert not files.refresh().published


def test_values_too_large_to_add_up_are_left_blank(workspace: Callable[..., WorkspaceFiles]) -> None:
    """The sum of two is beyond what a number here can hold."""
    files = workspace(TREE, {"shop.csv": SHOP, "web.csv": WEB.replace("100", "1.5e308")})
    files.refresh()
    found = last_week(files)
    assert found["visits"] is None and found["rate"] is None
    assert found["orders"] == 70


# Exit codes


def test_exit_codes(shop: WorkspaceFiles) -> None:
    fine = shop.command("refresh", "--json")
    assert (fine.returncode, json.loads(fine.stdout)["published"]) == (0, True)
    (shop.folder / "web.csv").unlink()
    failed = shop.command("refresh")
    assert failed.returncode == 1
    assert "web" in failed.stderr and "Traceback" not in failed.stderr
    shop.write("northstar.yaml", "northstar: 1\nmetrics: [\n")
    broken = shop.command("refresh")
    assert broken.returncode == 1
    assert "northstar.yaml" in broken.stderr and "Traceback" not in broken.stderr
    # The last good values stay where they are.
    assert last_week(shop)["orders"] == 70
    assert shop.command("refresh", "--no-such-option").returncode == 2


# Killed, and several at once

KILLED = textwrap.dedent(
    """
    import os, sys
    from pathlib import Path
    from metrics.refresh import refresh
    from metrics.workspace import Workspace

    moment = sys.argv[3]

    def stop_here():
        print("here", flush=True)
        sys.stdin.read()

    def progress(sentence, done, total):
        if sentence.startswith(moment):
            stop_here()

    publish = os.replace

    def replace(source, target):
        if moment == "before the rename":
            stop_here()
        publish(source, target)
        if moment == "after the rename":
            stop_here()

    os.replace = replace
    refresh(Workspace(Path(sys.argv[1]), Path(sys.argv[2])), progress)
    print("done", flush=True)
    """
)
MOMENTS = ["Reading", "Reading what was fetched", "Computing weeks and months", "before the rename", "after the rename"]


def held(files: WorkspaceFiles, moment: str) -> subprocess.Popen[str]:
    """A refresh in a process of its own that goes on up to a moment."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(files.folder), str(files.state), moment],
        env=files.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    return process


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_refresh_leaves_the_old_values(shop: WorkspaceFiles, moment: str) -> None:
    shop.refresh()
    shop.write("shop.csv", SHOP.replace(",10,", ",20,"))
    process = held(shop, moment)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL

    published = moment == "after the rename"
    assert last_week(shop)["orders"] == (140 if published else 70)
    assert shop.refresh().published is not published
    assert last_week(shop) == {"orders": 140, "returns": 7, "visits": 700, "rate": 0.2}
    assert not [path.name for path in shop.state.iterdir() if path.name.startswith("building-")]


def test_a_first_refresh_may_be_killed_too(shop: WorkspaceFiles) -> None:
    process = held(shop, "Reading what was fetched")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert shop.workspace.store.current() is None
    assert shop.refresh().published
    assert last_week(shop)["orders"] == 70
    assert not [path.name for path in shop.state.iterdir() if path.name.startswith("building-")]


def test_a_refresh_that_breaks_off_leaves_nothing_behind(shop: WorkspaceFiles) -> None:
    """Ctrl-C while the second source is read."""
    shop.refresh()
    shop.write("shop.csv", SHOP.replace(",10,", ",20,"))

    def interrupt(sentence: str, done: int, total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shop.refresh(interrupt)
    assert not [path.name for path in shop.state.iterdir() if path.name.startswith("building-")]
    assert last_week(shop)["orders"] == 70
    assert shop.refresh().published


def test_two_refreshes_at_once(shop: WorkspaceFiles) -> None:
    """The second waits for the first, and finds the work done."""
    first = held(shop, "Reading what was fetched")
    second = subprocess.Popen(
        shop.command_line("refresh", "--json"),
        env=shop.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert first.communicate(input="")[0] == "done\n"
    told, errors = second.communicate()
    assert (first.returncode, second.returncode, errors) == (0, 0, "")
    assert json.loads(told)["published"] is False
    assert last_week(shop)["orders"] == 70
    assert len(list(shop.state.glob("*.duckdb"))) == 1


# Readers, and old files


def orders(warehouse: Warehouse) -> list[float]:
    return warehouse.weekly("orders")["value"].tolist()


def test_a_reader_keeps_its_file_until_it_opens_anew(shop: WorkspaceFiles) -> None:
    shop.refresh()
    first = shop.workspace.store.current()
    assert first is not None
    reader = Warehouse(first)
    for number in (20, 30, 40):
        shop.write("shop.csv", SHOP.replace(",10,", f",{number},"))
        assert shop.refresh().published
        # The file itself may be gone by now.
        assert orders(reader) == [70]
        newest = shop.workspace.store.current()
        assert newest is not None
        opened = Warehouse(newest)
        assert orders(opened) == [7 * number]
        opened.close()
    reader.close()
    assert not first.exists()


def test_the_last_two_files_stay(shop: WorkspaceFiles) -> None:
    published = []
    for number in range(1, 5):
        shop.write("shop.csv", SHOP.replace(",10,", f",{number},"))
        shop.refresh()
        published.append(shop.workspace.store.current())
    assert sorted(shop.state.glob("*.duckdb")) == published[-2:]


def test_other_files_in_the_state_folder_are_let_alone(shop: WorkspaceFiles) -> None:
    for name in ("ledger.db", "warehouse-1.duckdb", "warehouse-000001.duckdb.bak", "notes.txt"):
        (shop.state / name).write_text("precious")
    shop.refresh()
    shop.write("shop.csv", SHOP.replace(",10,", ",20,"))
    shop.refresh()
    assert {path.name for path in shop.state.iterdir() if path.read_bytes() == b"precious"} == {
        "ledger.db", "warehouse-1.duckdb", "warehouse-000001.duckdb.bak", "notes.txt",
    }  # fmt: skip


def damaged_text(path: Path) -> None:
    path.write_text("no database at all")


def damaged_empty(path: Path) -> None:
    path.write_bytes(b"")


def damaged_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def damaged_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for start in range(20_000, len(content), 50_000):
        content[start : start + 40_000] = b"\xff" * len(content[start : start + 40_000])
    path.write_bytes(content)


def other_version(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("update meta set format = -1")


@pytest.mark.parametrize("damage", [damaged_text, damaged_empty, damaged_half, damaged_middle, other_version])
@pytest.mark.parametrize("orders_a_day", [10, 20])
def test_a_broken_warehouse_is_built_anew(
    shop: WorkspaceFiles, damage: Callable[[Path], None], orders_a_day: int
) -> None:
    """From what the ledger knows, and from the sources that changed since."""
    shop.refresh()
    path = shop.workspace.store.current()
    assert path is not None
    damage(path)
    if orders_a_day != 10:
        shop.write("shop.csv", SHOP.replace(",10,", f",{orders_a_day},"))
    summary = shop.refresh()
    assert summary.published and not summary.failed
    assert outcomes(summary) == {"shop": "read" if orders_a_day != 10 else "unchanged", "web": "unchanged"}
    assert last_week(shop)["orders"] == 7 * orders_a_day
    assert last_week(shop)["visits"] == 700


def test_a_broken_page_is_no_reason_to_fail(shop: WorkspaceFiles) -> None:
    """One page of the old file after the other can't be read: what stood there is read from the sources again."""
    shop.refresh()
    path = shop.workspace.store.current()
    assert path is not None
    whole, page = path.read_bytes(), 262_144
    for number, start in enumerate(range(3 * 4_096, len(whole), 2 * page)):
        for other in shop.state.glob("*.duckdb"):
            other.unlink()
        path.write_bytes(whole[: start + 100] + b"\xff" * 1_000 + whole[start + 1_100 :])
        shop.write("shop.csv", SHOP.replace(",10,", f",{11 + number},"))
        summary = shop.refresh()
        assert summary.published and not summary.failed
        assert last_week(shop) == {
            "orders": 7 * (11 + number), "returns": 7, "visits": 700, "rate": pytest.approx((11 + number) / 100),
        }  # fmt: skip


def test_a_state_folder_that_was_deleted_while_it_was_read(shop: WorkspaceFiles) -> None:
    shop.refresh()
    first = shop.workspace.store.current()
    assert first is not None
    reader = Warehouse(first)
    for path in shop.state.iterdir():
        path.unlink()
    shop.state.rmdir()
    shop.write("shop.csv", SHOP.replace(",10,", ",20,"))
    assert shop.refresh().published
    assert orders(reader) == [70]
    second = shop.workspace.store.current()
    assert second is not None and second != first
    opened = Warehouse(second)
    assert orders(opened) == [140]
    opened.close()
    reader.close()


# Where nothing can be written


def test_a_file_where_the_state_folder_should_be(shop: WorkspaceFiles) -> None:
    shutil.rmtree(shop.state)
    shop.state.write_text("")
    told = shop.command("refresh")
    assert told.returncode == 1
    assert "Traceback" not in told.stderr and str(shop.state) in told.stderr
    with pytest.raises(NorthstarError, match="NORTHSTAR_STATE"):
        shop.refresh()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_state_folder(shop: WorkspaceFiles) -> None:
    shutil.rmtree(shop.state)
    shop.state.mkdir(mode=0o500)
    try:
        with pytest.raises(NorthstarError, match="NORTHSTAR_STATE"):
            shop.refresh()
    finally:
        shop.state.chmod(0o700)


def test_a_disk_that_refuses(shop: WorkspaceFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the reason, it is told in a sentence, and what was published stays."""
    shop.refresh()
    shop.write("shop.csv", SHOP.replace(",10,", ",20,"))

    def refuse(source: object, target: object) -> None:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(NorthstarError, match="No space left"):
        shop.refresh()
    assert last_week(shop)["orders"] == 70
    assert not [path.name for path in shop.state.iterdir() if path.name.startswith("building-")]
