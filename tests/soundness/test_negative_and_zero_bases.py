"""A change in percent needs a base above zero. Without one it is blank, never infinite and never with a false sign."""

from typing import Any

import pytest

CHANGES = [
    # the week before, the week, the change in percent
    (0, 5, None),
    (-5, 5, None),
    (-5, -10, None),
    (0, 0, None),
    (5, 0, -100),
    (5, -5, -200),
    (5, 5, 0),
    (4, 5, 25),
    (0.5, 1, 100),
]


def test_changes(workspace: Any) -> None:
    """Nine metrics by the table above; each was the same a year earlier as the week before.

    day         profit0  profit1  ...
    2025-03-09        0       -5
    2026-03-01        0       -5
    2026-03-08        5        5
    """
    names = [f"profit{number}" for number in range(len(CHANGES))]
    before = ",".join(str(change[0]) for change in CHANGES)
    now = ",".join(str(change[1]) for change in CHANGES)
    metrics = {}
    for name in names:
        metrics[name] = {"source": "shop", "aggregate": "last"}
        metrics[f"percent_{name}"] = {**metrics[name], "column": name, "unit": "percent"}
    files = workspace(
        {
            "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", "grain": "weekly"}},
            "metrics": metrics,
        },
        {"shop.csv": f"day,{','.join(names)}\n2025-03-09,{before}\n2026-03-01,{before}\n2026-03-08,{now}\n"},
    )
    files.refresh()
    figures = files.figures("2026-03-08", series=("wow", "yoy"))["metrics"]
    for name, (base, value, change) in zip(names, CHANGES, strict=True):
        for key in ("wow", "yoy_week", "mtd_yoy", "ytd_yoy"):
            assert figures[name]["summary"][key] == (None if change is None else pytest.approx(change)), (name, key)
        for key in ("wow_weekly", "yoy_weekly"):
            fraction = None if change is None else pytest.approx(change / 100)
            assert figures[name][key]["2026-03-08"] == fraction, (name, key)
        points = (value - base) * 10_000
        assert figures[f"percent_{name}"]["summary"]["wow"] == pytest.approx(points), name


def test_negative_values_add_up(drawn: Any) -> None:
    """
    balance  2026-03-02  daily  5 -3 -4 0 0 0 1
    """
    figures = drawn("2026-03-08", worst={"formula": "-balance"})
    assert figures["balance"]["summary"]["last_week"] == -1
    assert figures["worst"]["summary"]["last_week"] == 1
