"""The parts of changes that the ledger keeps: parts of earlier versions and those of today are read together."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from workspaces import WorkspaceFiles

from metrics.ledger.ledger import Ledger
from metrics.warehouse.change_log import Part, restore_observations, value_changes

EARLIER = "key, day, state, value, old_state, old_value, redefined"
FIRST = [("orders", "2026-03-02", 2, 10.0), ("orders", "2026-03-03", 1, None), ("gone", "2026-03-02", 2, 1.0)]
SECOND = [("orders", "2026-03-02", 2, 11.0, 2, 10.0, False), ("orders", "2026-03-03", 2, 3.0, 1, None, False)]


def part(refresh: int, columns: str, rows: list[tuple[object, ...]], folder: Path) -> Part:
    path = folder / f"{refresh}.parquet"
    names = [name.strip() for name in columns.split(",")]
    types = {"key": "varchar", "day": "date", "state": "utinyint", "value": "double", "old_state": "utinyint"}
    types |= {"old_value": "double", "redefined": "boolean"}
    with duckdb.connect() as connection:
        connection.execute(f"create table part ({', '.join(f'{name} {types[name]}' for name in names)})")
        connection.executemany(f"insert into part values ({', '.join('?' for _ in names)})", rows)
        connection.execute(f"copy part to '{path}' (format parquet)")
    return refresh, "shop", path.read_bytes()


def parts(first: str, folder: Path) -> list[Part]:
    """A first refresh in today's shape (`new`) or in that of earlier versions, and a second one."""
    earlier = [(*row, 0, None, False) for row in FIRST]
    begun = (
        part(1, "key, day, state, value", list(FIRST), folder) if first == "new" else part(1, EARLIER, earlier, folder)
    )
    return [begun, part(2, EARLIER, list(SECOND), folder)]


@pytest.mark.parametrize("first", ["new", "earlier"])
def test_values_are_restored_from_parts_of_both_shapes(first: str, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    with duckdb.connect() as connection:
        connection.execute("create table series as select 7 as number, 'orders' as key")
        connection.execute("create table observation (series integer, day date, value double)")
        restore_observations(connection, parts(first, tmp_path), tmp_path / "scratch")
        found = connection.execute("from observation order by day").fetchall()
    assert found == [(7, date(2026, 3, 2), 11.0), (7, date(2026, 3, 3), 3.0)]


@pytest.mark.parametrize("first", ["new", "earlier"])
def test_changes_are_told_from_parts_of_both_shapes(first: str, tmp_path: Path) -> None:
    both = parts(first, tmp_path)
    told = [(one.refresh, one.key, one.day.day, one.old, one.new) for one in value_changes(both)]
    assert told == [
        (2, "orders", 2, 10.0, 11.0),
        (2, "orders", 3, None, 3.0),
        (1, "gone", 2, None, 1.0),
        (1, "orders", 2, None, 10.0),
    ]
    assert [(one.refresh, one.day.day) for one in value_changes(both, restated=True)] == [(2, 2)]
    assert len(value_changes(both[:1])) == 2 and value_changes(both[:1], restated=True) == []
    assert [one.day.day for one in value_changes(both, up_to=date(2026, 3, 2))] == [2, 2, 2]


def test_a_first_refresh_keeps_only_what_is_new(workspace: Callable[..., WorkspaceFiles], tmp_path: Path) -> None:
    tree = {
        "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day"}},
        "metrics": {"a": {"source": "shop"}},
    }
    files = workspace(tree, {"shop.csv": "day,a\n2026-03-02,1\n2026-03-03,\n2026-03-04,3\n"})
    (source,) = files.refresh().sources
    assert (source.changes.added, source.changes.changed, source.changes.removed) == (2, 0, 0)
    with Ledger.open(files.state) as ledger:
        ((_, _, payload),) = ledger.history.payloads(0, 1)
    (tmp_path / "kept.parquet").write_bytes(payload)
    kept = duckdb.sql(f"from '{tmp_path / 'kept.parquet'}' order by day")
    assert kept.columns == ["key", "day", "state", "value"]
    assert kept.fetchall() == [
        ("a", date(2026, 3, 2), 2, 1.0),
        ("a", date(2026, 3, 3), 1, None),
        ("a", date(2026, 3, 4), 2, 3.0),
    ]
