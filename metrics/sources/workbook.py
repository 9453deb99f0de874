"""An Excel workbook as a zip archive of XML: its sheets, its names, and what its cells' numbers stand for.

openpyxl reads these too, but its fast mode tells neither hidden rows nor merged cells nor formulas without a stored
value, and takes three times as long. Every part is bounded: the file comes from elsewhere.
"""

from __future__ import annotations

import posixpath
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import BadZipFile, LargeZipFile, ZipFile

from metrics.errors import shorten
from metrics.sources.report import SourceError

Shown = Literal["number", "date", "time"]

_MOST_BYTES = 1 << 30
_MOST_STRINGS_BYTES = 256 << 20
_MOST_SMALL_BYTES = 64 << 20
_CHUNK = 1 << 16
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# Formats that every Excel knows by number: ECMA-376, part 1, 18.8.30.
_DATES = frozenset((*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)))
_TIMES = frozenset((*range(18, 22), *range(32, 36), *range(45, 48)))
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPED = re.compile(r"_x(00[0-9A-Fa-f]{2})_")


@dataclass(frozen=True)
class Sheet:
    """A worksheet of a workbook; `part` is its place in the archive, `tables` the ranges of its tables by name."""

    name: str
    visible: bool
    part: str
    tables: Mapping[str, str]


@dataclass(frozen=True)
class Workbook:
    """An open workbook. `name` is what messages call it.

    `names` are its defined names and what they stand for, such as `Weekly!$A$3:$H$90`. `shown` tells by the number of
    a cell's style what its number stands for. `starts_1904`: days are counted from 1 January 1904. `uncalculated`: a
    program wrote it that computes no formulas, so that a stored 0 may be none.
    """

    name: str
    archive: ZipFile
    sheets: tuple[Sheet, ...]
    names: Mapping[str, str]
    strings: tuple[str, ...]
    shown: tuple[Shown, ...]
    starts_1904: bool
    uncalculated: bool

    def parsing(self, part: str, parser: expat.XMLParserType) -> Iterator[None]:
        """Parse a part of the archive; yields after every 64 KB."""
        return _parsing(self.archive, part, parser)


@contextmanager
def open_workbook(path: Path, name: str) -> Iterator[Workbook]:
    """Open a workbook; raises SourceError where the file is none, or can't be read (also while it is open)."""
    try:
        _refuse_others(path, name)
        with ZipFile(path) as archive:
            _refuse_large(archive, name)
            yield _workbook(archive, name)
    except (FileNotFoundError, PermissionError) as error:
        what = "is gone: put it back" if isinstance(error, FileNotFoundError) else "can't be opened: allow reading it"
        raise SourceError(f"{name} {what}, or change 'path:'.") from None
    except (BadZipFile, LargeZipFile, EOFError, zlib.error, NotImplementedError, OSError) as error:
        raise SourceError(
            f"{name} is damaged or cut off ({shorten(str(error) or type(error).__name__, 80)}): copy it here again, or"
            " open it in Excel and save it anew."
        ) from None
    except (expat.ExpatError, ElementTree.ParseError, KeyError, ValueError, IndexError, TypeError) as error:
        raise SourceError(
            f"{name} is not a workbook that can be read ({shorten(str(error), 80)}): open it in Excel and save it anew."
        ) from None


def _parsing(archive: ZipFile, part: str, parser: expat.XMLParserType) -> Iterator[None]:
    """Parse a part bit by bit; document types, which could make it expand, are refused."""

    def refuse(*_: object) -> None:
        raise ValueError("it has a document type")

    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
            yield
    parser.Parse(b"", True)
    yield


def _refuse_others(path: Path, name: str) -> None:
    """Raise SourceError for files that are not an archive, by what they are instead."""
    with path.open("rb") as file:
        start = file.read(2048)
        if not start:
            raise SourceError(f"{name} is empty (0 bytes): copy it here again.")
        if start.startswith(_OLE):
            rest = start + file.read(1 << 22)
            if _ENCRYPTED in rest:
                raise SourceError(f"{name} is protected by a password: save it without one.")
            raise SourceError(f"{name} is of the old Excel format (.xls): open it in Excel and save it as .xlsx.")
    if start.startswith(b"PK"):
        return
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(b"<"):
        what = "a web page" if b"<html" in text or b"<!doctype html" in text else "an XML file"
        raise SourceError(f"{name} is {what}, not a workbook: open it in Excel and save it as .xlsx.")
    if b"\0" not in start:
        raise SourceError(f"{name} is a text file, not a workbook: write type: csv, or save it as .xlsx.")
    raise SourceError(f"{name} is not an Excel workbook: open it in Excel and save it as .xlsx.")


def _refuse_large(archive: ZipFile, name: str) -> None:
    total = 0
    for info in archive.infolist():
        if info.flag_bits & 1:
            raise SourceError(f"{name} is protected by a password: save it without one.")
        total += info.file_size
    if total > _MOST_BYTES:
        raise SourceError(
            f"{name} unpacks to {total / 1e9:,.1f} GB, and at most {_MOST_BYTES / 1e9:,.1f} are read: save the sheet"
            " that is needed as a file of its own, or as CSV."
        )


