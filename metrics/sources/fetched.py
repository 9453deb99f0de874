"""What was fetched of a source, whatever its type: files of text that the one reader of tables reads."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class TextFile:
    """A CSV file on this disk, and where its cells stand in what people see.

    `name` is what messages call it: a path below the workspace, or `Weekly!A3:H`. `first_row` is the row that a
    spreadsheet shows for its first line. `first_column` is the number of its first column in the sheet, 1 being A;
    None where columns have no letters.
    """

    path: Path
    name: str
    first_row: int = 1
    first_column: int | None = None


@dataclass(frozen=True)
class Fetched:
    """All that was fetched of a source.

    `date` names the column of dates, where the source itself does not. `fingerprint` is of the content: the same
    again means that nothing changed. `notes` are facts worth knowing about what is there.
    """

    files: tuple[TextFile, ...]
    fingerprint: str
    date: str | None = None
    notes: tuple[str, ...] = ()


def cell_text(value: object, timezone: str = "UTC") -> str:
    """Return a typed value as the text that reads back as the same value; a moment is its day in `timezone`."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return "" if math.isnan(value) else repr(value)
        case Decimal():
            return "" if value.is_nan() else format(value, "f")
        case datetime():
            return (value.astimezone(ZoneInfo(timezone)) if value.tzinfo else value).date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return " ".join(str(value).split("\n")).replace("\r", " ").replace("\0", "")


def write_cells(rows: Iterable[Sequence[str]], path: Path) -> str:
    """Write rows of texts as a CSV file, every cell quoted; return a fingerprint of what was written."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return sha256(path.read_bytes()).hexdigest()[:16]
