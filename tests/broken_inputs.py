"""Broken CSV, Excel and Parquet files and downloads, each with what Northstar has to say about it.

`BROKEN` gives by name what makes the source, the fragments of what must be said, and the days whose values can't be
read: None where the input as a whole can't, so that all values of before stay. What is whole is `ROWS`.
"""

# ruff: noqa: E501 (what is said is kept on one line, as the user reads it)

import gzip
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from web_server import Answer, WebServer, body, raw, status
from workbooks import SHEET, calculated, change_part, write_workbook

FIRST = date(2026, 3, 2)
ROWS = [(FIRST + timedelta(days=number), 10 + number) for number in range(14)]
BAD = 4  # the row of ROWS that is broken, where one is: row 6 of a file
BAD_DAY = frozenset({ROWS[BAD][0]})
SECRET = "s3cr3t"
WRITE_NUMBER = "a plain number such as 1234.5, or leave the cell empty"


@dataclass
class Bench:
    """Where broken inputs are made: a workspace's folder, and a web server."""

    folder: Path
    server: WebServer


@dataclass(frozen=True)
class Broken:
    make: Callable[[Bench], dict[str, Any]]
    says: tuple[str, ...]
    lost: frozenset[date] | None


BROKEN: dict[str, Broken] = {}


def table(cell: str | None = None, day: str | None = None, header: str = "day,signups", quote: bool = True) -> str:
    """The whole table as CSV, with another cell or another day in its row BAD."""
    lines = [header]
    for number, (each, value) in enumerate(ROWS):
        texts = [str(each), str(value)]
        if number == BAD:
            texts = [str(each) if day is None else day, str(value) if cell is None else cell]
        lines.append(",".join(f'"{text}"' if quote else text for text in texts))
    return "\n".join(lines) + "\n"


def csv(name: str, content: str | bytes, *says: str, lost: frozenset[date] | None = None, **keys: Any) -> None:
    def make(bench: Bench) -> dict[str, Any]:
        (bench.folder / "shop.csv").write_bytes(content.encode() if isinstance(content, str) else content)
        return {"type": "csv", "path": "shop.csv", "date": "day", **keys}

    BROKEN[f"csv: {name}"] = Broken(make, says, lost)


def excel(
    name: str,
    rows: Sequence[Sequence[Any]],
    *says: str,
    change: Callable[[Workbook], None] = lambda _: None,
    after: Callable[[Path], object] = lambda _: None,
    lost: frozenset[date] | None = None,
    **keys: Any,
) -> None:
    """`after` breaks the file that was written."""

    def make(bench: Bench) -> dict[str, Any]:
        after(write_workbook(bench.folder / "shop.xlsx", rows, change))
        return {"type": "excel", "path": "shop.xlsx", **keys}

    BROKEN[f"excel: {name}"] = Broken(make, says, lost)


def parquet(
    name: str, content: Callable[[], bytes], *says: str, lost: frozenset[date] | None = None, **keys: Any
) -> None:
    def make(bench: Bench) -> dict[str, Any]:
        (bench.folder / "shop.parquet").write_bytes(content())
        return {"type": "parquet", "path": "shop.parquet", **keys}

    BROKEN[f"parquet: {name}"] = Broken(make, says, lost)


def https(name: str, answer: Answer, *says: str, lost: frozenset[date] | None = None) -> None:
    def make(bench: Bench) -> dict[str, Any]:
        bench.server.answers = {"/out/shop.csv": answer}
        return {"type": "csv", "path": f"{bench.server.url}/out/shop.csv?sig={SECRET}", "date": "day"}

    BROKEN[f"https: {name}"] = Broken(make, tuple(f"127.0.0.1/…/shop.csv{part}" for part in says), lost)


# CSV: a cell that is no number

