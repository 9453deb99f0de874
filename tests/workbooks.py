"""Small Excel workbooks for tests: written by openpyxl, then changed in their XML where openpyxl can't write it."""

import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

SHEET = "xl/worksheets/sheet1.xml"


def write_workbook(
    path: Path,
    sheets: Mapping[str, Iterable[Sequence[Any]]] | Iterable[Sequence[Any]],
    change: Callable[[Workbook], None] = lambda _: None,
) -> Path:
    """Write sheets of rows; `change` is done to the workbook before. A mere list of rows becomes the sheet `Weekly`."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in (sheets if isinstance(sheets, Mapping) else {"Weekly": sheets}).items():
        sheet: Worksheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    change(workbook)
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(path)
    return path


def change_part(path: Path, part: str, *changes: tuple[str, str]) -> Path:
    """Replace texts in a part of an archive; each must be there."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    text = held[part].decode()
    for old, new in changes:
        assert old in text, (old, text)
        text = text.replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(name, text.encode() if name == part else data)
    return path


def calculated(path: Path, *values: tuple[str, str]) -> Path:
    """Give formulas the values that a spreadsheet program would store; each is a formula and its `<v>` as it stands."""
    change_part(path, "xl/workbook.xml", (' fullCalcOnLoad="1"', ""))
    return change_part(
        path, SHEET, *((f"<f>{formula}</f><v />", f"<f>{formula}</f>{value}") for formula, value in values)
    )


def days(count: int, first: date = date(2026, 3, 2)) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]
