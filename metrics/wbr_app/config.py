"""The YAML of a deck to a `Deck`: every mistake at once, each with its line and with what to write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from metrics.calendar import MONTHS
from metrics.errors import nearest, shorten
from metrics.tree.document import Document
from metrics.tree.document import Path as Place
from metrics.tree.faults import Fault, FaultList, TreeError
from metrics.tree.order import circles
from metrics.tree.reader import read_document
from metrics.tree.text import LARGEST, decode
from metrics.wbr_app.blocks import read_blocks
from metrics.wbr_app.deck import OPERATIONS, Deck, DeckMetric, Operation, Remark

AGGREGATES = ("sum", "mean", "min", "max", "first", "last")
# Aggregates that pandas has too: such a metric is a deck's right, and has no counterpart.
OTHER_AGGREGATES = ("median", "count", "nunique", "std", "var", "prod", "product", "size", "sem", "mode")
_WEEK_ENDING = re.compile(r"([0-9]{1,2})-([A-Za-z]{3,9})-([0-9]{4})|([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TOP = ("setup", "metrics", "deck", "annotations")
_SETUP = ("week_ending", "title", "fiscal_year_end_month")
_METRIC = ("column", "aggf", "filter", "function", "metric_comparison_method")
_WHY = {
    "week_number": "weeks are named by their last day",
    "block_starting_number": "blocks carry no numbers",
    "tooltip": "values always show under the pointer",
    "db_config_url": "the values are those of the CSV file",
    "data_sources": "the values are those of the CSV file; a source of type sql can read a database",
    "csv_files": "the values are those of the CSV file",
}


def read_deck(path: Path) -> Deck:
    """Return the deck that a file declares; raises TreeError with every fault of it."""
    faults = FaultList(path.name)
    with path.open("rb") as file:
        text = decode(file.read(LARGEST + 1), faults)
    document = read_document(text, faults) if text is not None else None
    if document is None:
        raise TreeError(_in_a_deck(fault) for fault in faults.listed())
    reader = _Reader(document, faults)
    deck = reader.deck(path.name)
    if faults.has_errors:
        raise TreeError(fault for fault in faults.listed() if fault.level == "error")
    return deck


def _in_a_deck(fault: Fault) -> Fault:
    """Return a fault with a hint that fits a deck where it has one for `northstar.yaml`."""
    is_other = "northstar: 1" in fault.hint
    return replace(fault, hint="Name a deck's YAML: setup:, metrics: and deck:.") if is_other else fault


class _Reader:
    def __init__(self, document: Document, faults: FaultList) -> None:
        self._document = document
        self._faults = faults
        self._remarks: list[Remark] = []

    def deck(self, file: str) -> Deck:
        for key in self._document.values:
            if key not in _TOP:
                self._no_counterpart((key,), key)
        week_ending = self._week_ending()
        starts = self._fiscal_start()
        for key in self._mapping(("setup",)):
            if key not in _SETUP:
                self._no_counterpart(("setup", key), f"setup: {key}")
        metrics = self._metrics()
        blocks = read_blocks(self._document, self.error, self._remarks, [metric.name for metric in metrics])
        title = self._document.written(("setup", "title"))
        annotations = self._document.get(("annotations",))
        files = annotations if isinstance(annotations, list) else [annotations] if annotations else []
        return Deck(
            file,
            title or None,
            week_ending,
            self.line(("setup", "week_ending")),
            starts,
            tuple(metrics),
            tuple(blocks),
            tuple(str(name) for name in files),
            tuple(self._remarks),
        )

    def line(self, path: Place) -> int:
        return self._document.place(path, key=True).line

    def error(self, path: Place, message: str, hint: str) -> None:
        place = self._document.place(path, key=True)
        self._faults.error(place.line, place.column, message, hint)

    def _no_counterpart(self, path: Place, name: str) -> None:
        why = _WHY.get(str(path[-1]), "nothing here is like it")
        self._remarks.append(Remark(self.line(path), f"{shorten(name)} has no counterpart: {why}."))

    def _mapping(self, path: Place) -> dict[str, object]:
        found = self._document.get(path)
        if isinstance(found, dict):
            return found
        if found is not None:
            self.error(path, f"'{path[-1]}' holds no keys.", "Write key: value below it, one a line.")
        return {}

    def _week_ending(self) -> date:
        path: Place = ("setup", "week_ending")
        text = self._document.written(path).strip()
        hint = "Write the last day of the week, such as week_ending: 25-SEP-2021."
        if not text:
            self.error(path, "The deck does not say its week_ending: which day its weeks end on.", hint)
            return date.min
        found = _WEEK_ENDING.fullmatch(text)
        try:
            if found and found[3]:
                names = [name[:3] for name in MONTHS]
                return date(int(found[3]), names.index(found[2][:3].lower()) + 1, int(found[1]))
            if found:
                return date(int(found[4]), int(found[5]), int(found[6]))
        except ValueError:
            pass
        self.error(path, f"week_ending '{shorten(text, 30)}' is no day.", hint)
        return date.min

    def _fiscal_start(self) -> int:
        path: Place = ("setup", "fiscal_year_end_month")
        text = self._document.written(path).strip()
        if not text:
            return 1
        found = [number for number, name in enumerate(MONTHS) if text.lower() in (name, name[:3])]
        if not found:
            close = nearest(text, [name[:3] for name in MONTHS])
            hint = f"Write {(close or 'dec').upper()}, or another month's first three letters."
            self.error(path, f"fiscal_year_end_month '{shorten(text, 30)}' is no month.", hint)
            return 1
        return (found[0] + 1) % 12 + 1

    def _metrics(self) -> list[DeckMetric]:
        declared = self._mapping(("metrics",))
        if not declared:
            self.error(("metrics",), "The deck declares no metrics.", "Write metrics: and below it each metric.")
        found: dict[str, DeckMetric] = {}
        for name in declared:
            for metric in self._metric(name, ("metrics", name)):
                found.setdefault(metric.name, metric)
        for metric in found.values():
            for operand in metric.operands:
                if operand not in found:
                    close = nearest(operand, found)
                    hint = f"Did you mean '{close}'?" if close else "Declare it under metrics:."
                    path: Place = ("metrics", metric.name, "function")
                    message = f"'{metric.name}' is computed from '{shorten(operand)}', which is no metric."
                    self.error(path, message, hint)
        below = {metric.name: [name for name in metric.operands if name in found] for metric in found.values()}
        for circle in circles(below):
            message = f"{' -> '.join((*circle, circle[0]))} is a circle of functions."
            self.error(("metrics", circle[0]), message, "Compute each from metrics that do not rest on it.")
        for name, operands in below.items():
            if name in operands:
                self.error(("metrics", name), f"'{shorten(name)}' is computed from itself.", "Name other metrics.")
        return list(found.values())

    def _metric(self, name: str, path: Place) -> Iterator[DeckMetric]:
        """Yield a metric, after those that are declared within its function."""
        if not isinstance(self._document.get(path), dict):
            self.error(path, f"The metric '{shorten(name)}' is not described.", "Write column: and aggf: below it.")
            return
        for key in self._mapping(path):
            if key not in _METRIC:
                remark = f"'{key}' of metric {shorten(name)} has no counterpart."
                self._remarks.append(Remark(self.line((*path, key)), remark))
        method = self._document.written((*path, "metric_comparison_method")).strip() or None
        if method not in (None, "bps", "%"):
            message = f"metric_comparison_method '{shorten(str(method), 30)}' of '{shorten(name)}' is unknown."
            self.error((*path, "metric_comparison_method"), message, "Write bps, or delete it for percent.")
        if self._document.get((*path, "function")) is not None:
            yield from self._of_function(name, path, method)
            return
        line = self.line(path)
        aggf = self._aggregate(name, path)
        if self._document.get((*path, "filter")) is not None:
            column, query = (self._required(name, (*path, "filter"), key) for key in ("base_column", "query"))
            column_line = self.line((*path, "filter", "base_column"))
            yield DeckMetric(name, line, column, column_line, aggf, query, method=method)
        else:
            column = self._required(name, path, "column")
            yield DeckMetric(name, line, column, self.line((*path, "column")), aggf, method=method)

    def _required(self, name: str, path: Place, key: str) -> str:
        text = self._document.written((*path, key))
        if not text:
            example = {"column": "Revenue", "base_column": "Revenue", "query": "\"Country == 'US'\""}[key]
            self.error(path, f"The metric '{shorten(name)}' has no {key}.", f"Write {key}: {example}.")
        return text

    def _aggregate(self, name: str, path: Place) -> str:
        aggf = self._required_aggregate(name, path)
        if aggf and aggf not in AGGREGATES and aggf not in OTHER_AGGREGATES:
            close = nearest(aggf, AGGREGATES)
            hint = f"Did you mean {close}?" if close else f"Write one of {', '.join(AGGREGATES)}."
            self.error((*path, "aggf"), f"aggf '{shorten(aggf, 30)}' of '{shorten(name)}' is unknown.", hint)
        return aggf

    def _required_aggregate(self, name: str, path: Place) -> str:
        aggf = self._document.written((*path, "aggf")).strip()
        if not aggf:
            message = f"The metric '{shorten(name)}' does not say how its days become a week."
            self.error(path, message, f"Write aggf: {AGGREGATES[0]}, or another of {', '.join(AGGREGATES[1:])}.")
        return aggf

    def _of_function(self, name: str, path: Place, method: str | None) -> Iterator[DeckMetric]:
        written = self._mapping((*path, "function"))
        operations = [operation for operation in OPERATIONS if operation in written]
        if len(written) != 1 or not operations:
            wrong = next((key for key in written if key not in OPERATIONS), None)
            close = nearest(wrong, OPERATIONS) if wrong else None
            hint = f"Did you mean {close}?" if close else f"Write one of {', '.join(OPERATIONS)}."
            what = f"'{shorten(wrong, 30)}' is unknown" if wrong else "needs one operation"
            self.error((*path, "function"), f"The function of '{shorten(name)}': {what}.", hint)
            return
        operation: Operation = operations[0]
        listed = (*path, "function", operation)
        operands: list[str] = []
        of_columns: list[str] = []
        items = self._document.get(listed)
        for number in range(len(items) if isinstance(items, list) else 0):
            for kind, names in (("metric", operands), ("column", of_columns)):
                inner: Place = (*listed, number, kind)
                if self._document.get(inner) is None:
                    continue
                operand = self._document.written((*inner, "name")) or self._document.written(inner)
                if not operand:
                    self.error(inner, f"An operand of '{shorten(name)}' has no name.", "Write metric: {name: Clicks}.")
                    continue
                names.append(operand)
                if self._document.get((*inner, "function")) is not None:
                    yield from self._of_function(operand, inner, None)
        if operands and of_columns:
            text = f"{shorten(name)} is computed from its metrics first and its columns after them, as the app does."
            self._remarks.append(Remark(self.line(path), text))
        operands += of_columns
        fewest = 1 if operation == "sum" else 2
        if len(operands) < fewest:
            message = f"{operation} of '{shorten(name)}' names {len(operands)} metrics, and needs {fewest}."
            self.error(listed, message, "Write - metric: {name: Clicks}, one a line.")
            return
        if operation != "sum" and len(operands) > 2:
            text = f"{operation} of {shorten(name)} uses its first two metrics only, as the app does."
            self._remarks.append(Remark(self.line(listed), text))
            operands = operands[:2]
        yield DeckMetric(name, self.line(path), function=operation, operands=tuple(operands), method=method)
