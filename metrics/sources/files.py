"""Which files a source is made of, and whether they are text that can be read."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path, PurePath

import numpy as np

from metrics.errors import nearest, shorten
from metrics.sources.report import SourceError
from metrics.tree.tree import Source

DELIMITERS = (",", ";", "\t", "|")

_ENDINGS = {"csv": (".csv", ".tsv", ".txt"), "excel": (".xlsx", ".xlsm"), "parquet": (".parquet", ".pq")}
_GLOB = frozenset("*?[")
# Small enough to stay in the processor's cache.
CHUNK = 1 << 17
_LONG_LINE = 1 << 20
_MOST_NAMES = 10


@dataclass(frozen=True)
class Text:
    """What one look at the bytes of a file told.

    `plain`: nothing is in it that DuckDB reads in another way than people mean, namely 1_000 for 1000, ends of lines
    of several kinds, of which it knows only those that it meets first, or a line of more than a megabyte, which it may
    drop without a word. `trailing`: the signs that end some line, of delimiters, quotes and spaces.
    """

    plain: bool
    trailing: frozenset[str]


def files_of(source: Source, folder: Path) -> list[Path]:
    """Return the file of a source, or the files that its glob matches, sorted.

    Raises SourceError where there is none, or where the path leaves the workspace's folder.
    """
    path = source.path or ""
    if not path.strip() or "\0" in path:
        raise SourceError(f"Source '{source.id}' names no file: write 'path:'.")
    if PurePath(path).is_absolute() or ".." in PurePath(path).parts:
        raise SourceError(f"The path {shorten(path)} leaves the workspace: write a path below its folder.")
    named = folder / path
    try:
        if named.is_dir():
            ending = _ENDINGS[source.type][0]
            raise SourceError(f"{path} is a folder: write a file in it, or a pattern such as {path}/*{ending}.")
        if named.is_file():
            found = [named]
        elif _GLOB & set(path):
            found = sorted(
                match
                for match in folder.glob(_pattern(path))
                if match.is_file() and not _is_hidden(match.relative_to(folder), PurePath(path))
            )
        else:
            found = []
    except (OSError, ValueError, NotImplementedError) as error:
        raise SourceError(f"The path {shorten(path)} can't be used: {error}.") from None
    if not found:
        raise SourceError(_nothing_found(path, folder, _ENDINGS[source.type]))
    for match in found:
        if any("\ud800" <= sign <= "\udfff" for sign in str(match)):
            raise SourceError(f"The name of the file {match.name!r} is not UTF-8: rename it.")
    return found


def _is_hidden(match: PurePath, pattern: PurePath) -> bool:
    """Return whether a file, or a folder that the pattern doesn't name, is one that people don't see.

    A name that starts with a dot is hidden, or the shadow that some systems put beside each file; with ~$ begins what
    Excel puts beside a workbook that is open.
    """
    if match.name.startswith((".", "~$")):
        return True
    named = [part for part in pattern.parts if part.startswith(".")]
    folders = (part for part in match.parts[:-1] if part.startswith("."))
    return not all(any(fnmatchcase(part, own) for own in named) for part in folders)


def _pattern(path: str) -> str:
    """Return a pattern with `**/**` as the `**` that it means: each of them multiplies the time to look for files."""
    kept: list[str] = []
    for part in PurePath(path).parts:
        if part != "**" or kept[-1:] != ["**"]:
            kept.append(part)
    return "/".join(kept) + ("/" if path.endswith("/") else "")


def fingerprint_of(paths: Sequence[Path]) -> str:
    """Return a fingerprint of files by their sizes and times of change."""
    stats = [(str(path), *_size_and_time(path)) for path in paths]
    return sha256(repr(stats).encode()).hexdigest()[:16]


def _size_and_time(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:  # the reader says what is the matter with it
        return 0, 0
    return stat.st_size, stat.st_mtime_ns


def look_at(path: Path, name: str) -> Text:
    """Read a file once and return what the CSV reader needs to know of it beforehand.

    Raises SourceError where it can't be opened, is empty, or is not UTF-8 text.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    plain, lines, returns, before = True, 1, 0, b""
    unbroken = 0
    before_line_end = np.zeros(256, bool)
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if not before:
                    _refuse_other_kinds(chunk, name)
                _decode(decoder, chunk, name, lines)
                signs = before + chunk
                block = np.frombuffer(signs, np.uint8)
                ends_line = block == 10
                ended = int(np.count_nonzero(ends_line[len(before) :]))
                lines += ended
                unbroken = 0 if ended else unbroken + len(chunk)
                plain &= unbroken < _LONG_LINE
                if b"\r" in signs:  # asking first is cheap: most files have none
                    ends_line |= block == 13
                    after_return = block[1:][block[:-1] == 13]
                    plain &= bool((after_return == 10).all())
                    returns += after_return.size - (before == b"\r\n")
                before_line_end[block[:-1][ends_line[1:]]] = True
                # DuckDB takes `+-1` for -1, and 1_000 for 1000. One sign is found ten times as fast as two.
                plain &= b"+" not in signs or b"+-" not in signs
                if b"_" in signs:
                    around = np.flatnonzero(block[1:-1] == 95)
                    plain &= not (_is_digit(block[around]) & _is_digit(block[around + 2])).any()
                before = chunk[-2:]
    except FileNotFoundError:
        raise SourceError(f"{name} is gone: put it back, or change 'path:'.") from None
    except PermissionError:
        raise SourceError(f"{name} can't be opened: give Northstar the right to read it.") from None
    except OSError as error:
        raise SourceError(f"{name} can't be read: {error.strerror or error}.") from None
    if not before:
        raise SourceError(f"{name} is empty: it needs a header and at least one row.")
    _decode(decoder, b"", name, lines, final=True)
    plain &= before[-1] != 13 and returns in (0, lines - 1)
    before_line_end[before[-1]] = True
    return Text(plain, frozenset(sign for sign in (*DELIMITERS, '"', " ") if before_line_end[ord(sign)]))


