"""The Excel source: a sheet, a range or a table of each workbook, as text on this disk."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from metrics.errors import nearest, shorten
from metrics.sources.fetched import Fetched, TextFile
from metrics.sources.files import files_of, fingerprint_of
from metrics.sources.report import SourceError
from metrics.sources.workbook import Sheet, Workbook, open_workbook
from metrics.sources.worksheet import Area, SheetReader, read_area
from metrics.tree.tree import Source

_MOST_TEXT = 1 << 30
_MOST_NAMES = 12
# The reader of tables looks for the header in as many rows.
_TOP = 20
_SHEET_AND_RANGE = re.compile(r"(?:(?:'((?:[^']|'')+)'|([^'!]+))!)?(.+)", re.DOTALL)
_NUMBER_OR_DAY = re.compile(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}")


def fetch_excel(source: Source, folder: Path, scratch: Path, timezone: str) -> Fetched:
    """Write the cells of an Excel source to files in `scratch`; raises SourceError where they can't be had.

    Days and times in a workbook have no time zone: `timezone` is not needed.
    """
    paths = files_of(source, folder)
    fingerprint = fingerprint_of(paths)
    files, notes = [], []
    for number, path in enumerate(paths):
        name = path.relative_to(folder).as_posix()
        with open_workbook(path, name) as workbook:
            sheet, area = _wanted(workbook, source)
            shown = f"{name} ({sheet.name})"
            reader = SheetReader(workbook, sheet, area)
            text = scratch / f"{number}.csv"
            top = _write(reader, area, text, shown)
        files.append(TextFile(text, shown, area.first_row, area.first_column))
        notes += _notes(reader, shown, area, top)
    return Fetched(tuple(files), fingerprint, notes=tuple(notes))


def _wanted(workbook: Workbook, source: Source) -> tuple[Sheet, Area]:
    """Return the sheet and the part of it that a source means."""
    sheet = _sheet(workbook, source.worksheet) if source.worksheet else None
    area = Area()
    if source.range:
        in_range, area = _range(workbook, source.range.strip())
        if sheet and in_range and sheet != in_range:
            raise SourceError(
                f"Source '{source.id}' names the worksheet '{sheet.name}', and its range lies in '{in_range.name}':"
                " delete 'worksheet:', or write another 'range:'."
            )
        sheet = sheet or in_range
    return sheet or next((each for each in workbook.sheets if each.visible), workbook.sheets[0]), area


def _range(workbook: Workbook, written: str) -> tuple[Sheet | None, Area]:
    """Return the sheet of a range, where it names one, and what it covers."""
    named = _named(workbook, written)
    if named is not None:
        return named
    name, text = _sheet_and_range(written)
    sheet = _sheet(workbook, name) if name else None
    area = read_area(text)
    if area is None:
        raise SourceError(_no_range(workbook, written))
    return sheet, area


def _named(workbook: Workbook, written: str) -> tuple[Sheet, Area] | None:
    """Return what a name or a table of the workbook stands for; None where there is none such."""
    tables = {name.lower(): (sheet, area) for sheet in workbook.sheets for name, area in sheet.tables.items()}
    names = {name.lower(): text for name, text in workbook.names.items()}
    key = written.lower()
    if key in tables:
        sheet, text = tables[key]
        area = read_area(text)
        return (sheet, area) if area else None
    if key not in names:
        return None
    name, text = _sheet_and_range(names[key])
    area = read_area(text)
    found = next((sheet for sheet in workbook.sheets if sheet.name == name), None)
    if area is None or found is None:
        raise SourceError(
            f"The name '{shorten(written)}' in {workbook.name} stands for {shorten(names[key])}, which is not one"
            " range of a sheet: write the range itself, such as Weekly!A3:H."
        )
    return found, area


def _sheet_and_range(text: str) -> tuple[str | None, str]:
    found = _SHEET_AND_RANGE.fullmatch(text)
    if not found:
        return None, text
    quoted, bare, rest = found.groups()
    return (quoted.replace("''", "'") if quoted else bare), rest


def _sheet(workbook: Workbook, name: str) -> Sheet:
    names = [sheet.name for sheet in workbook.sheets]
    alike = [sheet for sheet in workbook.sheets if sheet.name.strip().lower() == name.strip().lower()]
    found = next((sheet for sheet in workbook.sheets if sheet.name == name), alike[0] if alike else None)
    if found is None:
        raise SourceError(f"{workbook.name} has no worksheet '{shorten(name)}'.{_there_are(name, names)}")
    return found


def _no_range(workbook: Workbook, written: str) -> str:
    names = [*workbook.names, *(name for sheet in workbook.sheets for name in sheet.tables)]
    names = [name for name in names if not name.startswith("_xlnm.")]
    return (
        f"'{shorten(written)}' is no range of {workbook.name}: write one such as A3:H or Weekly!A3:H90, or the name of"
        f" a range in the workbook.{_there_are(written, names) if names else ' It has no named ranges.'}"
    )


def _there_are(name: str, known: list[str]) -> str:
    listed = [shorten(each) for each in known]
    close = nearest(name, known)
    hint = f" Did you mean '{shorten(close)}'?" if close else ""
    more = f" and {len(listed) - _MOST_NAMES} more" if len(listed) > _MOST_NAMES else ""
    return f"{hint} It has: {', '.join(listed[:_MOST_NAMES])}{more}."


@dataclass
class _Written:
    """How much was written: texts and their length; a sheet of a few bytes can stand for terabytes."""

    size: int = 0
    width: int = 0

    def add(self, texts: list[str], shown: str) -> None:
        self.size += 3 * len(texts) + sum(map(len, texts))
        self.width = max(self.width, len(texts))
        if self.size > _MOST_TEXT:
            raise SourceError(
                f"{shown} holds more than {_MOST_TEXT >> 30} GB of text: write range: and what is needed."
            )


def _write(reader: SheetReader, area: Area, target: Path, shown: str) -> list[list[str]]:
    """Write the rows of an area as CSV, and return the first 20 as they stand there.

    These are made as wide as the widest row, for no row may be wider than the header, wherever that is.
    """
    top: list[list[str]] = []
    written = _Written()
    rest = target.with_suffix(".rest")
    with ExitStack() as files:
        file = files.enter_context(rest.open("w", encoding="utf-8", newline="", errors="replace"))
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for texts in _with_blank_rows(reader, area):
            written.add(texts, shown)
            if len(top) < _TOP:
                top.append(texts)
            else:
                writer.writerow(texts or [""])
    for texts in top:
        texts += [""] * (max(written.width, 1) - len(texts))
    with target.open("w", encoding="utf-8", newline="", errors="replace") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(top)
        with rest.open(encoding="utf-8", newline="") as below:
            shutil.copyfileobj(below, file, 1 << 20)
    rest.unlink()
    if not top:
        raise SourceError(f"{shown} is empty: it needs a header and at least one row.")
    return top


def _with_blank_rows(reader: SheetReader, area: Area) -> Iterator[list[str]]:
    """Yield all rows of an area up to the last that holds anything, so that they can be counted."""
    following = area.first_row
    for row, texts in reader.rows():
        if not any(texts):
            continue
        if row < following:
            raise ValueError(f"its row {row} comes twice or too late")
        for _ in range(following, row):
            yield []
        following = row + 1
        yield texts


def _notes(reader: SheetReader, shown: str, area: Area, top: list[list[str]]) -> list[str]:
    """Say what a look at the sheet would not show, or show otherwise than it is read."""
    notes = []
    hidden = [(reader.hidden_rows, "row"), (reader.hidden_columns, "column")]
    told = [f"{count} {what}{'s' if count > 1 else ''}" for count, what in hidden if count]
    if told:
        verb = "is" if reader.hidden_rows + reader.hidden_columns == 1 else "are"
        notes.append(f"{shown} hides {' and '.join(told)}, which {verb} read too.")
    merged = [each for each in reader.merged if _holds_values(each, area, top)]
    if merged:
        count = f"{len(merged)} groups of merged cells" if len(merged) > 1 else "merged cells"
        notes.append(f"{shown} has {count}: what stands there counts for the first cell only.")
    return notes


def _holds_values(merged: Area, area: Area, top: list[list[str]]) -> bool:
    """Return whether merged cells may hold more than a title."""
    row, column = merged.first_row - area.first_row, merged.first_column - area.first_column
    if row >= len(top):
        return True
    return merged.last_row > merged.first_row or bool(_NUMBER_OR_DAY.fullmatch(top[row][column]))