CELLS = {
    "#REF!": ("is a spreadsheet's error", "the value that was meant, or leave the cell empty"),
    "#N/A": ("is a spreadsheet's error", "the value that was meant, or leave the cell empty"),
    "#DIV/0!": ("is a spreadsheet's error", "the value that was meant, or leave the cell empty"),
    "#NAME?": ("is a spreadsheet's error", "the value that was meant, or leave the cell empty"),
    "#BEZUG!": ("is a spreadsheet's error", "the value that was meant, or leave the cell empty"),
    "#NV": ("is a spreadsheet's error", "the value that was meant, or leave the cell empty"),
    "=B5+1": ("is a formula whose value was never stored", "the value; a workbook's are stored when you open the workbook in Excel and save it"),
    "-": ("is a dash, which may mean zero or missing", "0, or leave the cell empty"),
    "–": ("is a dash, which may mean zero or missing", "0, or leave the cell empty"),
    "inf": ("is not a finite number", "a number, or leave the cell empty"),
    "1e400": ("is too large a number", "a number below 1e308"),
    "1,5": ("has a decimal comma", "a decimal point: 1.5"),
    "1.234,56": ("has a decimal comma", "a decimal point: 1234.56"),
    "12,5 %": ("has a decimal comma", "a decimal point: 12.5 %"),
    "1.234.567": ("has dots between groups of digits", "it without them: 1234567"),
    "12,34,567": ("is not a number", WRITE_NUMBER),
    "1_000": ("is not a number", WRITE_NUMBER),
    "0x1F": ("is not a number", WRITE_NUMBER),
    "5k": ("is not a number", WRITE_NUMBER),
    "5 min": ("is not a number", WRITE_NUMBER),
    "~5": ("is not a number", WRITE_NUMBER),
    "5 or 6": ("is not a number", WRITE_NUMBER),
    "TRUE": ("is not a number", WRITE_NUMBER),
    "tbd": ("is not a number", WRITE_NUMBER),
    "???": ("is not a number", WRITE_NUMBER),
    "五": ("is not a number", WRITE_NUMBER),
    "٥": ("is not a number", WRITE_NUMBER),
    "2026-03-06": ("is not a number", WRITE_NUMBER),
    "10:30": ("is not a number", WRITE_NUMBER),
    "5 MIO": ("is not a number", WRITE_NUMBER),
    "--5": ("is not a number", WRITE_NUMBER),
    "(5": ("is not a number", WRITE_NUMBER),
    "%": ("is not a number", WRITE_NUMBER),
}  # fmt: skip
for text, (what, write) in CELLS.items():
    csv(f"cell {text}", table(text), f"shop.csv, row 6, signups: {text} {what}; write {write}", lost=BAD_DAY)
csv(
    "decimal commas beside 1,234",
    table("1,5").replace('"15"', '"1,234"'),
    "shop.csv, row 6, signups: 1,5 has a decimal comma",
    "shop.csv, row 7, signups: 1,234 can be 1234 or 1.234, since other cells have a decimal comma or dots between digits; write 1234 or 1.234",
    lost=BAD_DAY | {ROWS[BAD + 1][0]},
)

# CSV: a date that is none

for text in ("soon", "2026-13-45x", "Q1 2026", "2026-W10", "6", "epoch", "infinity", "46087"):
    csv(
        f"date {text}",
        table(day=text),
        f"shop.csv, row 6, day: {text} is not a date that can be read; the row was left out; write a date such as 2021-01-31",
        lost=BAD_DAY,
    )
for text in ("2026-02-30", "31 Jun 2026", "1666-09-02", "3026-03-06"):
    csv(
        f"day {text}",
        table(day=text),
        f"shop.csv, row 6, day: {text} is not a day of the calendar in the years 1900 to 2200; the row was left out",
        lost=BAD_DAY,
    )
csv(
    "a month",
    table(day="March 2026"),
    "row 6, day: March 2026 is a month, not a day; the row was left out",
    lost=BAD_DAY,
)
csv("no date", table(day=""), "shop.csv, row 6, day:  has no date; the row was left out", lost=BAD_DAY)
csv(
    "a date of another format",
    table(day="06.03.2026"),
    "shop.csv, row 6, day: 06.03.2026 is not a date written as %Y-%m-%d; the row was left out; write a date written as %Y-%m-%d",
    date_format="%Y-%m-%d",
    lost=BAD_DAY,
)
csv(
    "day or month first",
    "day,signups\n1/2/2026,5\n3/4/2026,6\n",
    "It is not clear whether 1/2/2026 is 1 February or 2 January (shop.csv, row 2): write date_format: '%d/%m/%Y' (day first) or date_format: '%m/%d/%Y'",
)
csv(
    "day and month first",
    "day,signups\n13/1/2026,5\n1/14/2026,6\n",
    "Some dates have the day first (13/1/2026 in shop.csv, row 2), others the month (1/14/2026 in shop.csv, row 3)",
)
csv("year first", "day,signups\n26/01/05,5\n26/01/31,6\n", "seem to have the year first: write date_format: '%y/%m/%d'")

