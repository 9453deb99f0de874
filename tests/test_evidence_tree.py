"""Which pairs of a tree are put to the numbers, and which are refused; and the fiscal periods that are asked for."""

from datetime import date, timedelta

import numpy as np
import pytest

from metrics.calendar import Calendar
from metrics.errors import NorthstarError
from metrics.evidence.identity import identity, shared_denominator
from metrics.evidence.quarter import evidence, remarks
from metrics.evidence.question import all_inputs, declared
from metrics.evidence.weeks import WeeklyValues, last_day_of_quarter, last_day_of_year
from metrics.tree.load import read_tree
from metrics.tree.tree import Tree

TREE = """
northstar: 1
name: Shop
calendar: {fiscal_year_starts: july}
teams:
  shop: {name: Shop, lead: ana@shop.example}
sources:
  shop: {type: csv, path: shop.csv, date: day}
metrics:
  orders:
    name: Orders
    role: north_star
    team: shop
    formula: sessions * conversion
    inputs:
      - {metric: mails, sign: positive, lag_weeks: 1, because: A mail brings people back.}
      - {metric: rating, sign: positive, lag_weeks: 2, because: Good ratings bring orders.}
  sessions: {name: Sessions, role: input, team: shop, source: shop}
  conversion: {name: Conversion, role: input, team: shop, source: shop, aggregate: mean, unit: percent}
  refunds: {name: Refunds, team: shop, source: shop}
  refund_share: {name: Refund share, role: input, team: shop, formula: refunds / orders, inputs: [returns]}
  returns: {name: Returns index, team: shop, formula: refunds / staff}
  mails: {name: Mails, role: input, team: shop, source: shop, inputs: [mails_north, staff]}
  mails_north: {name: Mails north, role: input, team: shop, source: shop, column: mails, where: {region: north}}
  mails_south: {name: Mails south, role: input, team: shop, source: shop, column: mails, where: {region: south}}
  staff: {name: Staff, team: shop, source: shop, aggregate: last}
  rating: {name: Rating, role: input, team: shop, source: shop, aggregate: mean, denominator: answers}
  answers: {name: Answers, team: shop, source: shop}
  speed: {name: Speed, team: shop, source: shop, aggregate: mean, denominator: answers}
"""


@pytest.fixture(scope="module")
def tree() -> Tree:
    return read_tree(TREE).tree


@pytest.mark.parametrize(
    ("source", "metric", "said"),
    [
        ("sessions", "orders", "Orders is computed from Sessions"),
        ("orders", "sessions", "Orders is computed from Sessions"),
        ("sessions", "refund_share", "Refund share is computed from Sessions"),
        ("refund_share", "orders", "Refund share is computed from Orders"),
        ("mails_north", "mails", "count the same rows"),
        ("mails", "mails_south", "count the same rows"),
        ("mails", "mails", "can't be an input of itself"),
    ],
)
def test_identities_are_refused_with_a_sentence(tree: Tree, source: str, metric: str, said: str) -> None:
    sentence = identity(tree, source, metric)
    assert sentence is not None
    assert said in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("source", "metric"),
    [
        ("mails", "orders"),
        ("mails_north", "mails_south"),
        ("rating", "orders"),
        ("speed", "rating"),
        ("staff", "mails"),
    ],
)
def test_other_pairs_are_claims(tree: Tree, source: str, metric: str) -> None:
    assert identity(tree, source, metric) is None
    assert identity(tree, metric, source) is None


def test_formulas_with_a_part_in_common_are_refused(tree: Tree) -> None:
    assert "are both computed from Refunds" in str(identity(tree, "returns", "refund_share"))
    more = "  per_mail: {name: Sessions a mail, team: shop, formula: sessions / mails}\n"
    more += "  north: {name: North index, team: shop, formula: mails_north / staff}\n"
    grown = read_tree(TREE + more).tree
    assert "are both computed from Sessions" in str(identity(grown, "per_mail", "orders"))
    assert "(in North index)" in str(identity(grown, "north", "per_mail"))


