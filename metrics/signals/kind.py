"""The kinds of signals."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What a week was found to be."""

    ROUTINE = 0
    OUTSIDE_LIMITS = 1
    SMALL_SHIFT = 2
    NEW_LEVEL = 3
    BACK_TO_FORMER_LEVEL = 4
    EXPECTED_PEAK_MISSING = 5
    MOVED = 6
