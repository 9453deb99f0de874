"""The rows of a tree's picture: layers folded to a screen's width, and places along each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

CARD_GAP = 18.0
PASSING_GAP = 12.0

_SWEEPS = 40
_STRAIGHT = 4.0
_LIGHT = 0.1

_Slot = tuple[int, int, float]


@dataclass(frozen=True)
class Link:
    """An edge to draw from the card `upper` down to the card `lower`.

    Links of one `kind` may share a way. `width` is the room that the edge wants where it reaches the lower card,
    for its label.
    """

    upper: str
    lower: str
    kind: str
    width: float = 0.0


@dataclass(frozen=True)
class Item:
    """What takes room in a row: a card (`kind` empty), or a line: edges of one kind from the card `id`.

    A line's `row` is the one that it passes; `lane` tells lines from one card through one row apart.
    """

    id: str
    kind: str = ""
    row: int = 0
    lane: str = ""

    @property
    def is_card(self) -> bool:
        """Whether this is a card rather than a line."""
        return not self.kind


@dataclass
class Folded:
    """Rows from top to bottom, each from left to right, and the items that each link visits on its way.

    Items of one folded layer that stand one below the other share a track, named by one of them: `track_of`.
    `layers` are the tracks of each layer, from left to right.
    """

    rows: list[list[Item]]
    paths: list[list[Item]]
    layers: list[list[Item]]
    track_of: dict[Item, Item]


def fold(
    links: Sequence[Link], layers: Sequence[Sequence[str]], along: Mapping[Item, float], cards_a_row: int
) -> Folded:
    """Cut layers into rows of at most `cards_a_row` cards, with lines where links pass a row.

    `layers` hold card ids from left to right; `along` gives the place in its layer of each card, and of each
    line that passes a layer (there its `row` is the layer's number).
    """
    uppers = {link.upper for link in links}
    slots: dict[Item, _Slot] = {}
    columns: dict[str, int] = {}
    rows: dict[str, int] = {}
    layer_of_row: list[int] = []
    heads: list[list[float]] = []
    track_of: dict[Item, Item] = {}
    lanes: dict[tuple[int, str, str, str], Item] = {}
    for layer, cards in enumerate(layers):
        height = ceil(len(cards) / cards_a_row)
        for start in range(0, len(cards), height):
            # Cards with something below them stand lowest, so that fewer edges pass other cards.
            column = sorted(cards[start : start + height], key=lambda card_id: card_id in uppers)
            for row, card_id in enumerate(column, len(layer_of_row) + height - len(column)):
                rows[card_id], columns[card_id] = row, start // height
                slots[Item(card_id)] = (start // height, 0, 0.0)
                track_of[Item(card_id)] = Item(column[0])
        heads.append([along[Item(card_id)] for card_id in cards[::height]])
        layer_of_row += [layer] * height

    def line(link: Link, row: int) -> Item:
        layer = layer_of_row[row]
        if layer == layer_of_row[rows[link.lower]]:
            column = columns[link.lower]
            side = -1 if column >= len(heads[layer]) / 2 else 1
            item = Item(link.upper, link.kind, row, f"to {column}")
            slots[item] = (column, side, along[Item(link.upper)])
        elif layer == layer_of_row[rows[link.upper]]:
            item = Item(link.upper, link.kind, row, "from")
            slots[item] = (columns[link.upper], 2, along[Item(link.lower)])
        else:
            place = along[Item(link.upper, link.kind, layer)]
            item = Item(link.upper, link.kind, row, "past")
            slots[item] = (sum(head < place for head in heads[layer]) - 1, 3, place)
        track_of[item] = lanes.setdefault((layer, item.id, item.kind, item.lane), item)
        return item

    paths = [
        [
            Item(link.upper),
            *(line(link, row) for row in range(rows[link.upper] + 1, rows[link.lower])),
            Item(link.lower),
        ]
        for link in links
    ]
    folded: list[list[Item]] = [[] for _ in layer_of_row]
    tracks: list[list[Item]] = [[] for _ in layers]
    for item in sorted(slots, key=lambda item: slots[item]):
        row = rows[item.id] if item.is_card else item.row
        folded[row].append(item)
        if track_of[item] == item:
            tracks[layer_of_row[row]].append(item)
    return Folded(folded, paths, tracks, track_of)


def centres(folded: Folded, card_width: float) -> dict[Item, float]:
    """Return the middle of each item: near the items that it is joined to, in its layer's order and apart."""
    pulls: dict[Item, dict[Item, float]] = {item: {} for layer in folded.layers for item in layer}
    for path in folded.paths:
        for a, b in pairwise(folded.track_of[item] for item in path):
            if a != b:
                pulls[a][b] = pulls[b][a] = 1.0 if a.is_card or b.is_card else _STRAIGHT
    gaps = [[_apart(a, b, card_width) for a, b in pairwise(layer)] for layer in folded.layers]
    centre: dict[Item, float] = {}
    for layer, apart in zip(folded.layers, gaps, strict=True):
        start = [-sum(apart) / 2] * len(layer)
        centre.update(zip(layer, spread(start, [_LIGHT] * len(layer), apart), strict=True))
    downwards = list(zip(folded.layers, gaps, strict=True))
    for sweep in range(_SWEEPS):
        for layer, apart in downwards[::-1] if sweep % 2 else downwards:
            wanted, weights = [], []
            for item in layer:
                weight = sum(pulls[item].values())
                pulled = sum(centre[other] * pull for other, pull in pulls[item].items())
                wanted.append(pulled / weight if weight else centre[item])
                weights.append(weight or _LIGHT)
            centre.update(zip(layer, spread(wanted, weights, apart), strict=True))
    return {item: centre[track] for item, track in folded.track_of.items()}


def _apart(a: Item, b: Item, card_width: float) -> float:
    if a.is_card and b.is_card:
        return card_width + CARD_GAP
    return PASSING_GAP + (card_width / 2 if a.is_card or b.is_card else 0.0)


def spread(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Return the places nearest to `wanted` that keep their order and are at least `gaps` apart.

    Weighted least squares under order constraints, by pooling adjacent violators (Ayer et al. 1955).
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    pools: list[tuple[float, float, int]] = []
    for place, weight, offset in zip(wanted, weights, offsets, strict=True):
        pool = (place - offset, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, mass, count = pools.pop()
            total = mass + pool[1]
            pool = ((mean * mass + pool[0] * pool[1]) / total, total, count + pool[2])
        pools.append(pool)
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
