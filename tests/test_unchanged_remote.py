"""A source that lies elsewhere is asked each time; where it says what it said before, nothing is published."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from workspaces import WorkspaceFiles

from metrics.ledger.ledger import Ledger

TREE = {
    "sources": {
        "shop": {"type": "sql", "url": "${SHOP}", "query": "select day, orders from daily", "date": "day"},
        "web": {"type": "csv", "path": "web.csv", "date": "day"},
    },
    "metrics": {"orders": {"source": "shop"}, "visits": {"source": "web"}},
}
WEB = "day,visits\n2026-03-02,5\n2026-03-03,6\n"


@pytest.fixture
def files(workspace: Callable[..., WorkspaceFiles], monkeypatch: pytest.MonkeyPatch) -> WorkspaceFiles:
    made = workspace(TREE, {"web.csv": WEB})
    monkeypatch.setenv("SHOP", "sqlite:///shop.db")
    ask(made.folder, "create table daily (day text, orders int)", "insert into daily values ('2026-03-02', 10)")
    return made


def ask(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "shop.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def refreshes(files: WorkspaceFiles) -> int:
    with Ledger.open(files.state) as ledger:
        return len(ledger.history.refreshes())


def test_the_same_answer_publishes_and_records_nothing(files: WorkspaceFiles) -> None:
    first = files.refresh()
    assert first.published and [source.outcome for source in first.sources] == ["read", "read"]
    path = files.workspace.store.current()
    for _ in range(2):
        again = files.refresh()
        assert not again.published
        assert [(one.id, one.outcome, one.row_count) for one in again.sources] == [
            ("shop", "unchanged", 1),
            ("web", "unchanged", 2),
        ]
    assert files.workspace.store.current() == path and refreshes(files) == 1


def test_another_answer_is_published_and_counted(files: WorkspaceFiles) -> None:
    files.refresh()
    ask(files.folder, "update daily set orders = 11", "insert into daily values ('2026-03-03', 3)")
    again = files.refresh()
    shop, web = again.sources
    assert again.published and (shop.outcome, web.outcome) == ("read", "unchanged")
    assert (shop.changes.added, shop.changes.changed, shop.changes.removed) == (1, 1, 0)
    assert refreshes(files) == 2


def test_the_same_answer_beside_another_file_is_kept_as_read_again(files: WorkspaceFiles) -> None:
    files.refresh()
    with files.opened() as (_, warehouse):
        before = {state.id: state.read_at for state in warehouse.sources}
    files.write("web.csv", WEB + "2026-03-04,7\n")
    assert [(one.id, one.outcome) for one in files.refresh().sources] == [("shop", "unchanged"), ("web", "read")]
    with files.opened() as (_, warehouse):
        after = {state.id: state.read_at for state in warehouse.sources}
    assert all(after[name] > before[name] for name in ("shop", "web"))


def test_the_same_answer_after_a_failure_is_published(files: WorkspaceFiles) -> None:
    """What was stale is not any more, though its values are the same."""
    files.refresh()
    ask(files.folder, "alter table daily rename to away")
    assert [one.outcome for one in files.refresh().sources] == ["stale", "unchanged"]
    stale = files.refresh()
    assert not stale.published and [one.outcome for one in stale.sources] == ["stale", "unchanged"]
    ask(files.folder, "alter table away rename to daily")
    back = files.refresh()
    assert back.published and [one.outcome for one in back.sources] == ["read", "unchanged"]
    assert not files.refresh().published
