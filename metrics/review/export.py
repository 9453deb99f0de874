"""The figures as JSON-ready values: what `northstar figures --json` prints. Missing is None."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np

from metrics.calendar import Period
from metrics.review.changes import Changes
from metrics.review.figures import TO_DATE, Figures
from metrics.review.period_values import PeriodValues

Series = Literal["wow", "yoy", "mom"]

_SUMMARY_ORDER = ("last_week", "wow", "yoy_week", "mtd", "mtd_yoy", "qtd", "qtd_yoy", "ytd", "ytd_yoy")


def figures_json(figures: Figures, series: Sequence[Series] = (), fiscal: bool = False) -> dict[str, Any]:
    """Return all metrics' figures in the shape of `docs/command-line.md`.

    `series` adds `wow_weekly`, `yoy_weekly`, `mom_monthly` and `yoy_monthly` as fractions; `fiscal` adds the months of
    the fiscal year.
    """
    tables = list(_tables(figures))
    targets = list(_target_tables(figures))
    added = list(_added_tables(figures, series, fiscal))
    metrics = {}
    for row, (metric_id, metric) in enumerate(figures.tree.metrics.items()):
        entry: dict[str, Any] = {}
        incomplete: list[str] = []
        for name, table in tables:
            entry[name] = table.entry(row, f"{name}.", incomplete)
        if metric.target is not None:
            target: dict[str, Any] = {}
            for name, table in targets:
                prefix = "target." if name == "to_date" else f"target.{name}."
                found = table.entry(row, prefix, incomplete)
                target.update(found if name == "to_date" else {name: found})
            entry["target"] = target
        entry["incomplete"] = incomplete
        for name, table in added:
            entry[name] = table.entry(row, f"{name}.", incomplete)
        metrics[metric_id] = entry
    return {"week_ending": figures.week_ending.isoformat(), "metrics": metrics}


class _Table:
    """Named columns of values, one row a metric."""

    def __init__(self, names: Sequence[str], value: Any, incomplete: Any) -> None:
        self.names = names
        self.rows = [[None if item != item else item for item in row] for row in value.tolist()]
        self.incomplete = incomplete
        self.any_incomplete = incomplete.any(axis=1)

    def entry(self, row: int, prefix: str, incomplete: list[str]) -> dict[str, float | None]:
        """Return one metric's values by name, and append the names of the incomplete ones."""
        if self.any_incomplete[row]:
            incomplete.extend(f"{prefix}{self.names[at]}" for at in np.flatnonzero(self.incomplete[row]).tolist())
        return dict(zip(self.names, self.rows[row], strict=True))


def _tables(figures: Figures) -> Iterable[tuple[str, _Table]]:
    week_names, month_names = _names(figures)
    after_first = slice(1, None)
    yield "weekly", _values(figures.group("weeks").columns(after_first), _day)
    yield "weekly_prior_year", _values(figures.prior("weeks").columns(after_first), names=week_names)
    yield "monthly", _values(figures.group("months").columns(after_first), _month)
    yield "monthly_prior_year", _values(figures.prior("months").columns(after_first), names=month_names)
    yield "summary", _summary(figures)


def _added_tables(figures: Figures, series: Sequence[Series], fiscal: bool) -> Iterable[tuple[str, _Table]]:
    week_names, month_names = _names(figures)
    after_first = slice(1, None)
    if "wow" in series:
        yield "wow_weekly", _changes(figures.change_on_previous("weeks"), week_names)
    if "yoy" in series:
        yield "yoy_weekly", _changes(figures.change_on_year("weeks").columns(after_first), week_names)
    if "mom" in series:
        yield "mom_monthly", _changes(figures.change_on_previous("months"), month_names)
    if "yoy" in series:
        yield "yoy_monthly", _changes(figures.change_on_year("months").columns(after_first), month_names)
    if fiscal:
        fiscal_names = [_month(period) for period in figures.periods.fiscal_months]
        yield "monthly_fiscal", _values(figures.group("fiscal_months"), _month)
        yield "monthly_fiscal_prior_year", _values(figures.prior("fiscal_months"), names=fiscal_names)


def _target_tables(figures: Figures) -> Iterable[tuple[str, _Table]]:
    yield "weekly", _values(figures.target("weeks").columns(slice(1, None)), _day)
    yield "monthly", _values(figures.target("months").columns(slice(1, None)), _month)
    yield "to_date", _values(figures.target("to_date"), names=TO_DATE)


def _summary(figures: Figures) -> _Table:
    last_week = figures.group("weeks").columns(slice(-1, None))
    to_date = figures.group("to_date")
    columns: dict[str, tuple[Any, Any]] = {"last_week": (last_week.value[:, 0], last_week.incomplete[:, 0])}
    for at, name in enumerate(TO_DATE):
        columns[name] = (to_date.value[:, at], to_date.incomplete[:, at])
    for change, changes in figures.summary.items():
        columns[change] = (changes.value[:, 0], changes.incomplete[:, 0])
    value = np.column_stack([columns[name][0] for name in _SUMMARY_ORDER])
    incomplete = np.column_stack([columns[name][1] for name in _SUMMARY_ORDER])
    return _Table(_SUMMARY_ORDER, value, incomplete)


def _values(block: PeriodValues, name: Callable[[Period], str] | None = None, names: Sequence[str] = ()) -> _Table:
    return _Table([name(period) for period in block.periods] if name else names, block.value, block.incomplete)


def _changes(changes: Changes, names: Sequence[str]) -> _Table:
    return _Table(names, changes.value, changes.incomplete)


def _names(figures: Figures) -> tuple[list[str], list[str]]:
    """Return the names of the six weeks and of the twelve months."""
    periods = figures.periods
    return [_day(period) for period in periods.weeks[1:]], [_month(period) for period in periods.months[1:]]


def _day(period: Period) -> str:
    return period.last.isoformat()


def _month(period: Period) -> str:
    return period.first.isoformat()[:7]
