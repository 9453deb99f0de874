"""The verdict on each claim of a quarter, and what it would take where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np
from scipy import special

from metrics.evidence.measured import Measured
from metrics.evidence.verdict import (
    ALONE,
    ALONE_SHORT,
    CONTRADICTION_RATE,
    FEWEST_WEEKS,
    MEANINGFUL,
    SHORT,
    SUPPORT_RATE,
    SUPPORT_RATE_SHORT,
    Verdict,
    critical_p,
)

Lost = Literal["faded", "turned"]

_POWER = 0.8
_ONE_SIDED_90 = float(special.ndtri(0.95))


@dataclass(frozen=True)
class Judged:
    """A question with its verdict.

    `p_needed` is what p had to reach for support, given the other claims of the quarter. `is_unstable` says that parts
    of the history differ; `lost` that the link has `faded`: it shows in the first half and not in the second, or has
    `turned`: some half-years go the other way. `weeks_needed` is None where the verdict stands, or where no number of
    weeks would help. `smallest` is the correlation that this length would have shown four times out of five.
    """

    measured: Measured
    verdict: Verdict
    p_needed: float
    is_unstable: bool
    lost: Lost | None
    weeks_needed: int | None
    smallest: float | None


def judge(measured: Sequence[Measured]) -> list[Judged]:
    """Return the verdicts, each adjusted for all that were asked: claims among claims, searches among searches."""
    found: dict[int, Judged] = {}
    for is_declared in (True, False):
        asked = [number for number, one in enumerate(measured) if one.question.is_declared == is_declared]
        tested = [measured[number] for number in asked if _is_tested(measured[number])]
        p, p_opposite = [one.p for one in tested], [one.p_opposite for one in tested]
        needed: dict[bool, tuple[float, float]] = {}
        for is_short, rate, alone in ((False, SUPPORT_RATE, ALONE), (True, SUPPORT_RATE_SHORT, ALONE_SHORT)):
            against = critical_p(p_opposite, CONTRADICTION_RATE, alone) if is_declared else 0.0
            needed[is_short] = critical_p(p, rate, alone), against
        for number in asked:
            found[number] = _judged(measured[number], *needed[measured[number].joint_weeks < SHORT])
    return [found[number] for number in range(len(measured))]


def _is_tested(measured: Measured) -> bool:
    return measured.joint_weeks >= FEWEST_WEEKS and measured.link.freedom >= 4 and not measured.is_flat


def _judged(measured: Measured, for_support: float, against: float) -> Judged:
    if not _is_tested(measured):
        lacking = None if measured.is_flat else max(FEWEST_WEEKS - measured.joint_weeks, 1)
        return Judged(measured, "not_enough_evidence", for_support, False, None, lacking, None)
    lost = _lost(measured)
    verdict = _verdict(measured, for_support, against, lost)
    needed = _weeks_needed(measured, for_support, against) if verdict == "not_enough_evidence" else None
    smallest = _smallest(measured, for_support)
    return Judged(measured, verdict, for_support, measured.stability.differs, lost, needed, smallest)


def _verdict(measured: Measured, for_support: float, against: float, lost: Lost | None) -> Verdict:
    halves = [half * measured.sense for half in measured.stability.halves]
    if measured.p <= for_support:
        return "supported" if min(halves) > 0 and not lost else "not_enough_evidence"
    if measured.p_opposite <= against and max(halves) < 0:
        return "contradicted"
    if measured.question.is_declared and _upper(measured) < MEANINGFUL:
        return "no_meaningful_link"
    return "not_enough_evidence"


def _lost(measured: Measured) -> Lost | None:
    """Return how a link went where its parts differ; None where they don't, or differ in strength alone."""
    stability, sense = measured.stability, measured.sense
    if not stability.differs:
        return None
    first, second = (half * sense for half in stability.halves)
    p = stability.second_half.p_positive if sense > 0 else stability.second_half.p_negative
    if first > second and p > 0.1:
        return "faded"
    return "turned" if min((block * sense for block in stability.blocks), default=0.0) < 0 else None


def _upper(measured: Measured) -> float:
    """Return the upper limit of the 90 % interval of the correlation, counted in the claimed sense."""
    low, high = measured.link.interval(0.90)
    return high if measured.sense > 0 else -low


def _weeks_needed(measured: Measured, for_support: float, against: float) -> int:
    """Return after how many more weeks there is a verdict if the link stays as it looks now."""
    tests = 1 if measured.question.is_declared else 2 * len(measured.question.lags)
    for_one = -np.expm1(np.log1p(-for_support) / tests)
    seen = float(np.arctanh(np.clip(measured.sided, -0.999999, 0.999999)))
    reach = []
    if seen > 0:
        reach.append((special.ndtri(1 - for_one) / seen) ** 2)
    if seen < 0 and against > 0:
        reach.append((special.ndtri(1 - against) / seen) ** 2)
    meaningful = float(np.arctanh(MEANINGFUL))
    if measured.question.is_declared and seen < meaningful:
        reach.append((_ONE_SIDED_90 / (meaningful - seen)) ** 2)
    link = measured.link
    lacking = min(reach) + 1 - link.freedom if reach else 0.0
    if lacking <= 0:  # close enough already, but its halves disagree: half a year shows whether it holds
        return FEWEST_WEEKS
    return max(1, ceil(lacking * measured.joint_weeks / max(link.weeks, 1)))


def _smallest(measured: Measured, for_support: float) -> float:
    reach = special.ndtri(1 - min(for_support, ALONE)) + special.ndtri(_POWER)
    return float(np.tanh(reach / np.sqrt(max(measured.link.freedom - 1, 1))))
