"""Whether a leading metric betters a forecast that an outcome's own history makes: tried on weeks not used for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from metrics.evidence.memory import Flags, Floats
from metrics.evidence.surprises import Surprises

HORIZON = 4
_PENALTY = 1.0


@dataclass(frozen=True)
class _Pace:
    """What is forecast, and from what: the mean of the next `horizon` values, from two and the mean of the last `own`.

    The leading metric enters as means of `size` values that end each of `backs` values ago, with a `penalty`.
    """

    horizon: int
    own: int
    size: int
    backs: tuple[int, ...]
    longest_back: int
    penalty: float


_PACES = {"week": _Pace(HORIZON, 4, 4, (0, 4, 8), 9, 40.0), "month": _Pace(1, 3, 1, (0, 1, 2), 2, 3.0)}


@dataclass(frozen=True)
class Trial:
    """Forecasts of the mean of the next four weeks, from weeks of the second half of the history.

    `origins` are the numbers of the weeks from which a forecast looked ahead. `alone` and `led` are the forecasts
    without and with the leading metric, `came` what came, all on the scale that the outcome is worked on.
    """

    origins: Sequence[int]
    alone: Floats
    led: Floats
    came: Floats

    @property
    def gain(self) -> float:
        """How much smaller the mean squared error is with the leading metric: 0.1 is a tenth, below 0 is worse."""
        return _gain(self.came - self.alone, self.came - self.led)

    @property
    def gain_by_half(self) -> tuple[float, float]:
        """The gain in the first and in the second half of the trial."""
        middle = len(self.came) // 2
        alone, led = self.came - self.alone, self.came - self.led
        return _gain(alone[:middle], led[:middle]), _gain(alone[middle:], led[middle:])


def trial(leader: Surprises, outcome: Surprises, backs: Sequence[int] | None = None) -> Trial:
    """Forecast the outcome from each week of the second half, with what was known in that week.

    Alone: trend, two annual harmonics, the last two weeks, the mean of the last four. Led: also the mean of the
    leading metric over weeks 0 to 3, 4 to 7 and 8 to 11 back. Ridge regression on standardised columns (Hoerl & Kennard
    1970), with a larger penalty on the leading metric: it has to earn its weight. Fitted anew each week to all targets
    that had come by then. By months: the next month, the mean of the last three, the leading metric's last three.
    """
    pace = _PACES[outcome.cycle.name]
    backs = pace.backs if backs is None else backs
    horizon, count = pace.horizon, len(outcome.level)
    joint = np.flatnonzero(leader.present & outcome.present)
    first, last = int(joint[0]) + max(back + pace.size for back in (*pace.backs, *backs)) - 1, int(joint[-1])
    y, x = outcome.level, leader.level
    weeks = np.arange(count)
    ahead = np.full(count, np.nan)
    whole = count - horizon
    ahead[:whole] = np.mean([y[step : step + whole] for step in range(1, horizon + 1)], axis=0)
    came = np.all([outcome.present[step : step + whole] for step in range(1, horizon + 1)], axis=0)
    own = [y, np.roll(y, 1), _mean_of_last(y, pace.own, 0)]
    lead = [_mean_of_last(x, pace.size, back) for back in backs]
    calendar = outcome.cycle.columns(first, last, 2, count)[:, [1, 3, 4, 5, 6]]
    alone = np.column_stack([calendar, *own])
    led = np.column_stack([alone, *lead])
    usable = np.zeros(count, bool)
    usable[:whole] = came
    usable &= (weeks >= first) & (weeks <= last - horizon)
    origins = [int(week) for week in weeks[usable] if week >= (first + last) // 2]
    penalties = np.array([_PENALTY] * alone.shape[1] + [pace.penalty] * len(lead))
    by_alone = _expanding(alone, penalties[: alone.shape[1]], ahead, usable, origins, horizon)
    by_led = _expanding(led, penalties, ahead, usable, origins, horizon)
    return Trial(origins, by_alone, by_led, ahead[origins])


def gains_by_lead(leader: Surprises, outcome: Surprises) -> dict[int, float]:
    """Return by how much forecasts get better, by how many weeks (months) the leading metric is ahead, each alone.

    The mean of four weeks of the leading metric is put before the mean of the four weeks that are forecast. Shorter
    leads than four weeks would need weeks that have not come yet. For looking: nothing is tested here.
    """
    pace = _PACES[outcome.cycle.name]
    return {back + pace.horizon: trial(leader, outcome, (back,)).gain for back in range(pace.longest_back + 1)}


def _expanding(
    columns: Floats, penalties: Floats, target: Floats, usable: Flags, origins: Sequence[int], horizon: int
) -> Floats:
    """Return the forecast from each origin, fitted to the usable weeks whose target had come by then."""
    found = np.empty(len(origins))
    for number, origin in enumerate(origins):
        known = np.flatnonzero(usable[: origin - horizon + 1])
        rows = columns[known]
        middle, spread = rows.mean(axis=0), rows.std(axis=0)
        spread[spread == 0] = 1.0
        standard = (rows - middle) / spread
        mean = target[known].mean()
        products = standard.T @ standard + np.diag(penalties)
        solution = np.linalg.solve(products, standard.T @ (target[known] - mean))
        found[number] = mean + (columns[origin] - middle) / spread @ solution
    return found


def _mean_of_last(values: Floats, size: int, back: int) -> Floats:
    """Return in each week the mean of `size` weeks, the newest of them `back` weeks earlier."""
    found: Floats = np.mean([np.roll(values, back + step) for step in range(size)], axis=0)
    return found


def _gain(alone: Floats, led: Floats) -> float:
    before = float(alone @ alone)
    return 1 - float(led @ led) / before if before > 0 else 0.0
