"""What a refresh did, source by source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from metrics.ledger.refresh_record import Change, ChangeCount
from metrics.sources.report import Report
from metrics.warehouse.warehouse import Warehouse

Outcome = Literal["read", "unchanged", "stale", "failed"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SourceResult:
    """What a refresh did with one source. The numbers of `changes` are days, over all its metrics."""

    id: str
    outcome: Outcome
    changes: ChangeCount
    row_count: int = 0
    problem_count: int = 0
    error: str | None = None
    series_errors: tuple[str, ...] = ()
    notes: Sequence[str] = ()

    @classmethod
    def unchanged(cls, source: str) -> SourceResult:
        """Return what to say of a source that is known to be as it was."""
        return cls(source, "unchanged", ChangeCount(source, 0, 0, 0))

    @classmethod
    def read(cls, source: str, report: Report, problem_count: int, notes: Sequence[str]) -> SourceResult:
        """Return what to say of a source that was read; what changed by it is counted later."""
        return cls(
            source,
            "read",
            ChangeCount(source, 0, 0, 0),
            report.rows,
            problem_count,
            series_errors=tuple(report.failed.values()),
            notes=tuple(notes),
        )

    @classmethod
    def not_read(cls, source: str, kept: bool, error: str) -> SourceResult:
        """Return what to say of a source that could not be read; `kept` tells whether it has earlier values."""
        return cls(source, "stale" if kept else "failed", ChangeCount(source, 0, 0, 0), error=error)


@dataclass(frozen=True)
class Summary:
    """What a refresh did. `published` is False where nothing had changed; `remarks` are sentences on the whole."""

    sources: tuple[SourceResult, ...]
    published: bool
    remarks: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a source, or a series of one, could not be read."""
        return any(source.outcome in ("stale", "failed") or source.series_errors for source in self.sources)


def as_before(warehouse: Warehouse) -> dict[str, SourceResult]:
    """Return for each source of a warehouse what there is to say when nothing changed."""
    return {
        state.id: SourceResult(
            state.id,
            "unchanged",
            ChangeCount(state.id, 0, 0, 0),
            state.row_count,
            state.problem_count,
            error=state.error,
            series_errors=tuple(
                series.error for series in warehouse.series.values() if series.source == state.id and series.error
            ),
            notes=state.notes,
        )
        for state in warehouse.sources
    }


def told(
    results: Mapping[str, SourceResult], before: Mapping[str, SourceResult], found: Sequence[Change] = ()
) -> tuple[SourceResult, ...]:
    """Return results with what changed in each source; of one that did not change, with what was known `before`."""
    counts = {
        change.source: ChangeCount(change.source, change.added, change.changed, change.removed) for change in found
    }
    return tuple(
        before[result.id]
        if result.outcome == "unchanged"
        else replace(result, changes=counts.get(result.id, result.changes))
        for result in results.values()
    )
