"""The yearly check: does the North Star lead an outcome such as revenue?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from metrics.evidence.effect import Effect, effect
from metrics.evidence.forecast import Trial, trial
from metrics.evidence.identity import identity
from metrics.evidence.lead import Lead, lead
from metrics.evidence.link import Link, link
from metrics.evidence.measured import Side
from metrics.evidence.question import Refusal
from metrics.evidence.weeks import WeeklyValues
from metrics.tree.tree import Prediction, Tree

OutcomeVerdict = Literal["leads", "moves_with", "no_evidence", "not_enough_history"]

FEWEST_WEEKS = 104
_RISK = 0.05
_LEAD_RISK = 0.035


@dataclass(frozen=True)
class OutcomeEvidence:
    """What the weeks say on one prediction of the North Star.

    `forward` is the lead of the North Star, `backward` that of the outcome; `together` the link in the same week;
    `measured_effect` is the effect at `effect_lag`, the lead that was declared, else the one found. All None without
    enough history.
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

    @property
    def came_true(self) -> bool | None:
        """Whether the declared effect lies in the interval of the one that came; None where either is missing."""
        measured = self.measured_effect
        if self.prediction.effect is None or measured is None or measured.percent is None:
            return None
        return measured.percent[1] <= self.prediction.effect <= measured.percent[2]


def check_outcomes(tree: Tree, weekly: WeeklyValues) -> tuple[list[OutcomeEvidence], list[Refusal]]:
    """Check each prediction of the North Star against all weeks given, and return those that are identities apart."""
    north_star = tree.north_star
    if north_star is None:
        return [], []
    found, refused = [], []
    leader = weekly.side(north_star.id)
    for prediction in north_star.predicts:
        sentence = identity(tree, north_star.id, prediction.metric)
        if sentence:
            refused.append(Refusal(prediction.metric, north_star.id, sentence))
        else:
            found.append(check_outcome(prediction, leader, weekly.side(prediction.metric), weekly.weeks))
    return found, refused


def check_outcome(prediction: Prediction, leader: Side, outcome: Side, weeks: Sequence[date]) -> OutcomeEvidence:
    """Check one prediction: a lead that is stronger than the reverse one, and forecasts that are the better for it."""
    x, y = leader.surprises, outcome.surprises
    joint = int((x.present & y.present).sum())
    if joint < FEWEST_WEEKS or x.is_flat or y.is_flat:
        return OutcomeEvidence(prediction, "not_enough_history", joint, (leader, outcome), weeks)
    sense = -1 if (prediction.effect or 0) < 0 else 1
    forward, backward, together = lead(x, y, sense), lead(y, x, sense), link(x, y, 0)
    tried = trial(x, y)
    if forward.p < _LEAD_RISK and tried.gain > 0 and not backward.p < forward.p:
        verdict: OutcomeVerdict = "leads"
    elif min(together.p_positive, together.p_negative) < _RISK / 2 or backward.p < _RISK:
        verdict = "moves_with"
    else:
        verdict = "no_evidence"
    lag = prediction.lead_weeks if prediction.lead_weeks is not None else forward.lead_weeks
    return OutcomeEvidence(
        prediction,
        verdict,
        joint,
        (leader, outcome),
        weeks,
        forward,
        backward,
        together,
        tried,
        lag,
        effect(x, y, lag, (leader.usual, outcome.usual)),
    )
