"""Values that look wrong are listed with their day, and nothing that is right is."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from workspaces import WorkspaceFiles

from metrics.tree.load import load_tree
from metrics.warehouse.sanity import Oddity, oddities

FIRST = date(2026, 1, 5)
TODAY = date(2026, 3, 16)


def found(
    workspace: Callable[..., WorkspaceFiles], values: list[Any], metric: dict[str, Any] | None = None
) -> list[Oddity]:
    rows = [f"{FIRST + timedelta(days=at)},{'' if value is None else value}" for at, value in enumerate(values)]
    tree = {
        "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"}},
        "metrics": {"orders": {"source": "shop", "unit": "count", **(metric or {})}},
    }
    files = workspace(tree, {"shop.csv": "\n".join(["day,orders", *rows]) + "\n"})
    files.refresh()
    path = files.workspace.store.current()
    assert path is not None
    return oddities(load_tree(files.folder).tree, path, TODAY)


def wavy(count: int) -> list[Any]:
    """Between 90 and 110, never the same twice in a row."""
    return [100 + (at * 8) % 21 - 10 for at in range(count)]


def day(at: int) -> date:
    return FIRST + timedelta(days=at)


def test_what_is_right_is_left_in_peace(workspace: Callable[..., WorkspaceFiles]) -> None:
    assert found(workspace, wavy(70)) == []
    growing = [round(10 * 1.03**at) for at in range(70)]
    assert found(workspace, growing) == []
    assert found(workspace, [0, 1, 0, 2, 0, 0, 3] * 10) == []
    assert found(workspace, [5] * 70) == []  # always the same: nothing was copied
    assert found(workspace, [100, 120, 110, 90, 130, 0, 0] * 10) == []  # closed on weekends
    small = [20 + (at * 7) % 31 - 15 for at in range(60)]  # 5 to 35 a day, and then 1 and 2 by chance
    assert found(workspace, [*small, 1, 24, 2, 17]) == []


@pytest.mark.parametrize(
    ("kind", "values", "metric", "at", "words"),
    [
        ("sudden_zero", [*wavy(60), 0], {}, 60, "Is it missing rather than zero?"),
        ("ten_fold", [*wavy(60), 1_000, 1_010], {}, 60, "Did the unit change?"),
        ("ten_fold", [*wavy(60), 10, 11], {}, 60, "Did the unit change?"),
        ("ten_fold", [0.31, 0.29, 0.3, 0.33] * 15 + [0.031, 0.03], {"unit": "percent"}, 60, "Did the unit change?"),
        ("ten_fold", [20 + at % 3 for at in range(60)] + [2, 21], {}, 60, "Did the unit change?"),
        ("ten_fold", [at * 1_234_567 for at in wavy(60)] + [1_234_567], {}, 60, " has 1234567, about"),
        ("negative", [*wavy(60), -3], {}, 60, "can't be negative"),
        ("above_100_percent", [0.1, 0.3, 0.2, 1.2, 0.2], {"unit": "percent", "aggregate": "mean"}, 3, "120%"),
        ("repeated", [*wavy(60), 97, 97, 97, 97, 97, 97], {}, 60, "6 times in a row"),
        ("future", wavy(75), {}, 74, "still to come"),
        ("absent", [*wavy(30), None, None, *wavy(30)], {}, 30, "2 expected days have no value"),
    ],
)
def test_what_looks_wrong_is_listed(
    workspace: Callable[..., WorkspaceFiles],
    kind: str,
    values: list[Any],
    metric: dict[str, Any],
    at: int,
    words: str,
) -> None:
    listed = found(workspace, values, metric)
    assert [(one.kind, one.day) for one in listed] == [(kind, day(at))]
    assert words in listed[0].sentence and "None" not in listed[0].sentence
    assert str(day(at)) in listed[0].sentence


def test_a_repeated_oddity_is_counted_and_shown_once(workspace: Callable[..., WorkspaceFiles]) -> None:
    (one,) = found(workspace, [*wavy(30), -3, *wavy(10), -4])
    assert (one.kind, one.count, one.value, one.day) == ("negative", 2, -4, day(41))
    assert "on 2 days" in one.sentence


def test_declared_bounds_say_what_is_meant(workspace: Callable[..., WorkspaceFiles]) -> None:
    """Who declares a smallest count, or a largest share, is not asked about that side."""
    assert found(workspace, [*wavy(30), -3], {"checks": {"min": -10}}) == []
    growth = {"unit": "percent", "aggregate": "mean", "checks": {"max": 5}}
    assert found(workspace, [0.1, 0.3, 1.2, 0.2], growth) == []


def test_a_formula_above_100_percent(workspace: Callable[..., WorkspaceFiles]) -> None:
    rows = "".join(f"{day(at)},{30 if at < 7 else 10},20\n" for at in range(14))
    tree = {
        "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"}},
        "metrics": {
            "won": {"source": "shop"},
            "asked": {"source": "shop"},
            "rate": {"formula": "won / asked", "unit": "percent"},
        },
    }
    files = workspace(tree, {"shop.csv": "day,won,asked\n" + rows})
    files.refresh()
    path = files.workspace.store.current()
    assert path is not None
    listed = oddities(load_tree(files.folder).tree, path, TODAY)
    assert [(one.key, one.kind, one.day) for one in listed if one.key == "rate"] == [
        ("rate", "above_100_percent", date(2026, 1, 11))
    ]
