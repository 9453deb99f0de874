"""`northstar notes`: what people wrote, to files and from files."""

from __future__ import annotations

import csv
import getpass
import io
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from metrics.cli.commands import Commands, WorkspaceFolder
from metrics.cli.output import count, say, tell

notes_app = typer.Typer(
    cls=Commands,
    help="Write out what people wrote, and take over events.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
# What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """The formats of the export."""

    CSV = "csv"
    JSON = "json"


@notes_app.callback()
def _notes() -> None:
    """Write out what people wrote, and take over events."""


@notes_app.command("export")
def export(
    workspace: WorkspaceFolder = None,
    as_format: Annotated[Format, typer.Option("--format", help="JSON holds every text exactly.")] = Format.CSV,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", show_default="standard output", help="The file to write, or overwrite."),
    ] = None,
    versions: Annotated[bool, typer.Option("--versions", help="Add earlier versions, and what was deleted.")] = False,
) -> None:
    """Write out everything that people wrote.

    That is notes, replies, follow-ups, values typed by hand, audits, and locks on limits.

    Example: northstar notes export shop --format json --out notes.json
    """
    from metrics.cli.opened import workspace_at
    from metrics.ledger.ledger import Ledger

    found = workspace_at(workspace)
    rows: list[dict[str, Any]] = []
    if Ledger.is_there(found.state):
        with Ledger.open(found.state) as ledger:
            rows = ledger.export(versions)
    text = f"{json.dumps(rows, indent=2, ensure_ascii=False)}\n" if as_format is Format.JSON else as_csv(rows)
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8", newline="")
        say(f"Wrote {count(len(rows), 'row')} to {out}.")


@notes_app.command("import-events")
def import_events(
    events: Annotated[Path, typer.Argument(metavar="CSV", show_default=False, help="The file with the events.")],
    workspace: WorkspaceFolder = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="NAME", show_default="who is logged in here", help="Whose notes they become."),
    ] = None,
) -> None:
    """Make notes of the events of a Working Backwards WBR App.

    The file has the columns Date, MetricName and EventDescription. Events that are there already are not taken twice;
    lines that no note could be made of are listed.

    Example: northstar notes import-events events.csv shop --by Ana
    """
    from metrics.cli.opened import workspace_at
    from metrics.ledger.author import Author
    from metrics.ledger.ledger import Ledger
    from metrics.tree.load import load_tree
    from metrics.wbr_app.event_notes import event_notes

    found = workspace_at(workspace)
    read = event_notes(events, load_tree(found.folder).tree)
    author = Author(by or getpass.getuser(), verified=False)
    with Ledger.open(found.state) as ledger:
        known = {note.written for note in ledger.notes.find(kind="event")}
        new = [note for note in dict.fromkeys(read.notes) if note not in known]
        ledger.notes.add_many([(note, author) for note in new])
    for sentence in read.left_out:
        tell(sentence)
    there = len(read.notes) - len(new)
    already = f" {count(there, 'event')} of the file {'was' if there == 1 else 'were'} there already." if there else ""
    say(f"{count(len(new), 'event')} became {'a note' if len(new) == 1 else 'notes'}.{already}")
    if read.left_out:
        raise typer.Exit(1)


def as_csv(rows: list[dict[str, Any]]) -> str:
    """Return rows as CSV with a header; a text that a spreadsheet would run as a formula is put behind a '."""
    from metrics.ledger.export import COLUMNS

    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row[column]) for column in COLUMNS] for row in rows)
    return written.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    if isinstance(value, list):
        value = " ".join(map(str, value))
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
