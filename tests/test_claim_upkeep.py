"""What keeps a tree from rotting: marked weeks, stale claims, inputs to retire, and the order to talk in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from ledgers import ANA, START

from metrics.evidence.agenda import key_of, strongest_surprise_first
from metrics.evidence.annotated import annotated_weeks, marking_notes
from metrics.evidence.fiscal_quarter import earlier, number_of
from metrics.evidence.forecast import gains_by_lead
from metrics.evidence.quarter import evidence
from metrics.evidence.surprises import surprises
from metrics.evidence.upkeep import (
    acted_on,
    claims_known_at,
    claims_of,
    looked_at,
    proposed_for_retirement,
    stale_claims,
)
from metrics.evidence.weeks import WeeklyValues
from metrics.ledger.ledger import Ledger
from metrics.ledger.note import NewNote, NoteKind, Verdict
from metrics.ledger.refresh_record import RefreshRecord
from metrics.tree.load import read_tree

TEXT = """
northstar: 1
name: Shop
teams:
  shop: {name: Shop, lead: ana@shop.example}
sources:
  shop: {type: csv, path: shop.csv, date: day}
metrics:
  orders: {name: Orders, role: north_star, team: shop, source: shop, inputs: [mails, ads, visits, stars, rate]}
  mails: {name: Mails, role: input, team: shop, source: shop}
  ads: {name: Ads, role: input, team: shop, source: shop}
  visits: {name: Visits, role: input, team: shop, source: shop}
  stars: {name: Stars, role: guardrail, team: shop, source: shop}
  rate: {name: Rate, team: shop, formula: sessions / members}
  sessions: {name: Sessions, role: input, team: shop, source: shop, inputs: [visits]}
  members: {name: Members, role: input, team: shop, source: shop}
