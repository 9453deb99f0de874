"""Signals as JSON-ready values: what `northstar signals --json` prints. Missing is None."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from metrics.signals.signal import Signal


def signals_json(week_ending: date, signals: Sequence[Signal]) -> dict[str, Any]:
    """Return signals in the shape of `docs/command-line.md`."""
    return {"week_ending": week_ending.isoformat(), "signals": [_entry(signal) for signal in signals]}


def _entry(signal: Signal) -> dict[str, Any]:
    return {
        "metric": signal.metric,
        "week_ending": signal.week_ending.isoformat(),
        "kind": signal.kind,
        "strength": signal.strength,
        "value": signal.value,
        "expected": signal.expected,
        "lower": signal.lower,
        "upper": signal.upper,
        "sentence": signal.sentence,
    }
