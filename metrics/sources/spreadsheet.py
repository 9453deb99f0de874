"""What a Google spreadsheet is made of, as its metadata tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from metrics.sources.report import SourceError

# With a mask Google sends no cells, and of the rows only whether they are hidden.
FIELDS = (
    "properties(title,locale,timeZone),namedRanges(name,range),"
    "sheets(properties(sheetId,title,sheetType,hidden,gridProperties(rowCount,columnCount)),merges,"
    "data(startRow,rowMetadata(hiddenByUser,hiddenByFilter)))"
)

_END = 10_000_000


@dataclass(frozen=True)
class Area:
    """A rectangle of a worksheet: rows and columns counted from 1, the last ones included."""

    gid: int
    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True)
class Worksheet:
    """A sheet of a spreadsheet. `gid` is its number; `hidden_rows` counts from 1."""

    title: str
    gid: int
    rows: int
    columns: int
    is_grid: bool = True
    is_hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    merges: tuple[Area, ...] = ()


@dataclass(frozen=True)
class Spreadsheet:
    """A spreadsheet. `locale` is such as de_DE, '' where Google does not say."""

    title: str
    locale: str
    worksheets: tuple[Worksheet, ...]
    named: Mapping[str, Area]


def half_an_answer(what: str) -> SourceError:
    """Return the error for an answer of the Sheets API that lacks something."""
    return SourceError(f"Google Sheets gave half an answer ({what}): refresh again later.")


def read_spreadsheet(answer: Any) -> Spreadsheet:
    """Return the spreadsheet of an answer to `spreadsheets.get`; raises SourceError where the answer is not whole."""
    properties = _part(answer, "properties", dict)
    sheets = tuple(_worksheet(sheet) for sheet in _part(answer, "sheets", list))
    if not sheets:
        raise half_an_answer("no worksheets")
    named = {}
    for one in answer.get("namedRanges") or []:
        named[_part(one, "name", str)] = _area(_part(one, "range", dict))
    locale = properties.get("locale")
    return Spreadsheet(_part(properties, "title", str), locale if isinstance(locale, str) else "", sheets, named)


def _worksheet(sheet: Any) -> Worksheet:
    properties = _part(sheet, "properties", dict)
    grid = properties.get("gridProperties")
    is_grid = properties.get("sheetType", "GRID") == "GRID" and isinstance(grid, dict)
    merges = sheet.get("merges") or []
    hidden = set[int]()
    for block in sheet.get("data") or []:
        first = int(block.get("startRow") or 0) + 1 if isinstance(block, dict) else 1
        rows = block.get("rowMetadata") if isinstance(block, dict) else None
        for number, row in enumerate(rows or [], first):
            if isinstance(row, dict) and (row.get("hiddenByUser") or row.get("hiddenByFilter")):
                hidden.add(number)
    return Worksheet(
        title=_part(properties, "title", str),
        gid=int(properties.get("sheetId") or 0),
        rows=int(grid.get("rowCount") or 0) if is_grid and grid else 0,
        columns=int(grid.get("columnCount") or 0) if is_grid and grid else 0,
        is_grid=is_grid,
        is_hidden=bool(properties.get("hidden")),
        hidden_rows=frozenset(hidden),
        merges=tuple(_area(merge) for merge in merges if isinstance(merge, dict)),
    )


def _area(found: Mapping[str, Any]) -> Area:
    """Return an area of a GridRange, which counts from 0, leaves out the last, and may lack any end."""
    return Area(
        gid=int(found.get("sheetId") or 0),
        first_row=int(found.get("startRowIndex") or 0) + 1,
        last_row=int(found.get("endRowIndex") or _END),
        first_column=int(found.get("startColumnIndex") or 0) + 1,
        last_column=int(found.get("endColumnIndex") or _END),
    )


def _part(answer: Any, name: str, kind: type) -> Any:
    part = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(part, kind):
        raise half_an_answer(f"no {name}")
    return part
