"""The declared tree as a picture: cards, edges with the way they run, and the same as an outline in words.

The North Star stands on top, what drives it below, the outcomes that it predicts above it. Everything here is
finished text and geometry; `tree.js` draws it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from metrics.charts.layout import CARD, Link, Place, arrange
from metrics.charts.numbers import MINUS, THIN
from metrics.charts.tree_card import ROLE_WORDS, TREND_SIZE, Card, Marks, card, spelled_formula
from metrics.review.metric_figures import MetricFigures
from metrics.tree.tree import Sign, Tree

EdgeKind = Literal["component", "claim", "prediction"]
EdgeState = Literal["declared", "supported", "not_enough_evidence", "no_meaningful_link", "contradicted", "stale"]

NO_METRICS = "No metrics yet. Write the first one under “metrics:” in northstar.yaml."
NO_NORTH_STAR = (
    "No North Star yet. Write “role: north_star” on the metric that sums up the value delivered to customers, "
    "and list what drives it under its “inputs:”."
)

_LETTER = 6.4
_LEAST_LABEL = 26.0
_LABEL_RISE = 10.0
_TITLE_RISE = 19.0
_LABEL_HEIGHT = 13.0

_STATE_WORDS: dict[EdgeState, str] = {
    "declared": "claim: drives what is above it, up (+) or down (−), so many weeks later",
    "supported": "claim, supported",
    "not_enough_evidence": "not enough evidence",
    "no_meaningful_link": "no meaningful link",
    "contradicted": "contradicted",
    "stale": "stale: nobody has looked at it for two quarters",
}
_STATE_SAID: dict[EdgeState, str] = {
    "declared": "",
    "supported": "The numbers support it.",
    "not_enough_evidence": "There is not enough evidence yet.",
    "no_meaningful_link": "The numbers show no meaningful link.",
    "contradicted": "The numbers contradict it.",
    "stale": "Nobody has looked at it for two quarters.",
}
_STATE_SHORT: dict[EdgeState, str] = {
    "declared": "",
    "supported": "supported",
    "not_enough_evidence": "not enough evidence",
    "no_meaningful_link": "no meaningful link",
    "contradicted": "contradicted",
    "stale": "stale",
}


@dataclass(frozen=True)
class Edge:
    """An exact part of a formula, or a claim that one metric moves another.

    `driver` moves `driven`; a prediction's driver is the North Star. `points` run from the card that stands
    higher. `state` is a claim's verdict; a component is exact and stays `declared`.
    """

    driver: str
    driven: str
    kind: EdgeKind
    sentence: str
    points: tuple[Place, ...] = ()
    label: str = ""
    label_at: Place | None = None
    sign: Sign | None = None
    lag_weeks: int | None = None
    because: str | None = None
    state: EdgeState = "declared"


@dataclass(frozen=True)
class Row:
    """A line of the outline: a metric, its depth, and in words what it has to do with those above."""

    id: str
    depth: int
    relation: str


@dataclass(frozen=True)
class Key:
    """An entry of the legend: how edges of a kind and state are drawn, and what that means."""

    kind: EdgeKind
    state: EdgeState
    words: str


@dataclass(frozen=True)
class TreePicture:
    """What the tree's component draws. `outline` holds every card in the tree once, the North Star first.

    `outside` are the cards that the North Star does not reach; `message` says what to write while there is none.
    """

    width: float
    height: float
    card_size: Place
    trend_size: Place
    cards: tuple[Card, ...]
    edges: tuple[Edge, ...]
    outline: tuple[Row, ...]
    outside: tuple[Card, ...]
    legend: tuple[Key, ...] = ()
    message: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain data that JSON can hold."""
        return asdict(self)


def tree_picture(
    tree: Tree,
    figures: Mapping[str, MetricFigures],
    states: Mapping[tuple[str, str], EdgeState] | None = None,
    marks: Mapping[str, Marks] | None = None,
) -> TreePicture:
    """Return the picture of a tree with the week's figures; a metric without figures has no value.

    `states` says how claims stand, by input and metric; those without a state are drawn as declared.
    `marks` are the week's signals and notes, by metric.
    """
    inside = [metric_id for metric_id in tree.metrics if metric_id in tree.in_tree]
    edges = list(_edges(tree, inside, states or {}))
    arrangement = arrange(inside, [_link(edge, tree) for edge in edges])
    marked = marks or {}
    message = None
    if tree.north_star is None:
        message = NO_NORTH_STAR if tree.metrics else NO_METRICS
    return TreePicture(
        width=arrangement.width,
        height=arrangement.height,
        card_size=CARD,
        trend_size=TREND_SIZE,
        cards=tuple(
            card(tree.metrics[i], figures.get(i), tree, arrangement.cards[i], marked.get(i, Marks())) for i in inside
        ),
        edges=tuple(_routed(edges, arrangement.routes, tree)),
        outline=tuple(_outline(tree, edges)),
        outside=tuple(
            card(metric, figures.get(metric.id), tree, None, marked.get(metric.id, Marks()))
            for metric in tree.metrics.values()
            if metric.id not in tree.in_tree
        ),
        legend=legend(edges),
        message=message,
    )


def legend(edges: Sequence[Edge]) -> tuple[Key, ...]:
    """Return what explains the edges of a picture: only the kinds and states that it holds."""
    keys = [Key("component", "declared", "is part of the formula above")]
    keys += [Key("claim", state, text) for state, text in _STATE_WORDS.items()]
    held = {("component" if edge.kind == "component" else "claim", edge.state) for edge in edges}
    return tuple(key for key in keys if (key.kind, key.state) in held)


