"""`northstar refresh`: sources to warehouse, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from metrics.cli.commands import AsJson, WorkspaceFolder
from metrics.cli.output import count, say, say_json, table, tell
from metrics.cli.week import nothing_to_review
from metrics.errors import NorthstarError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from metrics.cli.opened import Opened
    from metrics.refresh import SourceResult, Summary
    from metrics.review.doubts import Doubt
    from metrics.workspace import Workspace

_HEADER = ("Source", "Outcome", "Rows", "New", "Changed", "Removed", "Left out")


def refresh(workspace: WorkspaceFolder = None, as_json: AsJson = False) -> None:
    """Read the sources that changed, and say what came of it.

    That is new, changed and removed values, and cells that were left out. A source that can't be read keeps its last
    good values and does not stop the others.

    Example: northstar refresh shop
    """
    from metrics.cli.findings import of_tree
    from metrics.cli.opened import opened, refreshed, workspace_at
    from metrics.review.doubts import doubts
    from metrics.tree.faults import TreeError

    found = workspace_at(workspace)
    try:
        summary = refreshed(found)
    except TreeError as error:
        for finding in of_tree(error.faults):
            tell(str(finding))
        if as_json:
            faults_json = [finding.as_json() for finding in of_tree(error.faults)]
            nothing: dict[str, list[Any]] = {"sources": [], "doubts": []}
            week = _week_shown(found)
            say_json({"published": False, "remarks": [], "review_week": week, **nothing, "faults": faults_json})
        raise typer.Exit(1) from None
    with opened(found) as now:
        errors = now.errors
        doubted = doubts(now.tree, now.warehouse.path, now.today)
        if as_json:
            faults_json = [finding.as_json() for finding in of_tree(now.warnings)]
            say_json({**_as_json(summary, now), "doubts": _doubts_json(doubted), "faults": faults_json})
            for sentence in (*summary.remarks, *errors):
                tell(sentence)
        else:
            _show(summary, now, errors, doubted)
        if errors:
            raise typer.Exit(1)


def _week_shown(workspace: Workspace) -> str | None:
    """Return the week that the review goes on showing."""
    from metrics.cli.opened import opened

    try:
        with opened(workspace) as now:
            return now.review_week.isoformat() if now.review_week else None
    except NorthstarError:
        return None


def _show(summary: Summary, now: Opened, errors: list[str], doubted: Mapping[str, Sequence[Doubt]]) -> None:
    if summary.sources:
        for line in table(_HEADER, [_row(source) for source in summary.sources], texts=(0, 1)):
            say(line)
        say()
    for sentence in (*summary.remarks, *errors):
        tell(sentence)
    for source in summary.sources:
        for note in source.notes:
            tell(f"Source '{source.id}': {note}")
    if now.warnings:
        tell(f"northstar.yaml has {count(len(now.warnings), 'warning')}: `northstar check` shows them.")
    if any(source.problem_count for source in summary.sources):
        tell("Some cells were left out: `northstar check` shows them, and what to write instead.")
    wrong = sum(any(doubt.kind != "absent" for doubt in found) for found in doubted.values())
    if wrong:
        have = "has" if wrong == 1 else "have"
        tell(f"{count(wrong, 'metric')} {have} values that look wrong: `northstar check` shows them.")
    week = now.review_week
    say(f"The review shows the week that ended on {week:%A} {week}." if week else nothing_to_review(now.tree))


def _row(source: SourceResult) -> tuple[str, ...]:
    changes = source.changes
    counts = (changes.added, changes.changed, changes.removed)
    changed = [f"{number:,}" for number in counts] if source.outcome == "read" else ["", "", ""]
    return source.id, source.outcome, f"{source.row_count:,}", *changed, f"{source.problem_count:,}"


def _doubts_json(doubted: Mapping[str, Sequence[Doubt]]) -> list[dict[str, str]]:
    return [
        {"metric": metric_id, "kind": doubt.kind, "message": doubt.sentence, "hint": doubt.to_do}
        for metric_id, found in doubted.items()
        for doubt in found
    ]


def _as_json(summary: Summary, now: Opened) -> dict[str, Any]:
    week = now.review_week
    unread = now.unread_series
    return {
        "published": summary.published,
        "remarks": list(summary.remarks),
        "review_week": week.isoformat() if week else None,
        "sources": [
            {
                "source": source.id,
                "outcome": source.outcome,
                "rows": source.row_count,
                "new": source.changes.added,
                "changed": source.changes.changed,
                "removed": source.changes.removed,
                "left_out": source.problem_count,
                "error": source.error,
                "metric_errors": [
                    {"metric": series.metric, "kind": series.kind, "error": series.error}
                    for series in unread.get(source.id, ())
                ],
                "notes": list(source.notes),
            }
            for source in summary.sources
        ],
    }
