"""The yearly check by months, for an outcome that has no weekly values: what a month is, and what is said of it."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from evidence_series import YEARLY_UNRELATED, Floats, leading
from typer.testing import CliRunner, Result
from workspaces import WorkspaceFiles

from metrics.calendar import Period, month_of, shift_month
from metrics.charts.outcome_chart import forecast_chart, gain_chart
from metrics.cli import app
from metrics.evidence.cycle import MONTHS
from metrics.evidence.forecast import gains_by_lead
from metrics.evidence.months import MonthlyValues
from metrics.evidence.outcome import OutcomeEvidence, check_outcome
from metrics.evidence.surprises import surprises
from metrics.evidence.weeks import WeeklyValues
from metrics.tree.load import read_tree
from metrics.tree.tree import Prediction

FIRST = date(2022, 1, 3)  # a Monday
WEEKS = 212
TREE = """
northstar: 1
name: Shop
calendar: {week_ends_on: sunday}
teams:
  shop: {name: Shop, lead: ana@shop.example}
sources:
  shop: {type: csv, path: shop.csv, date: day, grain: daily}
  books: {type: csv, path: books.csv, date: month, grain: monthly}
metrics:
  orders:
    name: Orders
    role: north_star
    team: shop
    source: shop
    unit: count
    predicts: [{metric: revenue, lead_weeks: 4, effect: 0.5}]
  revenue:
    name: Revenue
    role: outcome
    team: shop
    source: books
    unit: currency
    currency: EUR
