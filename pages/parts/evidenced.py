"""What the numbers say on claims, kept for all visitors until new values or new notes come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock

import streamlit as st

from metrics.charts.tree_picture import EdgeState
from metrics.evidence.agenda import key_of
from metrics.evidence.annotated import annotated_weeks, marking_notes
from metrics.evidence.months import read_months
from metrics.evidence.outcome import OutcomeEvidence, check_outcomes
from metrics.evidence.quarter import QuarterEvidence, evidence
from metrics.evidence.question import Refusal
from metrics.evidence.upkeep import (
    ClaimKey,
    acted_on,
    claims_known_at,
    claims_of,
    looked_at,
    proposed_for_retirement,
    stale_claims,
)
from metrics.evidence.weeks import WeeklyValues, last_day_of_quarter, last_day_of_year, read_weeks
from metrics.ledger.claim_verdict import ClaimVerdict
from metrics.review.review_week import weeks_with_values
from pages.parts import opening, signalled
from pages.parts.opening import Opened

_STRIP = 6
_WORTH_WAITING_FOR = 150
_computing = Lock()

Marked = tuple[tuple[str, tuple[date, ...]], ...]


def weeks(opened: Opened) -> list[date]:
    """Return the weeks with values that have ended, the newest first."""
    return weeks_with_values(opened.tree, opened.warehouse, opened.today)


def quarters(opened: Opened) -> list[str]:
    """Return the fiscal quarters with values, the newest first."""
    return list(dict.fromkeys(opened.tree.calendar.fiscal_quarter(week) for week in weeks(opened)))


def years(opened: Opened) -> list[int]:
    """Return the fiscal years with values, the newest first."""
    return list(dict.fromkeys(opened.tree.calendar.fiscal_year(week) for week in weeks(opened)))


def of_quarter(opened: Opened, quarter: str, *, search: bool = False) -> QuarterEvidence:
    """Return the evidence up to a quarter's end; with `search` also on every input against the North Star."""
    with _computing:
        return _of_quarter(opened.warehouse.path, quarter, search, _marked(opened), opened)


def of_year(opened: Opened, year: int) -> tuple[list[OutcomeEvidence], list[Refusal]]:
    """Return the evidence on the yearly claims up to a fiscal year's end, and those that are refused."""
    with _computing:
        return _of_year(opened.warehouse.path, year, _marked(opened), opened)


def weekly(opened: Opened, quarter: str) -> WeeklyValues:
    """Return the weekly values that a quarter's evidence rests on."""
    return _weekly(opened, last_day_of_quarter(opened.tree.calendar, quarter), _marked(opened))


