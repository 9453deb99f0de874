"""As of any moment, figures, states and problems are those that were shown then, whatever came after."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from workspaces import WorkspaceFiles

from metrics.known import known_at
from metrics.ledger.ledger import Ledger
from metrics.review.export import figures_json
from metrics.review.figures import Figures
from metrics.tree.load import read_tree
from metrics.warehouse.warehouse import Warehouse

FIRST = date(2026, 3, 2)
CELLS = ("", "0", "7", "8.5", "1,200", "-3", "ten", "1e308", "5%")
SHAPES: list[dict[str, Any]] = [
    {"aggregate": "sum"},
    {"aggregate": "mean"},
    {"aggregate": "last", "scale": 0.5},
    {"column": "b"},
    {"where": {"place": "x"}},
]


def files_text(rng: random.Random, days: int) -> str:
    lines = ["day,place,a,b"]
    for number in range(days):
        if rng.random() > 0.1:
            a, b = (rng.choice(CELLS) if rng.random() < 0.2 else str(rng.randint(1, 99)) for _ in "ab")
            lines.append(f'{FIRST + timedelta(days=number)},{rng.choice("xy")},"{a}","{b}"')
    return "\n".join(lines) + "\n"


def tree_of(rng: random.Random) -> dict[str, Any]:
    shop = {"type": "csv", "path": "shop.csv", "date": "day", "absent": rng.choice(("missing", "zero"))}
    metrics = {"a": {"source": "shop", **rng.choice(SHAPES)}, "b": {"source": "shop"}, "c": {"formula": "a / b"}}
    if rng.random() < 0.3:
        metrics["d"] = {"source": "shop", "column": "a", "aggregate": "max"}
    calendar = {"week_ends_on": rng.choice(("sunday", "sunday", "friday"))}
    return {"calendar": calendar, "sources": {"shop": shop}, "metrics": metrics}


def shown(warehouse: Warehouse) -> str:
    tree = read_tree(warehouse.tree_text).tree
    last = tree.calendar.week_ending(FIRST + timedelta(days=40))
    figures = [Figures(tree, warehouse, last - timedelta(weeks=number)) for number in range(4)]
    found = [figures_json(one, series=("wow", "yoy", "mom"), fiscal=True) for one in figures]
    problems = warehouse.problems("shop").to_json()
    return json.dumps([found, problems, repr(warehouse.sources), repr(warehouse.series)])


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long), pytest.param(2, marks=pytest.mark.long)])
def test_any_moment_of_a_history_is_shown_as_it_was(seed: int, workspace: Callable[..., WorkspaceFiles]) -> None:
    """Six refreshes with values restated, added, taken away and broken, and with trees that change."""
    rng = random.Random(seed)
    files = workspace(tree_of(rng), {"shop.csv": files_text(rng, 28)})
    frozen: list[tuple[datetime, str]] = []
    for number in range(6):
        if number and rng.random() < 0.4:
            files.write_tree(tree_of(rng))
        if number and rng.random() < 0.8:
            files.write("shop.csv", "no,table\n" if rng.random() < 0.2 else files_text(rng, 28 + 2 * number))
        files.refresh()
        with files.opened() as (_, warehouse):
            frozen.append((datetime.now(UTC), shown(warehouse)))
    assert len({text for _, text in frozen}) > 3
    for path in files.state.glob("*.duckdb"):
        path.unlink()
    with Ledger.open(files.state) as ledger:
        for moment, text in frozen:
            known = Warehouse(known_at(files.workspace, ledger, moment))
            try:
                assert shown(known) == text
            finally:
                known.close()
