"""Whatever happens to a source, the values of its last good refresh stay, also when the warehouse is deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from workspaces import WorkspaceFiles

TREE: dict[str, Any] = {
    "sources": {
        "shop": {"type": "csv", "path": "shop.csv", "date": "day", "absent": "zero"},
        "web": {"type": "csv", "path": "web/*.csv", "date": "day"},
    },
    "metrics": {
        "orders": {"source": "shop", "target": {"column": "planned"}},
        "price": {"source": "shop", "aggregate": "mean"},
        "visits": {"source": "web"},
        "rate": {"formula": "orders / visits", "unit": "percent"},
    },
}
SHOP = "day,orders,price,planned\n" + "".join(f"2026-03-{day:02},{day},2.5,10\n" for day in range(2, 16) if day != 5)
WEB = "day,visits\n" + "".join(f"2026-03-{day:02},{'' if day == 6 else 100 + day}\n" for day in range(2, 16))
WEEKS = ("2026-03-08", "2026-03-15")

BROKEN = {
    "gone": None,
    "empty": "",
    "header": "day,orders,price,planned,visits\n",
    "no table": "no,table\n1,2\n",
    "no dates": "day,orders,price,planned,visits\nsoon,1,1,1,1\n",
    "no numbers": "day,orders,price,planned,visits\n2026-03-09,a,b,c,d\n",
    "dates in doubt": "day,orders,price,planned,visits\n1/2/26,1,1,1,1\n2/3/26,2,2,2,2\n",
    "not UTF-8": "day,orders\n2026-03-09,\udcff\n",
    "bytes": "\x00\x01\x02",
}


def spoil(files: WorkspaceFiles, name: str, text: str | None) -> None:
    path = files.folder / name
    if text is None:
        path.unlink()
    else:
        path.write_bytes(text.encode("utf-8", "surrogateescape"))


def shown(files: WorkspaceFiles) -> list[dict[str, Any]]:
    return [files.figures(week, series=("wow", "yoy", "mom"), fiscal=True) for week in WEEKS]


@pytest.mark.parametrize("kind", BROKEN)
def test_nothing_that_was_shown_is_lost(kind: str, workspace: Callable[..., WorkspaceFiles]) -> None:
    """First one source breaks, then both; then the warehouse is deleted, and both are still broken."""
    files = workspace(TREE, {"shop.csv": SHOP, "web/a.csv": WEB})
    assert not files.refresh().failed
    before = shown(files)
    for name in ("web/a.csv", "shop.csv"):
        spoil(files, name, BROKEN[kind])
        assert files.refresh().failed
        assert shown(files) == before
    for path in files.state.glob("*.duckdb"):
        path.unlink()
    assert files.refresh().failed
    assert shown(files) == before
    files.write("shop.csv", SHOP)
    files.write("web/a.csv", WEB)
    assert not files.refresh().failed
    assert shown(files) == before