def past(opened: Opened, quarter: str) -> Mapping[str, Mapping[ClaimKey, str]]:
    """Return the verdicts at the ends of the quarters before one, the oldest first.

    So many quarters that nobody waits for them; one at least.
    """
    before = [name for name in quarters(opened) if name < quarter]
    claims = max(sum(len(metric.inputs) for metric in opened.tree.metrics.values()), 1)
    shown = before[: max(1, min(_STRIP, _WORTH_WAITING_FOR // claims))]
    return {
        name: {key_of(judged): judged.verdict for judged in of_quarter(opened, name).claims} for name in reversed(shown)
    }


def said_by_rooms(opened: Opened) -> list[ClaimVerdict]:
    """Return what rooms said on claims, up to the page's moment, the newest first."""
    ledger = opening.ledger(opened.workspace)
    return ledger.claim_verdicts.all(as_of=_as_of(opened))


def stale(opened: Opened, quarter: str, said: Sequence[ClaimVerdict]) -> frozenset[ClaimKey]:
    """Return the claims that no room has looked at for two quarters."""
    return stale_claims(_known(opened, quarter), quarter, [(one.claim, one.quarter) for one in said])


def states(opened: Opened) -> Mapping[ClaimKey, EdgeState]:
    """Return how each claim of the tree stands in the quarter under review; nothing before there are values."""
    if opened.review_week is None:
        return {}
    quarter = opened.tree.calendar.fiscal_quarter(opened.review_week)
    found: dict[ClaimKey, EdgeState] = {key_of(judged): judged.verdict for judged in of_quarter(opened, quarter).claims}
    for claim in stale(opened, quarter, said_by_rooms(opened)):
        if claim in found:
            found[claim] = "stale"
    return found


def retirement(opened: Opened, quarter: str) -> list[str]:
    """Return the inputs that are proposed for retirement in a quarter."""
    known = _known(opened, quarter)
    judged_weeks = signalled.review(opened)
    three = looked_at(quarter)
    if not known or judged_weeks is None or not set(three) <= set(quarters(opened)):
        return []
    tested: dict[str, Collection[str]] = {}
    supported: dict[str, Collection[str]] = {}
    for name in three:
        claims = of_quarter(opened, name).claims
        tested[name] = {key_of(one)[0] for one in claims if one.smallest is not None}
        supported[name] = {key_of(one)[0] for one in claims if one.verdict == "supported"}
    first, last = _first_day(opened, three[-1]), last_day_of_quarter(opened.tree.calendar, quarter)
    signals = [(signal.metric, signal.week_ending) for signal in judged_weeks.signals(first, last)]
    notes = opening.ledger(opened.workspace).notes.overlapping((first, last), as_of=_as_of(opened))
    return proposed_for_retirement(opened.tree, known, tested, supported, acted_on(signals, notes))


def _known(opened: Opened, quarter: str) -> Collection[ClaimKey]:
    """Return the claims of today that were claimed already when the quarters that are looked at began."""
    before = _known_before(opened.workspace.state, looked_at(quarter)[-1], opened)
    return [claim for claim in claims_of(opened.tree) if claim in before]


@st.cache_resource(show_spinner=False, max_entries=16)
def _known_before(state: Path, quarter: str, _opened: Opened) -> frozenset[ClaimKey]:
    first = _first_day(_opened, quarter)
    moment = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return frozenset(claims_known_at(opening.ledger(_opened.workspace), moment))


def _first_day(opened: Opened, quarter: str) -> date:
    return opened.tree.calendar.fiscal_quarter_start(last_day_of_quarter(opened.tree.calendar, quarter))


def _as_of(opened: Opened) -> datetime | None:
    return opened.moment if opened.as_of is not None else None


def _marked(opened: Opened) -> Marked:
    """Return the weeks that people have marked, as what a cache can tell apart."""
    notes = marking_notes(opening.ledger(opened.workspace), _as_of(opened))
    found = annotated_weeks(opened.tree, notes, weeks(opened)) if notes else {}
    return tuple((metric, tuple(sorted(marked))) for metric, marked in found.items())


def _weekly(opened: Opened, last_day: date, marked: Marked) -> WeeklyValues:
    return read_weeks(opened.warehouse, last_day, {metric: frozenset(weeks) for metric, weeks in marked})


@st.cache_resource(show_spinner=False, max_entries=24)
def _of_quarter(path: Path, quarter: str, search: bool, marked: Marked, _opened: Opened) -> QuarterEvidence:
    last_day = last_day_of_quarter(_opened.tree.calendar, quarter)
    return evidence(_opened.tree, _weekly(_opened, last_day, marked), search=search)


@st.cache_resource(show_spinner=False, max_entries=8)
def _of_year(path: Path, year: int, marked: Marked, _opened: Opened) -> tuple[list[OutcomeEvidence], list[Refusal]]:
    last_day = last_day_of_year(_opened.tree.calendar, year)
    weekly = _weekly(_opened, last_day, marked)
    monthly = read_months(_opened.warehouse, _opened.tree, weekly, min(last_day, _opened.today))
    return check_outcomes(_opened.tree, weekly, monthly)
