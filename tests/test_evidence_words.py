"""What evidence says in words: amounts as people write them, and nothing that the numbers don't carry."""

from dataclasses import replace

import numpy as np
import pytest
from evidence_series import linked

from metrics.charts.evidence_words import (
    claim_sentence,
    correlation,
    effect_sentence,
    how_computed,
    lag_words,
    needed,
    plan_sentence,
)
from metrics.charts.numbers import MINUS, THIN
from metrics.evidence.effect import Effect
from metrics.evidence.judged import Judged, judge
from metrics.evidence.measured import Side, measure
from metrics.evidence.planning import Plan
from metrics.evidence.question import Question
from metrics.evidence.surprises import surprises
from metrics.tree.load import read_tree
from metrics.tree.tree import Tree, Unit

TREE = """
northstar: 1
name: Lumen
metrics:
  insights: {name: Insights, role: north_star, unit: count, inputs: [activated_teams]}
  activated_teams: {name: Activated teams, role: input, unit: count}
"""


def tree(unit: Unit = "count", input_unit: Unit = "count") -> Tree:
    found = read_tree(TREE).tree
    metrics = dict(found.metrics)
    metrics["insights"] = replace(metrics["insights"], unit=unit, currency="GBP" if unit == "currency" else None)
    metrics["activated_teams"] = replace(metrics["activated_teams"], unit=input_unit)
    return replace(found, metrics=metrics)


def judged(correlation: float = 0.6, lag: int = 2, weeks: int = 104, seed: int = 1) -> Judged:
    x, y, _ = linked(np.random.default_rng(seed), weeks, correlation, lag)
    question = Question("insights", "activated_teams", "positive", lag)
    sides = (Side(values, surprises(values)) for values in (x, y))
    return judge([measure(question, *sides, [""] * weeks)])[0]


def with_effect(per_unit: float, low: float, high: float, usual: float = 105.0, lag: int = 2) -> Judged:
    found = judged()
    changed = replace(found.measured, effect=Effect(per_unit, low, high), input_usual=usual, lag_weeks=lag)
    return replace(found, measured=changed)


def test_the_sentence_of_the_design() -> None:
    said = f"10 more activated teams go with 31 more insights, two weeks later; 95{THIN}% interval 12 to 50."
    assert effect_sentence(tree(), with_effect(3.1, 1.2, 5.0)) == said


@pytest.mark.parametrize(
    ("effect", "usual", "unit", "input_unit", "said"),
    [
        ((-3.1, -5.0, -1.2), 105, "count", "count",
         f"10 more activated teams go with 31 fewer insights, two weeks later; 95{THIN}% interval 12 to 50."),
        ((0.5, -0.1, 1.1), 105, "count", "count",
         f"10 more activated teams go with 5 more insights, two weeks later; 95{THIN}% interval 1 fewer to 11 more."),
        ((3.1, 1.2, 5.0), 9, "count", "count",
         f"Activated teams up by 1 goes with 3.1 more insights, two weeks later; 95{THIN}% interval 1.2 to 5."),
        ((0.2, 0.1, 0.3), 52_000, "currency", "count",
         "5,000 more activated teams go with insights up by £1,000, two weeks later; "
         f"95{THIN}% interval £500 to £1,500."),
        ((-0.4, -0.6, -0.2), 0.31, "percent", "percent",
         "Activated teams up by 2 points goes with insights down by 0.800 points, two weeks later; "
         f"95{THIN}% interval 0.400 points to 1.20 points."),
    ],
)  # fmt: skip
def test_amounts_are_round_and_in_the_metrics_units(
    effect: tuple[float, float, float], usual: float, unit: Unit, input_unit: Unit, said: str
) -> None:
    assert effect_sentence(tree(unit, input_unit), with_effect(*effect, usual=usual)) == said


@pytest.mark.parametrize(
    ("weeks", "said"),
    [(0, "in the same week"), (1, "one week later"), (2, "two weeks later"), (12, "twelve weeks later"),
     (13, "13 weeks later")],
)  # fmt: skip
def test_lags(weeks: int, said: str) -> None:
    assert lag_words(weeks) == said


def test_within_a_week_there_is_no_direction() -> None:
    assert "can't say which moves which" in claim_sentence(tree(), judged(lag=0))
    assert "can't say which moves which" not in claim_sentence(tree(), judged(lag=1))


def test_weeks_needed() -> None:
    assert needed(replace(judged(), weeks_needed=17)) == "About 17 more weeks needed."
    assert needed(replace(judged(), weeks_needed=1)) == "About 1 more week needed."
    assert needed(judged()) == ""


def test_every_verdict_has_its_sentence() -> None:
    assert claim_sentence(tree(), judged(-0.6)).startswith("The other way round than claimed: ")
    assert "0.3 or more can be ruled out" in claim_sentence(tree(), replace(judged(), verdict="no_meaningful_link"))
    faded = replace(judged(), verdict="not_enough_evidence", lost="faded", weeks_needed=26)
    assert claim_sentence(tree(), faded).startswith(
        "It shows in the first half of the history, and no more in the second."
    )
    short = judged(weeks=20)
    assert "both have a value in 20 weeks; below 26 there is no verdict. About 6 more weeks" in claim_sentence(
        tree(), short
    )
    open_one = replace(judged(), verdict="not_enough_evidence", weeks_needed=17)
    said = claim_sentence(tree(), open_one)
    assert said.startswith("About 17 more weeks needed. So long a history would have shown an effect of ")


def test_how_it_was_computed_names_its_numbers() -> None:
    found = judged()
    said = how_computed(tree(), found)
    assert "taken out of Activated teams and of Insights" in said
    assert f"correlation is {correlation(found.measured.link.correlation)}" in said
    assert f"The naive correlation of the plain values, {correlation(found.measured.naive)}," in said
    assert "104 weeks have both" in said


def test_correlations_have_two_decimals() -> None:
    assert [correlation(value) for value in (0.456, -0.456, -0.001, float("nan"))] == [
        "0.46",
        f"{MINUS}0.46",
        "0.00",
        "",
    ]


def test_a_plan_in_words() -> None:
    metric = tree().metrics["activated_teams"]
    assert plan_sentence(metric, Plan(0.05, 9, 0.04, 0.021)) == (
        f"A lasting change of +5{THIN}% in activated teams would show after about 9 weeks; "
        f"a quarter shows 4{THIN}% or more."
    )
    assert plan_sentence(metric, Plan(-0.01, None, 0.04, 0.021)) == (
        f"A lasting change of {MINUS}1{THIN}% in activated teams would not show within a year; "
        f"a year shows 2.1{THIN}% or more."
    )
