"""Evidence as JSON: the verdicts with all that is needed to compute them anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from metrics.evidence.judged import Judged
from metrics.evidence.link import Link
from metrics.evidence.measured import Side, left_out_weeks
from metrics.evidence.outcome import OutcomeEvidence
from metrics.evidence.quarter import QuarterEvidence
from metrics.evidence.question import Refusal

_DIGITS = 6


def quarter_json(quarter: str, evidence: QuarterEvidence, sentences: Sequence[str]) -> dict[str, Any]:
    """Return what `northstar evidence --quarter` prints; `sentences` has one a claim."""
    return {
        "quarter": quarter,
        "week_ending": evidence.weeks[-1].isoformat() if evidence.weeks else None,
        "claims": [
            claim_json(judged, evidence.weeks, sentence)
            for judged, sentence in zip(evidence.claims, sentences, strict=True)
        ],
        "refused": [_refusal(refusal) for refusal in evidence.refused],
        "weeks": [week.isoformat() for week in evidence.weeks],
        "series": {metric: _side(side, evidence.weeks) for metric, side in evidence.sides.items()},
    }


def claim_json(judged: Judged, weeks: Sequence[date], sentence: str) -> dict[str, Any]:
    """Return one claim with its verdict; numbers that could not be computed are None."""
    measured = judged.measured
    low, high = measured.link.interval(0.95)
    effect, reverse, stability = measured.effect, measured.reverse, measured.stability
    is_tested = judged.smallest is not None
    return {
        "metric": measured.question.metric,
        "input": measured.question.input,
        "sign": "positive" if measured.sense > 0 else "negative",
        "lag_weeks": measured.lag_weeks,
        "declared": measured.question.is_declared,
        "because": measured.question.because,
        "verdict": judged.verdict,
        "sentence": sentence,
        "p": _number(measured.p) if is_tested else None,
        "p_opposite": _number(measured.p_opposite) if is_tested else None,
        "p_needed": _number(judged.p_needed),
        "correlation": _number(measured.link.correlation) if is_tested else None,
        "low": _number(low) if is_tested else None,
        "high": _number(high) if is_tested else None,
        "effect": _number(effect.per_unit) if effect else None,
        "effect_low": _number(effect.low) if effect else None,
        "effect_high": _number(effect.high) if effect else None,
        "effect_percent": _numbers(effect.percent) if effect and effect.percent else None,
        "n_weeks": measured.joint_weeks,
        "n_effective": n_effective(measured.link),
        "weeks_needed": judged.weeks_needed,
        "smallest_correlation": _number(judged.smallest),
        "smallest_effect": _number(judged.smallest * measured.unit_ratio) if judged.smallest is not None else None,
        "naive_correlation": _number(measured.naive),
        "reverse": {
            "lag_weeks": reverse.lag_weeks,
            "correlation": _number(reverse.correlation),
            "p": _number(reverse.p),
        },
        "stability": {
            "differs": judged.is_unstable,
            "lost": judged.lost,
            "halves": _numbers(stability.halves),
            "blocks": _numbers(stability.blocks),
            "p_halves": _number(stability.p_halves),
            "p_blocks": _number(stability.p_blocks),
            "p_quarters": _number(stability.p_quarters),
        },
        "quarters": {name: _number(value) for name, value in measured.quarters},
        "exploration": {str(lag): _number(value) for lag, value in measured.profile.items()},
        "left_out": [week.isoformat() for week in left_out_weeks(measured, weeks)],
    }


def year_json(year: int, found: Sequence[OutcomeEvidence], refused: Sequence[Refusal]) -> dict[str, Any]:
    """Return what `northstar evidence --year` prints."""
    weeks = next((one.weeks for one in found if one.n_months is None), [])
    return {
        "year": year,
        "week_ending": weeks[-1].isoformat() if weeks else None,
        "outcomes": [outcome_json(one) for one in found],
        "refused": [_refusal(refusal) for refusal in refused],
        "weeks": [week.isoformat() for week in weeks],
    }


def outcome_json(one: OutcomeEvidence) -> dict[str, Any]:
    """Return one outcome with its verdict."""
    effect, tried, together = one.measured_effect, one.trial, one.together
    return {
        "outcome": one.prediction.metric,
        "verdict": one.verdict,
        "lead_weeks": one.forward.lead_weeks if one.forward else None,
        "gain": _number(tried.gain) if tried else None,
        "gain_by_half": _numbers(tried.gain_by_half) if tried else None,
        "p": _number(one.forward.p) if one.forward else None,
        "p_reverse": _number(one.backward.p) if one.backward else None,
        "same_week_correlation": _number(together.correlation) if together else None,
        "n_weeks": one.n_weeks,
        "n_months": one.n_months,
        "months": None if one.n_months is None else [day.isoformat() for day in one.weeks],
        "claim": {
            "lead_weeks": one.prediction.lead_weeks,
            "effect": one.prediction.effect,
            "because": one.prediction.because,
        },
        "effect_lag": one.effect_lag,
        "effect_percent": _numbers(effect.percent) if effect and effect.percent else None,
        "claim_came_true": one.came_true,
        "forecasts": {
            "weeks": [one.weeks[at].isoformat() for at in tried.origins],
            "logs": one.sides[1].surprises.logs,
            "alone": _numbers(tried.alone),
            "led": _numbers(tried.led),
            "came": _numbers(tried.came),
        }
        if tried
        else None,
        "series": [_side(side, one.weeks) for side in one.sides],
    }


def n_effective(link: Link) -> float:
    """Return how many independent pairs the test rests on: those compared, less what trend and season used up."""
    return round(link.freedom + 2, 1)


def _side(side: Side, weeks: Sequence[date]) -> Mapping[str, Any]:
    surprises = side.surprises
    return {
        "values": _numbers(side.values),
        "logs": surprises.logs,
        "trend_and_season_columns": surprises.columns,
        "memory": _numbers(surprises.memory),
        "spread": _number(surprises.spread),
        "surprises": _numbers(surprises.value),
        "exceptional": [week.isoformat() for week, is_so in zip(weeks, surprises.exceptional, strict=True) if is_so],
    }


def _refusal(refusal: Refusal) -> dict[str, str]:
    return {"metric": refusal.metric, "input": refusal.input, "sentence": refusal.sentence}


def _numbers(values: Iterable[float]) -> list[float | None]:
    return [_number(value) for value in values]


def _number(value: float | None) -> float | None:
    """Return a number to six significant digits; None where there is none."""
    if value is None or not np.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}")
