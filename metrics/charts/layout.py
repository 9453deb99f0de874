"""Where the cards of a tree stand and how its edges run: a pure function of ids, links and sizes.

Layers are ordered by igraph's Sugiyama layout (Sugiyama, Tagawa and Toda 1981), or branch by branch where that has
fewer crossings. igraph gives every vertex the same room, but here a card is wide and the line of a long edge is not,
so places along a row are found anew (`layout_rows`), and a layer too wide for a screen is folded into several rows.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import groupby, pairwise
from math import ceil
from operator import itemgetter
from typing import TypeVar

import igraph

from metrics.charts.layout_rows import CARD_GAP, PASSING_GAP, Folded, Item, Link, centres, fold, spread

__all__ = ["CARD", "SCREEN", "Arrangement", "Link", "Place", "arrange"]

CARD = (164.0, 72.0)
SCREEN = (1300.0, 700.0)

_MARGIN = 14.0
_LAYER_GAP = 52.0
_ROW_GAP = 42.0
_WIDEST_GAP = 90.0
_STEEPNESS = 0.05
_PORT_GAP = 14.0
_CORNER = 40.0
_CLEARANCE = 4.0
_LANDING = 18.0

Place = tuple[float, float]

_Key = TypeVar("_Key")


@dataclass(frozen=True)
class Arrangement:
    """Places in abstract units, x to the right and y down from 0.

    `cards` are upper left corners. `routes` run parallel to the links, from the upper card's lower side to the
    lower card's upper side. Between two points that differ in x an edge may swing, else it is straight.
    """

    width: float
    height: float
    cards: Mapping[str, Place]
    routes: tuple[tuple[Place, ...], ...]


def arrange(ids: Sequence[str], links: Sequence[Link], card: Place = CARD, screen: Place = SCREEN) -> Arrangement:
    """Return where each id's card stands and how each link runs; the same input gives the same places.

    `card` and `screen` are width and height; the screen only decides how layers are folded. Raises
    `graphlib.CycleError` (a ValueError) when the links form a cycle.
    """
    if not ids:
        return Arrangement(0.0, 0.0, {}, ())
    layer_of = _layers(ids, links)
    along = _order(ids, links, layer_of)
    layers: list[list[str]] = [[] for _ in range(max(layer_of.values()) + 1)]
    for card_id in sorted(ids, key=lambda card_id: along[Item(card_id)]):
        layers[layer_of[card_id]].append(card_id)
    folded = fold(links, layers, along, _cards_a_row([len(layer) for layer in layers], card, screen))

    centre = centres(folded, card[0])
    row_of = {item: number for number, row in enumerate(folded.rows) for item in row}
    reach = {item: card[0] / 2 if item.is_card else 0.0 for item in row_of}
    left = min(centre[item] - reach[item] for item in row_of)
    centre = {item: x - left + _MARGIN for item, x in centre.items()}
    tops = _tops(folded, centre, row_of, layer_of, card[1])
    return Arrangement(
        width=round(max(centre[item] + reach[item] for item in row_of) + _MARGIN, 1),
        height=round(tops[-1] + card[1] + _MARGIN, 1),
        cards={i: (round(centre[Item(i)] - card[0] / 2, 1), tops[row_of[Item(i)]]) for i in ids},
        routes=_routes(links, folded.paths, centre, {item: tops[row_of[item]] for item in row_of}, card),
    )


def _layers(ids: Sequence[str], links: Sequence[Link]) -> dict[str, int]:
    """Number the layers from the top: each card stands right below the lowest of the cards above it."""
    above: dict[str, set[str]] = {card_id: set() for card_id in ids}
    for link in links:
        above[link.lower].add(link.upper)
    layer_of: dict[str, int] = {}
    for card_id in TopologicalSorter(above).static_order():
        layer_of[card_id] = max((layer_of[other] + 1 for other in above[card_id]), default=0)
    return layer_of


def _order(ids: Sequence[str], links: Sequence[Link], layer_of: Mapping[str, int]) -> dict[Item, float]:
    """Return the place of each card and line along its layer, with few crossings.

    Sugiyama's method may cross the branches of what is nearly a tree; branch by branch they never do. The order with
    fewer crossings wins.
    """
    chains = []
    for link in links:
        between = range(layer_of[link.upper] + 1, layer_of[link.lower])
        lines = (Item(link.upper, link.kind, layer) for layer in between)
        chains.append([Item(link.upper), *lines, Item(link.lower)])
    by_branch = _branch_by_branch(ids, links, chains)
    items = list(by_branch)
    layers = [layer_of[item.id] if item.is_card else item.row for item in items]
    number = {item: index for index, item in enumerate(items)}
    steps = list(dict.fromkeys((a, b) for chain in chains for a, b in pairwise(chain)))
    graph = igraph.Graph(n=len(items), edges=[(number[a], number[b]) for a, b in steps], directed=True)
    places = graph.layout_sugiyama(layers=layers).coords
    by_sugiyama = {item: float(place[0]) for item, place in zip(items, places, strict=False)}
    ends = [(layers[number[a]], a, b) for a, b in steps]
    return min(by_branch, by_sugiyama, key=lambda along: _crossings(ends, along))


def _branch_by_branch(ids: Sequence[str], links: Sequence[Link], chains: Sequence[Sequence[Item]]) -> dict[Item, float]:
    """Return the place of each item as a walk from the top meets it, each branch to its end."""
    below: dict[str, list[Sequence[Item]]] = {card_id: [] for card_id in ids}
    for link, chain in zip(links, chains, strict=True):
        below[link.upper].append(chain[1:])
    lower = {link.lower for link in links}
    found: dict[Item, float] = {}
    waiting = [[Item(card_id)] for card_id in reversed(ids) if card_id not in lower]
    while waiting:
        chain = waiting.pop()
        new = chain[-1] not in found
        for item in chain:
            found.setdefault(item, float(len(found)))
        if new:
            waiting.extend(list(rest) for rest in reversed(below[chain[-1].id]))
    return found


def _crossings(steps: Sequence[tuple[int, Item, Item]], along: Mapping[Item, float]) -> int:
    """Count the pairs of lines between the same two layers that cross."""
    count = 0
    for _, of_layer in groupby(sorted(steps, key=itemgetter(0)), key=itemgetter(0)):
        lower_ends: list[float] = []
        for _, lower in sorted((along[a], along[b]) for _, a, b in of_layer):
            count += len(lower_ends) - bisect_right(lower_ends, lower)
            insort(lower_ends, lower)
    return count


def _cards_a_row(counts: Sequence[int], card: Place, screen: Place) -> int:
    """Return the number of cards a row with which layers of so many cards can be drawn largest."""

    def scale(cards_a_row: int) -> tuple[float, int]:
        rows = [ceil(count / cards_a_row) for count in counts]
        columns = max(ceil(count / number) for count, number in zip(counts, rows, strict=True))
        width = columns * (card[0] + CARD_GAP + (PASSING_GAP if max(rows) > 1 else 0.0))
        height = sum(rows) * (card[1] + _ROW_GAP) + len(rows) * (_LAYER_GAP - _ROW_GAP)
        return min(1.0, screen[0] / width, screen[1] / height), cards_a_row

    return max(range(1, max(counts) + 1), key=scale)


def _tops(
    folded: Folded,
    centre: Mapping[Item, float],
    row_of: Mapping[Item, int],
    layer_of: Mapping[str, int],
    card_height: float,
) -> list[float]:
    """Return the upper side of each row; rows stand further apart where edges between them run far."""
    farthest = [0.0] * len(folded.rows)
    for path in folded.paths:
        for a, b in pairwise(path):
            farthest[row_of[b]] = max(farthest[row_of[b]], abs(centre[a] - centre[b]))
    layers = [next(layer_of[item.id] for item in row if item.is_card) for row in folded.rows]
    tops = [_MARGIN]
    for row in range(1, len(layers)):
        least = _ROW_GAP if layers[row] == layers[row - 1] else _LAYER_GAP
        gap = min(max(least, least + _STEEPNESS * (farthest[row] - CARD[0])), _WIDEST_GAP)
        tops.append(round(tops[-1] + card_height + gap, 1))
    return tops


def _routes(
    links: Sequence[Link],
    paths: Sequence[Sequence[Item]],
    centre: Mapping[Item, float],
    top: Mapping[Item, float],
    card: Place,
) -> tuple[tuple[Place, ...], ...]:
    """Return the points of each link: out below the upper card, past rows, into the lower card from above."""
    leaving: dict[str, dict[tuple[str, Item], float]] = {}
    arriving: dict[str, dict[tuple[str, str], float]] = {}
    widths = {(link.kind, link.upper, link.lower): link.width for link in links}
    for link, path in zip(links, paths, strict=True):
        leaving.setdefault(link.upper, {})[link.kind, path[1]] = centre[path[1]]
        arriving.setdefault(link.lower, {})[link.kind, link.upper] = centre[path[-2]]
    out = {card_id: _ports(towards, {}, card[0]) for card_id, towards in leaving.items()}
    into = {
        card_id: _ports(towards, {key: widths[*key, card_id] for key in towards}, card[0])
        for card_id, towards in arriving.items()
    }
    routes = []
    for link, path in zip(links, paths, strict=True):
        upper, lower = path[0], path[-1]
        points = [(centre[upper] + out[link.upper][link.kind, path[1]], top[upper] + card[1])]
        for line in path[1:-1]:
            points.append((centre[line], top[line] - _CLEARANCE))
            points.append((centre[line], top[line] + card[1] + _CLEARANCE))
        x = centre[lower] + into[link.lower][link.kind, link.upper]
        points += [(x, top[lower] - _LANDING), (x, top[lower])]
        routes.append(tuple((round(x, 1), round(y, 1)) for x, y in points))
    return tuple(routes)


def _ports(towards: Mapping[_Key, float], widths: Mapping[_Key, float], card_width: float) -> dict[_Key, float]:
    """Return how far from the middle of a card's side each edge stands, in the order of where edges go."""
    order = sorted(towards, key=lambda key: towards[key])
    gaps = [max(_PORT_GAP, (widths.get(a, 0.0) + widths.get(b, 0.0)) / 2) for a, b in pairwise(order)]
    squeeze = min(1.0, (card_width - _CORNER) / max(sum(gaps), 1.0))
    places = spread([0.0] * len(order), [1.0] * len(order), [gap * squeeze for gap in gaps])
    return dict(zip(order, places, strict=True))
