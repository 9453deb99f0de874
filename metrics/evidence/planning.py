"""Before a change: could its effect be seen in a metric's noise, and after how many weeks?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.evidence.cycle import WEEKS
from metrics.evidence.measured import Side
from metrics.evidence.memory import Floats, without_memory

LONGEST = 52
QUARTER = 13
FEWEST_WEEKS = 26
_RISK, _POWER = 0.05, 0.8


@dataclass(frozen=True)
class Plan:
    """Whether a lasting change of a metric would show; `change` and the smallest ones are fractions (0.05 is 5 %).

    `weeks` is after how many weeks it shows four times out of five; None where that takes more than a year.
    `smallest_in_a_quarter` and `smallest_in_a_year` are what would show by then.
    """

    change: float
    weeks: int | None
    smallest_in_a_quarter: float
    smallest_in_a_year: float


def plan(side: Side, change: float) -> Plan | None:
    """Return how long it takes until a lasting change shows, as seldom by mistake as 1 in 20; None without history.

    The standard error of a step at the end of the history, in a regression with constant, trend and season whose
    errors have the metric's memory (Bloom 1995, "minimum detectable effect": 2.8 standard errors).
    """
    surprises = side.surprises
    if surprises.is_flat or surprises.present.sum() < FEWEST_WEEKS or not side.usual > 0:
        return None
    smallest = _smallest_steps(side)
    if surprises.logs:
        wanted = abs(np.log1p(max(change, -0.999)))
        as_fraction = np.expm1(smallest)
    else:
        wanted = abs(change)
        as_fraction = smallest = smallest / side.usual
    reached = np.flatnonzero(smallest <= wanted)
    weeks = int(reached[0]) + 1 if len(reached) else None
    return Plan(change, weeks, float(as_fraction[QUARTER - 1]), float(as_fraction[LONGEST - 1]))


def _smallest_steps(side: Side) -> Floats:
    """Return the smallest step that shows after 1 to 52 weeks, on the scale that the metric is worked on."""
    surprises = side.surprises
    there = np.flatnonzero(surprises.present)
    first, last = int(there[0]), int(there[-1])
    count = last - first + 1 + LONGEST
    columns = WEEKS.columns(0, last - first, WEEKS.waves(len(there)), count)
    columns = np.delete(columns, 2, axis=1)  # a curved trend would pass for the change itself
    step = np.arange(count) > last - first
    design = without_memory(np.column_stack([step.astype(float), columns]), surprises.memory)
    kept = np.concatenate([surprises.kept[first : last + 1], np.ones(LONGEST, bool)])
    kept[: len(surprises.memory)] = False
    reach = special.ndtri(1 - _RISK / 2) + special.ndtri(_POWER)
    found = np.empty(LONGEST)
    for weeks in range(1, LONGEST + 1):
        rows = design[: count - LONGEST + weeks][kept[: count - LONGEST + weeks]]
        left = rows[:, 0] - rows[:, 1:] @ np.linalg.lstsq(rows[:, 1:], rows[:, 0], rcond=None)[0]
        found[weeks - 1] = reach * surprises.spread / np.sqrt(max(float(left @ left), 1e-12))
    return found
