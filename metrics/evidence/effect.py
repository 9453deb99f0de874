"""By how much a metric moves when its input moves, in the metric's own units, with an interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.evidence.cycle import WEEKS, Cycle
from metrics.evidence.link import lagged
from metrics.evidence.memory import LONGEST, Floats, filled, fit_memory, lengthened, without_memory
from metrics.evidence.surprises import Surprises

FAR_OUT = 4.0
_ROUNDS = 3


@dataclass(frozen=True)
class Effect:
    """How much a metric moves for one of the input, and the limits of the 95 % interval.

    `percent` is the same in percent for one percent, with its limits; None where a metric is not usually above 0.
    """

    per_unit: float
    low: float
    high: float
    percent: tuple[float, float, float] | None = None


def effect(source: Surprises, metric: Surprises, lag: int, levels: tuple[float, float]) -> Effect | None:
    """Regress the metric on the input `lag` weeks earlier, with trend and season, and errors with a memory.

    Generalised least squares with an estimated autoregression (Cochrane & Orcutt 1949); weeks in which the input is
    exceptional, or the metric far out, have no weight. `levels` are what input and metric usually are: an effect in
    logarithms is given in units there. None with too few weeks.
    """
    early, late = lagged(len(metric.level), lag)
    x, y = source.level[early], metric.level[late]
    # Leaving out what is surprising about the metric makes effects smaller: only what is far out, such as an event, is.
    near = metric.usable & (np.abs(metric.value) <= FAR_OUT)
    kept = source.kept[early] & near[late]
    weeks = np.flatnonzero(source.present[early] & metric.present[late])
    if len(weeks) < 8:
        return None
    whole = slice(weeks[0], weeks[-1] + 1)
    x, y, kept = x[whole], y[whole], kept[whole]
    bends = source.bends or metric.bends
    cycle = metric.cycle
    columns = cycle.columns(0, len(x) - 1, cycle.waves(len(weeks)), len(x), bends=bends)
    design = np.column_stack([x, columns])
    if kept.sum() < design.shape[1] + 8:
        return None
    memory = np.zeros(0)
    for _ in range(_ROUNDS):
        used = kept.copy()
        used[: len(memory)] = False
        flat_design, flat = without_memory(design, memory), without_memory(y, memory)
        solution = np.linalg.lstsq(flat_design[used], flat[used], rcond=None)[0]
        rest = y - design @ solution
        fitted = fit_memory(filled(rest, kept, memory), kept, shortest=1)
        before, memory = memory, lengthened(fitted, columns.shape[1], int(kept.sum()))
        if len(memory) == len(before) and np.allclose(memory, before, atol=1e-3):
            break
    freedom = int(used.sum()) - design.shape[1] - 2 * LONGEST
    left = flat[used] - flat_design[used] @ solution
    try:
        inverse = np.linalg.inv(flat_design[used].T @ flat_design[used])
    except np.linalg.LinAlgError:
        return None
    if freedom < 4 or not inverse[0, 0] > 0:
        return None
    error = float(np.sqrt(left @ left / freedom * inverse[0, 0]))
    reach = float(special.stdtrit(freedom, 0.975)) * error
    slope = float(solution[0])
    limits = np.array([slope, slope - reach, slope + reach])
    usual_input, usual_metric = levels
    limits *= (usual_metric if metric.logs else 1.0) / (usual_input if source.logs else 1.0)
    per_unit, low, high = limits.tolist()
    if not (usual_input > 0 and usual_metric > 0):
        return Effect(per_unit, low, high)
    ratio = usual_input / usual_metric
    return Effect(per_unit, low, high, (per_unit * ratio, low * ratio, high * ratio))


def usual(values: Floats, cycle: Cycle = WEEKS) -> float:
    """Return what a metric usually is: the median of its last two years."""
    there = values[np.isfinite(values)]
    return float(np.median(there[-2 * cycle.apart :])) if len(there) else float("nan")
