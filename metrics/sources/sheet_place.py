"""Where a source reads in a spreadsheet: its key, the worksheet, and the rows and columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from metrics.errors import nearest, shorten
from metrics.sources.report import SourceError
from metrics.sources.spreadsheet import Area, Spreadsheet, Worksheet
from metrics.sources.table import letters
from metrics.tree.tree import Source

_KEY = re.compile(r"[A-Za-z0-9_-]{15,200}")
_IN_PATH = re.compile(r"/d/([A-Za-z0-9_-]{15,})(?:/|$)")
_CELLS = re.compile(r"\$?([A-Z]{1,3})?\$?([1-9][0-9]{0,7})?(?::\$?([A-Z]{1,3})?\$?([1-9][0-9]{0,7})?)?", re.IGNORECASE)
_QUOTED = re.compile(r"'((?:[^']|'')+)'(?:!(.*))?", re.DOTALL)
_MOST_NAMES = 12


@dataclass(frozen=True)
class Place:
    """A rectangle of cells of a worksheet, rows and columns counted from 1, the last ones included."""

    worksheet: Worksheet
    area: Area
    name: str

    @property
    def a1(self) -> str:
        """The rectangle as Google writes it: `'My sheet'!A3:H20`."""
        title = self.worksheet.title.replace("'", "''")
        area = self.area
        cells = f"{letters(area.first_column)}{area.first_row}:{letters(area.last_column)}{area.last_row}"
        return f"'{title}'!{cells}"


def spreadsheet_key(source: Source) -> str:
    """Return the key of a source's spreadsheet, from any form of its address; what is none, as it is written."""
    written = (source.spreadsheet or "").strip()
    return _key(written) or written


def spreadsheet_gid(source: Source) -> int | None:
    """Return the number of the worksheet that a source's address names, `#gid=7`; None where it names none."""
    found = re.search(r"[#&?]gid=([0-9]{1,10})\b", source.spreadsheet or "")
    return int(found[1]) if found else None


def known_key(source: Source) -> str:
    """Return the key of a source's spreadsheet; raises SourceError where what is written is none."""
    written = (source.spreadsheet or "").strip()
    key = _key(written)
    if key:
        return key
    do = "open the spreadsheet in the browser and copy its address into 'spreadsheet:'"
    if not written:
        raise SourceError(f"Source '{source.id}' names no spreadsheet: {do}.")
    if "/d/e/" in written or "2PACX" in written:
        raise SourceError(f"The address {shorten(written)} is that of a published copy, not of the spreadsheet: {do}.")
    if re.search(r"google\.com/(?:a/[^/]+/)?(?:document|presentation|forms)/", written):
        raise SourceError(f"The address {shorten(written)} is not that of a spreadsheet: {do}.")
    if "/" in written:
        raise SourceError(f"There is no spreadsheet's key in the address {shorten(written)}: {do}.")
    raise SourceError(f"{shorten(written)} is not a spreadsheet's key, which has 44 letters and digits or so: {do}.")


def place_of(source: Source, spreadsheet: Spreadsheet) -> Place:
    """Return where a source reads.

    `range:` may be cells of the declared worksheet (`A3:H`), cells with their worksheet (`'My sheet'!A3:H`), a named
    range, or a worksheet. Without worksheet and range it is the one that the address names (`#gid=7`), else the first.
    Rows and columns below or right of the worksheet's grid are not asked for. Raises SourceError where there is no such
    worksheet, range or cell.
    """
    named, title, cells = _declared(source, spreadsheet)
    if named is not None:
        worksheet = next((sheet for sheet in spreadsheet.worksheets if sheet.gid == named.gid), None)
        if worksheet is None:
            raise SourceError(f"The named range {shorten(source.range or '')} lies in no worksheet any more.")
        if source.worksheet and worksheet.title.strip().lower() != source.worksheet.strip().lower():
            raise _two_worksheets(source.worksheet, worksheet.title)
        area = named
    else:
        worksheet = _worksheet(source, spreadsheet, title)
        area = _area(cells, worksheet)
    name = f"{shorten(spreadsheet.title)}, {shorten(worksheet.title)}"
    if not worksheet.is_grid:
        raise SourceError(f"{name} is a chart or the like, not a table: name another worksheet.")
    for what, first, last in (
        ("row", area.first_row, worksheet.rows),
        ("column", area.first_column, worksheet.columns),
    ):
        if first > last:
            shown, end = (letters(first), letters(last)) if what == "column" else (str(first), str(last))
            raise SourceError(
                f"The range {shorten(source.range or '')} begins at {what} {shown}, and {name} ends at {what} {end}:"
                " change 'range:'."
            )
    within = Area(
        worksheet.gid,
        area.first_row,
        min(area.last_row, worksheet.rows),
        area.first_column,
        min(area.last_column, worksheet.columns),
    )
    return Place(worksheet, within, name)


