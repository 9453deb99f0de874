"""How far from the expected value routine reaches: scale, quantiles, and what makes a week's limits wider."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import stats

from metrics.signals.memory import Bools, Floats, Whole
from metrics.signals.procedure import Procedure

MEAN_OF_ABSOLUTE = 0.797885
_MOST = 400
_POWERS = (0.0, 0.25, 0.5)
_LEAST_SCALE = 1e-12
_SPREAD_OF_RATIO = 0.2125  # of Geary's ratio, times the root of the number of values
_MOST_SKEW = 1.5


def scale(errors: Floats, parameters: Whole, age: Whole, procedure: Procedure) -> Floats:
    """Return each metric's standard deviation of one-step errors, from the last ones (metrics x weeks, NaN gaps).

    The mean absolute error / .798, winsorised at three scales, in which older errors count less; inflated for the
    parameters that were fitted and for a young level, whose mean of n weeks is itself uncertain.
    """
    sizes = np.abs(errors)
    known = ~np.isnan(sizes)
    count = np.maximum(known.sum(axis=1), 1)
    weight = np.where(known, _weights(errors.shape[1], procedure), 0.0)
    weight /= np.maximum(weight.sum(axis=1), _LEAST_SCALE)[:, None] * MEAN_OF_ABSOLUTE
    sizes = np.where(known, sizes, 0.0)
    first = (sizes * weight).sum(axis=1)
    winsorised = (np.minimum(sizes, procedure.winsor * first[:, None]) * weight).sum(axis=1)
    fitted = np.sqrt(count / np.maximum(count - parameters, 1))
    young = np.sqrt(1.0 + 1.0 / np.maximum(age, 1))
    return np.asarray(np.maximum(winsorised * fitted * young, _LEAST_SCALE))


def quantiles(errors: Floats, procedure: Procedure) -> Floats:
    """Return the t quantile that leaves as much outside as the limits should, for scales that rest on `errors`."""
    weight = np.where(np.isnan(errors), 0.0, _weights(errors.shape[1], procedure))
    effective = weight.sum(axis=1) ** 2 / np.maximum((weight**2).sum(axis=1), _LEAST_SCALE)
    return np.asarray(_table(procedure)[np.minimum(np.round(effective).astype(np.int64), _MOST)])


def _weights(weeks: int, procedure: Procedure) -> Floats:
    """Return how much each of the last errors counts, the newest 1."""
    return np.asarray(0.5 ** (np.arange(weeks)[::-1] / procedure.half_life))


@cache
def _table(procedure: Procedure) -> Floats:
    weeks = np.arange(_MOST + 1)
    first = np.minimum(weeks, procedure.freedom_weeks)
    freedom = np.maximum(procedure.freedom * first + procedure.freedom_later * (weeks - first), 2.0)
    return np.asarray(stats.t.isf(stats.norm.sf(procedure.limit), freedom))


def narrowing_power(errors: Floats, denominators: Floats) -> tuple[float, float]:
    """Return by which power of the denominator a ratio's errors shrink, and the denominator that they are related to.

    1/2 is what counting leaves to chance (the p' chart of Laney 2002), 0 a ratio whose denominator does not matter;
    the likelihood of the errors (NaN where none) decides.
    """
    known = ~np.isnan(errors) & ~np.isnan(denominators) & (denominators > 0)
    if known.sum() < 8:
        return 0.0, 1.0
    relative = denominators[known] / np.median(denominators[known])
    costs = [
        len(relative) * np.log(max(np.abs(errors[known] * relative**power).mean(), _LEAST_SCALE))
        - power * np.log(relative).sum()
        for power in _POWERS
    ]
    return _POWERS[int(np.argmin(costs))], float(np.median(denominators[known]))


def varies_like_counts(whole: Bools, middle: Floats, spread: Floats, procedure: Procedure) -> Bools:
    """Return which metrics are small whole numbers that vary at least about as much as counts of chance events do."""
    return np.asarray(whole & (middle > 0) & (middle < procedure.few) & (spread**2 > 0.5 * middle))


def of_counts(
    limit: Floats, counts: Bools, settled: Bools, middle: Floats, spread: Floats, procedure: Procedure
) -> tuple[Floats, Floats]:
    """Return lower and upper limits, in standard deviations: those of counts allow for their skewness.

    By the Cornish-Fisher expansion for a skewness of spread / middle, that of a Poisson variable; the upper one is
    never below the Poisson quantile itself. Where counts are so few that the lower limit would be below zero, all that
    is to be outside is above; and as the mean alone says how they vary, `settled` ones need no quantile of Student's t.
    """
    lower, upper = limit.copy(), limit.copy()
    if counts.any():
        few, mean, width = limit[counts], middle[counts], spread[counts]
        one_sided = mean < few * width
        above = np.where(one_sided & settled[counts], stats.norm.isf(2 * stats.norm.sf(procedure.limit)), few)
        skew = np.minimum(width / mean, _MOST_SKEW) / 6.0
        quantile = stats.poisson.isf(stats.norm.sf(above), mean)
        upper[counts] = np.maximum(above + (above**2 - 1.0) * skew, (quantile + 0.5 - mean) / width)
        lower[counts] = np.where(one_sided, few, few - (few**2 - 1.0) * skew)
    return lower, upper


def tail(standard: Floats, procedure: Procedure) -> Floats:
    """Return by how much limits reach further for metrics that are wild by nature (weeks x metrics, NaN gaps).

    Geary's ratio, mean absolute over root mean square, is .798 for normal errors and less for heavy tails (Geary 1935,
    Biometrika 27:310); one standard error below it is no evidence. Errors are winsorised, and of weeks outside the
    limits in a row only the first counts, so that an event is not taken for wildness.
    """
    sizes = np.minimum(np.abs(standard), procedure.tail_winsor)
    goes_on = np.zeros(sizes.shape, bool)
    goes_on[1:] = (sizes[1:] > procedure.limit) & (sizes[:-1] > procedure.limit)
    sizes = np.where(goes_on, np.nan, sizes)
    count = np.maximum((~np.isnan(sizes)).sum(axis=0), 1)
    sizes = np.nan_to_num(sizes)
    mean, square = sizes.sum(axis=0) / count, (sizes**2).sum(axis=0) / count
    ratio = np.where(square > 0, mean / np.sqrt(np.maximum(square, _LEAST_SCALE)), MEAN_OF_ABSOLUTE)
    excess = np.maximum(MEAN_OF_ABSOLUTE - _SPREAD_OF_RATIO / np.sqrt(count) - ratio, 0.0)
    excess *= count >= procedure.tail_least
    return np.asarray(np.minimum(1.0 + procedure.tail_gain * excess, procedure.tail_most))
