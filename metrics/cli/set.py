"""`northstar set`: a value typed by hand."""

from __future__ import annotations

import getpass
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from metrics.cli.commands import AsJson, WorkspaceFolder, metrics_like
from metrics.cli.output import say, say_json, tell


def _complete_metric(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    return metrics_like(ctx, incomplete, by_hand=True)


def set_value(
    metric: Annotated[
        str,
        typer.Argument(
            metavar="METRIC",
            autocompletion=_complete_metric,
            help="The id of a metric with source: manual; ID.target for its target.",
        ),
    ],
    day: Annotated[
        str,
        typer.Argument(metavar="DATE", help="A day such as 2026-11-14. It counts as its week or month, by the grain."),
    ],
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help="A number such as 1200 or 31%, or '' to clear what stands there.")
    ],
    workspace: WorkspaceFolder = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="NAME", show_default="who is logged in here", help="Who types the value."),
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Where the value comes from, or why.")] = "",
    as_json: AsJson = False,
) -> None:
    """Type a value of a metric by hand.

    It is kept with who typed it and when; what stood there before stays in the history.

    Example: northstar set churned_teams 2026-11-14 12 shop --by Ana
    """
    from metrics.by_hand import Typed, keep
    from metrics.cli.opened import refreshed, workspace_at
    from metrics.ledger.author import Author
    from metrics.ledger.ledger import Ledger
    from metrics.sources.numbers import read_number
    from metrics.tree.load import load_tree

    found = workspace_at(workspace)
    tree = load_tree(found.folder).tree
    typed = Typed(metric, _day(day), read_number(value))
    with Ledger.open(found.state) as ledger:
        entry = keep(ledger, tree, [typed], Author(by or getpass.getuser(), verified=False), note)[0]
    refreshed(found)
    if typed.day > datetime.now(ZoneInfo(tree.calendar.timezone)).date():
        tell(f"{typed.day} is still to come. To take the value back: northstar set {metric} {typed.day} ''")
    if as_json:
        say_json(
            {"metric": entry.metric, "day": entry.day.isoformat(), "value": entry.value, "author": entry.author.name}
        )
    else:
        shown = "no value" if entry.value is None else f"{entry.value:.15g}"
        say(f"{entry.metric} has {shown} for {entry.day}, typed by {entry.author.name}.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no date: write it as 2026-11-14.", param_hint="'DATE'") from None
