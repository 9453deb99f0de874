"""What was typed by hand stays in the history: corrected, cleared, typed by several at once, refused or not."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

from workspaces import WorkspaceFiles

from metrics.by_hand import Typed, keep
from metrics.ledger.author import Author
from metrics.ledger.conflict import EntryConflict
from metrics.ledger.ledger import Ledger
from metrics.tree.load import load_tree

TREE: dict[str, Any] = {"metrics": {"a": {"source": "manual"}, "b": {"source": "manual"}}}
SUNDAY = date(2026, 3, 8)


def test_every_entry_stays_as_it_was_typed(workspace: Callable[..., WorkspaceFiles]) -> None:
    """A hundred entries for two metrics and three weeks: all are there, and the newest of each week counts."""
    files = workspace(TREE)
    tree = load_tree(files.folder).tree
    rng = random.Random(1)
    typed: list[tuple[str, date, float | None, str]] = []
    with Ledger.open(files.state) as ledger:
        for number in range(100):
            value = None if rng.random() < 0.2 else float(rng.randint(0, 9))
            day = SUNDAY + timedelta(weeks=rng.randint(0, 2), days=-rng.randint(0, 6))
            author = Author(f"Person {number % 7}", verified=False)
            keep(ledger, tree, [Typed(rng.choice("ab"), day, value)], author, f"note {number}")
            entry = max((one for key in "ab" for one in ledger.entries.of_metric(key)), key=lambda one: one.id)
            typed.append((entry.metric, entry.day, value, f"note {number}"))
            found = sorted((one for key in "ab" for one in ledger.entries.of_metric(key)), key=lambda one: one.id)
            assert [(one.metric, one.day, one.value, one.note) for one in found] == typed
    files.refresh()
    newest = {(key, day): value for key, day, value, _ in typed}
    for key in "ab":
        weekly = files.figures("2026-03-22")["metrics"][key]["weekly"]
        for week in range(3):
            day = SUNDAY + timedelta(weeks=week)
            assert weekly[day.isoformat()] == newest.get((key, day))


def test_of_several_at_once_one_is_first_and_the_others_are_told(workspace: Callable[..., WorkspaceFiles]) -> None:
    """Eight windows saw the same empty cell: one value is kept, and the other seven wait until they have seen it."""
    files = workspace(TREE)
    tree = load_tree(files.folder).tree

    def save(number: int) -> bool:
        with Ledger.open(files.state) as own:
            try:
                keep(own, tree, [Typed("a", SUNDAY, float(number), over=0)], Author(f"Person {number}", False))
            except EntryConflict as error:
                assert "meanwhile" in str(error)
                return False
            return True

    with Ledger.open(files.state):
        pass
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(save, range(8)))
    with Ledger.open(files.state) as ledger:
        found = ledger.entries.of_metric("a")
    assert len(found) == sum(kept) == 1
    assert kept[int(found[0].value or 0)]
