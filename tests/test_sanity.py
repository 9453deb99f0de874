"""Values that look wrong are listed with their day, and nothing that is right is."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from workspaces import WorkspaceFiles

from metrics.tree.load import load_tree
from metrics.warehouse.oddity import Oddity
from metrics.warehouse.sanity import oddities

FIRST = date(2026, 1, 5)
TODAY = date(2026, 3, 16)


def found(
    workspace: Callable[..., WorkspaceFiles],
    values: list[Any],
    metric: dict[str, Any] | None = None,
    absent: str = "missing",
) -> list[Oddity]:
    """What looks wrong in daily values; None is a blank cell or, where absent days are zeros, no row."""
    rows = [
        f"{FIRST + timedelta(days=at)},{'' if value is None else value}"
        for at, value in enumerate(values)
        if value is not None or absent == "missing"
    ]
    tree = {
        "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily", "absent": absent}},
        "metrics": {"orders": {"source": "shop", "unit": "count", **(metric or {})}},
    }
    files = workspace(tree, {"shop.csv": "\n".join(["day,orders", *rows]) + "\n"})
    files.refresh()
    path = files.workspace.store.current()
    assert path is not None
    return oddities(load_tree(files.folder).tree, path, TODAY)


def test_a_day_without_a_row_that_counts_as_zero_is_looked_at_too(
    workspace: Callable[..., WorkspaceFiles],
) -> None:
    (one,) = found(workspace, [*wavy(60), None, *wavy(3)], absent="zero")
    assert (one.kind, one.days[0][0]) == ("sudden_zero", FIRST + timedelta(days=60))
    seldom = [3 if at % 4 == 0 else None for at in range(56)]
    assert found(workspace, [*seldom, 3], absent="zero") == []


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
        ("ten_fold", [at * 1_234_567 for at in wavy(60)] + [1_234_567], {}, 60, " has 1,234,567, far from"),
        ("negative", [*wavy(60), -3], {}, 60, "can't be negative"),
        ("above_100_percent", [0.1, 0.3, 0.2, 1.2, 0.2], {"unit": "percent", "aggregate": "mean"}, 3, "120\u202f%"),
        ("repeated", [*wavy(60), 97, 97, 97, 97, 97, 97], {}, 60, "6 times in a row"),
        ("future", wavy(75), {}, 74, "still to come"),
        ("absent", [*wavy(30), None, None, *wavy(30)], {}, 31, "2 days of the last 26 weeks have no value: 4, 5 Feb."),
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
    assert kind == "absent" or str(day(at)) in listed[0].sentence


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


def b2b(count: int) -> list[Any]:
    """Around 100 from Monday to Friday, nothing at weekends."""
    return [0 if at % 7 > 4 else 100 + (at * 8) % 21 - 10 for at in range(count)]


def changed(values: list[Any], at: dict[int, Any]) -> list[Any]:
    return [at.get(number, value) for number, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (changed(b2b(70), {57: 1_000}), [("ten_fold", [57])]),
        (changed(b2b(70), {56: 1_000}), [("ten_fold", [56])]),
        (changed(b2b(70), {59: 0}), [("sudden_zero", [59])]),
        (changed(b2b(70), {52: 0, 59: 0}), [("sudden_zero", [59, 52])]),
        (changed(wavy(70), {50: 0, 58: 1_000}), [("ten_fold", [58]), ("sudden_zero", [50])]),
        (changed(wavy(70), {50: 0, 51: 1_000}), [("ten_fold", [51]), ("sudden_zero", [50])]),
        (changed(wavy(70), {50: 0, 57: 0}), [("sudden_zero", [57, 50])]),
        (changed(wavy(70), {50: 1_000, 56: 1_100}), [("ten_fold", [56, 50])]),
        (changed(wavy(70), {50: 10, 56: 1_100}), [("ten_fold", [56, 50])]),
        (changed(wavy(70), {44: -3, 58: 10_000}), [("ten_fold", [58]), ("negative", [44])]),
    ],
    ids=[
        "ten-fold on a Tuesday, closed at weekends",
        "ten-fold on a Monday, after a weekend of zeros",
        "zero on a Thursday, closed at weekends",
        "zero on two Thursdays, closed at weekends",
        "ten-fold eight days after a zero",
        "ten-fold on the day after a zero",
        "a second zero a week after the first",
        "a second spike six days after the first",
        "a spike six days after a drop",
        "hundred-fold two weeks after a negative value",
    ],
)
def test_one_fault_does_not_hide_the_next(
    workspace: Callable[..., WorkspaceFiles], values: list[Any], told: list[tuple[str, list[int]]]
) -> None:
    listed = found(workspace, values)
    assert [(one.kind, [when for when, _ in one.days]) for one in listed] == [
        (kind, [day(at) for at in several]) for kind, several in told
    ]


def test_a_day_to_come_does_not_hide_what_is_wrong_before_today(workspace: Callable[..., WorkspaceFiles]) -> None:
    """A year typed wrong once, and all other checks go on to look at the last 26 weeks."""
    values = changed(wavy(70), {20: None, 30: 0, 40: 1_000, 60: -3})
    rows = [f"{day(at)},{'' if value is None else value}" for at, value in enumerate(values)]
    tree = {
        "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"}},
        "metrics": {"orders": {"source": "shop", "unit": "count"}},
    }
    files = workspace(tree, {"shop.csv": "\n".join(["day,orders", *rows, "2062-03-01,101"]) + "\n"})
    files.refresh()
    path = files.workspace.store.current()
    assert path is not None
    listed = {one.kind: [when for when, _ in one.days] for one in oddities(load_tree(files.folder).tree, path, TODAY)}
    assert listed == {
        "future": [date(2062, 3, 1)],
        "negative": [day(60)],
        "ten_fold": [day(40)],
        "sudden_zero": [day(30)],
        "absent": [day(20)],
    }


def test_all_days_are_named_up_to_twenty(workspace: Callable[..., WorkspaceFiles]) -> None:
    (few,) = found(workspace, changed(wavy(60), {30: -3, 42: -4}))
    assert few.sentence.endswith(f"So it is on 2 days: {day(42)} (\u22124), {day(30)} (\u22123).")
    (many,) = found(workspace, changed(wavy(60), {at: -at for at in range(1, 60, 2)}))
    assert len(many.days) == 20 and many.count == 30
    assert many.sentence.endswith(f"{day(21)} (\u221221), and 10 before.")


def test_targets_of_days_to_come_are_plans(workspace: Callable[..., WorkspaceFiles]) -> None:
    rows = "".join(f"{day(at)},{value if at < 60 else ''},{50 + at}\n" for at, value in enumerate(wavy(90)))
    tree = {
        "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"}},
        "metrics": {"orders": {"source": "shop", "target": {"column": "plan"}}},
    }
    files = workspace(tree, {"shop.csv": "day,orders,plan\n" + rows})
    files.refresh()
    path = files.workspace.store.current()
    assert path is not None
    assert oddities(load_tree(files.folder).tree, path, TODAY) == []


@pytest.mark.parametrize(
    ("grain", "days", "words"),
    [
        ("weekly", [day(at) for at in range(6, 70, 7) if at != 27], "1 week of the last 26 weeks has no value: ending"),
        ("monthly", [date(2025, 11, 30), date(2025, 12, 31), date(2026, 2, 28)], "has no value: January 2026."),
    ],
)
def test_absent_weeks_and_months_are_no_days(
    workspace: Callable[..., WorkspaceFiles], grain: str, days: list[date], words: str
) -> None:
    rows = "".join(f"{when},{100 + at}\n" for at, when in enumerate(days))
    tree = {
        "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": grain}},
        "metrics": {"orders": {"source": "shop"}},
    }
    files = workspace(tree, {"shop.csv": "day,orders\n" + rows})
    files.refresh()
    path = files.workspace.store.current()
    assert path is not None
    (one,) = oddities(load_tree(files.folder).tree, path, TODAY)
    assert one.kind == "absent" and words in one.sentence
    assert one.to_do.startswith("Add the weeks" if grain == "weekly" else "Add the months")


@pytest.mark.parametrize("spread", [0.1, 0.3, 0.6])
def test_chance_alone_is_seldom_told(workspace: Callable[..., WorkspaceFiles], spread: float) -> None:
    """Of forty metrics that scatter by logarithms and forty of small counts, one in twenty is told in 26 weeks."""
    chance = np.random.default_rng(7)
    names = [f"m{at}" for at in range(40)] + [f"c{at}" for at in range(40)]
    columns = [np.exp(chance.normal(5, spread, 182)).round(2) for _ in range(40)]
    columns += [chance.poisson(10 * (1 + spread), 182) for _ in range(40)]
    last = TODAY - timedelta(days=182)
    rows = [",".join([str(last + timedelta(days=at)), *(f"{values[at]}" for values in columns)]) for at in range(182)]
    tree = {
        "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "daily"}},
        "metrics": {name: {"source": "shop"} for name in names},
    }
    files = workspace(tree, {"shop.csv": "\n".join([",".join(["day", *names]), *rows]) + "\n"})
    files.refresh()
    path = files.workspace.store.current()
    assert path is not None
    told = [
        one for one in oddities(load_tree(files.folder).tree, path, TODAY) if one.kind in ("ten_fold", "sudden_zero")
    ]
    assert len(told) <= 4


def test_the_runs_of_a_copied_value_are_told_by_their_first_days(workspace: Callable[..., WorkspaceFiles]) -> None:
    (one,) = found(workspace, [*wavy(30), *[97] * 6, *wavy(20), *[104] * 6])
    assert one.sentence == (
        f"104 stands there 6 times in a row from {day(56)} on. Was it copied?"
        f" So it is in 2 runs, from: {day(56)} (104), {day(30)} (97)."
    )