# CSV: rows and files

csv("a row that is too wide", table("1,4", quote=False), "shop.csv, row 6, None: 2026-03-06,1,4 has 3 cells where the header has 2; the row was left out", lost=BAD_DAY)  # fmt: skip
csv("a comma behind a row", table("14,", quote=False), "shop.csv, row 6, None: 2026-03-06,14, has 3 cells where the header has 2, and ends with a blank one; the row was left out; write cells that hold a comma in quotes, such as \"523,419\", or without it; if no cell holds one, one less at the end of the row", lost=BAD_DAY)  # fmt: skip
csv("a long cell", table("9" * 3_000_000), "has a cell of more than 131,072 signs; the row was left out; write a shorter cell", lost=BAD_DAY)  # fmt: skip
csv("thousands with dots", table("1.234", quote=False).replace(",", ";"), "shop.csv, row 6, signups: 1.234 can be 1234 or 1.234, since the file parts its cells by semicolons", "write 1234 or 1.2340", lost=BAD_DAY)  # fmt: skip
csv("an open quote", table('"14', quote=False), "shop.csv, row 6, None: 2026-03-06,\"14 has a quote that is not closed", lost=BAD_DAY)  # fmt: skip
csv("text after a quote", table('"1"4"', quote=False), "shop.csv, row 6, None: 2026-03-06,\"1\"4\" has a quote", lost=BAD_DAY)  # fmt: skip
csv("empty", b"", "shop.csv is empty: it needs a header and at least one row.")
csv("blank lines", b"\n\n\n", "shop.csv has no column 'day'.")
csv("a header only", "day,signups\n", "shop.csv: no readable row below the header. Write at least one row with a date.")
csv("another date column", table(header="date,signups"), "shop.csv has no column 'day'. It has: date, signups. Check 'date:' and the first row.")  # fmt: skip
csv("another metric column", table(header="day,sign ups"), "shop.csv has no column 'signups'. Did you mean 'sign ups'?")
csv("a header far below", "x\n" * 25 + table(), "shop.csv has no column 'day'. It has: x.")
csv("utf-16", table().encode("utf-16"), "shop.csv is UTF-16, not UTF-8: save it as CSV UTF-8.")
csv("latin-1", table("14 €").encode("cp1252"), "shop.csv is not UTF-8 (line 6): save it as CSV UTF-8.")
csv("zeros", table().encode() + b"\0\0", "shop.csv is not plain text (line 16): save it as CSV UTF-8.")
csv("a workbook", b"PK\x03\x04\xff\xfe\x00", "shop.csv is a workbook or an archive, not CSV: write type: excel,")
csv("packed", gzip.compress(table().encode(), mtime=0), "shop.csv is compressed: unpack it.")
csv(
    "a web page",
    "<!DOCTYPE html>\n<html><body>Sign in</body></html>\n",
    "shop.csv has no column 'day'. It has: <!DOCTYPE html>.",
)
csv("no readable value", "day,signups\n2026-03-02,x\n2026-03-03,y\n", "shop.csv: no readable value. The first that could not be: shop.csv, row 2, signups: x is not a number. Write a plain number such as 1234.5, or leave the cell empty.")  # fmt: skip
csv("no readable date", "day,signups\nx,5\ny,6\n", "shop.csv: no readable row. The first that could not be: shop.csv, row 2, day: x is not a date that can be read. Write a date such as 2021-01-31.")  # fmt: skip
csv("not there", table(), "There is no file shops.csv. The files in the workspace are:", "Did you mean 'shop.csv'?", path="shops.csv")  # fmt: skip
csv(
    "no match",
    table(),
    "No file matches in/*.csv. The files in the workspace are: good.csv, shop.csv.",
    path="in/*.csv",
)
csv("long without its column", table(), "shop.csv has no column 'metric'. It has: day, signups.", layout="long", metric="metric", value="signups")  # fmt: skip
csv("long without its name", table(header="day,value,metric").replace('"\n', '","sales"\n'), "shop.csv has no 'signups' in column metric. It has: sales.", layout="long", metric="metric", value="value")  # fmt: skip

