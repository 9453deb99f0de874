"""The limits that reviews judged by, and the locks that people set on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, func, insert, select, text

from metrics.ledger.author import Author
from metrics.ledger.columns import written
from metrics.ledger.database import Database
from metrics.ledger.judged_limits import JudgedLimits, LimitsState, RecordedLimits, ToldSignal
from metrics.ledger.ledger_error import LedgerError
from metrics.ledger.note_tables import limits
from metrics.ledger.versions import check_length

_DECIDED = text("state <> 'judged'")  # as the index has it: with a parameter, SQLite would not use it
_JUDGED = text("state = 'judged'")
_AS_JUDGED = [
    limits.c[name]
    for name in (
        "id", "metric", "week_ending", "method", "lower", "centre", "upper", "value", "kind", "strength", "sentence"
    )
]  # fmt: skip


class Limits:
    """Limits as they were judged: those of a week are kept once, and only a lock by a person takes their place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, judged: JudgedLimits) -> RecordedLimits:
        """Keep the limits of a metric's week and return those that count: the first ones, or a lock on that week."""
        return self.record_many([judged])[0]

    def record_many(self, several: Iterable[JudgedLimits]) -> list[RecordedLimits]:
        """Keep the limits of several metrics or weeks, as `record` does, all or none of them."""
        with self._database.write() as connection:
            at = self._database.now()
            return [_counting(connection, one) or _add(connection, at, one, "judged") for one in several]

    def lock(self, fixed: JudgedLimits, author: Author, reason: str) -> RecordedLimits:
        """Set the limits from a week on, until they are released or set again.

        Raises LedgerError without a reason, and without all three limits.
        """
        if None in (fixed.lower, fixed.centre, fixed.upper):
            raise LedgerError(f"There are no limits of '{fixed.metric}' to lock in that week.")
        return self._decide(fixed, author, reason, "locked")

    def release(self, last: JudgedLimits, author: Author, reason: str) -> RecordedLimits:
        """End the lock on a metric; `last` has the week from which limits are computed again, and the limits then."""
        if self.locked(last.metric) is None:
            raise LedgerError(f"The limits of '{last.metric}' are not locked.")
        return self._decide(last, author, reason, "released")

    def locked(self, metric: str, as_of: datetime | None = None) -> RecordedLimits | None:
        """Return the lock on a metric, now or at a moment; None without one."""
        wanted = select(limits).where(limits.c.metric == metric, limits.c.state != "judged")
        if as_of is not None:
            wanted = wanted.where(limits.c.at <= as_of)
        with self._database.read() as connection:
            row = connection.execute(wanted.order_by(limits.c.id.desc()).limit(1)).first()
        return _recorded(row) if row is not None and row.state == "locked" else None

    def of_metric(self, metric: str, as_of: datetime | None = None) -> list[RecordedLimits]:
        """Return the limits that count, a week each, the oldest week first; as they stood at a moment, if at one."""
        counting = {one.week_ending: one for one in reversed(self.history(metric)) if as_of is None or one.at <= as_of}
        return [counting[week] for week in sorted(counting)]

    def history(self, metric: str) -> list[RecordedLimits]:
        """Return all that was recorded for a metric, the newest first."""
        wanted = select(limits).where(limits.c.metric == metric).order_by(limits.c.id.desc())
        with self._database.read() as connection:
            return [_recorded(row) for row in connection.execute(wanted).all()]

    def judged(self, as_of: datetime | None = None) -> list[JudgedLimits]:
        """Return the weeks of all metrics as reviews judged them, in the order in which they were kept.

        Those that a later lock or release is about are left out. With `as_of`, as it was at that moment.
        """
        undone: dict[str, list[tuple[int, date]]] = {}
        for one in self.decisions(as_of):
            undone.setdefault(one.metric, []).append((one.id, one.week_ending))
        wanted = select(*_AS_JUDGED).where(_JUDGED)
        if as_of is not None:
            wanted = wanted.where(limits.c.at <= as_of)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(limits.c.id)).all()
        # A row a metric and week of many years: taken apart in one go, which is several times faster than by name.
        return [
            JudgedLimits(
                metric=metric,
                week_ending=week_ending,
                method=method,
                lower=lower,
                centre=centre,
                upper=upper,
                value=value,
                signal=None if kind is None else ToldSignal(kind, strength, sentence),
            )
            for id, metric, week_ending, method, lower, centre, upper, value, kind, strength, sentence in rows
            if not any(later > id and since <= week_ending for later, since in undone.get(metric, ()))
        ]

    def decisions(self, as_of: datetime | None = None) -> list[RecordedLimits]:
        """Return all locks and releases in their order; those up to a moment, if one is given."""
        wanted = select(limits).where(_DECIDED)
        if as_of is not None:
            wanted = wanted.where(limits.c.at <= as_of)
        with self._database.read() as connection:
            return [_recorded(row) for row in connection.execute(wanted.order_by(limits.c.id)).all()]

    def newest_decision(self) -> int:
        """Return the id of the newest lock or release, 0 before the first; cheap to ask for."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.coalesce(func.max(limits.c.id), 0)).where(_DECIDED)).scalar_one())

    def _decide(self, decided: JudgedLimits, author: Author, reason: str, state: LimitsState) -> RecordedLimits:
        if not reason.strip() or not author.name.strip():
            raise LedgerError("Say who sets the limits, and why.")
        check_length(reason)
        with self._database.write() as connection:
            return _add(connection, self._database.now(), decided, state, author, written(reason))


def _counting(connection: Connection, judged: JudgedLimits) -> RecordedLimits | None:
    same = (limits.c.metric == judged.metric, limits.c.week_ending == judged.week_ending)
    row = connection.execute(select(limits).where(*same).order_by(limits.c.id.desc()).limit(1)).first()
    return None if row is None else _recorded(row)


def _add(
    connection: Connection,
    at: datetime,
    judged: JudgedLimits,
    state: LimitsState,
    author: Author | None = None,
    reason: str | None = None,
) -> RecordedLimits:
    row = {
        "at": at,
        "metric": judged.metric,
        "week_ending": judged.week_ending,
        "method": judged.method,
        "lower": judged.lower,
        "centre": judged.centre,
        "upper": judged.upper,
        "state": state,
        "locked_by": author.name if author else None,
        "locked_by_verified": author.verified if author else None,
        "reason": reason,
        "value": judged.value,
        "kind": judged.signal.kind if judged.signal else None,
        "strength": judged.signal.strength if judged.signal else None,
        "sentence": judged.signal.sentence if judged.signal else None,
    }
    id = connection.execute(insert(limits).values(row).returning(limits.c.id)).scalar_one()
    return _recorded(connection.execute(select(limits).where(limits.c.id == id)).one())


def _recorded(row: Row[*tuple[Any, ...]]) -> RecordedLimits:
    return RecordedLimits(
        id=row.id,
        metric=row.metric,
        week_ending=row.week_ending,
        method=row.method,
        lower=row.lower,
        centre=row.centre,
        upper=row.upper,
        value=row.value,
        signal=None if row.kind is None else ToldSignal(row.kind, row.strength, row.sentence),
        at=row.at,
        state=cast(LimitsState, row.state),
        locked_by=None if row.locked_by is None else Author(row.locked_by, bool(row.locked_by_verified)),
        reason=row.reason,
    )
