"""The yearly check: does the North Star lead an outcome such as revenue?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from metrics.evidence.cycle import MONTHS, WEEKS, Cycle
from metrics.evidence.effect import Effect, effect
from metrics.evidence.forecast import Trial, trial
from metrics.evidence.identity import identity
from metrics.evidence.lead import Lead, lead
from metrics.evidence.link import Link, link
from metrics.evidence.measured import Side
from metrics.evidence.months import MonthlyValues
from metrics.evidence.question import Refusal
from metrics.evidence.weeks import WeeklyValues
from metrics.tree.tree import Prediction, Tree

OutcomeVerdict = Literal["leads", "moves_with", "no_evidence", "not_enough_history"]

FEWEST_WEEKS = 104
FEWEST_MONTHS = 36
_RISK = 0.05
LEAD_RISK = 0.03


@dataclass(frozen=True)
class OutcomeEvidence:
    """What the weeks say on one prediction of the North Star.

    `forward` is the lead of the North Star, `backward` that of the outcome; `together` the link in the same week;
    `measured_effect` is the effect at `effect_lag`, the lead that was declared, else the one found. All None without
    enough history. Where one of the two has no weekly values both are compared by months: then `n_months` have both,
    `weeks` are the last days of the months, and `n_weeks` is 0.
    """

    prediction: Prediction
    verdict: OutcomeVerdict
    n_weeks: int
    sides: tuple[Side, Side]
    weeks: Sequence[date]
    forward: Lead | None = None
    backward: Lead | None = None
    together: Link | None = None
    trial: Trial | None = None
    effect_lag: int | None = None
    measured_effect: Effect | None = None
    n_months: int | None = None

    @property
    def claimed_steps(self) -> int | None:
        """The lead that was declared, in weeks; where months are compared, in months."""
        declared, cycle = self.prediction.lead_weeks, self.sides[1].surprises.cycle
        return None if declared is None else in_steps(declared, cycle)

    @property
    def came_true(self) -> bool | None:
        """Whether the declared effect lies in the interval of the one that came; None where either is missing."""
        measured = self.measured_effect
        if self.prediction.effect is None or measured is None or measured.percent is None:
            return None
        return measured.percent[1] <= self.prediction.effect <= measured.percent[2]


def check_outcomes(
    tree: Tree, weekly: WeeklyValues, monthly: MonthlyValues | None = None
) -> tuple[list[OutcomeEvidence], list[Refusal]]:
    """Check each prediction of the North Star against all weeks given, and return those that are identities apart.

    Where `monthly` has one of the two, both are compared by months.
    """
    north_star = tree.north_star
    if north_star is None:
        return [], []
    found, refused = [], []
    leader = weekly.side(north_star.id)
    for prediction in north_star.predicts:
        sentence = identity(tree, north_star.id, prediction.metric)
        if sentence:
            refused.append(Refusal(prediction.metric, north_star.id, sentence))
        elif monthly is not None and not {north_star.id, prediction.metric}.isdisjoint(monthly.own):
            by_month = monthly.side(north_star.id), monthly.side(prediction.metric)
            found.append(check_outcome(prediction, *by_month, [month.last for month in monthly.months]))
        else:
            found.append(check_outcome(prediction, leader, weekly.side(prediction.metric), weekly.weeks))
    return found, refused


def check_outcome(prediction: Prediction, leader: Side, outcome: Side, weeks: Sequence[date]) -> OutcomeEvidence:
    """Check one prediction: a lead that is stronger than the reverse one, and forecasts that are the better for it."""
    x, y = leader.surprises, outcome.surprises
    joint = int((x.present & y.present).sum())
    by_month = y.cycle is MONTHS
    n_weeks, n_months = (0, joint) if by_month else (joint, None)
    if joint < (FEWEST_MONTHS if by_month else FEWEST_WEEKS) or x.is_flat or y.is_flat:
        return OutcomeEvidence(prediction, "not_enough_history", n_weeks, (leader, outcome), weeks, n_months=n_months)
    sense = -1 if (prediction.effect or 0) < 0 else 1
    forward, backward, together = lead(x, y, sense), lead(y, x, sense), link(x, y, 0)
    tried = trial(x, y)
    if forward.p < LEAD_RISK and tried.gain > 0 and not backward.p < forward.p:
        verdict: OutcomeVerdict = "leads"
    elif min(together.p_positive, together.p_negative) < _RISK / 2 or backward.p < _RISK:
        verdict = "moves_with"
    else:
        verdict = "no_evidence"
    lag = prediction.lead_weeks if prediction.lead_weeks is not None else forward.lead_weeks
    return OutcomeEvidence(
        prediction,
        verdict,
        n_weeks,
        (leader, outcome),
        weeks,
        forward,
        backward,
        together,
        tried,
        lag,
        effect(x, y, in_steps(lag, y.cycle), (leader.usual, outcome.usual)),
        n_months,
    )


def in_steps(weeks: int, cycle: Cycle) -> int:
    """Return a time in weeks, or in months to the nearest one."""
    return round(weeks * WEEKS.days / cycle.days)
