"""`northstar new`: a small workspace to start from."""

from __future__ import annotations

import random
import shlex
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from metrics.cli.output import say, tell
from metrics.errors import NorthstarError

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
) -> None:
    """Write a small workspace to start from.

    It holds northstar.yaml with comments, 26 weeks of made-up values and a page of strategy. Nothing is overwritten.

    Example: northstar new shop
    """
    _refuse_to_overwrite(folder)
    folder.mkdir(parents=True, exist_ok=True)
    starter = Path(__file__).parents[1] / "starter"
    texts = {name: (starter / name).read_text(encoding="utf-8") for name in _FILES if name != _VALUES}
    texts[_VALUES] = values_csv(datetime.now(UTC).date())
    for name in _FILES:
        _write(folder / name, texts[name])
    say(f"Wrote a workspace to {folder}:")
    for name, what in _FILES.items():
        say(f"  {name:<15}  {what}")
    _keep_state_out_of_git(folder)
    _say_what_is_next(folder)


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
        complaints = round((orders - on_time) * chance.uniform(0.2, 0.5))
        lines.append(f"{day},{visits},{orders},{on_time},{complaints}")
    return "\n".join(lines) + "\n"


def _refuse_to_overwrite(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise NorthstarError(f"{folder} is a file. Name a folder that is new, or empty.")
    there = [name for name in _FILES if (folder / name).exists() or (folder / name).is_symlink()]
    if there:
        raise NorthstarError(f"Nothing was written: {folder} already has {', '.join(there)}. Name another folder.")


def _write(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _keep_state_out_of_git(folder: Path) -> None:
    ignore = folder / ".gitignore"
    if not ignore.exists():
        _write(ignore, f"{_IGNORED}\n")
    elif _IGNORED.rstrip("/") not in ignore.read_text(encoding="utf-8", errors="replace"):
        tell(f"Add the line {_IGNORED} to {ignore}: Northstar keeps there what does not belong into Git.")


def _say_what_is_next(folder: Path) -> None:
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
    say(f"Then write your own metrics into {folder / 'northstar.yaml'}.")
