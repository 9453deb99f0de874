"""The quarter's table and charts, and the year's: what they are given to draw, without a screen."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import altair as alt
import numpy as np
import pytest
from ledgers import ANA

from metrics.charts.claim_charts import lagged_chart, profile_chart, scatter_chart
from metrics.charts.claim_table import claim_table
from metrics.charts.claim_words import (
    change_words,
    claimed_sentence,
    numbers_sentence,
    reverse_sentence,
    smallest_sentence,
    summary_sentence,
)
from metrics.charts.evidence_words import outcome_sentence
from metrics.charts.outcome_chart import forecast_chart, gain_chart
from metrics.evidence.agenda import key_of
from metrics.evidence.judged import Judged
from metrics.evidence.outcome import check_outcomes
from metrics.evidence.quarter import QuarterEvidence, evidence
from metrics.evidence.weeks import WeeklyValues
from metrics.ledger.claim_verdict import ClaimVerdict
from metrics.tree.load import read_tree

TREE = read_tree("""
northstar: 1
name: Shop
teams:
  shop: {name: Shop, lead: ana@shop.example}
sources:
  shop: {type: csv, path: shop.csv, date: day}
metrics:
  orders:
    name: Orders
    role: north_star
    team: shop
    source: shop
    inputs:
      - {metric: mails, sign: positive, lag_weeks: 2, because: A mail <b>brings</b> people back.}
      - {metric: delay, sign: negative, lag_weeks: 0, because: Nobody likes to wait.}
      - {metric: young, sign: positive, lag_weeks: 1, because: New.}
    predicts: [{metric: revenue, lead_weeks: 8, effect: 0.5, because: They pay later.}]
  mails: {name: Mails, role: input, team: shop, source: shop, unit: count}
  delay: {name: Delay, role: guardrail, team: shop, source: shop}
  young: {name: Young, role: input, team: shop, source: shop}
  revenue: {name: Revenue, role: outcome, team: shop, source: shop, unit: currency, currency: EUR}
""").tree
COUNT = 156
WEEKS = tuple(date(2022, 1, 2) + timedelta(weeks=number) for number in range(COUNT))
MAILS, DELAY, YOUNG = ("mails", "orders"), ("delay", "orders"), ("young", "orders")


@pytest.fixture(scope="module")
def weekly() -> WeeklyValues:
    """Orders follow mails by two weeks; delay goes along with them, though it is claimed to go against them."""
    random = np.random.default_rng(11)
    mails = 1000 + 50 * random.normal(size=COUNT)
    orders = 500 + 0.3 * (np.concatenate([np.full(2, 1000.0), mails[:-2]]) - 1000) + 8 * random.normal(size=COUNT)
    delay = 3 + 0.02 * (orders - 500) + 0.2 * random.normal(size=COUNT)
    young = np.where(np.arange(COUNT) < COUNT - 10, np.nan, 5 + random.normal(size=COUNT))
    revenue = 9000 + 20 * (np.concatenate([np.full(8, 500.0), orders[:-8]]) - 500) + 90 * random.normal(size=COUNT)
    values = {"orders": orders, "mails": mails, "delay": delay, "young": young, "revenue": revenue}
    return WeeklyValues(WEEKS, values, {"mails": {WEEKS[100]}})


@pytest.fixture(scope="module")
def found(weekly: WeeklyValues) -> QuarterEvidence:
    return evidence(TREE, weekly)


@pytest.fixture(scope="module")
def claims(found: QuarterEvidence) -> dict[tuple[str, str], Judged]:
    return {key_of(judged): judged for judged in found.claims}


def room(quarter: str, verdict: str, numbers: str) -> ClaimVerdict:
    return ClaimVerdict(
        input="mails",
        metric="orders",
        quarter=quarter,
        verdict=verdict,  # type: ignore[arg-type]
        decision="keep",
        text="",
        evidence={"verdict": numbers},
        id=1,
        at=datetime(2025, 1, 1, tzinfo=UTC),
        author=ANA,
    )


def data_of(chart: alt.LayerChart, column: str) -> list[list[dict[str, Any]]]:
    """The rows of each layer's data that have a column."""
    held = chart.to_dict()["datasets"].values()
    return [rows for rows in held if rows and column in rows[0]]


