"""What all commands share: how their errors end, and the argument that names a workspace."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from metrics.cli.output import tell
from metrics.errors import NorthstarError

FIRST_YEAR, LAST_YEAR = 1900, 2199

WorkspaceFolder = Annotated[
    Path | None,
    typer.Argument(
        metavar="WORKSPACE",
        envvar="NORTHSTAR_WORKSPACE",
        show_default="the demo",
        help="The folder that holds northstar.yaml.",
    ),
]


def _moment(text: str) -> str:
    """Return a moment as it was written: what it means is known once the workspace, and so its time zone, is."""
    from metrics.known import UnknownMomentError, moment_of

    try:
        year = moment_of(text, "UTC").year
    except UnknownMomentError as error:
        raise typer.BadParameter(str(error)) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise typer.BadParameter(f"{text} is out of reach: write a date of the years {FIRST_YEAR} to {LAST_YEAR}.")
    return text


AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        parser=_moment,
        metavar="MOMENT",
        show_default="now",
        help="Show what was known then: 2026-11-15 is the end of that day, 2026-11-15T09:30 that moment.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines instead of tables.")]


def metrics_like(ctx: typer.Context, incomplete: str, by_hand: bool = False) -> list[tuple[str, str]]:
    """Return ids, with names, of the metrics of the workspace on the command line, for the shell to complete.

    `by_hand` leaves those whose values are typed.
    """
    from metrics.app_root import demo
    from metrics.tree.load import load_tree

    # While the option still lacks its value, the parser leaves the workspace among what it could not place.
    folder = next(iter(ctx.args), None) or ctx.params.get("workspace")
    try:
        tree = load_tree(folder or demo()).tree
    except NorthstarError:
        return []
    typed = {source.id for source in tree.sources.values() if source.type == "manual"}
    return [
        (metric.id, metric.name)
        for metric in tree.metrics.values()
        if metric.id.startswith(incomplete) and (not by_hand or metric.source in typed)
    ]


class TakesNumbers(TyperCommand):
    """A command one of whose arguments is a number: -20 is no option of it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take unknown options for arguments where one of them begins like a negative number."""
        ctx.ignore_unknown_options = any(re.match(r"-[.\d]", argument) for argument in args)
        return super().parse_args(ctx, args)


class Commands(TyperGroup):
    """The commands, in the order of a first use. What the input is at fault for is a sentence and exit code 1."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names as they were registered, not sorted."""
        return list(self.commands)

    def invoke(self, ctx: Any) -> Any:
        """Run a command; turn the errors that a user can cause into sentences."""
        try:
            return super().invoke(ctx)
        except NorthstarError as error:
            tell(str(error))
        except OSError as error:
            if error.errno == errno.EPIPE or error.strerror is None:
                raise
            tell(f"{error.filename or 'The output'} can't be used: {error.strerror}.")
        raise typer.Exit(1)