def _edges(tree: Tree, inside: Sequence[str], states: Mapping[tuple[str, str], EdgeState]) -> Iterator[Edge]:
    """Yield what joins the metrics of the tree, without places."""
    for metric_id in inside:
        metric = tree.metrics[metric_id]
        formula = spelled_formula(metric, tree)
        for operand in metric.components:
            sentence = f"{tree.metrics[operand].name} is part of {metric.name} = {formula}."
            yield Edge(operand, metric_id, "component", sentence)
        for claim in metric.inputs:
            driver = tree.metrics[claim.metric].name
            verb = "rises" if claim.sign == "positive" else "falls"
            state = states.get((claim.metric, metric_id), "declared")
            yield Edge(
                driver=claim.metric,
                driven=metric_id,
                kind="claim",
                sentence=f"When {driver} rises, {metric.name} {verb} {_later(claim.lag_weeks)}."
                + (f" {_STATE_SAID[state]}" if _STATE_SAID[state] else ""),
                label=_label("+" if claim.sign == "positive" else MINUS, claim.lag_weeks),
                sign=claim.sign,
                lag_weeks=claim.lag_weeks,
                because=claim.because,
                state=state,
            )
    star = tree.north_star
    for prediction in star.predicts if star else ():
        assert star is not None
        outcome = tree.metrics[prediction.metric]
        lead = prediction.lead_weeks
        ahead = "" if lead is None else f", {_weeks(lead)} ahead" if lead else ", in the same week"
        yield Edge(
            driver=star.id,
            driven=outcome.id,
            kind="prediction",
            sentence=f"{star.name} predicts {outcome.name}{ahead}.",
            label=f"{lead}{THIN}wk ahead" if lead else "predicts",
            lag_weeks=lead,
            because=prediction.because,
        )


def _routed(edges: Sequence[Edge], routes: Sequence[tuple[Place, ...]], tree: Tree) -> Iterator[Edge]:
    """Yield edges with their ways and labels; labels that would touch stand on two heights."""
    right: dict[tuple[float, int], float] = {}
    places: dict[int, Place] = {}
    for index, edge in sorted(enumerate(edges), key=lambda pair: routes[pair[0]][-1]):
        x, y = routes[index][-1]
        half = _label_width(edge.label) / 2
        level = 0 if x - half >= right.get((y, 0), -half) else 1
        right[y, level] = x + half
        # The role's word stands on the upper side of the card that an edge arrives at.
        lower = edge.driven if _goes_down(edge, tree) else edge.driver
        rise = _TITLE_RISE if ROLE_WORDS[tree.metrics[lower].role] else _LABEL_RISE
        places[index] = (x, y - rise - level * _LABEL_HEIGHT)
    for index, edge in enumerate(edges):
        yield replace(edge, points=routes[index], label_at=places[index] if edge.label else None)


def _label_width(label: str) -> float:
    return max(len(label) * _LETTER, _LEAST_LABEL) if label else 0.0


def _link(edge: Edge, tree: Tree) -> Link:
    upper, lower = (edge.driver, edge.driven) if _goes_down(edge, tree) else (edge.driven, edge.driver)
    return Link(upper, lower, edge.kind, _label_width(edge.label))


def _goes_down(edge: Edge, tree: Tree) -> bool:
    """What is driven stands above, but a predicted outcome that also drives the North Star stays below it."""
    return edge.kind == "prediction" and edge.driven in _below(edge.driver, tree)


def _below(metric_id: str, tree: Tree) -> set[str]:
    reached: set[str] = set()
    open_ids = [metric_id]
    while open_ids:
        new = [driver for driver in tree.drivers(open_ids.pop()) if driver not in reached]
        reached.update(new)
        open_ids += new
    return reached


def _outline(tree: Tree, edges: Sequence[Edge]) -> Iterator[Row]:
    """Yield each metric in the tree once, below the first metric that names it, the North Star first."""
    if tree.north_star is None:
        return
    relations: dict[str, list[tuple[Edge, str]]] = {}
    below: dict[str, list[str]] = {}
    for edge in edges:
        star_first = edge.kind == "prediction"
        child, parent = (edge.driven, edge.driver) if star_first else (edge.driver, edge.driven)
        relations.setdefault(child, []).append((edge, tree.metrics[parent].name))
        below.setdefault(parent, []).append(child)
    seen: set[str] = set()
    open_rows = [(tree.north_star.id, 0)]
    while open_rows:
        metric_id, depth = open_rows.pop()
        if metric_id in seen:
            continue
        seen.add(metric_id)
        above = relations.get(metric_id, [])
        # A metric that stands right below its only parent need not name it.
        told = [_relation(edge, f" {name}" if len(above) > 1 else "") for edge, name in above]
        yield Row(metric_id, depth, "; ".join(told))
        open_rows += [(child, depth + 1) for child in reversed(below.get(metric_id, ()))]


def _relation(edge: Edge, parent: str) -> str:
    later = f", {edge.lag_weeks} wk later" if edge.lag_weeks else ""
    if edge.kind == "component":
        return f"= part of{parent}"
    if edge.kind == "prediction":
        return f"predicted{f' by{parent}' if parent else ''}{later}"
    state = f" ({_STATE_SHORT[edge.state]})" if _STATE_SHORT[edge.state] else ""
    return f"{'drives' if edge.sign == 'positive' else 'lowers'}{parent}{later}{state}"


def _label(word: str, weeks: int) -> str:
    return f"{word} {weeks}{THIN}wk" if weeks else word


def _later(weeks: int) -> str:
    return f"{_weeks(weeks)} later" if weeks else "in the same week"


def _weeks(count: int) -> str:
    return "1 week" if count == 1 else f"{count} weeks"
