"""What is known of all metrics between two weeks, taken down so that judging can go on from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metrics.signals.model import Models

if TYPE_CHECKING:
    from metrics.signals.monitor import Monitor

Arrays = Mapping[str, NDArray[Any]]

_BY_WEEK = (
    "clean", "standard", "peaks.events", "peaks.excess", "peaks.usual", "regimes.restart", "regimes.outside",
)  # fmt: skip
_BY_METRIC = (
    "whole", "power", "usual_denominator", "tail", "slow", "slow_zero", "peaks.told",
    "regimes.begins", "regimes.former_value", "regimes.former_week", "regimes.former_until",
    *(f"models.{field.name}" for field in fields(Models)),
)  # fmt: skip
_EVENTS = "regimes.events"
_NONE = -1


@dataclass(frozen=True)
class Checkpoint:
    """The state after all weeks before number `week`: arrays by name, with a row a week or an entry a metric."""

    week: int
    arrays: Arrays

    @classmethod
    def of(cls, monitor: Monitor, week: int) -> Checkpoint:
        """Take down the state of a monitor that has judged the weeks before `week` and no other."""
        arrays = {name: _get(monitor, name)[:week].copy() for name in _BY_WEEK}
        arrays |= {name: _get(monitor, name).copy() for name in _BY_METRIC}
        events = monitor.regimes.events
        arrays[_EVENTS] = np.full((len(events), max(map(len, events), default=0)), _NONE)
        for row, weeks in zip(arrays[_EVENTS], events, strict=True):
            row[: len(weeks)] = weeks
        return cls(week, arrays)

    def restore(self, monitor: Monitor) -> None:
        """Put a monitor that has judged nothing, of the same metrics and first weeks, into this state."""
        for name in _BY_WEEK:
            _get(monitor, name)[: self.week] = self.arrays[name]
        for name in _BY_METRIC:
            _get(monitor, name)[:] = self.arrays[name]
        monitor.regimes.events = [[int(week) for week in row if week != _NONE] for row in self.arrays[_EVENTS]]


def _get(monitor: Monitor, name: str) -> NDArray[Any]:
    found: Any = monitor
    for part in name.split("."):
        found = getattr(found, part)
    return np.asarray(found)
