"""A value of any size changes the periods that it lies in, and no others."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from workspaces import WorkspaceFiles

FIRST = date(2026, 3, 2)
DAYS = 70
WEEK_ENDING = "2026-05-10"
SMALL = 1.37


@pytest.mark.parametrize("aggregate", ["sum", "mean"])
@pytest.mark.parametrize("odd", ["1e16", "123456789012345678901234567890", "-1e300", "1e-300", "5e-324", "0"])
def test_weeks_beside_an_odd_value_are_exact(
    workspace: Callable[..., WorkspaceFiles], odd: str, aggregate: str
) -> None:
    days = [(FIRST + timedelta(days=at), odd if at == 10 else SMALL) for at in range(DAYS)]
    files = workspace(
        {
            "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day"}},
            "metrics": {
                "sales": {"source": "shop", "aggregate": aggregate},
                "twice": {"formula": "sales * 2"},
            },
        },
        {"shop.csv": "day,sales\n" + "".join(f"{day},{value}\n" for day, value in days)},
    )
    assert not files.refresh().failed
    metrics = files.figures(WEEK_ENDING)["metrics"]
    sales, twice = metrics["sales"], metrics["twice"]
    clean = SMALL * 7 if aggregate == "sum" else SMALL
    assert list(sales["weekly"].values()) == pytest.approx([clean] * 6, rel=1e-14)
    assert list(twice["weekly"].values()) == pytest.approx([clean * 2] * 6, rel=1e-14)
    march = [float(value) for day, value in days if day.month == 3]
    total = sum(march) if aggregate == "sum" else sum(march) / len(march)
    assert sales["monthly"]["2026-03"] == pytest.approx(total, rel=1e-14)
