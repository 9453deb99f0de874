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
    from metrics.tree.tree import SourceType

STARTER = Path(__file__).parents[1] / "starter"
_TREE = "the metrics: a guess is marked as one"
_STRATEGY = "how you think that your business works"
_TRIES = 3
_TYPES: dict[str, SourceType] = {".xlsx": "excel", ".xlsm": "excel", ".parquet": "parquet", ".pq": "parquet"}


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


def from_file(file: Path, folder: Path) -> Beginning:
    """Return a workspace of a CSV file, an Excel workbook or a Parquet file: copied, unless it lies in the folder.

    Raises NorthstarError where it can't be read as a table with a column of dates.
    """
    from metrics.starter.draft import draft
    from metrics.starter.spelling import Ids

    if not file.is_file():
        kind = "is a folder" if file.is_dir() else "is not there"
        raise NorthstarError(f"{file} {kind}: name a CSV file.")
    inside = file.resolve().is_relative_to(folder.resolve())
    path = file.resolve().relative_to(folder.resolve()).as_posix() if inside else file.name.strip()
    if path != path.strip() or not path.isprintable():
        raise NorthstarError(f"The name of {shorten(file.name)!r} can't stand in northstar.yaml: rename the file.")
    kind = _TYPES.get(file.suffix.lower(), "csv")
    start = _start_of_file(file, kind)
    tree = draft(_name_of(folder), Ids("source").new(file.stem), {"type": kind, "path": path}, start)
    files: dict[str, str | Path] = {"northstar.yaml": tree, "strategy.md": _strategy()}
    told = {"northstar.yaml": _TREE, "strategy.md": _STRATEGY}
    if not inside:
        files[path] = file
        told[path] = "your file, copied: from now on this one counts"
    return Beginning(files, told, (_found(start), *start.remarks))


def _start_of_file(file: Path, kind: SourceType) -> Start:
    from metrics.sources.fetch import fetch
    from metrics.starter.column import start_of
    from metrics.starter.table import read_table
    from metrics.tree.tree import Source

    if kind == "csv":
        return start_of(read_table(file, file.name))
    with TemporaryDirectory(prefix="northstar-new-") as scratch:
        (text,) = fetch(Source("file", kind, path=file.name), file.parent, Path(scratch), "UTC").files
        return start_of(read_table(text.path, text.name))


def from_sheet(sheet: str, worksheet: str | None, folder: Path) -> Beginning:
    """Return a workspace of a Google Sheet, read once now; without `worksheet`, of the one that its address names.

    Raises NorthstarError where it can't be reached, or holds no table with a column of dates.
    """
    from metrics.sources.google_sheet import sheet_header
    from metrics.starter.column import start_of
    from metrics.starter.draft import draft
    from metrics.starter.spelling import Ids
    from metrics.starter.table import read_table

    with TemporaryDirectory(prefix="northstar-new-") as scratch:
        (file,) = sheet_header(sheet, worksheet, folder, Path(scratch)).files
        if not worksheet:
            # What is written has to be what is read: the tab's name is looked up under the name found.
            first, worksheet = file.name, file.name.rpartition(", ")[2]
            (file,) = sheet_header(sheet, worksheet, folder, Path(scratch)).files
            if file.name != first:
                raise NorthstarError(f"It is not clear what the tab of {first} is called: write --worksheet NAME.")
        start = start_of(read_table(file.path, file.name))
    keys = {"type": "google_sheet", "spreadsheet": sheet.strip(), "worksheet": worksheet}
    tree = draft(_name_of(folder), Ids("source").new(worksheet), keys, start)
    return Beginning(
        {"northstar.yaml": tree, "strategy.md": _strategy()},
        {"northstar.yaml": _TREE, "strategy.md": _STRATEGY},
        (f"{file.name}: {_found(start)}", *start.remarks),
    )


@dataclass(frozen=True)
class Has:
    """What somebody has to begin with: a CSV file, a Google Sheet and one of its worksheets, or nothing yet."""

    csv: Path | None = None
    sheet: str | None = None
    worksheet: str | None = None


def ask() -> Has:
    """Ask on the terminal what one has."""
    tell("What do you have to begin with?\n  1  a CSV, Excel or Parquet file\n  2  a Google Sheet\n  3  nothing yet")
    chosen = ""
    while chosen not in ("1", "2", "3"):
        if chosen:
            tell(f"{shorten(chosen)} is none of them.")
        chosen = str(typer.prompt("1, 2 or 3", default="3", err=True)).strip()
    match chosen:
        case "1":
            return Has(csv=_asked_file())
        case "2":
            sheet = typer.prompt("The sheet's address, or its key", err=True).strip()
            worksheet = typer.prompt("The name of its tab (Enter: the first)", default="", show_default=False, err=True)
            return Has(sheet=sheet, worksheet=worksheet.strip() or None)
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