"""
TREE = read_tree(TEXT).tree
WEEK = date(2026, 9, 6)
WEEKS = [WEEK + timedelta(weeks=number) for number in range(6)]
MAILS, ADS = ("mails", "orders"), ("ads", "orders")


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.delenv("NORTHSTAR_LEDGER_URL", raising=False)
    with Ledger.open(tmp_path, clock=lambda: START) as opened:
        yield opened


def note(
    *metrics: str, kind: NoteKind = "event", verdict: Verdict | None = None, first: int = 1, last: int = 2
) -> NewNote:
    back = WEEK + timedelta(weeks=60) if verdict == "unexplained" else None
    return NewNote(
        metrics=metrics,
        first_week=WEEKS[first],
        last_week=WEEKS[last],
        kind=kind,
        text="A strike",
        verdict=verdict,
        come_back=back,
    )


def test_quarters_are_counted_over_the_end_of_a_year() -> None:
    assert [earlier("2027Q2", by) for by in range(4)] == ["2027Q2", "2027Q1", "2026Q4", "2026Q3"]
    assert number_of("2027Q1") - number_of("2026Q4") == 1
    assert looked_at("2027Q1") == ["2027Q1", "2026Q4", "2026Q3"]


@pytest.mark.parametrize(
    ("kind", "verdict", "marks"),
    [
        ("event", None, True),
        ("data_fault", None, True),
        ("anomaly", "explained", True),
        ("anomaly", "data_fault", True),
        ("anomaly", "routine", False),
        ("anomaly", "unexplained", False),
        ("anomaly", None, False),
        ("pattern", None, False),
        ("decision", None, False),
        ("question", None, False),
    ],
)
def test_events_faults_and_explained_anomalies_mark_their_weeks(
    kind: NoteKind, verdict: Verdict | None, marks: bool, ledger: Ledger
) -> None:
    ledger.notes.add(note("mails", "ads", kind=kind, verdict=verdict), ANA)
    marked = frozenset(WEEKS[1:3])
    found = annotated_weeks(TREE, marking_notes(ledger), WEEKS)
    assert found == ({"mails": marked, "ads": marked} if marks else {})


def test_a_mark_on_a_part_is_one_on_what_is_computed_from_it(ledger: Ledger) -> None:
    ledger.notes.add(note("members", "gone"), ANA)
    ledger.notes.add(note("rate", first=4, last=5), ANA)
    assert annotated_weeks(TREE, marking_notes(ledger), WEEKS) == {
        "members": frozenset(WEEKS[1:3]),
        "rate": frozenset([*WEEKS[1:3], *WEEKS[4:6]]),
    }


def test_marks_stand_as_they_did_at_a_moment(ledger: Ledger) -> None:
    kept = ledger.notes.add(note("mails"), ANA)
    assert marking_notes(ledger, START) == [kept]
    assert marking_notes(ledger, START - timedelta(days=1)) == []


def test_a_claim_without_a_review_for_two_quarters_is_stale() -> None:
    known = [MAILS, ADS]
    assert stale_claims(known, "2027Q1", []) == {MAILS, ADS}
    assert stale_claims(known, "2027Q1", [(MAILS, "2026Q3")]) == {ADS}, "the two quarters are not over yet"
    assert stale_claims(known, "2027Q2", [(MAILS, "2026Q3")]) == {MAILS, ADS}
    assert stale_claims(known, "2027Q2", [(MAILS, "2026Q3"), (MAILS, "2027Q2")]) == {ADS}
    assert stale_claims(known, "2026Q2", [(MAILS, "2027Q1")]) == {MAILS, ADS}, "a later review was not known then"


def test_a_claim_is_known_from_the_refresh_that_first_read_it(ledger: Ledger) -> None:
    assert claims_known_at(ledger, START) == []
    before = TEXT.replace("[mails, ads, visits, stars, rate]", "[mails]")
    for at, text in ((START, before), (START + timedelta(days=30), TEXT)):
        ledger.history.record(RefreshRecord(at=at, review_week=WEEK, tree_text=text, state_json="{}", changes=()))
    assert claims_known_at(ledger, START - timedelta(days=1)) == []
    assert claims_known_at(ledger, START + timedelta(days=29)) == [MAILS, ("visits", "sessions")]
    assert claims_known_at(ledger, datetime(2027, 6, 1, tzinfo=UTC)) == claims_of(TREE)


def test_a_signal_is_acted_on_where_somebody_wrote_more_than_routine(ledger: Ledger) -> None:
    ledger.notes.add(note("mails", kind="anomaly", verdict="routine"), ANA)
    ledger.notes.add(note("ads", "visits", kind="question"), ANA)
    signals = [("mails", WEEKS[1]), ("ads", WEEKS[2]), ("visits", WEEKS[3])]
    assert acted_on(signals, ledger.notes.find()) == {"ads"}


def test_an_input_that_does_nothing_is_proposed_and_what_is_needed_is_not() -> None:
    three = looked_at("2027Q1")
    every = {name: {"mails", "ads", "visits", "stars", "rate"} for name in three}
    none: dict[str, set[str]] = {name: set() for name in three}
    known = claims_of(TREE)
    proposed = proposed_for_retirement(TREE, known, every, none, ())
    assert proposed == ["mails", "ads", "visits", "rate"], "a guardrail and the North Star are kept for other reasons"
    assert proposed_for_retirement(TREE, known, every, none, {"mails"}) == ["ads", "visits", "rate"]
    once = {**none, three[1]: {"ads"}}
    assert proposed_for_retirement(TREE, known, every, once, ()) == ["mails", "visits", "rate"]
    assert proposed_for_retirement(TREE, [MAILS], every, none, ()) == ["mails"], "new claims get their time"
    too_few = {**every, three[2]: {"mails"}}
    assert proposed_for_retirement(TREE, known, too_few, none, ()) == ["mails"]


def test_components_of_a_formula_are_never_proposed() -> None:
    claimed = read_tree(TEXT.replace("stars, rate]", "sessions, members]")).tree
    every = {name: set(claimed.metrics) for name in looked_at("2027Q1")}
    none: dict[str, set[str]] = {name: set() for name in every}
    assert proposed_for_retirement(claimed, claims_of(claimed), every, none, ()) == ["mails", "ads", "visits"]


def test_the_strongest_surprise_comes_first() -> None:
    random = np.random.default_rng(3)
    weeks = tuple(date(2022, 1, 2) + timedelta(weeks=number) for number in range(156))
    mails, ads, visits, stars = (100 + 5 * random.normal(size=156) for _ in range(4))
    orders = 200 + 0.8 * (mails - 100) - 0.8 * (ads - 100) + 3 * random.normal(size=156)
    stars[:140] = np.nan
    values = {"orders": orders, "mails": mails, "ads": ads, "visits": visits, "stars": stars}
    claims = evidence(TREE, WeeklyValues(weeks, values)).claims
    found = {key_of(judged): judged.verdict for judged in strongest_surprise_first(claims)}
    visits_first = ("visits", "orders")
    assert [found[claim] for claim in (ADS, visits_first, MAILS)] == ["contradicted", "no_meaningful_link", "supported"]
    assert list(found)[:2] == [ADS, visits_first] and list(found)[-1] == MAILS
    changed = strongest_surprise_first(claims, supported_before=[("stars", "orders")])
    assert [key_of(judged) for judged in changed][:3] == [ADS, ("stars", "orders"), visits_first], "it was supported"


def test_gains_are_largest_around_the_planted_lead() -> None:
    random = np.random.default_rng(8)
    star = 100 + np.cumsum(0.3 * random.normal(size=220)) + 4 * random.normal(size=220)
    revenue = 50 + 0.9 * np.concatenate([np.full(8, 100.0), star[:-8]]) + random.normal(size=220)
    gains = gains_by_lead(surprises(star), surprises(revenue))
    assert list(gains) == list(range(4, 14))
    assert 6 <= max(gains, key=gains.__getitem__) <= 10
    assert max(gains.values()) > 0.1 > gains[13]
