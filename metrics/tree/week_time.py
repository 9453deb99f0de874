"""A weekday and a time of day, as in `arrives: tuesday 09:00`."""

from __future__ import annotations

import re

from metrics.calendar import WEEKDAYS

_TIME = re.compile(r"([a-z]+) +([01]?[0-9]|2[0-3]):([0-5][0-9])\Z")


def weekday_and_time(text: str) -> str | None:
    """Return such as `tuesday 09:00`, or None where the text is something else."""
    match = _TIME.match(text.strip().lower())
    if match is None or match[1] not in WEEKDAYS:
        return None
    return f"{match[1]} {int(match[2]):02d}:{match[3]}"
