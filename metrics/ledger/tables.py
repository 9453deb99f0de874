"""The tables of values: typed by hand, refreshed, and defined anew. The migrations bring a database to this shape."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, MetaData, Named, Table, TypedColumns

from metrics.ledger.columns import Finite, Moment, Written

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class _Authored(TypedColumns):
    at: Named[datetime] = Column(Moment)
    author: Named[str] = Column(Written)
    author_verified: Named[bool]


class _EntryColumns(_Authored):
    id: Named[int] = Column(primary_key=True)
    metric: Named[str] = Column(Written)
    day: Named[date]
    value: Named[float | None] = Column(Finite)
    note: Named[str] = Column(Written)


class _TreeTextColumns(TypedColumns):
    sha256: Named[str] = Column(Written, primary_key=True)
    text: Named[str] = Column(Written)


class _RefreshColumns(TypedColumns):
    number: Named[int] = Column(primary_key=True)
    at: Named[datetime] = Column(Moment)
    review_week: Named[date | None]
    tree_sha256: Named[str] = Column(Written, ForeignKey("tree_text.sha256"))
    state_json: Named[str] = Column(Written)


class _ChangeColumns(TypedColumns):
    refresh: Named[int] = Column(ForeignKey("refresh.number"), primary_key=True, autoincrement=False)
    position: Named[int] = Column(primary_key=True, autoincrement=False)
    source: Named[str] = Column(Written)
    added: Named[int]
    changed: Named[int]
    removed: Named[int]
    payload: Named[bytes] = Column(LargeBinary)


class _DefinitionColumns(TypedColumns):
    id: Named[int] = Column(primary_key=True)
    at: Named[datetime] = Column(Moment)
    refresh: Named[int | None] = Column(ForeignKey("refresh.number"))
    metric: Named[str] = Column(Written)
    part: Named[str] = Column(Written)
    before: Named[str | None] = Column(Written)
    after: Named[str | None] = Column(Written)


class _AuditColumns(_Authored):
    id: Named[int] = Column(primary_key=True)
    metric: Named[str] = Column(Written)
    week_ending: Named[date]
    result: Named[str] = Column(Written)
    expected: Named[float | None] = Column(Finite)
    derived: Named[float | None] = Column(Finite)
    note: Named[str] = Column(Written)
    definition: Named[str] = Column(Written)


entry = Table("entry", metadata, _EntryColumns, Index(None, "metric", "day", "id"))
tree_text = Table("tree_text", metadata, _TreeTextColumns)
refresh = Table("refresh", metadata, _RefreshColumns, Index(None, "at"))
refresh_change = Table("refresh_change", metadata, _ChangeColumns)
definition_change = Table("definition_change", metadata, _DefinitionColumns, Index(None, "metric", "id"))
audit = Table("audit", metadata, _AuditColumns, Index(None, "metric", "id"))
