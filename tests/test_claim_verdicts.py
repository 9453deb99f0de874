"""What rooms said on claims stays, quarter by quarter, with the evidence of that day."""

import json
from dataclasses import replace
from typing import Any

import pytest
from ledgers import ANA, BEN, START, Place, clean_places, ledger, place

from metrics.ledger.author import Author
from metrics.ledger.claim_verdict import NewClaimVerdict
from metrics.ledger.ledger import Ledger
from metrics.ledger.ledger_error import LedgerError

__all__ = ["clean_places", "ledger", "place"]

EVIDENCE = {"verdict": "supported", "correlation": 0.51, "left_out": [], "series": {"teams": [1.5, None, 3]}}
SAID = NewClaimVerdict(
    input="activated_teams",
    metric="insights_read",
    quarter="2027Q3",
    verdict="supported",
    decision="keep",
    text="Three quarters in a row; it's ours.",
    evidence=EVIDENCE,
)


def test_a_verdict_comes_back_with_the_evidence_of_that_day(ledger: Ledger, place: Place) -> None:
    kept = ledger.claim_verdicts.record(SAID, ANA)
    assert (kept.author, kept.at, kept.claim) == (ANA, START, ("activated_teams", "insights_read"))
    assert (kept.quarter, kept.verdict, kept.decision, kept.text) == ("2027Q3", "supported", "keep", SAID.text)
    assert kept.evidence == EVIDENCE
    with place.open() as again:
        assert again.claim_verdicts.all() == [kept]


def test_a_second_verdict_stands_beside_the_first(ledger: Ledger, place: Place) -> None:
    first = ledger.claim_verdicts.record(SAID, ANA)
    place.clock.on(days=2)
    second = ledger.claim_verdicts.record(replace(SAID, verdict="contradicted", decision="drop"), BEN)
    other = ledger.claim_verdicts.record(replace(SAID, input="signups"), BEN)
    assert ledger.claim_verdicts.all() == [other, second, first]
    assert ledger.claim_verdicts.all(as_of=START) == [first]


def test_a_verdict_is_something_new_in_the_ledger(ledger: Ledger) -> None:
    before = ledger.version()
    ledger.claim_verdicts.record(SAID, ANA)
    assert ledger.version() > before


@pytest.mark.parametrize(
    ("wrong", "author", "said"),
    [
        ({"input": " "}, ANA, "an input and a metric"),
        ({"quarter": "2027"}, ANA, "'2027' is no quarter: write it as 2026Q3"),
        ({"verdict": "true"}, ANA, "'true' is no verdict on a claim"),
        ({"decision": "wait"}, ANA, "'wait' is nothing to do about a claim"),
        ({"text": "x" * 1_000_001}, ANA, "too long"),
        ({"evidence": {"p": float("nan")}}, ANA, "plain data with finite numbers"),
        ({"evidence": {"at": START}}, ANA, "plain data with finite numbers"),
        ({}, Author(" ", False), "Say who records"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any], author: Author, said: str, ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=said):
        ledger.claim_verdicts.record(replace(SAID, **wrong), author)
    assert ledger.claim_verdicts.all() == []


def test_any_text_is_kept_as_it_was_typed(ledger: Ledger) -> None:
    text = "'; drop table claim_verdict; -- <script>alert(1)</script> =1+1 \u202eالعربية 🧭\r\n"
    assert ledger.claim_verdicts.record(replace(SAID, text=text, evidence={"sentence": text}), ANA).text == text
    (kept,) = ledger.claim_verdicts.all()
    assert (kept.text, kept.evidence) == (text, {"sentence": text})


def test_verdicts_are_exported_with_their_evidence(ledger: Ledger) -> None:
    kept = ledger.claim_verdicts.record(SAID, ANA)
    (row,) = ledger.export()
    assert {name: value for name, value in row.items() if value is not None} == {
        "what": "claim_verdict",
        "id": kept.id,
        "metrics": ["activated_teams", "insights_read"],
        "quarter": "2027Q3",
        "verdict": "supported",
        "outcome": "keep",
        "text": SAID.text,
        "evidence": row["evidence"],
        "created_at": START.isoformat(),
        "changed_at": START.isoformat(),
        "author": ANA.name,
        "author_verified": True,
        "changed_by": ANA.name,
        "changed_by_verified": True,
    }
    assert json.loads(row["evidence"]) == EVIDENCE
