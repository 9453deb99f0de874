"""The card of one metric in the tree's picture: name, value, change, a small trend line, what they mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from metrics.charts import numbers, words
from metrics.review.metric_figures import MetricFigures, Point
from metrics.tree.tree import Metric, Role, Tree

TREND_SIZE = (54.0, 24.0)
ROLE_WORDS: dict[Role, str] = {
    "north_star": "North Star",
    "input": "",
    "output": "",
    "outcome": "Outcome",
    "guardrail": "Guardrail",
}

_SIGNS = {"*": "×", "-": numbers.MINUS}
_TREND_EDGE = 3.0
_TREND_WEEKS = 6
_LEAST_SPAN = 0.05

Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Trend:
    """A small chart within TREND_SIZE, y down.

    A line ends where a value is missing; a lone value is a line of one point. `last` is the newest period's point;
    `hollow` says that it is incomplete.
    """

    current: tuple[Line, ...] = ()
    prior_year: tuple[Line, ...] = ()
    last: tuple[float, float] | None = None
    hollow: bool = False


@dataclass(frozen=True)
class Marks:
    """What is known of a metric this week: a sentence for a signal, and how many notes stand at it.

    The signal's triangle points `up` or down, and is filled where it is `strong`.
    """

    signal: str | None = None
    notes: int = 0
    up: bool = True
    strong: bool = True


_UNMARKED = Marks()


@dataclass(frozen=True)
class Card:
    """One metric, ready to draw: all text is finished.

    `value` and `change` are blank where missing; `aside` then says why in a word or two (`5 of 7 days`). `sentence`
    says all of it in full. `x` and `y` are None for a metric outside the tree.
    """

    id: str
    name: str
    role: Role
    role_word: str
    value: str
    change: str
    aside: str
    sentence: str
    definition: str | None
    owner: str
    team: str
    formula: str | None
    trend: Trend
    state: Marks = _UNMARKED
    x: float | None = None
    y: float | None = None


def card(
    metric: Metric,
    figures: MetricFigures | None,
    tree: Tree,
    place: tuple[float, float] | None,
    marks: Marks = _UNMARKED,
) -> Card:
    """Return the card of a metric; without figures it says why there is no value."""
    team = tree.teams.get(metric.team) if metric.team else None
    x, y = place or (None, None)
    wow = figures.changes.get("wow") if figures else None
    change = numbers.change(wow.value, metric) if wow else ""
    return Card(
        id=metric.id,
        name=metric.name,
        role=metric.role,
        role_word=ROLE_WORDS[metric.role],
        value=numbers.short(_newest(figures).value, metric) if figures else "",
        change=f"{change} WoW" if change else "",
        aside="" if change else _aside(metric, figures),
        sentence=words.sentence(metric, figures) if figures else f"No data yet. {words.need(metric)}",
        definition=metric.definition,
        owner=words.owner(metric.owner),
        team=team.name if team else "",
        formula=spelled_formula(metric, tree),
        trend=_trend_of(figures) if figures else Trend(),
        state=marks,
        x=x,
        y=y,
    )


def spelled_formula(metric: Metric, tree: Tree) -> str | None:
    """Return a metric's formula with names in place of ids, or None where it has none."""
    if metric.formula is None:
        return None

    def spelled(found: re.Match[str]) -> str:
        operand = tree.metrics.get(found[0])
        return operand.name if operand else _SIGNS.get(found[0], found[0])

    return re.sub(r"\b[a-z][a-z0-9_]*|[*-]", spelled, metric.formula.text)


def _newest(figures: MetricFigures) -> Point:
    """The week under review; for a metric that has months only, its newest month."""
    return figures.monthly[-1] if words.state(figures) == "monthly" else figures.last_week


def _aside(metric: Metric, figures: MetricFigures | None) -> str:
    if figures is None:
        return "No data yet"
    match words.state(figures):
        case "monthly":
            return f"in {words.short_day(figures.monthly[-1].period.last).partition(' ')[2]}"
        case "withheld":
            return "No value"
        case _:
            return re.sub(r"(\d) ", "\\1\u00a0", words.status(metric, figures))


def _trend_of(figures: MetricFigures) -> Trend:
    if words.state(figures) == "monthly":
        return trend(figures.monthly[-_TREND_WEEKS:], figures.monthly_prior_year[-_TREND_WEEKS:])
    return trend(figures.weekly, figures.weekly_prior_year)


def trend(points: Sequence[Point], prior_year: Sequence[Point]) -> Trend:
    """Return the trend line of parallel periods, both years on one scale.

    The scale spans at least a twentieth of the level, so that a wobble of one percent looks like one.
    """
    values = [point.value for point in (*points, *prior_year) if point.value is not None]
    if not values:
        return Trend()
    width, height = (size - 2 * _TREND_EDGE for size in TREND_SIZE)
    step = width / max(len(points) - 1, 1)
    middle = (min(values) + max(values)) / 2
    span = max(max(values) - min(values), abs(middle) * _LEAST_SPAN) or 1.0

    def place(index: int, value: float) -> tuple[float, float]:
        share = 0.5 - (value - middle) / span
        return round(_TREND_EDGE + index * step, 1), round(_TREND_EDGE + share * height, 1)

    def lines(of: Sequence[Point]) -> tuple[Line, ...]:
        runs: list[list[tuple[float, float]]] = [[]]
        for index, point in enumerate(of):
            if point.value is None:
                runs.append([])
            else:
                runs[-1].append(place(index, point.value))
        return tuple(tuple(run) for run in runs if run)

    newest = points[-1] if points else None
    last = place(len(points) - 1, newest.value) if newest and newest.value is not None else None
    return Trend(lines(points), lines(prior_year), last, newest is not None and newest.incomplete)
