"""The model that a metric's weeks are forecast with, chosen by the penalised likelihood of its one-step errors."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from metrics.signals.memory import Bools, Floats, ages, one_step_errors
from metrics.signals.procedure import Procedure

WEEKS_A_YEAR = 365.25 / 7
_AT_ONCE = 64
_SCALE_OF_SLOPE = 52.0


@dataclass
class Models:
    """One model a metric. Arrays have one row a metric.

    In logs or not, the errors' memory, the coefficients of slope and harmonics (0 where not chosen), how many of
    them there are, and the level and the deviation after the last week seen. `chosen` is False before the first choice.
    """

    chosen: Bools
    log: Bools
    weight: Floats
    left: Floats
    coefficients: Floats
    parameters: NDArray[np.int64]
    harmonics: NDArray[np.int64]
    level: Floats
    deviation: Floats
    age: NDArray[np.int64]
    errors: Floats

    @classmethod
    def none(cls, metrics: int, weeks: int) -> Models:
        """Return the state before any choice; `errors` holds the last `weeks` one-step errors, NaN where none."""
        zeros = np.zeros(metrics)
        whole = np.zeros(metrics, np.int64)
        return cls(
            np.zeros(metrics, bool), np.zeros(metrics, bool), zeros + 1, zeros.copy(), np.zeros((metrics, 7)),
            whole.copy(), whole.copy(), zeros.copy(), zeros.copy(), whole.copy(), np.full((metrics, weeks), np.nan),
        )  # fmt: skip

    def replace(self, which: NDArray[np.int64], other: Models) -> None:
        """Take the rows of `other` for the metrics `which`."""
        for field in fields(self):
            getattr(self, field.name)[which] = getattr(other, field.name)


def design(first: int, weeks: int) -> Floats:
    """Return slope (in years) and three annual harmonics of weeks numbered from `first`: weeks x 7."""
    number = first + np.arange(weeks)
    angle = 2 * np.pi * number / WEEKS_A_YEAR
    waves = [turn(pace * angle) for pace in (1, 2, 3) for turn in (np.cos, np.sin)]
    return np.column_stack([number / _SCALE_OF_SLOPE, *waves])


def choose(values: Floats, restart: Bools, columns: Floats, procedure: Procedure) -> Models:
    """Choose a model for each metric from its clean values so far (weeks x metrics, NaN where not known).

    `restart` marks the first week of each regime, `columns` is the design of the same weeks.
    """
    parts = [
        _choose(values[:, at : at + _AT_ONCE], restart[:, at : at + _AT_ONCE], columns, procedure)
        for at in range(0, values.shape[1], _AT_ONCE)
    ]
    names = [field.name for field in fields(Models)]
    return Models(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def subsets() -> list[tuple[int, bool, list[int]]]:
    """Return the sets of columns to choose from: harmonics, slope, and the columns' numbers."""
    return [
        (harmonics, slope, [0] * slope + list(range(1, 1 + 2 * harmonics)))
        for harmonics in range(4)
        for slope in (False, True)
    ]


