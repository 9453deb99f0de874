"""The claims of a quarter in the order in which a room should talk about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from metrics.evidence.judged import Judged
from metrics.evidence.verdict import Verdict

ClaimKey = tuple[str, str]

_RANKS: dict[Verdict, int] = {
    "contradicted": 0,
    "no_meaningful_link": 2,
    "not_enough_evidence": 3,
    "supported": 4,
}
_LOST = 1


def key_of(judged: Judged) -> ClaimKey:
    """Return what tells claims apart: the input, and the metric that it is said to move."""
    return judged.measured.question.input, judged.measured.question.metric


def strongest_surprise_first(claims: Iterable[Judged], supported_before: Collection[ClaimKey] = ()) -> list[Judged]:
    """Sort claims by how far the numbers are from what is claimed.

    First what goes the other way round, then what was supported and is no more, what can be ruled out, what is not
    known, and last what is supported; within each, what goes least as claimed comes first. Claims with too few weeks
    stand at the end of what is not known.
    """

    def place(judged: Judged) -> tuple[int, bool, float]:
        rank = _RANKS[judged.verdict]
        untested = judged.smallest is None
        was_more = key_of(judged) in supported_before or (judged.lost is not None and not untested)
        if judged.verdict not in ("supported", "contradicted") and was_more:
            rank = _LOST
        return rank, untested, judged.measured.sided

    return sorted(claims, key=place)
