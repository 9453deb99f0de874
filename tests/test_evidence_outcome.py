"""The yearly check on seeded series: what leads is told from what moves along, and short histories from none."""

from collections.abc import Callable

import numpy as np
import pytest
from evidence_series import YEARLY_UNRELATED, Floats, leading

from metrics.evidence.forecast import HORIZON, trial
from metrics.evidence.lead import lead
from metrics.evidence.measured import Side
from metrics.evidence.outcome import OutcomeEvidence, check_outcome
from metrics.evidence.surprises import surprises
from metrics.tree.tree import Prediction


def side(values: Floats) -> Side:
    return Side(values, surprises(values))


def checked(x: Floats, y: Floats, prediction: Prediction | None = None) -> OutcomeEvidence:
    return check_outcome(prediction or Prediction("revenue"), side(x), side(y), [])


def pairs(make: Callable[..., tuple[Floats, ...]], weeks: int, runs: int) -> list[tuple[Floats, ...]]:
    random = np.random.default_rng(4)
    return [make(random, weeks) for _ in range(runs)]


def test_a_true_lead_is_found_within_two_weeks() -> None:
    found = [(checked(x, y), middle) for x, y, middle in pairs(leading(0.7), 156, 12)]
    assert sum(one.verdict == "leads" for one, _ in found) >= 10
    for one, middle in found:
        assert one.forward is not None
        assert abs(one.forward.lead_weeks - middle) <= 2


@pytest.mark.parametrize("family", ["independent", "random walk", "growth", "same week only", "reverse"])
def test_what_does_not_lead_is_seldom_said_to(family: str) -> None:
    found = [checked(*pair).verdict for pair in pairs(YEARLY_UNRELATED[family], 130, 10)]
    assert found.count("leads") <= 2


@pytest.mark.parametrize("family", ["same week only", "reverse"])
def test_what_moves_along_or_follows_moves_with_it(family: str) -> None:
    found = [checked(*pair) for pair in pairs(YEARLY_UNRELATED[family], 156, 8)]
    assert sum(one.verdict == "moves_with" for one in found) >= 6
    if family == "reverse":
        assert all(one.backward and one.forward and one.backward.p < one.forward.p for one in found)


@pytest.mark.parametrize("weeks", [0, 3, 26, 103])
def test_fewer_than_two_years_are_not_enough(weeks: int) -> None:
    x, y, _ = pairs(leading(0.9), 110, 1)[0]
    found = checked(x[:weeks], y[:weeks])
    assert (found.verdict, found.n_weeks, found.forward, found.trial) == ("not_enough_history", weeks, None, None)


def test_weeks_that_only_one_has_do_not_count() -> None:
    x, y, _ = pairs(leading(0.9), 156, 1)[0]
    x[:60] = np.nan
    assert checked(x, y).verdict == "not_enough_history"


def test_gaps_are_no_obstacle() -> None:
    random = np.random.default_rng(6)
    found = []
    for x, y, _ in pairs(leading(0.7), 208, 6):
        x[random.choice(208, 8, replace=False)] = np.nan
        y[random.choice(208, 8, replace=False)] = np.nan
        found.append(checked(x, y).verdict)
    assert found.count("leads") >= 4


def test_a_forecast_uses_nothing_of_what_comes() -> None:
    x, y, _ = pairs(leading(0.5), 156, 1)[0]
    one, other = side(x).surprises, side(y).surprises
    before = trial(one, other)
    at = 120
    level = other.level.copy()
    level[at + 1 :] += 5.0
    changed = trial(one, type(other)(**{**vars(other), "level": level}))
    same = [number for number, origin in enumerate(before.origins) if origin <= at]
    assert len(same) > 20
    np.testing.assert_allclose(changed.led[same], before.led[same])
    np.testing.assert_allclose(changed.alone[same], before.alone[same])
    assert min(before.origins) >= 156 // 2 - 1
    assert max(before.origins) == 155 - HORIZON


def test_the_gain_is_that_of_the_errors() -> None:
    x, y, _ = pairs(leading(0.7), 156, 1)[0]
    found = trial(side(x).surprises, side(y).surprises)
    alone, led = ((found.came - one) ** 2 for one in (found.alone, found.led))
    assert found.gain == pytest.approx(1 - led.sum() / alone.sum())
    assert found.gain > 0


def test_shuffling_is_seeded() -> None:
    x, y, _ = pairs(leading(0.3), 120, 1)[0]
    assert lead(side(x).surprises, side(y).surprises) == lead(side(x).surprises, side(y).surprises)


def test_a_prediction_downwards_is_tested_downwards() -> None:
    x, y, _ = pairs(leading(0.7), 156, 1)[0]
    fallen = 1e6 / y
    assert checked(x, fallen, Prediction("churn", effect=-0.5)).verdict == "leads"
    assert checked(x, fallen, Prediction("churn", effect=0.5)).verdict != "leads"


@pytest.mark.parametrize(("claimed", "came_true"), [(1.0, True), (9.0, False), (None, None)])
def test_the_claim_of_january_is_held_against_what_came(claimed: float | None, came_true: bool | None) -> None:
    """The outcome moves by one percent, five weeks after a percent of the leader."""
    random = np.random.default_rng(9)
    shock, own = 0.05 * random.standard_normal((2, 165))
    x, y = 1000 * np.exp(shock[5:]), 5000 * np.exp(shock[:-5] + 0.5 * own[5:])
    found = checked(x, y, Prediction("revenue", lead_weeks=5, effect=claimed))
    assert found.came_true is came_true
    assert found.effect_lag == 5
    assert found.measured_effect is not None
    assert found.measured_effect.percent is not None
    assert found.measured_effect.percent[0] == pytest.approx(1.0, abs=0.2)
