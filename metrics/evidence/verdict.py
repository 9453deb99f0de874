"""From numbers to a verdict, at a known rate of error over all claims of a quarter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

Verdict = Literal["supported", "contradicted", "no_meaningful_link", "not_enough_evidence"]

FEWEST_WEEKS = 26
# At 10 %, a tenth or more of all that is supported is chance where few of the true links show.
SUPPORT_RATE = 0.08
CONTRADICTION_RATE = 0.05
ALONE = 0.05
# Below 40 weeks a season can't be told from anything else, and few true links show.
SHORT = 40
SUPPORT_RATE_SHORT = 0.05
ALONE_SHORT = 0.035
MEANINGFUL = 0.3


def critical_p(p: Sequence[float], rate: float, alone: float = ALONE) -> float:
    """Return the largest p that still counts, so that at most `rate` of those that count are expected to be chance.

    Benjamini & Hochberg 1995; never above `alone`, the risk of a single claim. Where none counts: what the smallest
    would have to reach.
    """
    if not p:
        return alone
    steps = rate * np.arange(1, len(p) + 1) / len(p)
    reached = np.flatnonzero(np.sort(p) <= steps)
    return float(min(steps[reached[-1]] if len(reached) else steps[0], alone))
