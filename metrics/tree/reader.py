"""YAML text to a document of plain values.

Read from the parser's events, so that no text, however nested or aliased, costs more than a moment. Scalars follow YAML
1.2: only true and false are booleans, so the country NO, `on` and 09:00 stay text.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from metrics.errors import shorten
from metrics.tree.document import Document, Entry
from metrics.tree.faults import Fault, FaultList
from metrics.tree.syntax import report_syntax

DEEPEST = 20
MOST_VALUES = 100_000
MOST_IN_ONE = 10_000
LONGEST_KEY = 200
LONGEST_TEXT = 20_000

_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MOST_DIGITS = 18
_MOST_FAULTS = 2_000


def read_document(text: str, faults: FaultList) -> Document | None:
    """Return the document, reporting every fault that is met; None where it cannot be read at all."""
    reader = _Reader(faults)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            reader.take(event)
    except yaml.YAMLError as error:
        report_syntax(error, text, faults)
        return None
    except _UnreadableError as error:
        mark = error.event.start_mark
        faults.error(mark.line + 1, mark.column + 1, error.message, error.hint)
        return None
    reader.report_unused()
    if isinstance(reader.root, dict):
        return Document(text, reader.root, reader.entries)
    if reader.root is None:
        faults.error(1, 1, "The file is empty.", "Begin with northstar: 1, then name, teams and metrics.")
    else:
        kind = "a list" if isinstance(reader.root, list) else "only text"
        faults.error(1, 1, f"The file is {kind}.", "Write keys: northstar: 1, then name, teams and metrics.")
    return None


class _UnreadableError(Exception):
    """Something after which nothing more can be read."""

    def __init__(self, event: Any, message: str, hint: str) -> None:
        super().__init__(message)
        self.event, self.message, self.hint = event, message, hint


class _Frame:
    """A mapping or list that is still open."""

    __slots__ = ("before", "container", "entries", "event", "height", "key", "skip")

    def __init__(self, container: Any, entries: Any, event: Any, before: int) -> None:
        self.container, self.entries, self.event = container, entries, event
        self.before = before
        self.height = 1
        self.key: Any = None
        self.skip = False


class _Anchor(NamedTuple):
    value: Any
    scalar: Any
    values: int
    height: int


class _Reader:
    """Builds the values of one document, event by event. `entries` holds the places by identity of the container."""

    def __init__(self, faults: FaultList) -> None:
        self.faults = faults
        self.root: Any = None
        self.entries: dict[int, Any] = {}
        self._kept: list[Any] = []  # containers that were left out: their identity must not be used again
        self._open: list[_Frame] = []
        self._anchors: dict[str, _Anchor] = {}
        self._used: set[str] = set()
        self._values = 0
        self._documents = 0
        self._reported = 0

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is ScalarEvent:
            self._scalar(event)
        elif kind is MappingStartEvent:
            self._begin(event, {}, {})
        elif kind is SequenceStartEvent:
            self._begin(event, [], [])
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            self._end()
        elif kind is AliasEvent:
            self._alias(event)
        elif kind is DocumentStartEvent:
            self._documents += 1
            if self._documents > 1:
                raise _UnreadableError(event, "A second document begins here.", "Keep one; delete the '---'.")

    def report_unused(self) -> None:
        """Warn of texts that begin with & and lose their first word: it names them for an alias that is nowhere."""
        for name, anchor in self._anchors.items():
            if name not in self._used and anchor.scalar is not None and not anchor.scalar.style:
                mark = anchor.scalar.start_mark
                message = f"'&{shorten(name, 20)}' is a name for other places and no part of this text."
                hint = "Put the text in quotes if it belongs to it."
                self.faults.add(Fault("warning", self.faults.file, mark.line + 1, mark.column + 1, message, hint))

    def _scalar(self, event: Any) -> None:
        if event.tag is not None:
            self._tagged(event)
        frame = self._open[-1] if self._open else None
        if frame is not None and frame.key is None and type(frame.container) is dict:
            self._key(frame, event)
            return
        text = event.value
        value = _resolve(text) if event.implicit[0] else text
        if len(text) > LONGEST_TEXT:
            self._report(event, f"This text is {len(text):,} characters long.", f"{LONGEST_TEXT:,} is the most.")
            value = text[:LONGEST_KEY]
        self._count(event, 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchor(value, event, 1, 0)
        self._put(value, event, event)

    def _key(self, frame: _Frame, event: Any) -> None:
        key = event.value
        frame.key, frame.skip = event, True
        if len(key) > LONGEST_KEY:
            self._report(event, f"This key is {len(key):,} characters long.", f"{LONGEST_KEY} is the most.")
        elif event.implicit[0] and key == "<<":
            self._report(event, "Merge keys ('<<') are not read.", "Write the keys out.")
        elif event.implicit[0] and not isinstance(_resolve(key), str):
            self._report(event, f"The key {key or 'here'} is not text.", f'Write it in quotes: "{key}".')
        elif key in frame.container:
            first = frame.entries[key][0] + 1
            line = event.start_mark.line + 1
            where = f"in lines {first} and {line}" if first != line else f"in line {line}"
            self._report(event, f"'{shorten(key)}' is written twice, {where}.", "Keep one of the two.")
        else:
            frame.skip = False

    def _begin(self, event: Any, container: Any, entries: Any) -> None:
        if event.tag is not None:
            self._tagged(event)
        self._key_is_text(event)
        if len(self._open) >= DEEPEST:
            raise _UnreadableError(event, f"This is nested more than {DEEPEST} levels deep.", "Write it flatter.")
        self._count(event, 1)
        self.entries[id(container)] = entries
        self._open.append(_Frame(container, entries, event, self._values))

    def _end(self) -> None:
        frame = self._open.pop()
        if frame.event.anchor is not None:
            values = self._values - frame.before + 1
            self._anchors[frame.event.anchor] = _Anchor(frame.container, None, values, frame.height)
        if self._open:
            self._open[-1].height = max(self._open[-1].height, frame.height + 1)
        self._put(frame.container, frame.event, None)

    def _alias(self, event: Any) -> None:
        self._key_is_text(event)
        name = shorten(event.anchor, 20)
        if any(frame.event.anchor == event.anchor for frame in self._open):
            raise _UnreadableError(event, f"The alias '*{name}' stands for itself.", "Write the values out.")
        self._used.add(event.anchor)
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            self._report(event, f"'*{name}' is an alias of nothing.", "Put text that begins with * in quotes.")
            anchor = _Anchor(f"*{name}", None, 1, 0)
        if len(self._open) + anchor.height > DEEPEST:
            raise _UnreadableError(event, f"This is nested more than {DEEPEST} levels deep.", "Write it flatter.")
        self._count(event, anchor.values)
        if self._open:
            self._open[-1].height = max(self._open[-1].height, anchor.height + 1)
        self._put(anchor.value, event, anchor.scalar)

    def _put(self, value: Any, event: Any, scalar: Any) -> None:
        if not self._open:
            self.root = value
            return
        frame = self._open[-1]
        if len(frame.container) >= MOST_IN_ONE:
            raise _UnreadableError(event, f"More than {MOST_IN_ONE:,} entries stand here.", "Split the workspace.")
        if type(frame.container) is list:
            if value is None:
                self._report(event, "An item of this list is empty.", "Write it after the dash, or delete it.")
            frame.container.append(value)
            frame.entries.append(_entry(event, event, scalar))
            return
        if frame.skip:
            self._kept.append(value)
        else:
            frame.container[frame.key.value] = value
            frame.entries[frame.key.value] = _entry(frame.key, event, scalar)
        frame.key = None

    def _count(self, event: Any, values: int) -> None:
        self._values += values
        if self._values > MOST_VALUES:
            raise _UnreadableError(event, f"The file holds more than {MOST_VALUES:,} values.", "Split the workspace.")

    def _key_is_text(self, event: Any) -> None:
        if self._open and self._open[-1].key is None and type(self._open[-1].container) is dict:
            raise _UnreadableError(event, "A key must be text.", "Write key: value.")

    def _tagged(self, event: Any) -> None:
        if event.tag.startswith("!"):
            self._report(event, "Text cannot begin with '!'.", "Put the text in quotes.")
            return
        tag = shorten(event.tag.replace("tag:yaml.org,2002:", "!!"), 30)
        self._report(event, f"The tag '{tag}' is not read.", "Delete it; put text in quotes.")

    def _report(self, event: Any, message: str, hint: str) -> None:
        self._reported += 1
        if self._reported > _MOST_FAULTS:
            raise _UnreadableError(event, "Too many faults to read on.", "Correct the first ones.")
        self.faults.error(event.start_mark.line + 1, event.start_mark.column + 1, message, hint)


def _entry(key: Any, event: Any, scalar: Any) -> Entry:
    of_key, mark = key.start_mark, event.start_mark
    if scalar is None:
        return (of_key.line, of_key.column, mark.line, mark.column, None, "", 0, 0)
    start, end = scalar.start_mark.index, scalar.end_mark.index
    return (of_key.line, of_key.column, mark.line, mark.column, scalar.value, scalar.style or "", start, end)


def _resolve(text: str) -> Any:
    """Return a plain scalar's value by the core schema of YAML 1.2, decimal numbers only."""
    if text in _NOTHING:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] in "+-.0123456789":
        if _WHOLE.fullmatch(text):
            return int(text) if len(text) <= _MOST_DIGITS else float(text)
        if _NUMBER.fullmatch(text):
            return float(text)
    return text