def test_a_shared_denominator_is_told(tree: Tree) -> None:
    told = "Both rest on Answers: what moves that moves both."
    assert shared_denominator(tree, "rating", "speed") == told
    assert shared_denominator(tree, "answers", "speed") == told
    assert shared_denominator(tree, "speed", "answers") == told
    assert shared_denominator(tree, "rating", "orders") is None


def test_every_edge_of_the_tree_is_asked_but_the_identities(tree: Tree) -> None:
    asked, refused = declared(tree)
    assert [(one.input, one.metric, one.lag_weeks) for one in asked] == [
        ("mails", "orders", 1),
        ("rating", "orders", 2),
        ("staff", "mails", 0),
    ]
    assert [(one.input, one.metric) for one in refused] == [("returns", "refund_share"), ("mails_north", "mails")]


def test_a_search_asks_all_inputs_that_nobody_claims(tree: Tree) -> None:
    asked, refused = all_inputs(tree)
    assert [one.input for one in asked] == ["returns", "mails_north", "mails_south", "staff"]
    assert {one.metric for one in asked} == {"orders"}
    assert all(one.lags == tuple(range(9)) and not one.is_declared for one in asked)
    assert [one.input for one in refused] == ["sessions", "conversion", "refund_share"]


def test_a_common_trend_is_told(tree: Tree) -> None:
    weeks = tuple(date(2024, 1, 7) + timedelta(days=7 * number) for number in range(80))
    random = np.random.default_rng(1)
    rising = {name: 200 + np.arange(80) * 3.0 + random.standard_normal(80) for name in ("mails", "orders")}
    flat = {name: 200 + random.standard_normal(80) for name in ("rating", "staff")}
    found = evidence(tree, WeeklyValues(weeks, rising | flat))
    said = {judged.measured.question.input: remarks(tree, found, judged.measured.question) for judged in found.claims}
    assert said == {
        "mails": ["Both have a trend, so the naive correlation says little."],
        "rating": [],
        "staff": [],
    }


def test_weeks_that_are_left_out_are_those_of_the_metric(tree: Tree) -> None:
    weeks = tuple(date(2024, 1, 7) + timedelta(days=7 * number) for number in range(60))
    random = np.random.default_rng(1)
    values = {name: 200 + random.standard_normal(60) for name in ("mails", "orders", "rating", "staff")}
    with_all, without = (
        {one.measured.question.input: one.measured.left_out for one in evidence(tree, weekly).claims}
        for weekly in (WeeklyValues(weeks, values), WeeklyValues(weeks, values, {"rating": {weeks[20], weeks[22]}}))
    )
    assert without["rating"][[20, 22]].all()
    assert not with_all["rating"][[20, 22]].any()
    assert (without["staff"] == with_all["staff"]).all()


@pytest.mark.parametrize(
    ("starts", "quarter", "last"),
    [
        (1, "2026Q3", date(2026, 9, 30)),
        (1, "2026q4", date(2026, 12, 31)),
        (2, "2026Q3", date(2025, 10, 31)),
        (2, "2026Q4", date(2026, 1, 31)),
        (7, "2026Q3", date(2026, 3, 31)),
        (12, "2024Q1", date(2024, 2, 29)),
    ],
)
def test_a_fiscal_quarter_ends(starts: int, quarter: str, last: date) -> None:
    calendar = Calendar(fiscal_year_starts=starts)
    assert last_day_of_quarter(calendar, quarter) == last
    assert calendar.fiscal_quarter(last) == quarter.upper()
    assert calendar.fiscal_quarter(last + timedelta(days=1)) != quarter.upper()


@pytest.mark.parametrize("starts", range(1, 13))
def test_a_fiscal_year_ends_with_its_fourth_quarter(starts: int) -> None:
    calendar = Calendar(fiscal_year_starts=starts)
    assert last_day_of_year(calendar, 2026) == last_day_of_quarter(calendar, "2026Q4")
    assert calendar.fiscal_year(last_day_of_year(calendar, 2026)) == 2026


@pytest.mark.parametrize("wrong", ["2026", "Q3", "2026Q5", "2026Q0", "26Q3", "2026-3", "0001Q1", "9999Q4"])
def test_what_is_no_quarter(wrong: str) -> None:
    with pytest.raises(NorthstarError, match=r"is no quarter|out of reach"):
        last_day_of_quarter(Calendar(), wrong)
