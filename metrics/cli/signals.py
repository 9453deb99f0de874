"""`northstar signals`: which of a week's movements mean something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from metrics.cli.commands import AsJson, AsOf, WorkspaceFolder
from metrics.cli.output import say, say_json, table, tell
from metrics.cli.week import WeekEnding, checked_week, parsed_day, week_to_review

if TYPE_CHECKING:
    from metrics.signals.signal import Signal
    from metrics.signals.watch import Watch
    from metrics.tree.tree import Tree

_LONGEST_NAME = 44


def signals(
    workspace: WorkspaceFolder = None,
    week_ending: WeekEnding = None,
    since: Annotated[
        date | None,
        typer.Option(
            parser=parsed_day,
            metavar="DATE",
            show_default="that week alone",
            help="Also show the weeks before it that end on this day or later, each judged with what was known then.",
        ),
    ] = None,
    no_refresh: Annotated[
        bool, typer.Option("--no-refresh", help="Judge the values of the last refresh, also if a source changed.")
    ] = False,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Print which of a week's movements are signals; all others are routine.

    Each is told with what was expected, and with what it should move next, by the claims of the tree. Sources that
    changed are read first.

    Example: northstar signals shop --week-ending 2026-11-14 --json
    """
    from metrics.charts.numbers import short
    from metrics.cli.opened import opened, refreshed, workspace_at
    from metrics.ledger.ledger import Ledger
    from metrics.signals.export import signals_json
    from metrics.signals.kept import judge_as_kept
    from metrics.signals.watch import watches

    found = workspace_at(workspace)
    if not no_refresh and as_of is None:
        refreshed(found)
    with opened(found, as_of) as now:
        week = checked_week(week_ending, now.tree.calendar) if week_ending else week_to_review(now)
        if since is not None and since > week:
            raise typer.BadParameter(f"{since} is after the week to review, {week}.", param_hint="'--since'")
        with Ledger.open(found.state) as ledger:
            moment = now.moment if as_of is not None else None
            review = judge_as_kept(now.tree, now.warehouse, week, short, ledger.limits, moment, found.state)
        told = review.signals(since or week)
        if as_json:
            say_json(signals_json(week, told))
        else:
            for line in _lines(now.tree, week, told, watches(review, week), weeks=since is not None):
                say(line)
        for error in now.errors:
            tell(error)
        if now.errors:
            raise typer.Exit(1)


def _lines(tree: Tree, week: date, told: Sequence[Signal], watched: Sequence[Watch], *, weeks: bool) -> Iterator[str]:
    yield f"{tree.name}, week ending {week:%A} {week}"
    yield ""
    if told:
        header = ("Week", "Metric", "Strength", "What happened") if weeks else ("Metric", "Strength", "What happened")
        rows = [_row(tree, signal, weeks) for signal in told]
        yield from table(header, rows, texts=range(len(header)))
    else:
        yield "No signal was found."
    if watched:
        yield ""
        yield "On watch"
        for watch in watched:
            yield _plain(watch.sentence)


def _row(tree: Tree, signal: Signal, weeks: bool) -> list[str]:
    name = tree.metrics[signal.metric].name
    short_name = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    row = [short_name, signal.strength, _plain(signal.sentence)]
    return [signal.week_ending.isoformat(), *row] if weeks else row


def _plain(text: str) -> str:
    """Write the narrow space before a unit as one that every terminal has."""
    return text.replace("\u202f", " ")