def _choose(values: Floats, restart: Bools, columns: Floats, procedure: Procedure) -> Models:
    weeks, metrics = values.shape
    known = ~np.isnan(values)
    age = ages(known, restart)
    memories = np.array(procedure.memories)
    may_log, logs = _logs(values, known, procedure)
    stacked = np.empty((weeks, metrics, 9))
    stacked[:, :, 0] = np.where(known, values, 0.0)
    stacked[:, :, 1] = logs
    stacked[:, :, 2:] = columns[:, None, :]
    errors, level, deviation = one_step_errors(stacked, known, restart, age, memories[:, 0], memories[:, 1])
    counted = known & (age >= 1)
    inflation = np.sqrt(1.0 + 1.0 / np.maximum(age, 1))
    by_metric = np.ascontiguousarray((errors * (counted / inflation)[:, None, :, None]).transpose(1, 2, 3, 0))
    m = counted.sum(axis=0)
    history = known.sum(axis=0)
    # memories x metrics x columns x columns
    products = by_metric @ by_metric.swapaxes(-1, -2)
    cost_best = np.full(metrics, np.inf)
    best = Models.none(metrics, procedure.scale_weeks)
    best_at = np.zeros((metrics, 3), np.int64)
    best_beta = np.zeros((metrics, 7))
    jacobian = np.array([np.zeros(metrics), np.sum(np.where(counted, logs, 0.0), axis=0)])
    log_m = np.log(np.maximum(m, 2))
    memory_cost = procedure.memory_penalty * (memories[:, 1] > 0)
    for number, (harmonics, slope, which) in enumerate(subsets()):
        allowed = np.ones(metrics, bool)
        if harmonics:
            allowed &= history >= procedure.harmonics_from[harmonics - 1]
        if slope:
            allowed &= history >= procedure.slope_from
        if not allowed.any():
            continue
        at = [2 + column for column in which]
        if which:
            gram = products[:, :, at][:, :, :, at]
            ridge = 1e-9 * np.trace(gram, axis1=-2, axis2=-1)[:, :, None, None] + 1e-12
            beta = np.linalg.solve(gram + ridge * np.eye(len(at)), products[:, :, at, :2])
            rest = by_metric[:, :, :2] - beta.swapaxes(-1, -2) @ by_metric[:, :, at]
        else:
            beta = np.zeros((len(memories), metrics, 0, 2))
            rest = by_metric[:, :, :2]
        scale = np.abs(rest).sum(axis=-1) / np.maximum(m, 1)[:, None]
        cost = (
            m[:, None] * np.log(np.maximum(scale, 1e-12))
            + jacobian.T
            + (procedure.penalty * log_m * len(which))[:, None]
            + memory_cost[:, None, None] * log_m[:, None]
        )
        cost[:, ~allowed] = np.inf
        cost[:, ~may_log, 1] = np.inf
        flat = cost.transpose(1, 0, 2).reshape(metrics, -1)
        lowest = flat.argmin(axis=1)
        rows = np.flatnonzero(flat[np.arange(metrics), lowest] < cost_best)
        cost_best[rows] = flat[rows, lowest[rows]]
        memory, log = lowest[rows] // 2, lowest[rows] % 2
        best_at[rows] = np.column_stack([np.full(len(rows), number), memory, log])
        best_beta[rows] = 0.0
        best_beta[rows[:, None], which] = beta[memory, rows, :, log]
        best.harmonics[rows] = harmonics
        best.parameters[rows] = 1 + len(which) + (memories[memory, 1] > 0)
    rows = np.arange(metrics)
    memory, log = best_at[:, 1], best_at[:, 2]
    best.chosen[:] = True
    best.log[:] = log == 1
    best.weight[:], best.left[:] = memories[memory, 0], memories[memory, 1]
    best.coefficients[:] = best_beta
    best.level[:] = _combined(level[memory, rows], log, best_beta)
    best.deviation[:] = _combined(deviation[memory, rows], log, best_beta)
    best.age[:] = np.where(known[-1], age[-1] + 1, age[-1])
    last = by_metric[memory, rows][:, :, -procedure.scale_weeks :]
    rest = np.take_along_axis(last, log[:, None, None], axis=1)[:, 0] - np.einsum("mp,mpt->mt", best_beta, last[:, 2:])
    rest[~counted.T[:, -procedure.scale_weeks :]] = np.nan
    best.errors[:, best.errors.shape[1] - rest.shape[1] :] = rest
    return best


def _combined(state: Floats, log: NDArray[np.int64], beta: Floats) -> Floats:
    own = np.take_along_axis(state, log[:, None], axis=1)[:, 0]
    return np.asarray(own - (beta * state[:, 2:]).sum(axis=1))


def _logs(values: Floats, known: Bools, procedure: Procedure) -> tuple[Bools, Floats]:
    """Return which metrics may be put in logs (positive, and some way up from the least value), and their logs."""
    least = np.where(known, values, np.inf).min(axis=0)
    most = np.where(known, values, -np.inf).max(axis=0)
    may = (least > 0) & (most > procedure.log_ratio * least)
    return may, np.log(np.where(known & (values > 0), values, 1.0))
