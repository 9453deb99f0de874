"""The model that a metric's weeks are forecast with, chosen by the penalised likelihood of its one-step errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from metrics.signals.memory import Bools, Floats, Whole, ages, one_step_errors
from metrics.signals.procedure import Procedure

WEEKS_A_YEAR = 365.25 / 7
_AT_ONCE = 64
_SCALE_OF_SLOPE = 52.0
# Which columns of the design a model may have: harmonics, then the same with a slope (column 0). Each is the beginning
# of one of two orders, so that two factorisations serve all.
_ORDERS: tuple[tuple[int, ...], ...] = ((1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4, 5, 6))
_SUBSETS = tuple(order[:count] for order, first in zip(_ORDERS, (0, 1), strict=True) for count in range(first, 8, 2))


@dataclass
class Models:
    """One model a metric. Arrays have one row a metric.

    In logs or not, the errors' memory, the coefficients of slope and harmonics (0 where not chosen), how many
    parameters there are, and the level and the deviation after the last week seen. `age` is how many weeks the level
    rests on, `errors` the last one-step errors (NaN where none). `chosen` is False before the first choice.
    """

    chosen: Bools
    log: Bools
    weight: Floats
    left: Floats
    coefficients: Floats
    parameters: Whole
    level: Floats
    deviation: Floats
    age: Whole
    errors: Floats

    @classmethod
    def none(cls, metrics: int, weeks: int) -> Models:
        """Return the state before any choice; `errors` holds the last `weeks` one-step errors, NaN where none."""
        zeros = np.zeros(metrics)
        whole = np.zeros(metrics, np.int64)
        return cls(
            np.zeros(metrics, bool), np.zeros(metrics, bool), zeros + 1, zeros.copy(), np.zeros((metrics, 7)),
            whole.copy(), zeros.copy(), zeros.copy(), whole.copy(), np.full((metrics, weeks), np.nan),
        )  # fmt: skip

    def replace(self, which: Whole, other: Models) -> None:
        """Take the rows of `other` for the metrics `which`."""
        for field in fields(self):
            getattr(self, field.name)[which] = getattr(other, field.name)


def design(first: int, weeks: int) -> Floats:
    """Return slope (in years) and three annual harmonics of weeks numbered from `first`: weeks x 7."""
    number = first + np.arange(weeks)
    angle = 2 * np.pi * number / WEEKS_A_YEAR
    waves = [turn(pace * angle) for pace in (1, 2, 3) for turn in (np.cos, np.sin)]
    return np.column_stack([number / _SCALE_OF_SLOPE, *waves])


def choose(values: Floats, restart: Bools, columns: Floats, whole: Bools, procedure: Procedure) -> Models:
    """Choose a model for each metric from its clean values so far (weeks x metrics, NaN where not known).

    `restart` marks the first week of each regime, `columns` is the design of the same weeks; `whole`
    marks counts.
    """
    parts = [
        _choose(values[:, part], restart[:, part], columns, whole[part], procedure)
        for part in (slice(at, at + _AT_ONCE) for at in range(0, values.shape[1], _AT_ONCE))
    ]
    names = [field.name for field in fields(Models)]
    return Models(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _choose(values: Floats, restart: Bools, columns: Floats, whole: Bools, procedure: Procedure) -> Models:
    metrics = values.shape[1]
    known = ~np.isnan(values)
    age = ages(known, restart)
    memories = np.array(procedure.memories)
    may_log, logs = _logs(values, known, whole, procedure)
    stacked = np.concatenate(
        [
            np.where(known, values, 0.0)[:, :, None],
            logs[:, :, None],
            np.broadcast_to(columns[:, None], (*values.shape, 7)),
        ],
        axis=2,
    )
    errors, level, deviation = one_step_errors(stacked, known, restart, age, memories[:, 0], memories[:, 1])
    counted = known & (age >= 1)
    certainty = counted / np.sqrt(1.0 + 1.0 / np.maximum(age, 1))
    by_metric = np.ascontiguousarray((errors * certainty[:, None, :, None]).transpose(1, 2, 3, 0))
    products = by_metric @ by_metric.swapaxes(-1, -2)
    m = np.maximum(counted.sum(axis=0), 2)
    jacobian = np.where(counted, logs, 0.0).sum(axis=0)
    cost = _costs(products, m, jacobian, memories, known.sum(axis=0), procedure)
    few = whole & (np.where(known, values, np.inf).min(axis=0) < procedure.few)
    cost[:, :, few, 1] += procedure.counts_in_logs_penalty * np.log(m[few])
    cost[:, :, ~may_log, 1] = np.inf
    lowest = cost.transpose(2, 0, 1, 3).reshape(metrics, -1).argmin(axis=1)
    columns_chosen, memory, log = np.unravel_index(lowest, (len(_SUBSETS), len(memories), 2))
    rows = np.arange(metrics)
    coefficients = _fitted(products[memory, rows], log, columns_chosen)
    errors_left = _left(by_metric[memory, rows], log, coefficients, counted, procedure)
    return Models(
        chosen=np.ones(metrics, bool),
        log=log == 1,
        weight=memories[memory, 0],
        left=memories[memory, 1],
        coefficients=coefficients,
        parameters=1 + np.array([len(subset) for subset in _SUBSETS])[columns_chosen] + (memories[memory, 1] > 0),
        level=_combined(level[memory, rows], log, coefficients),
        deviation=_combined(deviation[memory, rows], log, coefficients),
        age=np.where(known[-1], age[-1] + 1, age[-1]),
        errors=errors_left,
    )


def _costs(
    products: Floats, m: Whole, jacobian: Floats, memories: Floats, history: Whole, procedure: Procedure
) -> Floats:
    """Return the penalised cost of each model: sets of columns x memories x metrics x (as it is, in logs).

    m log(standard deviation of the errors), in the metric's own unit, and for each parameter a penalty times log m.
    `products` are the sums of products of the columns' errors: the values, their logs, then the design.
    """
    penalty = procedure.penalty * np.log(m)
    memory_penalty = np.where(memories[:, 1] > 0, procedure.memory_penalty, 0.0)[:, None] * np.log(m)
    cost = np.full((len(_SUBSETS), *products.shape[:2], 2), np.inf)
    for order in _ORDERS:
        explained = _explained(products, order)
        for number, subset in enumerate(_SUBSETS):
            if subset != order[: len(subset)] or np.isfinite(cost[number]).any():
                continue
            rest = np.diagonal(products[:, :, :2, :2], axis1=2, axis2=3) - explained[len(subset)]
            scale = np.sqrt(np.maximum(rest, 1e-24) / m[:, None])
            cost[number] = m[:, None] * np.log(scale) + (len(subset) * penalty + memory_penalty)[:, :, None]
            harmonics = (len(subset) - (0 in subset)) // 2
            least = max(
                procedure.harmonics_from[harmonics - 1] if harmonics else 0, procedure.slope_from if 0 in subset else 0
            )
            cost[number][:, history < least] = np.inf
    cost[..., 1] += jacobian
    return cost


def _explained(products: Floats, order: Sequence[int]) -> Floats:
    """Return what the first 0, 1, 2 ... columns of the design explain of the squares of the values and their logs."""
    at = [2 + column for column in order]
    gram = products[:, :, at][:, :, :, at]
    ridge = 1e-9 * np.trace(gram, axis1=-2, axis2=-1)[:, :, None, None] + 1e-12
    root = np.linalg.cholesky(gram + ridge * np.eye(len(at)))
    projected = np.linalg.solve(root, products[:, :, at, :2])
    return np.concatenate(
        [np.zeros((1, *products.shape[:2], 2)), np.cumsum(projected**2, axis=2).transpose(2, 0, 1, 3)]
    )


def _fitted(products: Floats, log: Whole, chosen: Whole) -> Floats:
    """Return the coefficients of the chosen columns, 0 for the others; `products` of the chosen memory."""
    coefficients = np.zeros((len(products), 7))
    for number in np.unique(chosen):
        subset = _SUBSETS[number]
        if not subset:
            continue
        rows = np.flatnonzero(chosen == number)
        at = [2 + column for column in subset]
        gram = products[rows][:, at][:, :, at]
        ridge = 1e-9 * np.trace(gram, axis1=-2, axis2=-1)[:, None, None] + 1e-12
        explains = products[rows[:, None], at, log[rows, None]]
        coefficients[rows[:, None], subset] = np.linalg.solve(gram + ridge * np.eye(len(at)), explains[:, :, None])[
            ..., 0
        ]
    return coefficients


def _left(errors: Floats, log: Whole, coefficients: Floats, counted: Bools, procedure: Procedure) -> Floats:
    """Return the last one-step errors of the chosen models, metrics x weeks, NaN where there are none."""
    last = errors[:, :, -procedure.scale_weeks :]
    found = np.take_along_axis(last, log[:, None, None], axis=1)[:, 0] - np.einsum(
        "mp,mpt->mt", coefficients, last[:, 2:]
    )
    found[~counted.T[:, -procedure.scale_weeks :]] = np.nan
    missing = procedure.scale_weeks - found.shape[1]
    return np.pad(found, ((0, 0), (missing, 0)), constant_values=np.nan)


def _combined(state: Floats, log: Whole, beta: Floats) -> Floats:
    own = np.take_along_axis(state, log[:, None], axis=1)[:, 0]
    return np.asarray(own - (beta * state[:, 2:]).sum(axis=1))


def _logs(values: Floats, known: Bools, whole: Bools, procedure: Procedure) -> tuple[Bools, Floats]:
    """Return which metrics may be put in logs, and their logs.

    Those that are positive, and whose largest value is some way above the least. Not small counts: their logs are
    skewed, and the first zero would be a signal.
    """
    least = np.where(known, values, np.inf).min(axis=0)
    most = np.where(known, values, -np.inf).max(axis=0)
    small_counts = whole & (least < procedure.least_count_in_logs)
    may = (least > 0) & (most > procedure.log_ratio * least) & ~small_counts
    return may, np.log(np.where(known & (values > 0), values, 1.0))