def _workbook(archive: ZipFile, name: str) -> Workbook:
    held = set(archive.namelist())
    part = next((target for kind, target in _relations(archive, "").values() if kind == "officeDocument"), "")
    if part.endswith(".bin"):
        raise SourceError(f"{name} is a binary workbook (.xlsb): save it as .xlsx.")
    if part not in held or not part.startswith("xl/"):
        raise SourceError(f"{name} is an archive, but not an Excel workbook: save it as .xlsx.")
    root, relations = _tree(archive, part), _relations(archive, part)
    sheets = []
    for sheet in root.iterfind(".//{*}sheets/{*}sheet"):
        key = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        kind, target = relations.get(key, ("", ""))
        if kind == "worksheet" and target in held:
            visible = sheet.get("state", "visible") == "visible"
            sheets.append(Sheet(sheet.get("name", ""), visible, target, _tables(archive, target)))
    if not sheets:
        raise SourceError(f"{name} has no worksheet.")
    of_kind = {kind: target for kind, target in relations.values() if target in held}
    settings, calculation = root.find("{*}workbookPr"), root.find("{*}calcPr")
    return Workbook(
        name,
        archive,
        tuple(sheets),
        {name.get("name", ""): (name.text or "").strip() for name in root.iterfind(".//{*}definedName")},
        _strings(archive, of_kind["sharedStrings"], name) if "sharedStrings" in of_kind else (),
        _styles(archive, of_kind["styles"]) if "styles" in of_kind else (),
        settings is not None and settings.get("date1904") in ("1", "true"),
        calculation is not None and calculation.get("fullCalcOnLoad") in ("1", "true"),
    )


def _tree(archive: ZipFile, part: str) -> ElementTree.Element:
    if archive.getinfo(part).file_size > _MOST_SMALL_BYTES:
        raise ValueError(f"its part {part} is too large")
    data = archive.read(part)
    if b"<!DOCTYPE" in data:
        raise ValueError("it has a document type")
    return ElementTree.fromstring(data)


def _relations(archive: ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return kind and target of what a part of the archive refers to, by key."""
    folder, file = posixpath.split(part)
    place = posixpath.join(folder, "_rels", f"{file}.rels")
    if place not in archive.namelist():
        return {}
    found = {}
    for relation in _tree(archive, place):
        target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
        found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], target)
    return found


def _tables(archive: ZipFile, part: str) -> dict[str, str]:
    held = set(archive.namelist())
    places = [place for kind, place in _relations(archive, part).values() if kind == "table" and place in held]
    roots = [_tree(archive, place) for place in places]
    return {root.get("displayName", root.get("name", "")): root.get("ref", "") for root in roots}


def _styles(archive: ZipFile, part: str) -> tuple[Shown, ...]:
    root = _tree(archive, part)
    codes = {each.get("numFmtId"): each.get("formatCode", "") for each in root.iterfind("{*}numFmts/{*}numFmt")}
    keys = [style.get("numFmtId", "0") for style in root.iterfind("{*}cellXfs/{*}xf")]
    return tuple(_shown(int(key), codes.get(key)) for key in keys)


def _shown(key: int, code: str | None) -> Shown:
    """Return what a number format makes of numbers."""
    if code is None:
        return "date" if key in _DATES else "time" if key in _TIMES else "number"
    signs = _LITERAL.sub("", code.partition(";")[0]).lower().replace("general", "").replace("am/pm", "h")
    if re.search("[yd]", signs) or ("m" in signs and not re.search("[hs]", signs)):
        return "date"
    return "time" if re.search("[hs]", signs) else "number"


def _strings(archive: ZipFile, part: str, name: str) -> tuple[str, ...]:
    """Return the texts that cells refer to by number."""
    if archive.getinfo(part).file_size > _MOST_STRINGS_BYTES:
        raise SourceError(f"{name} holds more than {_MOST_STRINGS_BYTES >> 20} MB of text: save the sheet as CSV.")
    found: list[str] = []
    pieces: list[str] = []
    text: list[str] = []
    aloud = 0

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal aloud
        text.clear()
        if tag.rpartition(":")[2] == "rPh":  # how Japanese text is spoken
            aloud += 1

    def end(tag: str) -> None:
        nonlocal aloud
        match tag.rpartition(":")[2]:
            case "t" if not aloud:
                pieces.append("".join(text))
            case "rPh":
                aloud -= 1
            case "si":
                found.append(plain("".join(pieces)))
                pieces.clear()

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text.append
    for _ in _parsing(archive, part, parser):
        pass
    return tuple(found)


def plain(text: str) -> str:
    """Return a text of a cell on one line, its escaped signs (`_x000D_`) as they are."""
    if "_x00" in text:
        text = _ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), text)
    return text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\0", "")
