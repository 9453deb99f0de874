"""`northstar figures`: the figures of one week's review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from metrics.cli.commands import AsJson, AsOf, WorkspaceFolder, metrics_like
from metrics.cli.output import say, say_json, tell
from metrics.cli.week import WeekEnding, checked_week, week_to_review
from metrics.errors import UnknownNameError, nearest

if TYPE_CHECKING:
    from metrics.review.export import Series
    from metrics.tree.tree import Tree

_SERIES = ("wow", "yoy", "mom")


def _complete_metric(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    return metrics_like(ctx, incomplete)


def _complete_series(incomplete: str) -> list[str]:
    before, comma, last = incomplete.rpartition(",")
    return [before + comma + name for name in _SERIES if name.startswith(last)]


def figures(
    workspace: WorkspaceFolder = None,
    week_ending: WeekEnding = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            show_default="all",
            autocompletion=_complete_metric,
            help="The id of a metric to show; write the option again for more.",
        ),
    ] = None,
    series: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAMES",
            show_default="none",
            autocompletion=_complete_series,
            help="Also show how every week changed on the week before (wow) and on the year before (yoy, months too), "
            "and every month on the month before (mom). Several with commas: wow,yoy.",
        ),
    ] = None,
    fiscal: Annotated[bool, typer.Option("--fiscal", help="Also show the months of the fiscal year.")] = False,
    no_refresh: Annotated[
        bool, typer.Option("--no-refresh", help="Show the values of the last refresh, also if a source changed.")
    ] = False,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Print the figures of a week's review.

    That is last week, and the month, quarter and year to date, and how each changed. Sources that changed are read
    first.

    Example: northstar figures shop --week-ending 2026-11-14 --metric orders --json
    """
    from metrics.cli.opened import opened, refreshed, workspace_at
    from metrics.review.export import figures_json
    from metrics.review.figures import Figures

    names = _series_names(series or ())
    found = workspace_at(workspace)
    if not no_refresh and as_of is None:
        refreshed(found)
    with opened(found, as_of) as now:
        asked = _asked_metrics(metric or (), now.tree)
        week = checked_week(week_ending, now.tree.calendar) if week_ending else week_to_review(now)
        computed = Figures(now.tree, now.warehouse, week)
        exported = figures_json(computed, names, fiscal)
        if asked:
            exported["metrics"] = {metric_id: exported["metrics"][metric_id] for metric_id in asked}
        if as_json:
            say_json(exported)
        else:
            from metrics.cli.figures_table import lines

            for line in lines(computed, exported, asked):
                say(line)
        for error in now.errors:
            tell(error)
        if now.errors:
            raise typer.Exit(1)


def _series_names(written: list[str] | tuple[()]) -> list[Series]:
    names = [name.strip().lower() for text in written for name in text.split(",") if name.strip()]
    for name in names:
        if name not in _SERIES:
            raise _usage("series", _unknown("series", name, _SERIES))
    return [cast("Series", name) for name in _SERIES if name in names]


def _asked_metrics(written: list[str] | tuple[()], tree: Tree) -> list[str]:
    for metric_id in written:
        try:
            tree.metric(metric_id)
        except UnknownNameError as error:
            raise _usage("metric", str(error)) from None
    return list(dict.fromkeys(written))


def _unknown(kind: str, name: str, known: tuple[str, ...]) -> str:
    close = nearest(name, known)
    return f"There is no {kind} '{name}'. " + (f"Did you mean '{close}'?" if close else f"Write {', '.join(known)}.")


def _usage(option: str, message: str) -> Any:
    return typer.BadParameter(message, param_hint=f"'--{option}'")
