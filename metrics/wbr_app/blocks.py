"""The blocks of a deck's YAML: graphs, tables, sections and what is embedded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, MutableSequence

from metrics.errors import nearest, shorten
from metrics.tree.document import Document
from metrics.tree.document import Path as Place
from metrics.wbr_app.deck import CHANGES, Block, Remark, Shown

GRAPH = "6_12Graph"
TABLES = ("6_WeeksTable", "12_MonthsTable")
SECTION = "section"
EMBEDDED = "embedded_content"
_KINDS = (GRAPH, *TABLES, SECTION, EMBEDDED)
_BLOCK = ("ui_type", "title", "y_scaling", "x_axis_monthly_display", "metrics", "rows", "source", "height", "width")

Report = Callable[[Place, str, str], None]


def read_blocks(
    document: Document, error: Report, remarks: MutableSequence[Remark], metrics: Collection[str]
) -> Iterator[Block]:
    """Yield the blocks of a deck; `error` is told what is wrong, `remarks` what has no counterpart."""
    blocks = document.get(("deck",))
    if blocks is not None and not isinstance(blocks, list):
        error(("deck",), "'deck' is no list.", "Write - block: for each block.")
        return
    for number in range(len(blocks or [])):
        path: Place = ("deck", number, "block")
        if not isinstance(document.get(path), dict):
            error(("deck", number), f"Block {number + 1} is not described.", "Write - block: and below it ui_type:.")
            continue
        yield _Reader(document, error, remarks, metrics, path).block(number + 1)


class _Reader:
    def __init__(
        self,
        document: Document,
        error: Report,
        remarks: MutableSequence[Remark],
        metrics: Collection[str],
        path: Place,
    ) -> None:
        self._document, self._error, self._remarks, self._metrics = document, error, remarks, metrics
        self._path = path

    def block(self, number: int) -> Block:
        kind = self._text("ui_type")
        title = self._text("title")
        line = self._line(self._path)
        name = f"block {number}" + (f" ({shorten(title, 40)})" if title else "")
        if not kind:
            self._error(self._path, f"The ui_type of {name} is missing.", f"Write one of {', '.join(_KINDS)}.")
        elif kind not in _KINDS:
            close = nearest(kind, _KINDS)
            hint = f" It may be meant as {close}." if close else ""
            self._remarks.append(Remark(line, f"The ui_type '{shorten(kind, 30)}' of {name} has no counterpart.{hint}"))
        elif kind == SECTION and not title:
            self._once(self._path, "A section without a title has no counterpart: the one before it goes on.")
        elif kind == EMBEDDED:
            where = shorten(self._text("source"), 80)
            self._remarks.append(Remark(line, f"Embedded content has no counterpart: {name}, {where}."))
        for key in self._document.get(self._path):
            if key not in _BLOCK:
                self._remarks.append(Remark(self._line((*self._path, key)), f"'{key}' of {name} has no counterpart."))
        shown = self._graph() if kind == GRAPH else self._rows(name) if kind in TABLES else ()
        return Block(kind, title, line, tuple(shown), self._text("x_axis_monthly_display") or None)

    def _graph(self) -> Iterator[Shown]:
        scaling = self._scaling(self._path)
        listed = self._document.get((*self._path, "metrics"))
        if not isinstance(listed, dict) or not listed:
            self._error(self._path, "This graph names no metrics.", "Write metrics: and below it each name.")
            return
        for name in listed:
            path: Place = (*self._path, "metrics", name)
            legend = self._document.written((*path, "legend_name")) or None
            style = self._document.written((*path, "line_style")).strip().lower()
            if style == "secondary":
                self._once(
                    (*path, "line_style"), "A graph of several metrics has no counterpart: each has its own block."
                )
            if self._document.get((*path, "graph_prior_year_flag")) is False:
                text = "graph_prior_year_flag has no counterpart: the prior year is drawn wherever there is one."
                self._once((*path, "graph_prior_year_flag"), text)
            if self._is_known(name, path):
                yield Shown(name, self._line(path), legend, style == "target", scaling)

    def _rows(self, block: str) -> Iterator[Shown]:
        rows = self._document.get((*self._path, "rows"))
        if not isinstance(rows, list):
            self._error(self._path, "This table has no rows.", "Write rows: and below it - row:.")
            return
        for number in range(len(rows)):
            path: Place = (*self._path, "rows", number, "row")
            name = self._document.written((*path, "metric"))
            if self._document.get((*path, "style")) is not None:
                self._once((*path, "style"), "The style of rows has no counterpart: all rows look alike.")
            if name and self._is_known(name, (*path, "metric")):
                yield Shown(name, self._line(path), scaling=self._scaling(path))
            elif not name and self._document.written((*path, "header")):
                header = shorten(self._document.written((*path, "header")), 40)
                text = f"The heading '{header}' between rows of {block} has no counterpart."
                self._remarks.append(Remark(self._line(path), text))

    def _scaling(self, path: Place) -> str | None:
        if found := self._document.written((*path, "y_scaling")).strip():
            text = "y_scaling has no counterpart: numbers are shortened as they need, percents by unit: percent."
            self._once((*path, "y_scaling"), text)
        return found or None

    def _once(self, path: Place, text: str) -> None:
        """Remark on something that many blocks have where it is first."""
        if all(remark.text != text for remark in self._remarks):
            self._remarks.append(Remark(self._line(path), text))

    def _is_known(self, name: str, path: Place) -> bool:
        if name in self._metrics or base_of_change(name, self._metrics):
            return True
        close = nearest(name, self._metrics)
        hint = f"Did you mean '{close}'?" if close else "Declare it under metrics:."
        self._error(path, f"There is no metric '{shorten(name)}'.", hint)
        return False

    def _text(self, key: str) -> str:
        return self._document.written((*self._path, key)).strip()

    def _line(self, path: Place) -> int:
        return self._document.place(path, key=True).line


def base_of_change(name: str, metrics: Collection[str]) -> str | None:
    """Return the metric whose change a name such as `PageViewsYOY` means; None where it means none."""
    base = name[: -len(CHANGES[0])]
    return base if name[len(base) :] in CHANGES and base in metrics and name not in metrics else None
