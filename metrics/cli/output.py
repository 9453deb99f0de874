"""How the command line writes: results to standard output, all else to standard error. Never with colour."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

import typer

_GAP = "  "


def say(text: str = "") -> None:
    """Write a line of the result."""
    typer.echo(_printable(text))


def tell(text: str) -> None:
    """Write a line that is not the result: an error, a warning, a remark."""
    typer.echo(_printable(text), err=True)


def say_json(value: Any) -> None:
    """Write a value as JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def count(number: int, one: str, many: str | None = None) -> str:
    """Return `1 error`, `2 errors`, `1,204 values`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


class Progress:
    """One line on standard error that says what goes on; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __call__(self, sentence: str, done: int, total: int) -> None:
        """Show what is being done, and how many of how many steps are behind."""
        if self._shown:
            typer.echo(f"\r\033[K[{done}/{total}] {_printable(sentence)} …", err=True, nl=False)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            typer.echo("\r\033[K", err=True, nl=False)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], texts: Sequence[int] = (0,)) -> list[str]:
    """Return the lines of a table; the columns in `texts` start at the left, numbers end at the right.

    Numbers that carry no mark (`*`) leave room for one where others of their column do.
    """
    marked = {at for row in rows for at, cell in enumerate(row) if cell.endswith("*") and at not in texts}
    cells = [
        [cell if at not in marked or cell.endswith("*") else f"{cell} " for at, cell in enumerate(row)]
        for row in (header, *rows)
    ]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        parts = []
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            blank = " " * (width - _width(cell))
            parts.append(cell + blank if at in texts else blank + cell)
        lines.append(_GAP.join(parts).rstrip())
    return lines


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )


def _printable(text: str) -> str:
    """Replace what would steer a terminal: names and cells come from files."""
    return "".join("\ufffd" if sign != "\n" and unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text)