# Excel: cells

GRID: list[list[Any]] = [["day", "signups"], *map(list, ROWS)]


def grid(cell: Any = None, day: Any = None) -> list[list[Any]]:
    rows = [list(row) for row in GRID]
    if cell is not None:
        rows[BAD + 1][1] = cell
    if day is not None:
        rows[BAD + 1][0] = day
    return rows


def styled(cell: str, number_format: str) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book["Weekly"][cell].number_format = number_format

    return change


AT = "shop.xlsx (Weekly), row 6, signups (column B): "
for text in ("#REF!", "#N/A", "#VALUE!", "#SPILL!"):
    excel(
        f"formula error {text}", grid("=C9"), f"{AT}{text} is a spreadsheet's error; write the value that was meant",
        after=lambda path, text=text: change_part(calculated(path, ("C9", f"<v>{text}</v>")), SHEET, ('<c r="B6">', '<c r="B6" t="e">')),
        lost=BAD_DAY,
    )  # fmt: skip
excel("a formula never calculated", grid("=7+7"), f"{AT}=7+7 is a formula whose value was never stored; write the value; a workbook's are stored when you open the workbook in Excel", lost=BAD_DAY)  # fmt: skip
excel("a formula with a placeholder 0", grid("=7+7"), f"{AT}=7+7 is a formula whose value was never stored", after=lambda path: change_part(path, SHEET, ("<v />", "<v>0</v>")), lost=BAD_DAY)  # fmt: skip
excel("a date of a formula never calculated", grid(day="=A5+1"), "row 6, day (column A): =A5+1 is a formula whose value was never stored; the row was left out", lost=BAD_DAY)  # fmt: skip
for value, number_format, text in (
    (True, "General", "TRUE"), ("tbd", "General", "tbd"), (ROWS[BAD][0], "yyyy-mm-dd", "2026-03-06"),
    (0.5, "h:mm", "12:00:00"), (1.5, "[h]:mm", "36:00:00"), ("5k", "@", "5k"),
):  # fmt: skip
    excel(f"cell {text}", grid(value), f"{AT}{text} is not a number; write {WRITE_NUMBER}", change=styled("B6", number_format), lost=BAD_DAY)  # fmt: skip
excel(
    "text with a decimal comma", grid("1,5"), f"{AT}1,5 has a decimal comma; write a decimal point: 1.5", lost=BAD_DAY
)
excel("a dash", grid("-"), f"{AT}- is a dash, which may mean zero or missing", lost=BAD_DAY)
excel("a number for a date", grid(day=46087), "row 6, day (column A): 46087 is a number, not a date; the row was left out; write a date, or format the cell as one", lost=BAD_DAY)  # fmt: skip
excel("a day before all days", grid(day=-4), "row 6, day (column A): -4 is not a date that can be read", change=styled("A6", "yyyy-mm-dd"), lost=BAD_DAY)  # fmt: skip
excel(
    "a date that is text", grid(day="soon"), "row 6, day (column A): soon is not a date that can be read", lost=BAD_DAY
)
excel("a total below", [*GRID, ["Total", 231]], "row 16, day (column A): Total is not a date that can be read; the row was left out", lost=frozenset())  # fmt: skip
excel("dates merged", grid(), "shop.xlsx (Weekly) has merged cells: what stands there counts for the first cell only.", "row 6, day (column A):  has no date; the row was left out", change=lambda book: book["Weekly"].merge_cells("A5:A6"), lost=BAD_DAY)  # fmt: skip
excel("in a range", [[], [], *([None, *row] for row in grid("x"))], "shop.xlsx (Weekly), row 8, signups (column C): x is not a number", range="B3:C", lost=BAD_DAY)  # fmt: skip

