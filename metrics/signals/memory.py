"""One-step errors of series under several memories at once: exponential smoothing of a level, fading deviations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Whole = NDArray[np.int64]


def ages(known: Bools, restart: Bools) -> Whole:
    """Return how many known weeks each week has behind it since the last restart; both are weeks x metrics."""
    age = np.zeros(known.shape, np.int64)
    count = np.zeros(known.shape[1], np.int64)
    for week in range(len(known)):
        count = np.where(restart[week], 0, count)
        age[week] = count
        count = count + known[week]
    return age


def one_step_errors(
    columns: Floats, known: Bools, restart: Bools, age: Whole, weight: Floats, left: Floats
) -> tuple[Floats, Floats, Floats]:
    """Filter columns (weeks x metrics x columns), all alike, under each memory.

    A level l and a deviation d forecast x as l + left * d; the error e then moves them to l + weight * e and
    left * d + (1 - weight) * e (the innovations form of a local level with first-order autoregressive deviations:
    Hyndman, Koehler, Ord & Snyder 2008, Forecasting with Exponential Smoothing, chapter 3). While a level is young its
    weight is 1 / (weeks so far), a running mean. A week that is not known leaves the level. Returns the errors (weeks x
    memories x metrics x columns; 0 where not known) and the level and deviation after the last week (memories x
    metrics x columns). The filter is linear: what is true of the columns is true of their sums.
    """
    weeks, metrics, count = columns.shape
    weight, left = weight[:, None, None], left[:, None, None]
    level = np.zeros((len(weight), metrics, count))
    deviation = np.zeros_like(level)
    errors = np.zeros((weeks, *level.shape))
    young = 1.0 / (age + 1.0)
    filled = np.where(known[:, :, None], columns, 0.0)
    fades = bool(left.any())
    for week in range(weeks):
        if restart[week].any():
            deviation[:, restart[week]] = 0.0
        faded = left * deviation if fades else 0.0
        error = (filled[week] - level - faded) * known[week][:, None]
        gain = np.maximum(weight, young[week][:, None])
        step = gain * error
        level += step
        if fades:
            deviation = faded + error - step
        errors[week] = error
    return errors, level, deviation
