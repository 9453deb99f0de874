"""`northstar new`: a small workspace to start from."""

from __future__ import annotations

import random
import shlex
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metrics.cli.output import say, tell
from metrics.errors import NorthstarError

if TYPE_CHECKING:
    from metrics.cli.new_from import Beginning

WEEKS = 26
_VALUES = "shop_daily.csv"
_FILES = {
    "northstar.yaml": "the metrics, what drives what, and who owns them",
    _VALUES: f"made-up values of the last {WEEKS} weeks",
    "strategy.md": "how you think that your business works",
}
_IGNORED = ".northstar/"
# How busy the shop is from Monday to Sunday, and how much by chance.
_BUSY = (1.05, 1.0, 0.98, 1.02, 1.15, 1.0, 0.8)
_CHANCE = 0.06


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False, help="The folder to write to.")],
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Begin with this file, CSV or Excel: a metric for each column."),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", metavar="KEY", help="Begin with this Google Sheet: its key or address.")
    ] = None,
    worksheet: Annotated[
        str | None,
        typer.Option("--worksheet", metavar="NAME", show_default="the first", help="Which tab of the Google Sheet."),
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help="Begin with a made-up shop, without asking.")] = False,
) -> None:
    """Write a small workspace to start from.

    In a terminal it asks what you have. From a CSV file or a Google Sheet it writes northstar.yaml with a metric for
    each column of numbers, and marks what it guessed. With nothing yet it writes northstar.yaml with comments, 26 weeks
    of made-up values and a page of strategy. Nothing is overwritten.

    Example: northstar new shop --csv sales.csv
    """
    from metrics.cli.new_from import Has, ask, from_file, from_sheet, on_terminal

    if (csv is not None) + (sheet is not None) + empty > 1:
        raise typer.BadParameter("write one of --csv, --sheet and --empty.")
    if worksheet is not None and sheet is None:
        raise typer.BadParameter("--worksheet belongs to --sheet: write that too.")
    refuse_to_overwrite(folder, ("northstar.yaml", "strategy.md"))
    has = Has(csv, sheet, worksheet)
    if has == Has() and not empty and on_terminal():
        has = ask()
    if has.csv is not None:
        beginning = from_file(has.csv, folder)
    elif has.sheet is not None:
        beginning = from_sheet(has.sheet, has.worksheet, folder)
    else:
        beginning = _made_up()
    refuse_to_overwrite(folder, beginning.files)
    folder.mkdir(parents=True, exist_ok=True)
    beginning.write(folder)
    say(f"Wrote a workspace to {folder}:")
    width = max(15, *map(len, beginning.told))
    for name, what in beginning.told.items():
        say(f"  {name:<{width}}  {what}")
    for remark in beginning.remarks:
        say(remark)
    keep_state_out_of_git(folder)
    say_what_is_next(folder, "judge the guesses in" if beginning.remarks else "write your own metrics into")


def _made_up() -> Beginning:
    from metrics.cli.new_from import STARTER, Beginning

    texts = {name: (STARTER / name).read_text(encoding="utf-8") for name in _FILES if name != _VALUES}
    texts[_VALUES] = values_csv(datetime.now(UTC).date())
    return Beginning({name: texts[name] for name in _FILES}, _FILES)


def values_csv(today: date) -> str:
    """Return the values of the whole weeks (Monday to Sunday) before `today` and of the days since, as CSV.

    The same day always gives the same text.
    """
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=WEEKS)
    chance = random.Random(1)
    lines = ["day,visits,orders,orders_on_time,complaints"]
    for number in range((today - first).days):
        day = first + timedelta(days=number)
        growth = 1 + 0.15 * number / (7 * WEEKS)
        visits = round(1500 * growth * _BUSY[day.weekday()] * chance.gauss(1, _CHANCE))
        orders = round(visits * chance.gauss(0.042, 0.002))
        on_time = round(orders * min(chance.gauss(0.91, 0.02), 1))
        complaints = round(orders * chance.uniform(0.02, 0.18))
        lines.append(f"{day},{visits},{orders},{on_time},{complaints}")
    return "\n".join(lines) + "\n"


def refuse_to_overwrite(folder: Path, files: Iterable[str]) -> None:
    """Raise NorthstarError where one of the files is in the folder already, or the folder is a file."""
    if folder.exists() and not folder.is_dir():
        raise NorthstarError(f"{folder} is a file. Name a folder that is new, or empty.")
    there = [name for name in files if (folder / name).exists() or (folder / name).is_symlink()]
    if there:
        raise NorthstarError(f"Nothing was written: {folder} already has {', '.join(there)}. Name another folder.")


def _write(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def keep_state_out_of_git(folder: Path) -> None:
    """Write a .gitignore for what belongs to this machine alone, or say what to add to the one that is there."""
    ignore = folder / ".gitignore"
    if not ignore.exists():
        _write(ignore, f"{_IGNORED}\n")
    elif _IGNORED.rstrip("/") not in ignore.read_text(encoding="utf-8", errors="replace"):
        tell(f"Add the line {_IGNORED} to {ignore}: Northstar keeps there what does not belong into Git.")


def say_what_is_next(folder: Path, then: str) -> None:
    """Print the commands that come next, and what to do in northstar.yaml."""
    name = shlex.quote(str(folder))
    steps = {
        f"northstar run {name}": "opens it in the browser",
        f"northstar check {name}": "says what is wrong, if anything",
    }
    width = max(map(len, steps))
    say()
    say("Next:")
    for step, what in steps.items():
        say(f"  {step:<{width}}  {what}")
    say(f"Then {then} {folder / 'northstar.yaml'}.")
