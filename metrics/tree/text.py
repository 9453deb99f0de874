"""The bytes of `northstar.yaml` as text that the YAML parser can take."""

from __future__ import annotations

import codecs
import re

from metrics.tree.faults import FaultList

LARGEST = 4_000_000

_BREAK = re.compile(r"\r\n|\r|\n")
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_OTHER_ENCODINGS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAVE_AS = "Save the file as UTF-8."


def decode(data: bytes | str, faults: FaultList) -> str | None:
    """Return the text without a byte order mark, or None after reporting why it is none."""
    if len(data) > LARGEST:
        faults.error(1, 1, f"The file is {len(data):,} bytes long; {LARGEST:,} is the most.", "Keep data in CSV files.")
        return None
    if isinstance(data, bytes):
        if data.startswith(_OTHER_ENCODINGS):
            faults.error(1, 1, "The file is in UTF-16 or UTF-32.", _SAVE_AS)
            return None
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8")
            line, column = _place(before, len(before))
            faults.error(line, column, "A character here is not UTF-8.", _SAVE_AS)
            return None
    else:
        text = data
    text = text.removeprefix("\ufeff")
    if found := _UNREADABLE.search(text):
        line, column = _place(text, found.start())
        code = f"U+{ord(found[0]):04X}"
        faults.error(line, column, f"A control character ({code}) stands here.", f"Delete it. {_SAVE_AS}")
        return None
    return text


def line_starts(text: str) -> list[int]:
    """Return the index at which each line begins."""
    return [0, *(end.end() for end in _BREAK.finditer(text))]


def _place(text: str, at: int) -> tuple[int, int]:
    starts = line_starts(text[:at])
    return len(starts), at - starts[-1] + 1
