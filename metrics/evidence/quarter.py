"""The evidence of a quarter: every claim of the tree put to all weeks up to the quarter's end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from metrics.evidence.identity import shared_denominator
from metrics.evidence.judged import Judged, judge
from metrics.evidence.measured import Side, measure
from metrics.evidence.question import Question, Refusal, all_inputs, declared
from metrics.evidence.weeks import WeeklyValues
from metrics.tree.tree import Tree


@dataclass(frozen=True)
class QuarterEvidence:
    """What the numbers say of each question, in the order asked, and the pairs that were refused.

    `weeks` are those that were looked at, oldest first; `sides` each metric's part in it.
    """

    weeks: Sequence[date]
    claims: Sequence[Judged]
    refused: Sequence[Refusal]
    sides: dict[str, Side]


def evidence(tree: Tree, weekly: WeeklyValues, *, search: bool = False) -> QuarterEvidence:
    """Test every claim of the tree; with `search` also every input against the North Star, at any lag up to 8."""
    asked, refused = declared(tree)
    if search:
        more, refused_too = all_inputs(tree)
        asked, refused = asked + more, refused + refused_too
    sides: dict[str, Side] = {}
    quarter_of_week = [tree.calendar.fiscal_quarter(week) for week in weekly.weeks]
    measured = []
    for question in asked:
        for metric in (question.input, question.metric):
            if metric not in sides:
                sides[metric] = weekly.side(metric)
        measured.append(measure(question, sides[question.input], sides[question.metric], quarter_of_week))
    return QuarterEvidence(weekly.weeks, judge(measured), refused, sides)


def remarks(tree: Tree, evidence: QuarterEvidence, question: Question) -> list[str]:
    """Return what makes two metrics look related, as sentences: a shared denominator, a common trend."""
    found = [sentence] if (sentence := shared_denominator(tree, question.input, question.metric)) else []
    both = [evidence.sides[name].surprises.trend_share for name in (question.input, question.metric)]
    if min(both) > 0.5:
        found.append("Both have a trend, so the naive correlation says little.")
    return found
