"""Two workspaces of real data, end to end through the command line, against sums made here from their files."""

import csv
import json
import os
import subprocess
import sys
from collections import defaultdict
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def run(state: Path, command: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NORTHSTAR_STATE": str(state), "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", "metrics", command, str(folder), *options]
    return subprocess.run(line, env=environment, capture_output=True, text=True)


@cache
def values(path: Path) -> dict[str, dict[date, float]]:
    """Each metric's values by day, as the file has them."""
    found: dict[str, dict[date, float]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["value"]:
                found[row["metric"]][date.fromisoformat(row["date"])] = float(row["value"])
    return found


def between(days: dict[date, float], first: str, last: str) -> list[float]:
    return [value for day, value in days.items() if date.fromisoformat(first) <= day <= date.fromisoformat(last)]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def figures(state: Path, folder: Path, week_ending: str) -> dict[str, Any]:
    done = run(state / folder.name, "figures", folder, "--week-ending", week_ending, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["week_ending"] == week_ending
    return answer["metrics"]


@pytest.mark.parametrize(("name", "week", "rows"), [("bikeshare", "2012-12-29", 5_117), ("olist", "2018-08-19", 1_177)])
def test_check_and_refresh(cases: Path, state: Path, name: str, week: str, rows: int) -> None:
    folder = cases / "workspaces" / name
    before = sorted(path.name for path in folder.iterdir())
    checked = run(state / name, "check", folder, "--json")
    assert checked.returncode == 0
    assert {finding["level"] for finding in json.loads(checked.stdout)} == {"warning"}
    first = run(state / name, "refresh", folder, "--json")
    again = run(state / name, "refresh", folder, "--json")
    assert (first.returncode, again.returncode) == (0, 0)
    told, told_again = json.loads(first.stdout), json.loads(again.stdout)
    assert (told["review_week"], told["published"], told_again["published"]) == (week, True, False)
    (source,) = told["sources"]
    assert (source["outcome"], source["rows"], source["left_out"]) == ("read", rows, 0)
    assert told_again["sources"][0]["outcome"] == "unchanged"
    # All that is written goes to the state folder.
    assert sorted(path.name for path in folder.iterdir()) == before


def test_bikeshare(cases: Path, state: Path) -> None:
    """Weeks end on Saturday, the fiscal year starts in July; 29 October 2012 is the day of the hurricane."""
    folder = cases / "workspaces/bikeshare"
    days = values(folder / "daily.csv")
    found = figures(state, folder, "2012-11-03")
    for metric in ("registered", "casual"):
        week, summary = found[metric]["weekly"], found[metric]["summary"]
        assert summary["last_week"] == week["2012-11-03"] == sum(between(days[metric], "2012-10-28", "2012-11-03"))
        before = sum(between(days[metric], "2012-10-21", "2012-10-27"))
        assert summary["wow"] == pytest.approx((summary["last_week"] / before - 1) * 100)
        assert summary["wow"] < -20
        assert summary["mtd"] == sum(between(days[metric], "2012-11-01", "2012-11-03"))
        assert summary["qtd"] == sum(between(days[metric], "2012-10-01", "2012-11-03"))
        assert summary["ytd"] == sum(between(days[metric], "2012-07-01", "2012-11-03"))
        last_year = sum(between(days[metric], "2011-07-01", "2011-11-03"))
        assert summary["ytd_yoy"] == pytest.approx((summary["ytd"] / last_year - 1) * 100)
        assert found[metric]["weekly_prior_year"]["2012-11-03"] == sum(
            between(days[metric], "2011-10-30", "2011-11-05")
        )
        assert found[metric]["monthly"]["2012-02"] == sum(between(days[metric], "2012-02-01", "2012-02-29"))
    assert found["temperature"]["summary"]["last_week"] == pytest.approx(
        mean(between(days["temp"], "2012-10-28", "2012-11-03"))
    )
    # The file has the sum too, which the tree computes from its parts.
    assert found["rides"]["summary"]["ytd"] == sum(between(days["rides"], "2012-07-01", "2012-11-03"))


def test_bikeshare_is_the_sum_of_its_parts(cases: Path, state: Path) -> None:
    found = figures(state, cases / "workspaces/bikeshare", "2012-12-29")
    rides, registered, casual, share = (found[name] for name in ("rides", "registered", "casual", "member_share"))
    compared = 0
    for part in ("weekly", "weekly_prior_year", "monthly", "monthly_prior_year"):
        for key, value in rides[part].items():
            if part == "monthly_prior_year" and key == "2011-12":
                # The data begin on 1 January 2011.
                assert value is registered[part][key] is casual[part][key] is None
                continue
            assert value == registered[part][key] + casual[part][key]
            assert share[part][key] == pytest.approx(registered[part][key] / value)
            compared += 1
    assert compared == 6 + 6 + 12 + 11
    assert share["summary"]["wow"] == pytest.approx(
        (share["weekly"]["2012-12-29"] - share["weekly"]["2012-12-22"]) * 10_000
    )


def test_olist(cases: Path, state: Path) -> None:
    """Weekly values, dated on the Monday of a week that ends on Sunday."""
    folder = cases / "workspaces/olist"
    weeks = {
        metric: {monday + timedelta(days=6): value for monday, value in days.items()}
        for metric, days in values(folder / "weekly.csv").items()
    }
    found = figures(state, folder, "2018-07-01")
    orders, revenue = weeks["orders"], weeks["revenue_brl"]
    summary = found["orders"]["summary"]
    assert summary["last_week"] == orders[date(2018, 7, 1)]
    assert summary["wow"] == pytest.approx((orders[date(2018, 7, 1)] / orders[date(2018, 6, 24)] - 1) * 100)
    assert summary["yoy_week"] == pytest.approx((orders[date(2018, 7, 1)] / orders[date(2017, 7, 2)] - 1) * 100)
    # The week to 1 July belongs to July as a whole, and is compared with the one to 2 July 2017.
    assert summary["mtd"] == orders[date(2018, 7, 1)]
    assert summary["mtd_yoy"] == summary["yoy_week"]
    assert found["orders"]["monthly"]["2017-11"] == sum(between(orders, "2017-11-01", "2017-11-30"))
    assert found["orders"]["monthly"]["2018-06"] == sum(between(orders, "2018-06-01", "2018-06-30"))
    # The first week of the data ends on 15 January 2017: that of 8 January is missing, and the year is not compared.
    assert summary["ytd"] == sum(between(orders, "2018-01-01", "2018-07-01"))
    assert summary["ytd_yoy"] is None
    per_order = found["average_order_value"]
    assert per_order["summary"]["last_week"] == pytest.approx(revenue[date(2018, 7, 1)] / orders[date(2018, 7, 1)])
    assert per_order["monthly"]["2018-06"] == pytest.approx(
        sum(between(revenue, "2018-06-01", "2018-06-30")) / sum(between(orders, "2018-06-01", "2018-06-30"))
    )
    assert found["review_score"]["monthly"]["2018-06"] == pytest.approx(
        mean(between(weeks["review_score_s5"], "2018-06-01", "2018-06-30"))
    )
    # Different sellers do not add up.
    sellers = found["active_sellers"]
    assert sellers["summary"]["last_week"] == weeks["active_sellers_s5"][date(2018, 7, 1)]
    assert {sellers["summary"]["mtd"], *sellers["monthly"].values()} == {None}


def test_late_metrics_of_olist_are_blank(cases: Path, state: Path) -> None:
    """Leads end with the week to 3 June 2018, deals begin with the week to 10 December 2017."""
    folder = cases / "workspaces/olist"
    found = figures(state, folder, "2018-08-19")
    leads = found["marketing_qualified_leads"]
    assert leads["summary"]["last_week"] is leads["summary"]["wow"] is leads["summary"]["mtd"] is None
    assert set(leads["weekly"].values()) == {None}
    assert leads["monthly"]["2018-07"] is None and leads["monthly"]["2018-05"] is not None
    weeks = values(folder / "weekly.csv")["marketing_qualified_leads"]
    assert leads["summary"]["ytd"] == sum(between(weeks, "2018-01-01", "2018-05-28"))
    assert "summary.ytd" in leads["incomplete"]
    assert found["seller_deals_won"]["summary"]["last_week"] == 6
    early = figures(state, folder, "2017-12-03")
    assert set(early["seller_deals_won"]["weekly"].values()) == {None}
    assert set(early["seller_deals_won"]["summary"].values()) == {None}