# Excel: sheets and ranges

excel(
    "another sheet",
    GRID,
    "shop.xlsx has no worksheet 'Weekyl'. Did you mean 'Weekly'? It has: Weekly.",
    worksheet="Weekyl",
)
excel("another sheet in the range", GRID, "shop.xlsx has no worksheet 'Numbers'. It has: Weekly.", range="Numbers!A:B")
excel(
    "no such range",
    GRID,
    "'Growth' is no range of shop.xlsx: write one such as A3:H",
    "It has no named ranges.",
    range="Growth",
)
excel("an empty range", GRID, "shop.xlsx (Weekly) is empty: it needs a header and at least one row.", range="X1:Z9")
excel("an empty sheet", [], "shop.xlsx (Weekly) is empty: it needs a header and at least one row.")
excel("a header only", GRID[:1], "shop.xlsx (Weekly) has no row below its header. Write at least one row with a date.")
excel("no dates", [["name", "signups"], ["x", 5]], "shop.xlsx (Weekly) has no column that holds dates. It has: name, signups. Write 'date:' and the name of that column.")  # fmt: skip
excel(
    "another metric column",
    [["day", "sign ups"], *GRID[1:]],
    "shop.xlsx (Weekly) has no column 'signups'. Did you mean 'sign ups'?",
)
excel("another date column", GRID, "shop.xlsx (Weekly) has no column 'date'. It has: day, signups. Check 'date:' and the first row.", date="date")  # fmt: skip

# Excel: files


def overwritten(content: bytes | Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content if isinstance(content, bytes) else content(path.read_bytes()))


