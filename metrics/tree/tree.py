"""The resolved tree: frozen, typed, every default filled in. What the rest of the program works with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Literal

from metrics.calendar import Calendar
from metrics.errors import UnknownNameError
from metrics.tree.formula import Formula

Role = Literal["north_star", "input", "output", "outcome", "guardrail"]
Aggregate = Literal["sum", "mean", "min", "max", "first", "last"]
Unit = Literal["number", "count", "percent", "currency", "duration"]
Good = Literal["up", "down", "neither"]
Sign = Literal["positive", "negative"]
Grain = Literal["daily", "weekdays", "weekly", "monthly"]
SourceType = Literal["csv", "excel", "parquet", "google_sheet", "sql", "manual"]

TARGET_SUFFIX = ".target"


@dataclass(frozen=True)
class Team:
    """People who own metrics together. `lead` and `members` are e-mail addresses."""

    id: str
    name: str
    lead: str | None = None
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Where values come from. Fields that a type does not use are None."""

    id: str
    type: SourceType
    path: str | None = None
    date: str | None = None
    date_format: str | None = None
    layout: Literal["wide", "long"] = "wide"
    metric: str | None = None
    value: str | None = None
    grain: Grain | None = None
    absent: Literal["missing", "zero"] = "missing"
    arrives: str | None = None
    spreadsheet: str | None = None
    worksheet: str | None = None
    range: str | None = None
    credentials: str | None = None
    url: str | None = None
    query: str | None = None
    table: str | None = None
    row_limit: int = 2_000_000
    timeout_seconds: int = 60


@dataclass(frozen=True)
class Claim:
    """A declared influence: `metric` moves the metric that lists it, `lag_weeks` later."""

    metric: str
    sign: Sign = "positive"
    lag_weeks: int = 0
    because: str | None = None


@dataclass(frozen=True)
class Prediction:
    """The North Star's yearly claim: it leads `metric` by `lead_weeks`; `effect` is percent for a percent."""

    metric: str
    lead_weeks: int | None = None
    effect: float | None = None
    because: str | None = None


@dataclass(frozen=True)
class Target:
    """What a metric should reach: a week's `level`, or a series read from `column` of `source`."""

    level: float | None = None
    column: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Checks:
    """Bounds that a metric's values should keep."""

    min: float | None = None
    max: float | None = None


@dataclass(frozen=True)
class Metric:
    """One number that a team watches, either read from `source` or computed by `formula`."""

    id: str
    name: str
    role: Role = "output"
    definition: str | None = None
    team: str | None = None
    owner: str | None = None
    source: str | None = None
    column: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    aggregate: Aggregate = "sum"
    additive: bool = True
    scale: float = 1.0
    formula: Formula | None = None
    unit: Unit = "number"
    currency: str | None = None
    good: Good = "up"
    target: Target | None = None
    denominator: str | None = None
    limits: Literal["xmr"] | None = None
    checks: Checks = Checks()
    inputs: tuple[Claim, ...] = ()
    predicts: tuple[Prediction, ...] = ()
    line: int = 0

    @property
    def components(self) -> tuple[str, ...]:
        """Ids of the metrics in this metric's formula, in the order written."""
        return self.formula.operands if self.formula else ()


@dataclass(frozen=True)
class Goal:
    """A quarter's goal of a team: take `metric` from `start` to `end`."""

    team: str
    metric: str
    quarter: str
    start: float | None
    end: float


@dataclass(frozen=True)
class Section:
    """A part of the deck: metrics that are reviewed together, in order."""

    name: str
    metrics: tuple[str, ...]
    minutes: int | None = None


@dataclass(frozen=True)
class Access:
    """Who may read and edit, once sign-in is on."""

    reader_domain: str | None = None
    readers: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tree:
    """A workspace's declared metrics and what joins them."""

    name: str
    calendar: Calendar
    teams: Mapping[str, Team]
    sources: Mapping[str, Source]
    metrics: Mapping[str, Metric]
    deck: tuple[Section, ...]
    goals: tuple[Goal, ...] = ()
    access: Access = Access()
    refresh_minutes: int | None = None

    def metric(self, metric_id: str) -> Metric:
        """Return one metric; raises UnknownNameError with the nearest id."""
        try:
            return self.metrics[metric_id]
        except KeyError:
            raise UnknownNameError("metric", metric_id, self.metrics) from None

    @cached_property
    def north_star(self) -> Metric | None:
        """The North Star, or None while none is declared."""
        return next((metric for metric in self.metrics.values() if metric.role == "north_star"), None)

    @cached_property
    def deck_metrics(self) -> tuple[str, ...]:
        """Ids of the metrics in the deck, in the deck's order."""
        return tuple(metric for section in self.deck for metric in section.metrics)

    def drivers(self, metric_id: str) -> tuple[str, ...]:
        """Ids of what stands right below a metric: components first, then inputs, each once."""
        metric = self.metrics[metric_id]
        return tuple(dict.fromkeys((*metric.components, *(claim.metric for claim in metric.inputs))))

    def drives(self, metric_id: str) -> tuple[str, ...]:
        """Ids of the metrics that a metric is a component or an input of."""
        return self._driven.get(metric_id, ())

    @cached_property
    def _driven(self) -> Mapping[str, tuple[str, ...]]:
        driven: dict[str, list[str]] = {}
        for other in self.metrics:
            for driver in self.drivers(other):
                driven.setdefault(driver, []).append(other)
        return {driver: tuple(others) for driver, others in driven.items()}

    @cached_property
    def in_tree(self) -> frozenset[str]:
        """Ids of the North Star, of all that drives it at any depth, and of the outcomes that it predicts."""
        if self.north_star is None:
            return frozenset()
        reached: set[str] = set()
        open_ids = [self.north_star.id, *(prediction.metric for prediction in self.north_star.predicts)]
        reached.update(open_ids)
        while open_ids:
            for driver in self.drivers(open_ids.pop()):
                if driver not in reached:
                    reached.add(driver)
                    open_ids.append(driver)
        return frozenset(reached)

    def leaves(self, metric_id: str) -> Iterator[Metric]:
        """Yield the metrics read from a source that a metric rests on; itself where it has no formula."""
        seen: set[str] = set()
        open_ids = [metric_id]
        while open_ids:
            metric = self.metrics[open_ids.pop()]
            if metric.id in seen:
                continue
            seen.add(metric.id)
            if metric.formula is None:
                yield metric
            open_ids.extend(metric.components)

    @cached_property
    def _degrees(self) -> Mapping[str, int | None]:
        known: dict[str, int | None] = {}
        order = TopologicalSorter({metric.id: metric.components for metric in self.metrics.values()})
        for metric_id in order.static_order():
            metric = self.metrics[metric_id]
            own = 1 if metric.aggregate == "sum" else 0
            known[metric_id] = metric.formula.degree(known.__getitem__) if metric.formula else own
        return known

    def degree(self, metric_id: str) -> int | None:
        """Return the power of the number of days with which a metric grows; None where its parts grow differently.

        A sum grows with its days (degree 1), a mean or a ratio of sums does not (degree 0); see `Formula.degree`.
        """
        return self._degrees[metric_id]

    def depends_on_all_days(self, metric_id: str) -> bool:
        """Whether a metric's value is misleading when some of its days are absent."""
        return self.degree(metric_id) != 0