def _key(written: str) -> str | None:
    if _KEY.fullmatch(written) and not written.startswith("2PACX"):
        return written
    try:
        address = urlsplit(written if "://" in written else f"https://{written}")
        host, query = address.hostname or "", parse_qs(address.query)
    except ValueError:
        return None
    if not host.endswith("google.com") or re.search(r"/(?:document|presentation|forms)/", address.path):
        return None
    found = _IN_PATH.search(address.path)
    key = found[1] if found else (query.get("key") or query.get("id") or [""])[0]
    return key if _KEY.fullmatch(key) and not key.startswith("2PACX") else None


def _declared(source: Source, spreadsheet: Spreadsheet) -> tuple[Area | None, str | None, str | None]:
    """Return the named range, or the worksheet and the cells, each None where it is not written."""
    written, worksheet = (source.range or "").strip(), source.worksheet
    if not written:
        return None, worksheet, None
    quoted = _QUOTED.fullmatch(written)
    if quoted:
        title, cells = quoted[1].replace("''", "'"), quoted[2]
    elif "!" in written:
        title, _, cells = written.rpartition("!")
    else:
        title, cells = None, written
    if title is not None and worksheet is not None and title != worksheet:
        raise _two_worksheets(worksheet, title)
    if title is not None:
        return None, title, cells
    by_name = {name.lower(): area for name, area in spreadsheet.named.items()}
    if written.lower() in by_name:
        return by_name[written.lower()], None, None
    if worksheet is None and any(sheet.title == written for sheet in spreadsheet.worksheets):
        return None, written, None
    if _CELLS.fullmatch(written) and re.search("[0-9:]", written):
        return None, worksheet, written
    names = [*spreadsheet.named, *(() if worksheet else (sheet.title for sheet in spreadsheet.worksheets))]
    raise SourceError(
        f"{shorten(spreadsheet.title)} has no range '{shorten(written)}'.{_instead(written, names, 'It has')} Cells"
        " are written as A3:H."
    )


def _worksheet(source: Source, spreadsheet: Spreadsheet, title: str | None) -> Worksheet:
    sheets = spreadsheet.worksheets
    if title is None:
        gid = spreadsheet_gid(source)
        if gid is None:
            visible = [sheet for sheet in sheets if sheet.is_grid and not sheet.is_hidden]
            return (visible or list(sheets))[0]
        found = [sheet for sheet in sheets if sheet.gid == gid]
        wanted = f"with gid={gid}, which the address names"
    else:
        # Google tells names apart by case no more than people do.
        found = [sheet for sheet in sheets if sheet.title == title]
        found += [sheet for sheet in sheets if sheet.title.strip().lower() == title.strip().lower()]
        wanted = f"'{shorten(title)}'"
    if found:
        return found[0]
    instead = _instead(title or "", [sheet.title for sheet in sheets], "Its worksheets are")
    raise SourceError(f"{shorten(spreadsheet.title)} has no worksheet {wanted}.{instead}")


def _area(cells: str | None, worksheet: Worksheet) -> Area:
    whole = Area(worksheet.gid, 1, worksheet.rows, 1, worksheet.columns)
    if cells is None:
        return whole
    found = _CELLS.fullmatch(cells.strip())
    if found is None or not any(found.groups()) or (":" in cells and not (found[3] or found[4])):
        raise SourceError(f"The range '{shorten(cells)}' can't be understood: write one such as A3:H, or A3:H200.")
    if ":" in cells:
        columns = [_number(found[1]) or 1, _number(found[3]) or whole.last_column]
        rows = [int(found[2] or 1), int(found[4] or whole.last_row)]
        # Only two written ends can be the wrong way round: A3:H goes on to the last row, even where that is 2.
        columns = sorted(columns) if found[1] and found[3] else columns
        rows = sorted(rows) if found[2] and found[4] else rows
    else:
        column = _number(found[1])
        columns = [column, column] if column else [1, whole.last_column]
        rows = [int(found[2])] * 2 if found[2] else [1, whole.last_row]
    return Area(worksheet.gid, rows[0], rows[1], columns[0], columns[1])


def _two_worksheets(declared: str, of_range: str) -> SourceError:
    return SourceError(
        f"The source reads worksheet {shorten(declared)}, and its range is in {shorten(of_range)}: delete"
        " 'worksheet:', or write a range of that worksheet."
    )


def _number(column: str | None) -> int | None:
    """Return the number of a column's letters, A being 1."""
    if not column:
        return None
    number = 0
    for sign in column.upper():
        number = number * 26 + ord(sign) - ord("A") + 1
    return number


def _instead(name: str, names: Sequence[str], they_are: str) -> str:
    """Return the nearest of the names there are, or all of them, as a sentence with a space before it."""
    close = nearest(name, names)
    if close:
        return f" Did you mean '{shorten(close)}'?"
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f" {they_are}: {', '.join(map(shorten, names[:_MOST_NAMES]))}{more}." if names else ""
