"""The table of what rooms said on claims."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Named, Table, TypedColumns

from metrics.ledger.columns import Moment, Written
from metrics.ledger.tables import metadata


class _ClaimVerdictColumns(TypedColumns):
    id: Named[int] = Column(primary_key=True)
    at: Named[datetime] = Column(Moment)
    author: Named[str] = Column(Written)
    author_verified: Named[bool]
    input: Named[str] = Column(Written)
    metric: Named[str] = Column(Written)
    quarter: Named[str] = Column(Written)
    verdict: Named[str] = Column(Written)
    decision: Named[str] = Column(Written)
    text: Named[str] = Column(Written)
    evidence_json: Named[str] = Column(Written)


claim_verdict = Table("claim_verdict", metadata, _ClaimVerdictColumns, Index(None, "metric", "input", "id"))