def without(*parts: str) -> Callable[[Path], object]:
    """Leave parts out of an archive."""

    def after(path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            held = {name: archive.read(name) for name in archive.namelist() if name not in parts}
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in held.items():
                archive.writestr(name, data)

    return after


def zipped(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return file.getvalue()


def listed(offset: int, value: bytes) -> Callable[[bytes], bytes]:
    """Write other bytes into the first entry of an archive's list of parts."""

    def change(data: bytes) -> bytes:
        at = data.index(b"PK\x01\x02") + offset
        return data[:at] + value + data[at + len(value) :]

    return change


OLE = bytes.fromhex("d0cf11e0a1b11ae1")
RELATIONS = '<Relationships><Relationship Id="1" Type="x/officeDocument" Target="{}"/></Relationships>'
for name, after, says in (
    ("empty", overwritten(b""), "shop.xlsx is empty (0 bytes): copy it here again."),
    ("the old format", overwritten(OLE + bytes(600)), "shop.xlsx is of the old Excel format (.xls): open it in Excel and save it as .xlsx."),
    ("a password", overwritten(OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le")), "shop.xlsx is protected by a password: save it without one."),
    ("parts under a password", overwritten(listed(8, b"\x01")), "shop.xlsx is protected by a password: save it without one."),
    ("a web page", overwritten(b"\xef\xbb\xbf\r\n<html><table><tr><td>day"), "shop.xlsx is a web page, not a workbook: open it in Excel and save it as .xlsx."),
    ("an XML spreadsheet", overwritten(b"<?xml version='1.0'?><Workbook/>"), "shop.xlsx is an XML file, not a workbook"),
    ("a text file", overwritten(b"day,signups\n2026-03-02,5\n"), "shop.xlsx is a text file, not a workbook: write type: csv, or save it as .xlsx."),
    ("bytes", overwritten(b"\x00\x01\x02\xff" * 99), "shop.xlsx is not an Excel workbook"),
    ("cut off", overwritten(lambda data: data[: len(data) // 2]), "shop.xlsx is damaged or cut off ("),
    ("bytes changed", overwritten(lambda data: data[: (at := data.index(b"xl/worksheets/sheet1.xml") + 60)] + b"\xff" * 40 + data[at + 40 :]), "shop.xlsx is damaged or cut off ("),
    ("an archive", overwritten(zipped(day="1")), "shop.xlsx is an archive, but not an Excel workbook: save it as .xlsx."),
    ("no workbook", without("xl/workbook.xml"), "shop.xlsx is an archive, but not an Excel workbook: save it as .xlsx."),
    ("no worksheet", without(SHEET), "shop.xlsx has no worksheet."),
    ("broken XML", lambda path: change_part(path, SHEET, ("</row>", "</rov>")), "shop.xlsx is not a workbook that can be read (mismatched tag"),
    ("a document type", lambda path: change_part(path, SHEET, ("<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet')), "shop.xlsx is not a workbook that can be read (it has a document type)"),
    ("a text that is not there", lambda path: change_part(path, SHEET, ('<c r="B1" t="inlineStr"><is><t>signups</t></is></c>', '<c r="B1" t="s"><v>77</v></c>')), "shop.xlsx is not a workbook that can be read ("),
    ("a row too far below", lambda path: change_part(path, SHEET, ('<row r="6">', '<row r="99999999">')), "shop.xlsx is not a workbook that can be read (it has a row 99999999)"),
    ("a row twice", lambda path: change_part(path, SHEET, ('<row r="6">', '<row r="5">')), "shop.xlsx is not a workbook that can be read (its row 5 comes twice or too late)"),
    ("gigabytes", overwritten(listed(24, b"\xff\xff\xff\x7f")), "shop.xlsx unpacks to 2.1 GB, and at most 1.1 are read: save the sheet that is needed as a file of its own"),
):  # fmt: skip
    excel(name, GRID, says, after=after)


def archived(**parts: str) -> Callable[[Path], object]:
    """Write an archive with just these parts; `rels` is the list of what it is made of."""

    def after(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in parts.items():
                archive.writestr("_rels/.rels" if name == "rels" else name, text)

    return after


for name, target, says in (
    ("a binary workbook", "xl/workbook.bin", "shop.xlsx is a binary workbook (.xlsb): save it as .xlsx."),
    ("a document", "word/document.xml", "shop.xlsx is an archive, but not an Excel workbook: save it as .xlsx."),
):
    excel(name, GRID, says, after=archived(rels=RELATIONS.format(target), **{target: "<x/>"}))

# Parquet


def written(*, cut: int | None = None, **columns: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(
        pa.table(columns or {"day": [day for day, _ in ROWS], "signups": [value for _, value in ROWS]}), file
    )
    return file.getvalue()[:cut]


def with_cell(values: Sequence[Any], day: bool = False) -> bytes:
    days: list[Any] = [day for day, _ in ROWS]
    return written(
        **({"day": values, "signups": [value for _, value in ROWS]} if day else {"day": days, "signups": values})
    )


TEXTS = [str(value) if number != BAD else "tbd" for number, (_, value) in enumerate(ROWS)]
FLOATS = [float(value) if number != BAD else float("inf") for number, (_, value) in enumerate(ROWS)]
TEXT_DAYS = [str(day) if number != BAD else "soon" for number, (day, _) in enumerate(ROWS)]
NO_DAYS = [day if number != BAD else None for number, (day, _) in enumerate(ROWS)]
parquet(
    "a text",
    lambda: with_cell(TEXTS),
    f"shop.parquet, row 5, signups: tbd is not a number; write {WRITE_NUMBER}",
    lost=BAD_DAY,
)
parquet("infinity", lambda: with_cell(FLOATS), "shop.parquet, row 5, signups: inf is not a finite number", lost=BAD_DAY)
parquet("a text for a date", lambda: with_cell(TEXT_DAYS, True), "shop.parquet, row 5, day: soon is not a date that can be read; the row was left out", lost=BAD_DAY)  # fmt: skip
parquet(
    "no date",
    lambda: with_cell(NO_DAYS, True),
    "shop.parquet, row 5, day:  has no date; the row was left out",
    lost=BAD_DAY,
)
parquet("empty", lambda: b"", "shop.parquet is empty (0 bytes): copy it here again.")
parquet("cut off", lambda: written(cut=-9), "shop.parquet is cut off or damaged: copy it here again.")
parquet("its end only", lambda: written()[9:], "shop.parquet is cut off or damaged: copy it here again.")
parquet(
    "a text file",
    lambda: table().encode(),
    "shop.parquet is not a Parquet file: write the right type:, or save it as Parquet.",
)
parquet("encrypted", lambda: b"PARE" + bytes(99) + b"PARE", "shop.parquet is encrypted: write it without encryption.")
parquet("signs only", lambda: b"PAR1PAR1", "shop.parquet is damaged or can't be read (")
parquet(
    "no list of columns", lambda: b"PAR1" + bytes(99) + b"\x20\0\0\0PAR1", "shop.parquet is damaged or can't be read ("
)
parquet(
    "a page lost",
    lambda: (whole := written())[:4] + b"\xff" * 60 + whole[64:],
    "shop.parquet is damaged or can't be read (",
)
parquet("no row", lambda: written(day=pa.array([], pa.date32()), signups=pa.array([], pa.int64())), "shop.parquet: no readable row below the header.")  # fmt: skip
parquet(
    "no dates",
    lambda: written(name=["x"], signups=[5]),
    "shop.parquet has no column that holds dates. It has: name, signups.",
)
parquet(
    "another column",
    lambda: written(day=[FIRST], sign_ups=[5]),
    "shop.parquet has no column 'signups'. Did you mean 'sign_ups'?",
)
parquet("a list", lambda: written(day=[FIRST], signups=[[5]]), "shop.parquet has no column 'signups'. It has: day.", "columns that hold more than one value, or bytes, are not read: signups (bigint[])")  # fmt: skip
parquet("a list of dates", lambda: written(day=[[FIRST]], signups=[5]), "The column 'day' of shop.parquet holds date[], not one value a row.", date="day")  # fmt: skip
parquet(
    "lists only", lambda: written(day=[[FIRST]], signups=[[5]]), "shop.parquet has no column that holds single values."
)

# CSV over https

for code, says in {
    400: "was answered in an unknown way: check the address in 'path:' (HTTP 400 Bad Request).",
    401: "may not be read: allow it for everyone with the link, or put an address with a key in 'path:' (HTTP 401 Unauthorized).",
    403: "may not be read: allow it for everyone with the link, or put an address with a key in 'path:' (HTTP 403 Forbidden).",
    404: "is not there: check the address in 'path:' (HTTP 404 Not Found).",
    410: "was taken away for good: write the new address in 'path:' (HTTP 410 Gone).",
    429: "asks to be read less often: refresh again later (HTTP 429 Too Many Requests).",
    500: "can't be had, because its server is in trouble: refresh again later, or tell who runs it (HTTP 500",
    503: "can't be had, because its server is in trouble: refresh again later, or tell who runs it (HTTP 503",
}.items():
    https(f"status {code}", status(code, Retry_After="0"), f" {says}")
https("busy for long", status(429, Retry_After="3600"), " asks to be read less often, and to wait 3600 seconds")
https("nothing", body(""), " sent nothing: check what stands at that address.")
https(
    "a sign-in page",
    body("<!doctype html><title>Sign in</title>", "text/html"),
    " sends a web page, often one to sign in",
)
https("JSON", body('{"day": 1}', "application/json"), " sends JSON: give the address of a CSV file.")
https("a workbook", body(zipped(x="y")), " sends a zip archive or a workbook: give the address of a CSV file.")
https("half a file", body(table(), Content_Length="9999"), " broke off before its end: refresh again.")
https("half a packed file", body(gzip.compress(table().encode())[:-30], Content_Encoding="gzip"), " broke off before its end: refresh again.")  # fmt: skip
https("unpackable", body(b"plain", Content_Encoding="gzip"), " comes packed in a way that can't be unpacked")
https("no answer", raw(b""), " can't be reached: check the address and the network.")
https("on to http", status(301, Location="http://lumen.example/shop.csv"), " leads on to lumen.example without https")
https("on and on", status(302, Location="/out/shop.csv"), " leads on from address to address")
https("another encoding", body(table("14 €").encode("cp1252")), " is not UTF-8 (line 6): save it as CSV UTF-8.")
https("another header", body("date,n\n2026-03-02,5\n"), " has no column 'day'. It has: date, n.")
https("a cell", body(table("tbd")), f", row 6, signups: tbd is not a number; write {WRITE_NUMBER}", lost=BAD_DAY)
https("a date", body(table(day="soon")), ", row 6, day: soon is not a date that can be read", lost=BAD_DAY)
