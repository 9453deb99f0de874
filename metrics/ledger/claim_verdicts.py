"""What rooms said on claims, quarter by quarter, with the evidence as it stood then."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, insert, select

from metrics.ledger.author import Author
from metrics.ledger.claim_tables import claim_verdict
from metrics.ledger.claim_verdict import DECISIONS, VERDICTS, ClaimVerdict, Decision, NewClaimVerdict, RoomVerdict
from metrics.ledger.database import Database
from metrics.ledger.ledger_error import LedgerError
from metrics.ledger.versions import check_length

_QUARTER = re.compile(r"\d{4}Q[1-4]")


class ClaimVerdicts:
    """The rooms' verdicts. Nothing is ever changed or deleted: who thinks better of it records another one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, new: NewClaimVerdict, author: Author) -> ClaimVerdict:
        """Keep a verdict, dated now, and return it as kept; raises LedgerError where it makes no sense."""
        evidence = _checked(new, author)
        with self._database.write() as connection:
            row = {
                "at": self._database.now(),
                "author": author.name,
                "author_verified": author.verified,
                "input": new.input,
                "metric": new.metric,
                "quarter": new.quarter,
                "verdict": new.verdict,
                "decision": new.decision,
                "text": new.text,
                "evidence_json": evidence,
            }
            id = connection.execute(insert(claim_verdict).values(row).returning(claim_verdict.c.id)).scalar_one()
            return _verdict(connection.execute(select(claim_verdict).where(claim_verdict.c.id == id)).one())

    def all(self, as_of: datetime | None = None) -> list[ClaimVerdict]:
        """Return the verdicts on all claims, the newest first; those of a moment, if at one."""
        wanted = select(claim_verdict)
        if as_of is not None:
            wanted = wanted.where(claim_verdict.c.at <= as_of)
        with self._database.read() as connection:
            return [_verdict(row) for row in connection.execute(wanted.order_by(claim_verdict.c.id.desc())).all()]


def _checked(new: NewClaimVerdict, author: Author) -> str:
    """Return the evidence as it is kept; raises LedgerError with the first thing that makes no sense."""
    if not new.input.strip() or not new.metric.strip():
        raise LedgerError("A claim has an input and a metric.")
    if not _QUARTER.fullmatch(new.quarter):
        raise LedgerError(f"'{new.quarter}' is no quarter: write it as 2026Q3.")
    if new.verdict not in VERDICTS:
        raise LedgerError(f"'{new.verdict}' is no verdict on a claim. Take one of {', '.join(VERDICTS)}.")
    if new.decision not in DECISIONS:
        raise LedgerError(f"'{new.decision}' is nothing to do about a claim. Take one of {', '.join(DECISIONS)}.")
    if not author.name.strip():
        raise LedgerError("Say who records the verdict.")
    check_length(new.text)
    try:
        return json.dumps(dict(new.evidence), allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise LedgerError(f"The evidence of a verdict is plain data with finite numbers: {error}.") from error


def _verdict(row: Row[*tuple[Any, ...]]) -> ClaimVerdict:
    return ClaimVerdict(
        id=row.id,
        at=row.at,
        author=Author(row.author, row.author_verified),
        input=row.input,
        metric=row.metric,
        quarter=row.quarter,
        verdict=cast(RoomVerdict, row.verdict),
        decision=cast(Decision, row.decision),
        text=row.text,
        evidence=json.loads(row.evidence_json),
    )
