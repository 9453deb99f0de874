"""`northstar import`: what other tools hold becomes a workspace."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from metrics.cli.commands import Commands
from metrics.cli.new import keep_state_out_of_git, refuse_to_overwrite, say_what_is_next
from metrics.cli.output import count, say, tell

import_app = typer.Typer(
    cls=Commands,
    help="Make a workspace of what another tool holds.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@import_app.callback()
def _import() -> None:
    """Make a workspace of what another tool holds."""


@import_app.command("wbr-app")
def wbr_app(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", show_default=False, help="The deck's YAML.")],
    csv: Annotated[Path, typer.Argument(metavar="CSV", show_default=False, help="The deck's values.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write the workspace to.")],
    events: Annotated[
        Path | None,
        typer.Option(
            "--events", metavar="FILE", show_default="what the deck names", help="The deck's events, as a CSV file."
        ),
    ] = None,
) -> None:
    """Make a workspace of a deck of the Working Backwards WBR App.

    The workspace gives the same figures. What has no counterpart in it is listed, here, in IMPORT.md and on top of
    northstar.yaml. Nothing is overwritten.

    Example: northstar import wbr-app deck.yaml deck.csv --out review
    """
    from metrics.cli.new_from import Beginning
    from metrics.wbr_app.folder import EVENTS, REPORT, STRATEGY, import_deck

    refuse_to_overwrite(out, ("northstar.yaml", STRATEGY, REPORT, EVENTS))
    imported = import_deck(config, csv, events)
    # A file of values that lies there already stays as it is.
    files = {name: content for name, content in imported.files.items() if content != csv or not _is_in(csv, out)}
    refuse_to_overwrite(out, files)
    out.mkdir(parents=True, exist_ok=True)
    Beginning(files, {}).write(out)
    for remark in imported.remarks:
        place = f"{config.name}:{remark.line}: " if remark.line else ""
        tell(f"{place}{remark.text}")
    translation = imported.translation
    placed = sum(len(ids) for _, ids in translation.sections)
    say(f"Wrote a workspace to {out}: {count(len(translation.metrics), 'metric')}, {placed} of them in the deck.")
    if imported.remarks:
        say(f"{count(len(imported.remarks), 'remark')} on what has no counterpart, or another one: {out / REPORT}")
    if imported.events:
        command = f"northstar notes import-events {shlex.quote(str(out / EVENTS))} {shlex.quote(str(out))}"
        say(f"{count(imported.events, 'event')}: {command} makes notes of them.")
    keep_state_out_of_git(out)
    say_what_is_next(out, "name what drives what in")


def _is_in(file: Path, folder: Path) -> bool:
    return file.resolve().parent == folder.resolve()
