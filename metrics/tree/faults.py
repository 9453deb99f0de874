"""Faults of `northstar.yaml`: what is wrong, where, and what to write. All of them come back together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from metrics.errors import NorthstarError

Level = Literal["error", "warning"]

MOST_LISTED = 200


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong (error) or looks wrong (warning). `line` and `column` count from 1.

    `metric` is the id of the metric that it concerns, `hint` says what to write; both may be absent.
    """

    level: Level
    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    metric: str | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.level}: {self.message} {self.hint}".rstrip()


class TreeError(NorthstarError, ValueError):
    """A workspace whose tree cannot be built. Carries every fault found, warnings included, by line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that stop the tree from being built."""
        return tuple(fault for fault in self.faults if fault.level == "error")


class FaultList:
    """The faults of one file as they are found. Keeps the first 200 of each level and counts the others."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._kept: dict[Level, list[Fault]] = {"error": [], "warning": []}
        self._counts: dict[Level, int] = {"error": 0, "warning": 0}

    def add(self, fault: Fault) -> None:
        """Keep one fault, or only count it when enough are kept."""
        kept = self._kept[fault.level]
        self._counts[fault.level] += 1
        if len(kept) < MOST_LISTED:
            kept.append(fault)

    def count(self, level: Level, more: int) -> None:
        """Count faults that are not worth wording any more."""
        self._counts[level] += more

    def error(self, line: int, column: int, message: str, hint: str = "") -> None:
        """Keep an error at a place in the file."""
        self.add(Fault("error", self.file, line, column, message, hint))

    @property
    def has_errors(self) -> bool:
        """Whether any error was found."""
        return self._counts["error"] > 0

    def listed(self) -> tuple[Fault, ...]:
        """Return the faults by line and column; a last one of each level says how many are not listed."""
        found = []
        for level, kept in self._kept.items():
            found += kept
            if hidden := self._counts[level] - len(kept):
                last = max(kept, key=_place)
                message = f"{hidden:,} more {level}s are not listed."
                found.append(Fault(level, self.file, last.line, last.column, message, "Correct these first."))
        return tuple(sorted(found, key=_place))


def _place(fault: Fault) -> tuple[int, int]:
    return fault.line, fault.column