"""


def months_from(first: date, count: int) -> list[Period]:
    found = [month_of(first)]
    while len(found) < count:
        found.append(shift_month(found[-1], 1))
    return found


def monthly(x: Floats, own: Floats, left_out: dict[str, set[date]] | None = None) -> MonthlyValues:
    weeks = tuple(FIRST + timedelta(7 * week + 6) for week in range(len(x)))
    return MonthlyValues(
        tuple(months_from(FIRST, len(own))), {"revenue": own}, WeeklyValues(weeks, {"orders": x}, left_out or {})
    )


def checked(x: Floats, y: Floats, months: int) -> OutcomeEvidence:
    """Weeks of a leader against an outcome of which only months are known, from February 2022 on."""
    days = np.repeat(y, 7)
    whole = months_from(date(2022, 2, 1), months)
    own = np.array([days[(one.first - FIRST).days : (one.last - FIRST).days + 1].mean() for one in whole])
    weeks = tuple(FIRST + timedelta(7 * week + 6) for week in range(len(x)))
    values = MonthlyValues(tuple(whole), {"revenue": own}, WeeklyValues(weeks, {"orders": x}))
    return check_outcome(
        Prediction("revenue"), values.side("orders"), values.side("revenue"), [one.last for one in whole]
    )


# What a month is


def test_a_month_of_a_weekly_metric_is_the_mean_of_the_weeks_that_end_in_it() -> None:
    x = np.arange(30.0)
    found = monthly(x, np.ones(6)).side("orders").values
    # Weeks end on 9, 16, 23, 30 January; 6, 13, 20, 27 February; 6, 13, 20, 27 March; ...
    assert np.isnan(found[0])  # that of 2 January is not known
    assert found[1] == np.mean([4, 5, 6, 7])
    assert found[2] == np.mean([8, 9, 10, 11])


def test_a_month_that_lacks_a_week_is_missing() -> None:
    x = np.arange(30.0)
    x[9] = np.nan
    found = monthly(x, np.ones(6)).side("orders")
    assert np.isnan(found.values[2]) and not np.isnan(found.values[3])
    short = monthly(np.arange(11.0), np.ones(6)).side("orders").values
    assert np.isfinite(short).tolist() == [False, True, False, False, False, False]


def test_marked_weeks_are_left_out_of_their_month_and_of_a_monthly_value_the_whole_month() -> None:
    x = np.arange(60.0) % 7
    marked = {date(2022, 3, 6), date(2022, 3, 13)}
    found = monthly(x, np.arange(12.0), {"orders": marked, "revenue": marked})
    assert found.side("orders").values[2] == np.mean([x[10], x[11]])
    assert not found.side("revenue").surprises.usable[2]
    assert found.side("revenue").surprises.usable.sum() == 11


def test_a_year_of_months_has_twelve() -> None:
    months = np.arange(60)
    random = np.random.default_rng(3)
    wave = 100 + 20 * np.sin(2 * np.pi * months / 12 + 1) + 0.1 * random.standard_normal(60)
    found = surprises(wave, cycle=MONTHS)
    assert found.spread < 0.2
    assert found.cycle is MONTHS
    assert surprises(wave).spread > 2 * found.spread


# What is said


def test_a_lead_is_found_by_months() -> None:
    random = np.random.default_rng(8)
    found = [checked(*leading(0.7)(random, WEEKS)[:2], 46) for _ in range(12)]
    assert sum(one.verdict == "leads" for one in found) >= 8
    one = next(one for one in found if one.verdict == "leads")
    assert one.forward is not None and one.trial is not None
    assert (one.n_weeks, one.n_months) == (0, 46)
    assert one.forward.lead_weeks == round(one.forward.first_lag * 365.25 / 84)
    assert len(one.trial.came) == len(one.trial.origins) >= 20


@pytest.mark.parametrize("family", ["independent", "random walk", "growth", "same week only", "reverse"])
def test_what_does_not_lead_is_seldom_said_to_by_months(family: str) -> None:
    random = np.random.default_rng(8)
    found = [checked(*YEARLY_UNRELATED[family](random, WEEKS)[:2], 46).verdict for _ in range(10)]
    assert found.count("leads") <= 2


def test_thirty_five_months_are_not_enough() -> None:
    x, y, _ = leading(0.9)(np.random.default_rng(2), WEEKS)
    found = checked(x, y, 35)
    assert (found.verdict, found.n_weeks, found.n_months, found.trial) == ("not_enough_history", 0, 35, None)
    assert checked(x, y, 36).verdict != "not_enough_history"


def test_charts_by_months() -> None:
    x, y, _ = leading(0.7)(np.random.default_rng(2), WEEKS)
    one = checked(x, y, 46)
    assert one.trial is not None
    gains = gains_by_lead(one.sides[0].surprises, one.sides[1].surprises)
    assert list(gains) == [1, 2, 3]
    assert "months by which the North Star leads" in json.dumps(gain_chart(gains, 1, unit="month").to_dict())
    tree = read_tree(TREE).tree
    drawn = forecast_chart(one, tree.metrics["revenue"]).to_dict()
    assert "The month after" in json.dumps(drawn)
    rows = max(drawn["datasets"].values(), key=len)
    assert len([row for row in rows if row.get("came") is not None]) == len(one.trial.origins)


# On the command line


def run(shop: WorkspaceFiles, *options: str) -> Result:
    return CliRunner().invoke(app, ["evidence", str(shop.folder), *options], env={"NORTHSTAR_STATE": str(shop.state)})


def outcome(shop: WorkspaceFiles, year: int) -> Any:
    done = run(shop, "--year", str(year), "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)["outcomes"][0]


@pytest.fixture
def shop(workspace: Callable[..., WorkspaceFiles]) -> WorkspaceFiles:
    """Orders of each day from Monday 2022-01-03 on, and the revenue of each month up to December 2025, led by them."""
    x, y, _ = leading(0.8)(np.random.default_rng(2), WEEKS)
    daily = [FIRST + timedelta(day) for day in range(7 * WEEKS)]
    orders = [f"{day},{value / 7:.3f}" for day, value in zip(daily, np.repeat(x, 7), strict=True)]
    sums: dict[date, float] = {}
    for day, value in zip(daily, np.repeat(y, 7), strict=True):
        sums[day.replace(day=1)] = sums.get(day.replace(day=1), 0.0) + value
    revenue = [f"{month},{value:.2f}" for month, value in sums.items() if date(2022, 2, 1) <= month < date(2026, 1, 1)]
    files = {
        "shop.csv": "\n".join(["day,orders", *orders]) + "\n",
        "books.csv": "\n".join(["month,revenue", *revenue]) + "\n",
    }
    return workspace(TREE, files)


def test_an_outcome_with_monthly_values_has_a_verdict_by_months(shop: WorkspaceFiles) -> None:
    found = outcome(shop, 2025)
    assert (found["verdict"], found["n_weeks"], found["n_months"]) == ("leads", 0, 47)
    assert found["months"][0] == "2022-02-28" and found["months"][-1] == "2025-12-31"
    assert found["lead_weeks"] in (4, 9)
    assert "by about " in found["sentence"] and " month" in found["sentence"]
    assert "Compared by months: 47 have both." in found["sentence"]
    done = run(shop, "--year", "2025")
    assert "47 months" in done.stdout and "forecasts of the next month" in done.stdout


def test_the_length_of_a_month_moves_no_revenue(shop: WorkspaceFiles) -> None:
    revenue = outcome(shop, 2025)["series"][1]["values"]
    february, march = revenue[12], revenue[13]
    assert abs(march / february - 1) < 0.08  # the sums differ by a tenth for their days alone


def test_too_few_months_are_told_as_months(shop: WorkspaceFiles) -> None:
    found = outcome(shop, 2023)
    assert (found["verdict"], found["n_months"], found["p"]) == ("not_enough_history", 23, None)
    assert found["sentence"] == (
        "They are compared by months, since not both have weekly values: 23 months have both, and below 36 there is no "
        "verdict."
    )


def test_a_month_that_is_not_over_does_not_count(shop: WorkspaceFiles) -> None:
    text = (shop.folder / "books.csv").read_text(encoding="utf-8")
    (shop.folder / "books.csv").write_text(text + "2099-01-01,17\n", encoding="utf-8")
    found = outcome(shop, 2099)
    assert found["n_months"] == 47
    assert found["months"][-1] < "2099"


def test_a_claim_on_a_monthly_metric_says_that_it_lacks_weeks(shop: WorkspaceFiles) -> None:
    shop.write_tree(TREE + "    inputs: [{metric: orders, sign: positive, lag_weeks: 4}]\n")
    done = run(shop, "--quarter", "2025Q4", "--json")
    (claim,) = json.loads(done.stdout)["claims"]
    assert (claim["verdict"], claim["n_weeks"], claim["weeks_needed"]) == ("not_enough_evidence", 0, None)
    assert claim["sentence"] == "Not enough evidence: one of the two has always the same value, or no weekly one."