def marks(chart: alt.LayerChart) -> list[str]:
    return [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]


def test_rows_hold_the_claim_its_interval_and_its_verdict(found: QuarterEvidence, claims: Any) -> None:
    table = claim_table(TREE, found.claims, {}, (), "2024Q4", chosen=MAILS)
    rows = {row.id: row for row in table.rows}
    assert list(rows) == ["mails-orders", "delay-orders", "young-orders"] and table.chosen == "mails-orders"
    mails, delay, young = rows.values()
    assert (mails.claim, mails.because, mails.state, mails.verdict, mails.claimed) == (
        "Claimed: +, two weeks later", "A mail <b>brings</b> people back.", "supported", "Supported", 1,
    )  # fmt: skip
    assert mails.low is not None and mails.middle is not None and mails.high is not None
    assert 0 < mails.low < mails.middle < mails.high < 1
    assert mails.middle == pytest.approx(claims[MAILS].measured.link.correlation, abs=1e-4)
    assert f"{mails.middle:.2f}" in mails.spoken
    assert (delay.state, delay.claimed, delay.claim) == ("contradicted", -1, "Claimed: −, in the same week")
    assert delay.middle is not None and delay.middle > 0
    assert (young.low, young.middle, young.high) == (None, None, None)
    assert (young.state, young.spoken) == ("not_enough_evidence", "No correlation yet")
    assert json.loads(json.dumps(table.as_dict()))["rows"][0]["because"] == mails.because


def test_the_strip_shows_the_numbers_and_the_room_quarter_by_quarter(found: QuarterEvidence) -> None:
    past = {"2024Q2": {}, "2024Q3": {MAILS: "supported"}, "2024Q4": {MAILS: "supported", DELAY: "contradicted"}}
    said = [room("2024Q4", "supported", "supported"), room("2024Q3", "not_enough_evidence", "no_meaningful_link")]
    mails, delay, _ = claim_table(TREE, found.claims, past, said, "2024Q4", stale=[DELAY]).rows
    assert [(mark.quarter, mark.numbers, mark.room) for mark in mails.strip] == [
        ("2024Q2", "", ""),
        ("2024Q3", "no_meaningful_link", "not_enough_evidence"),  # as the numbers stood when the room looked
        ("2024Q4", "supported", "supported"),
    ]
    assert mails.strip[1].sentence == ("2024Q3. Numbers: No meaningful link. Room: Not enough evidence, keep it.")
    assert mails.strip[0].sentence == "2024Q2. Numbers: nothing. Room: not reviewed."
    assert mails.room == "Supported, keep it"
    assert (delay.state, delay.verdict, delay.room) == ("stale", "Contradicted, stale", "")


def test_the_newest_verdict_of_a_quarter_counts(found: QuarterEvidence) -> None:
    said = [room("2024Q4", "contradicted", "supported"), room("2024Q4", "supported", "supported")]
    mails = claim_table(TREE, found.claims, {"2024Q4": {}}, said, "2024Q4").rows[0]
    assert (mails.strip[0].room, mails.room) == ("contradicted", "Contradicted, keep it")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_scatter_has_the_weeks_that_count_and_no_other(found: QuarterEvidence, claims: Any, theme: Any) -> None:
    chart = scatter_chart(found, claims[MAILS], theme=theme)
    (points,) = data_of(chart, "week")
    assert len(points) == claims[MAILS].measured.link.weeks < COUNT
    left_out = WEEKS[102]  # two weeks after the week that is marked
    assert f"{left_out.day} {left_out:%b} {left_out.year}" not in {point["week"] for point in points}
    x, y = np.array([[point["input"], point["metric"]] for point in points]).T
    assert float(x @ y / np.sqrt((x @ x) * (y @ y))) == pytest.approx(claims[MAILS].measured.link.correlation)


