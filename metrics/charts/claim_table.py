"""The claims of a quarter as a table: what is claimed, the interval on a common scale, the verdicts, past quarters.

Everything here is finished text and geometry; `claim_table.js` draws it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from metrics.charts.evidence_words import VERDICTS, claim_sentence, correlation, lag_words
from metrics.charts.numbers import MINUS
from metrics.evidence.agenda import ClaimKey, key_of
from metrics.evidence.judged import Judged
from metrics.ledger.claim_verdict import ClaimVerdict
from metrics.tree.tree import Tree

DECISIONS = {"keep": "keep it", "change": "change the claim", "drop": "drop the input"}
SEPARATOR = "-"  # no id has one


@dataclass(frozen=True)
class Mark:
    """A past quarter of a claim: what the numbers and the room said then ('' where nothing), and both in words."""

    quarter: str
    numbers: str
    room: str
    sentence: str


@dataclass(frozen=True)
class ClaimRow:
    """One claim; `low`, `middle` and `high` are correlations from -1 to 1, None where there is no verdict to draw.

    `claimed` is 1 where both are said to rise together, -1 where one is said to fall, 0 where nobody says anything.
    """

    id: str
    input: str
    metric: str
    claim: str
    because: str
    state: str
    verdict: str
    sentence: str
    claimed: int
    low: float | None
    middle: float | None
    high: float | None
    spoken: str
    naive: str
    strip: tuple[Mark, ...]
    room: str


@dataclass(frozen=True)
class ClaimTable:
    """What the table's component draws: rows in their order, the quarters of the strips, the row that is looked at."""

    rows: tuple[ClaimRow, ...]
    quarters: tuple[str, ...]
    chosen: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return plain data that JSON can hold."""
        return asdict(self)


def claim_id(claim: ClaimKey) -> str:
    """Return the name of a claim in a URL."""
    return SEPARATOR.join(claim)


def claim_table(
    tree: Tree,
    claims: Sequence[Judged],
    past: Mapping[str, Mapping[ClaimKey, str]],
    room: Collection[ClaimVerdict],
    quarter: str,
    stale: Collection[ClaimKey] = (),
    chosen: ClaimKey | None = None,
) -> ClaimTable:
    """Return the table of a quarter's claims.

    `past` has for each quarter of the strip, the oldest first and the present one last, what the numbers said of a
    claim; `room` the verdicts of rooms, the newest first. Where a room recorded its verdict, the numbers are those of
    that day.
    """
    newest: dict[tuple[ClaimKey, str], ClaimVerdict] = {}
    for said in room:
        newest.setdefault((said.claim, said.quarter), said)
    rows = []
    for judged in claims:
        key = key_of(judged)
        strip = tuple(
            _mark(name, of_quarter.get(key, ""), newest.get((key, name)))
            for name, of_quarter in past.items()
            if judged.measured.question.is_declared
        )
        rows.append(_row(tree, judged, strip, newest.get((key, quarter)), key in stale))
    return ClaimTable(tuple(rows), tuple(past), claim_id(chosen) if chosen else None)


def claim_words(judged: Judged) -> str:
    """Return what is claimed: `Claimed: +, two weeks later`; for a search, where it was found."""
    sign = "+" if judged.measured.sense > 0 else MINUS
    said = f"{sign}, {lag_words(judged.measured.lag_weeks)}"
    return f"Claimed: {said}" if judged.measured.question.is_declared else f"Nobody's claim; clearest: {said}"


def room_words(said: ClaimVerdict) -> str:
    """Return what a room said and will do: `Supported, keep it`."""
    return f"{VERDICTS[said.verdict]}, {DECISIONS[said.decision]}"


def _row(tree: Tree, judged: Judged, strip: tuple[Mark, ...], said: ClaimVerdict | None, is_stale: bool) -> ClaimRow:
    measured = judged.measured
    question = measured.question
    low, high = measured.link.interval(0.95)
    drawn = judged.smallest is not None
    spoken = (
        f"Correlation {correlation(measured.link.correlation)}, 95 % interval {correlation(low)} to {correlation(high)}"
        if drawn
        else "No correlation yet"
    )
    verdict = VERDICTS[judged.verdict]
    return ClaimRow(
        id=claim_id(key_of(judged)),
        input=tree.metric(question.input).name,
        metric=tree.metric(question.metric).name,
        claim=claim_words(judged),
        because=question.because or "",
        state="stale" if is_stale else judged.verdict,
        verdict=f"{verdict}, stale" if is_stale else verdict,
        sentence=claim_sentence(tree, judged),
        claimed=measured.sense if question.is_declared else 0,
        low=round(low, 4) if drawn else None,
        middle=round(measured.link.correlation, 4) if drawn else None,
        high=round(high, 4) if drawn else None,
        spoken=spoken,
        naive=correlation(measured.naive),
        strip=strip,
        room=room_words(said) if said else "",
    )


def _mark(quarter: str, numbers: str, said: ClaimVerdict | None) -> Mark:
    if said is not None:
        numbers = str(said.evidence.get("verdict", numbers))
    words = f"{quarter}. Numbers: {VERDICTS.get(numbers, 'nothing')}."
    words += f" Room: {room_words(said)}." if said else " Room: not reviewed."
    return Mark(quarter, numbers, said.verdict if said else "", words)
