"""Rows, columns and files in any order give the same figures, byte for byte."""

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

FIRST = date(2024, 12, 1)
DAYS = 470
WEEK_ENDING = "2026-03-08"
IDS = ("orders", "price", "latency", "visits", "stock")


def tree(layout: str, path: str) -> dict[str, Any]:
    columns = {"layout": "long", "metric": "metric", "value": "value"} if layout == "long" else {}
    return {
        "sources": {"shop": {"type": "csv", "path": path, "date": "day", **columns}},
        "metrics": {
            "orders": {"source": "shop", "target": 1000},
            "price": {"source": "shop", "aggregate": "mean"},
            "latency": {"source": "shop", "aggregate": "max", "scale": 0.1},
            "visits": {"source": "shop", "target": {"column": "stock"}},
            "stock": {"source": "shop", "aggregate": "min"},
            "worth": {"formula": "orders * price / (visits + 0.1)"},
        },
    }


def rows() -> Iterator[tuple[str, dict[str, str]]]:
    """Days with one to three rows each; cents, which have no exact binary fraction, of very unlike sizes."""
    seeded = random.Random(20)
    for number in range(DAYS):
        for _ in range(seeded.choice((1, 1, 2, 3))):
            cells = {name: f"{seeded.lognormvariate(5, 3):.2f}" for name in IDS}
            yield (FIRST + timedelta(days=number)).isoformat(), cells


def wide(table: list[tuple[str, dict[str, str]]], names: tuple[str, ...]) -> str:
    lines = [",".join((day, *(cells[name] for name in names))) for day, cells in table]
    return "\n".join((",".join(("day", *names)), *lines)) + "\n"


def long(table: list[tuple[str, str, str]], columns: str = "day,metric,value") -> str:
    order = [("day", "metric", "value").index(name) for name in columns.split(",")]
    return "\n".join((columns, *(",".join(row[at] for at in order) for row in table))) + "\n"


def printed(workspace: Any, layout: str, path: str, files: dict[str, str]) -> str:
    made = workspace(tree(layout, path), files)
    summary = made.refresh()
    assert not summary.failed and summary.sources[0].problem_count == 0
    return json.dumps(made.figures(WEEK_ENDING, series=("wow", "yoy", "mom"), fiscal=True))


@pytest.fixture(scope="module")
def table() -> list[tuple[str, dict[str, str]]]:
    return list(rows())


def test_rows_and_columns_of_a_wide_file(workspace: Any, table: list[tuple[str, dict[str, str]]]) -> None:
    as_they_come = printed(workspace, "wide", "shop.csv", {"shop.csv": wide(table, IDS)})
    seeded = random.Random(1)
    for _ in range(3):
        shuffled, names = seeded.sample(table, len(table)), tuple(seeded.sample(IDS, len(IDS)))
        assert printed(workspace, "wide", "shop.csv", {"shop.csv": wide(shuffled, names)}) == as_they_come
    assert printed(workspace, "wide", "shop.csv", {"shop.csv": wide(table[::-1], IDS[::-1])}) == as_they_come


def test_rows_and_columns_of_a_long_file(workspace: Any, table: list[tuple[str, dict[str, str]]]) -> None:
    tall = [(day, name, cells[name]) for day, cells in table for name in IDS]
    as_they_come = printed(workspace, "long", "shop.csv", {"shop.csv": long(tall)})
    seeded = random.Random(2)
    for columns in ("value,day,metric", "metric,value,day"):
        shuffled = seeded.sample(tall, len(tall))
        assert printed(workspace, "long", "shop.csv", {"shop.csv": long(shuffled, columns)}) == as_they_come
    assert printed(workspace, "wide", "shop.csv", {"shop.csv": wide(table, IDS)}) == as_they_come


def test_files_of_a_glob(workspace: Any, table: list[tuple[str, dict[str, str]]]) -> None:
    """One file, or the same rows dealt out to several that are named in this order or that."""
    as_they_come = printed(workspace, "wide", "shop.csv", {"shop.csv": wide(table, IDS)})
    parts = [wide(table[start::4], IDS) for start in range(4)]
    names = ["days/a.csv", "days/b.csv", "days/c.csv", "days/d.csv"]
    for order in (parts, parts[::-1], [parts[2], parts[0], parts[3], parts[1]]):
        assert printed(workspace, "wide", "days/*.csv", dict(zip(names, order, strict=True))) == as_they_come


def test_first_and_last_go_by_the_day_not_by_the_row(drawn: Any) -> None:
    """
    stock  2026-03-05  daily  4 5 6 7
    stock  2026-03-02  daily  1 2 3
    open   2026-03-05  daily  4 5 6 7
    open   2026-03-02  daily  1 2 3
    """
    figures = drawn("2026-03-08", stock={"aggregate": "last"}, open={"aggregate": "first"})
    assert figures["stock"]["summary"]["last_week"] == 7
    assert figures["open"]["summary"]["last_week"] == 1


def test_a_new_refresh_of_the_same_files_prints_the_same(
    workspace: Any, table: list[tuple[str, dict[str, str]]]
) -> None:
    content = {"shop.csv": wide(table, IDS)}
    assert len({printed(workspace, "wide", "shop.csv", content) for _ in range(3)}) == 1
