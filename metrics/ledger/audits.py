"""Who derived which metric again by hand, and what came out."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from sqlalchemy import Row, func, insert, select

from metrics.ledger.audit import Audit, AuditResult, RecordedAudit
from metrics.ledger.author import Author
from metrics.ledger.database import Database
from metrics.ledger.tables import audit

_COLUMNS = select(
    audit.c.metric,
    audit.c.week_ending,
    audit.c.result,
    audit.c.expected,
    audit.c.derived,
    audit.c.author,
    audit.c.author_verified,
    audit.c.note,
    audit.c.definition,
    audit.c.id,
    audit.c.at,
)


class Audits:
    """The audits. Nothing is ever changed or deleted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, done: Audit) -> RecordedAudit:
        """Keep an audit, dated now, and return it as kept."""
        with self._database.write() as connection:
            row = {
                "at": self._database.now(),
                "author": done.author.name,
                "author_verified": done.author.verified,
                "metric": done.metric,
                "week_ending": done.week_ending,
                "result": done.result,
                "expected": done.expected,
                "derived": done.derived,
                "note": done.note,
                "definition": done.definition,
            }
            id = connection.execute(insert(audit).values(row).returning(audit.c.id)).scalar_one()
            return _audit(connection.execute(_COLUMNS.where(audit.c.id == id)).one())

    def newest(self) -> dict[str, RecordedAudit]:
        """Return the newest audit of each metric that has one, by the metric's id."""
        latest = select(func.max(audit.c.id)).group_by(audit.c.metric)
        with self._database.read() as connection:
            rows = connection.execute(_COLUMNS.where(audit.c.id.in_(latest)).order_by(audit.c.metric)).all()
        return {row.metric: _audit(row) for row in rows}

    def of_metric(self, metric: str) -> list[RecordedAudit]:
        """Return the audits of a metric, the newest first."""
        with self._database.read() as connection:
            rows = connection.execute(_COLUMNS.where(audit.c.metric == metric).order_by(audit.c.id.desc())).all()
        return [_audit(row) for row in rows]


def _audit(
    row: Row[str, date, str, float | None, float | None, str, bool, str, str, int, datetime],
) -> RecordedAudit:
    metric, week_ending, result, expected, derived, author, verified, note, definition, id, at = row
    return RecordedAudit(
        metric,
        week_ending,
        cast(AuditResult, result),
        expected,
        derived,
        Author(author, verified),
        note,
        definition,
        id,
        at,
    )