def _refuse_other_kinds(start: bytes, name: str) -> None:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceError(f"{name} is UTF-16, not UTF-8: save it as CSV UTF-8.")
    if start.startswith(b"\x1f\x8b"):
        raise SourceError(f"{name} is compressed: unpack it.")
    if start.startswith(b"PK\x03\x04"):
        raise SourceError(f"{name} is a workbook or an archive, not CSV: write type: excel, or save it as CSV UTF-8.")


def _is_digit(block: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return (block >= 48) & (block <= 57)


def _decode(decoder: codecs.IncrementalDecoder, chunk: bytes, name: str, line: int, final: bool = False) -> None:
    try:
        # Plain ASCII needs no decoding, but where the chunk before ended within a sign.
        if final or not chunk.isascii() or decoder.getstate()[0]:
            decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        line += chunk[: error.start].count(b"\n")
        raise SourceError(f"{name} is not UTF-8 (line {line}): save it as CSV UTF-8.") from None
    if b"\0" in chunk:
        line += chunk[: chunk.index(b"\0")].count(b"\n")
        raise SourceError(f"{name} is not plain text (line {line}): save it as CSV UTF-8.")


def _nothing_found(path: str, folder: Path, endings: tuple[str, ...]) -> str:
    """Return the sentence for a path without a file: what there is instead."""
    near = folder / path
    while near != folder and not near.is_dir():
        near = near.parent
    where = near.relative_to(folder).as_posix()
    place = "in the workspace" if where == "." else f"in {where}"
    try:
        entries = sorted(entry.name for entry in near.iterdir() if entry.is_file() and entry.name[0] != ".")
    except OSError:
        entries = []
    entries = [entry for entry in entries if entry.isprintable()]
    tables = [entry for entry in entries if entry.lower().endswith(endings)] or entries
    what = f"No file matches {path}" if _GLOB & set(path) else f"There is no file {path}"
    if not tables:
        return f"{what}, and there is no other file {place}: put it there, or change 'path:'."
    more = f" and {len(tables) - _MOST_NAMES} more" if len(tables) > _MOST_NAMES else ""
    close = None if _GLOB & set(path) else nearest(PurePath(path).name, tables)
    hint = f" Did you mean '{close}'?" if close else ""
    return f"{what}. The files {place} are: {', '.join(tables[:_MOST_NAMES])}{more}.{hint}"
