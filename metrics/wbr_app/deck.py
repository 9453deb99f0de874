"""A deck as its author wrote it, with the line of each part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Operation = Literal["sum", "difference", "divide", "product"]
OPERATIONS: tuple[Operation, ...] = ("sum", "difference", "divide", "product")
CHANGES = ("WOW", "MOM", "YOY")


@dataclass(frozen=True)
class DeckMetric:
    """A metric: a column and its aggregate, with a filter (`query`) or without, or a function of other metrics.

    `method` is bps where changes are in basis points.
    """

    name: str
    line: int
    column: str | None = None
    column_line: int = 0
    aggf: str | None = None
    query: str | None = None
    function: Operation | None = None
    operands: tuple[str, ...] = ()
    method: str | None = None


@dataclass(frozen=True)
class Shown:
    """A metric in a block. `is_target`: drawn as what another one should reach."""

    metric: str
    line: int
    legend: str | None = None
    is_target: bool = False
    scaling: str | None = None


@dataclass(frozen=True)
class Block:
    """A part of the deck: a graph, a table, a section's title, or something from elsewhere."""

    kind: str
    title: str
    line: int
    shown: tuple[Shown, ...] = ()
    months: str | None = None


@dataclass(frozen=True)
class Remark:
    """Something in the deck that the workspace has not, or has in another way. `line` is in the deck's file."""

    line: int | None
    text: str


@dataclass(frozen=True)
class Deck:
    """The whole deck. `fiscal_year_starts` is a month from 1 to 12; `annotations` are paths or addresses as written."""

    file: str
    title: str | None
    week_ending: date
    week_ending_line: int
    fiscal_year_starts: int
    metrics: tuple[DeckMetric, ...]
    blocks: tuple[Block, ...]
    annotations: tuple[str, ...]
    remarks: tuple[Remark, ...]

    def metric(self, name: str) -> DeckMetric | None:
        """Return a metric by its name."""
        return next((metric for metric in self.metrics if metric.name == name), None)
