"""A metric that the last refresh could not read keeps what it had, and gets nothing that it did not have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workspaces import WorkspaceFiles

TREE: dict[str, Any] = {
    "sources": {
        "s": {
            "type": "csv", "path": "s.csv", "date": "day", "layout": "long", "metric": "name", "value": "n",
            "grain": "daily", "absent": "zero",
        },
    },
    "metrics": {"a": {"source": "s"}, "b": {"source": "s"}},
}  # fmt: skip


def rows(name: str, first: int, last: int) -> str:
    return "".join(f"2026-03-{day:02},{name},10\n" for day in range(first, last + 1))


def test_absent_zero_makes_no_zeros_of_what_could_not_be_read(workspace: Callable[..., WorkspaceFiles]) -> None:
    """10 a day from 2 March on. Then `b` is called `b_new`, and a week is added: the week to 15 March has no b."""
    made = workspace(TREE, {"s.csv": "day,name,n\n" + rows("a", 2, 8) + rows("b", 2, 8)})
    assert not made.refresh().failed
    made.write("s.csv", "day,name,n\n" + rows("a", 2, 15) + rows("b_new", 2, 15))
    assert made.refresh().failed
    figures = made.figures("2026-03-15")["metrics"]
    assert figures["a"]["weekly"]["2026-03-15"] == 70
    assert figures["b"]["weekly"]["2026-03-08"] == 70
    assert figures["b"]["weekly"]["2026-03-15"] is None
