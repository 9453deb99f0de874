"""`northstar`: the core on the command line. One module a command; each imports what it needs when it runs, so that
`northstar --help` is quick.
"""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from metrics import __version__
from metrics.cli.check import check
from metrics.cli.commands import Commands, TakesNumbers
from metrics.cli.evidence import evidence
from metrics.cli.figures import figures
from metrics.cli.import_deck import import_app
from metrics.cli.new import new
from metrics.cli.notes import notes_app
from metrics.cli.output import say
from metrics.cli.refresh import refresh
from metrics.cli.run import run
from metrics.cli.set import set_value
from metrics.cli.signals import signals

app = typer.Typer(
    cls=Commands,
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Each command explains itself: northstar COMMAND --help",
)
_COMMANDS: dict[str, Callable[..., None]] = {
    "run": run,
    "new": new,
    "check": check,
    "refresh": refresh,
    "set": set_value,
    "figures": figures,
    "signals": signals,
    "evidence": evidence,
}
for _name, _command in _COMMANDS.items():
    app.command(_name, cls=TakesNumbers if _name == "set" else None)(_command)
app.add_typer(import_app, name="import")
app.add_typer(notes_app, name="notes")


def _print_version(wanted: bool) -> None:
    if wanted:
        say(f"northstar {__version__}")
        raise typer.Exit


@app.callback()
def northstar(
    ctx: typer.Context,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None:
    """Draw a North Star metric tree from a team's own numbers, and review it every week.

    A workspace is a folder with northstar.yaml, CSV files and strategy.md. Where a command names none, it takes the
    folder in the environment variable NORTHSTAR_WORKSPACE, else the demo that comes with Northstar.
    """
    if ctx.invoked_subcommand is None:
        say(ctx.get_help())


def collect_seldom() -> None:
    """Let Python look for cycles of unused objects less often: imports and trees make many objects, but few cycles."""
    gc.set_threshold(50_000, 20, 20)


def main() -> None:
    """Run the command that the arguments name, and exit: 0 fine, 1 the input is at fault, 2 usage."""
    collect_seldom()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app(prog_name="northstar")
