"""Walks over what drives what: circles, and an order in which everything stands before what it drives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush


def circles(below: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, ...]]:
    """Yield the circles that a depth-first search meets, each once and beginning with its first id in `below`.

    A node that names itself is no circle here. No recursion: chains may be thousands long.
    """
    position = {node: number for number, node in enumerate(below)}
    done: set[str] = set()
    seen: set[tuple[str, ...]] = set()
    for root in below:
        if root in done:
            continue
        path, depth, open_edges = [root], {root: 0}, [iter(below[root])]
        while path:
            for node in open_edges[-1]:
                if node in depth:
                    circle = _turned(path[depth[node] :], position)
                    if len(circle) > 1 and circle not in seen:
                        seen.add(circle)
                        yield circle
                elif node in below and node not in done:
                    depth[node] = len(path)
                    path.append(node)
                    open_edges.append(iter(below[node]))
                    break
            else:
                open_edges.pop()
                done.add(path[-1])
                del depth[path.pop()]


def _turned(circle: list[str], position: Mapping[str, int]) -> tuple[str, ...]:
    start = min(range(len(circle)), key=lambda index: position[circle[index]])
    return tuple(circle[start:] + circle[:start])


def drivers_first(below: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Return all ids so that each stands before what it drives; else in the order of `below`, which has no circles."""
    names = list(below)
    position = {node: number for number, node in enumerate(names)}
    drives: dict[str, list[str]] = {}
    waits_for = {}
    for node, drivers in below.items():
        waits_for[node] = len(own := set(drivers))
        for driver in own:
            drives.setdefault(driver, []).append(node)
    ready = [position[node] for node, count in waits_for.items() if count == 0]
    heapify(ready)
    ordered = []
    while ready:
        node = names[heappop(ready)]
        ordered.append(node)
        for driven in drives.get(node, ()):
            waits_for[driven] -= 1
            if waits_for[driven] == 0:
                heappush(ready, position[driven])
    return tuple(ordered)


def all_below(below: Mapping[str, Iterable[str]], top: str) -> set[str]:
    """Return the ids that drive `top` at any depth, without `top` itself."""
    found: set[str] = set()
    open_ids = [top]
    while open_ids:
        for driver in below[open_ids.pop()]:
            if driver not in found:
                found.add(driver)
                open_ids.append(driver)
    return found - {top}
