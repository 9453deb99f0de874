"""How much of a week is left in the weeks after it: autoregressions of up to three weeks.

Series with gaps are handled by weights: a week that is left out stands for what was to be expected of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LONGEST = 3
_LONGEST_TOTAL = 0.98


def fit_memory(rest: Floats, kept: Flags, shortest: int = 0) -> Floats:
    """Return the coefficients of an autoregression, `shortest` to three, the newest week first.

    `rest` has mean 0; rows count where they and the three weeks before are `kept`. The order has the smallest AICc
    (Hurvich & Tsai 1989), all orders over the same rows. Too few rows: no coefficients.
    """
    count = len(rest)
    if count <= LONGEST:
        return np.zeros(0)
    rows = kept[LONGEST:].copy()
    for back in range(1, LONGEST + 1):
        rows &= kept[LONGEST - back : count - back]
    size = int(rows.sum())
    if size < 4 * LONGEST:
        return np.zeros(0)
    lags = np.stack([rest[LONGEST - back : count - back][rows] for back in range(LONGEST + 1)])
    products = lags @ lags.T
    if not products[0, 0] > 0:
        return np.zeros(0)
    best: float = np.inf
    chosen: Floats = np.zeros(0)
    for order in range(shortest, LONGEST + 1):
        own, cross = products[1 : order + 1, 1 : order + 1], products[1 : order + 1, 0]
        try:
            coefficients = np.linalg.solve(own, cross)
        except np.linalg.LinAlgError:
            break
        left = products[0, 0] - coefficients @ cross
        if not left > 1e-12 * products[0, 0]:
            break
        criterion = size * np.log(left / size) + 2 * (order + 1) * size / (size - order - 2)
        if criterion < best:
            best, chosen = float(criterion), np.asarray(coefficients, np.float64)
    return chosen


def lengthened(coefficients: Floats, columns: int, weeks: int) -> Floats:
    """Return a memory without the bias that comes of fitting `columns` of trend and season to the same weeks.

    Each column makes the sum of the coefficients smaller by about (1 + sum) / weeks, and the fit itself by another
    2 sum / weeks (Kendall 1954; Patterson 2000 for trends).
    """
    if not len(coefficients) or weeks <= columns + 2:
        return coefficients
    total = float(coefficients.sum())
    whole = min((weeks * total + columns) / (weeks - columns - 2), max(total, _LONGEST_TOTAL))
    found = coefficients.copy()
    found[0] += whole - total
    return found


def without_memory(rest: Floats, coefficients: Floats) -> Floats:
    """Return each week less what was left of the weeks before; the weeks before the first count as 0.

    `rest` may be a series or several, with the weeks along the first axis.
    """
    return rest - expected(rest, coefficients)


def expected(rest: Floats, coefficients: Floats) -> Floats:
    """Return what was left in each week of the weeks before."""
    found = np.zeros_like(rest)
    for back, coefficient in enumerate(coefficients, 1):
        found[back:] += coefficient * rest[:-back]
    return found


def without_echoes(rest: Floats, exceptional: Flags, coefficients: Floats) -> Floats:
    """Return a series in which an exceptional week that passed without a trace is what was to be expected of it.

    A holiday is over in the next week, a new level stays: what explains the following weeks better is taken (Fox 1972,
    additive and innovation outliers).
    """
    found = rest.copy()
    order = len(coefficients)
    if not order:
        return found
    for at in np.flatnonzero(exceptional).tolist():
        first = max(at - order, 0)
        around = found[first : at + order + 1]
        routine = around.copy()
        routine[at - first] = expected(around, coefficients)[at - first]
        after = [without_memory(one, coefficients)[at - first + 1 :] for one in (around, routine)]
        if after[1] @ after[1] < after[0] @ after[0]:
            found[at] = routine[at - first]
    return found


def filled(rest: Floats, kept: Flags, coefficients: Floats) -> Floats:
    """Return a series in which each week that is not `kept` is what was to be expected of it."""
    if kept.all():
        return rest
    found = np.where(kept, rest, 0.0)
    if not len(coefficients):
        return found
    largest = np.abs(found).max()
    for at in np.flatnonzero(~kept).tolist():
        back = min(at, len(coefficients))
        # An estimate outside the stationary range must not run away in a long gap.
        found[at] = np.clip(coefficients[:back] @ found[at - back : at][::-1], -largest, largest) if back else 0.0
    return found
