"""What a new workspace begins with, if not with the made-up shop: a table that somebody has."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

from metrics.cli.output import count, tell
from metrics.errors import NorthstarError, shorten
from metrics.tree.resolve import words

if TYPE_CHECKING:
    from metrics.starter.column import Start

STARTER = Path(__file__).parents[1] / "starter"
_TREE = "the metrics: a guess is marked as one"
_STRATEGY = "how you think that your business works"
_TRIES = 3


@dataclass(frozen=True)
class Beginning:
    """The files to write, by their names in the folder: their text, or the file to copy. `told` says what each is."""

    files: Mapping[str, str | Path]
    told: Mapping[str, str]
    remarks: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Write all files; raises OSError where one is there already."""
        for name, content in self.files.items():
            with (folder / name).open("xb") as file:
                if isinstance(content, Path):
                    with content.open("rb") as original:
                        shutil.copyfileobj(original, file)
                else:
                    file.write(content.encode())


def from_csv(file: Path, folder: Path) -> Beginning:
    """Return a workspace of a CSV file: copied into the folder, unless it lies there.

    Raises NorthstarError where it can't be read as a table with a column of dates.
    """
    from metrics.starter.column import start_of
    from metrics.starter.draft import draft
    from metrics.starter.spelling import Ids
    from metrics.starter.table import read_table

    if not file.is_file():
        kind = "is a folder" if file.is_dir() else "is not there"
        raise NorthstarError(f"{file} {kind}: name a CSV file.")
    inside = file.resolve().is_relative_to(folder.resolve())
    path = file.resolve().relative_to(folder.resolve()).as_posix() if inside else file.name.strip()
    if path != path.strip() or not path.isprintable():
        raise NorthstarError(f"The name of {shorten(file.name)!r} can't stand in northstar.yaml: rename the file.")
    start = start_of(read_table(file, file.name))
    keys = {"type": "csv", "path": path}
    tree = draft(_name_of(folder), Ids("source").new(file.stem), keys, start)
    files: dict[str, str | Path] = {"northstar.yaml": tree, "strategy.md": _strategy()}
    told = {"northstar.yaml": _TREE, "strategy.md": _STRATEGY}
    if not inside:
        files[path] = file
        told[path] = "your file, copied: from now on this one counts"
    return Beginning(files, told, (_found(start), *start.remarks))


def from_sheet(sheet: str, worksheet: str, folder: Path) -> Beginning:
    """Return a workspace of a Google Sheet, of which `worksheet` is read once now.

    Raises NorthstarError where it can't be reached, or holds no table with a column of dates.
    """
    from metrics.sources.fetch import fetch
    from metrics.starter.column import start_of
    from metrics.starter.draft import draft
    from metrics.starter.spelling import Ids
    from metrics.starter.table import read_table
    from metrics.tree.tree import Source

    source = Source("sheet", "google_sheet", spreadsheet=sheet, worksheet=worksheet)
    with TemporaryDirectory(prefix="northstar-new-") as scratch:
        (file,) = fetch(source, folder, Path(scratch), "UTC").files
        start = start_of(read_table(file.path, file.name))
    keys = {"type": "google_sheet", "spreadsheet": sheet, "worksheet": worksheet}
    tree = draft(_name_of(folder), Ids("source").new(worksheet), keys, start)
    return Beginning(
        {"northstar.yaml": tree, "strategy.md": _strategy()},
        {"northstar.yaml": _TREE, "strategy.md": _STRATEGY},
        (_found(start), *start.remarks),
    )


@dataclass(frozen=True)
class Has:
    """What somebody has to begin with: a CSV file, a Google Sheet and one of its worksheets, or nothing yet."""

    csv: Path | None = None
    sheet: str | None = None
    worksheet: str | None = None


def ask() -> Has:
    """Ask on the terminal what one has."""
    tell("What do you have to begin with?\n  1  a CSV file\n  2  a Google Sheet\n  3  nothing yet")
    chosen = 0
    while chosen not in (1, 2, 3):
        chosen = typer.prompt("1, 2 or 3", type=int, default=3, err=True)
    match chosen:
        case 1:
            return Has(csv=_asked_file())
        case 2:
            sheet = typer.prompt("The sheet's address, or its key", err=True).strip()
            return Has(sheet=sheet, worksheet=typer.prompt("The name of the worksheet (its tab)", err=True).strip())
        case _:
            return Has()


def _asked_file() -> Path:
    for _ in range(_TRIES):
        file = Path(str(typer.prompt("Where is the file", err=True)).strip().strip("'\"")).expanduser()
        if file.is_file():
            return file
        tell(f"There is no file {file}.")
    raise NorthstarError("Nothing was written. Write `northstar new DIR --csv FILE` once you know where the file is.")


def on_terminal() -> bool:
    """Return whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _found(start: Start) -> str:
    layout = f", named in column {shorten(start.metric)}" if start.metric is not None else ""
    return f"{count(len(start.series), 'metric')}{layout}, with the days from column {shorten(start.date)}."


def _name_of(folder: Path) -> str:
    return words(folder.resolve().name) or "My workspace"


def _strategy() -> str:
    """Return the page of strategy without what it says of the made-up shop."""
    text = (STARTER / "strategy.md").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith(("*", "- *"))]
    lines = [line for line, before in zip(kept, ["", *kept], strict=False) if line or before]
    return "\n".join(lines).rstrip() + "\n"