def test_the_lagged_series_has_two_years_and_gaps(found: QuarterEvidence, claims: Any) -> None:
    chart = lagged_chart(found, claims[MAILS])
    rows = max(data_of(chart, "input"), key=len)
    assert len(rows) == 104
    gap = next(row for row in rows if row["period"].startswith(str(WEEKS[102])))
    assert (gap["input"], gap["metric"]) == (None, None)
    assert marks(chart).count("line") == 2


def test_the_profile_marks_the_lag_that_was_claimed(claims: Any) -> None:
    (bars,) = data_of(profile_chart(claims[MAILS]), "tested")
    assert [row["lag"] for row in bars] == list(range(-13, 14))
    assert [row["lag"] for row in bars if row["tested"]] == [2]
    assert max(bars, key=lambda row: row["r"])["lag"] == 2


def test_charts_without_enough_weeks_say_so(found: QuarterEvidence, claims: Any) -> None:
    assert marks(profile_chart(claims[YOUNG])) == ["text"]
    assert scatter_chart(found, claims[YOUNG]).to_dict() and lagged_chart(found, claims[YOUNG]).to_dict()


def test_forecasts_are_in_the_unit_of_the_outcome(weekly: WeeklyValues) -> None:
    (outcome,), _ = check_outcomes(TREE, weekly)
    assert outcome.trial is not None
    chart = forecast_chart(outcome, TREE.metrics["revenue"])
    rows = max(data_of(chart, "came"), key=len)
    came = [row["came"] for row in rows if row["came"] is not None]
    assert len(came) == len(outcome.trial.origins)
    assert min(came) > 8000 and max(came) < 10000
    assert rows[-1]["came_text"].startswith("€")
    assert marks(chart).count("line") == 3


def test_gains_mark_the_lead_that_was_claimed() -> None:
    (bars,) = data_of(gain_chart({4: -0.01, 8: 0.11}, 8), "claimed")
    assert [(row["lead"], row["claimed"], row["gain"]) for row in bars] == [(4, False, -1.0), (8, True, 11.0)]
    assert marks(gain_chart({}, None)) == ["text"]


def test_sentences_of_the_page(claims: Any) -> None:
    assert summary_sentence(list(claims.values())) == (
        "Of 3 claims: 1 supported, 1 contradicted, 1 without enough evidence."
    )
    assert summary_sentence([claims[YOUNG]]).startswith("No verdict yet: none of the 1 claim has 26 weeks")
    assert summary_sentence([]) == ""
    assert claimed_sentence(TREE, claims[DELAY]) == (
        "Claimed: when Delay rises, Orders falls, in the same week. Nobody likes to wait."
    )
    assert reverse_sentence(TREE, claims[MAILS]).startswith("The other direction, Orders first: clearest with Mails ")
    assert "Naive correlation" in numbers_sentence(claims[MAILS]) and "p below 0.001" in numbers_sentence(claims[MAILS])
    assert (numbers_sentence(claims[YOUNG]), smallest_sentence(TREE, claims[YOUNG])) == ("", "")
    assert "would have shown four times out of five" in smallest_sentence(TREE, claims[MAILS])
    assert [change_words("5"), change_words("-5")] == ["+5 %", "−5 %"]


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.031, "Not clear enough that orders leads revenue (p is 0.031, and below 0.03 is needed); "), (0.2, "No sign ")],
)
def test_a_lead_that_is_nearly_there_is_told_as_that(weekly: WeeklyValues, p: float, said: str) -> None:
    (outcome,), _ = check_outcomes(TREE, weekly)
    assert outcome.forward is not None
    nearly = replace(outcome, verdict="no_evidence", forward=replace(outcome.forward, p=p))
    assert outcome_sentence(TREE, nearly).startswith(said)
