"""A YAML file as plain values that remember where they were written."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from metrics.tree.text import line_starts

Path = tuple[str | int, ...]

_TIGHT_COMMENT = re.compile(r"[ \t]+#(?=[^\W_])")
_TIGHT_SIGN = re.compile(r"(?<=[ \t])#(?=[^\W_])")


class Place(NamedTuple):
    """Line and column in the file, from 1."""

    line: int
    column: int


# Where one value of a mapping or list stands: line and column of its key and of itself, from 0; then, where it is a
# scalar, its text as written, its style and the indexes of its first character and of that after its last. A plain
# tuple, because the garbage collector would look at a hundred thousand objects again and again.
Entry = tuple[int, int, int, int, str | None, str, int, int]


class Document:
    """The values of a YAML file, with the place of each.

    A place is asked for by path, such as ("metrics", "signups", "inputs", 0); where a path leads nowhere, the
    place of the nearest value above it is given.
    """

    def __init__(self, text: str, values: dict[str, Any], entries: dict[int, Any]) -> None:
        self.text = text
        self.values = values
        self._entries = entries

    def get(self, path: Path) -> Any:
        """Return the value at `path`, None where nothing was written."""
        value: Any = self.values
        for part in path:
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def existing(self, path: Path) -> Path:
        """Return the longest beginning of `path` that was written."""
        return path[: sum(1 for _ in self._entries_along(path))]

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Return where the value at `path` begins, or with `key` its key (for an item of a list: the item)."""
        entry = self._entry(path)
        if entry is None:
            return Place(1, 1)
        line, column = entry[:2] if key else entry[2:4]
        return Place(line + 1, column + 1)

    def written(self, path: Path) -> str:
        """Return the scalar at `path` as the person wrote it, so that 01 stays "01"; "" where it is none."""
        entry = self._entry(path)
        return entry[4] or "" if entry is not None else ""

    def inside(self, path: Path, at: int) -> Place:
        """Return where the character at index `at` of the text at `path` stands in the file.

        Quotes, folded lines and indentation differ between file and text, but only in white space and in what
        comes first: so the characters that are not white space are counted. Escapes such as \\u0041 are not.
        """
        entry = self._entry(path)
        text, style, start, end = entry[4:] if entry is not None else (None, "", 0, 0)
        if text is None:
            return self.place(path)
        if style in ("|", ">"):
            start = self.text.find("\n", start, end) + 1
        elif style:
            start, end = start + 1, end - 1
        before = sum(not sign.isspace() for sign in text[:at])
        for index in range(start, end):
            if not self.text[index].isspace():
                if before == 0:
                    return self._place_of(index)
                before -= 1
        return self._place_of(start + len(self.text[start:end].rstrip()))

    @cached_property
    def has_tight_comments(self) -> bool:
        """Whether anywhere in the file there is what looks like a comment such as `#1`."""
        return _TIGHT_SIGN.search(self.text) is not None

    def tight_comment(self, path: Path) -> Place | None:
        """Return where a comment such as `#1` begins that ends the unquoted text at `path`; None for `# such`."""
        entry = self._entry(path)
        text, style, _, end = entry[4:] if entry is not None else (None, "", 0, 0)
        comment = _TIGHT_COMMENT.match(self.text, end) if text and not style else None
        return self._place_of(comment.end() - 1) if comment else None

    @cached_property
    def _line_starts(self) -> list[int]:
        return line_starts(self.text)

    def _place_of(self, index: int) -> Place:
        line = bisect_right(self._line_starts, index)
        return Place(line, index - self._line_starts[line - 1] + 1)

    def _entry(self, path: Path) -> Entry | None:
        return next(iter(deque(self._entries_along(path), maxlen=1)), None)

    def _entries_along(self, path: Path) -> Iterator[Entry]:
        """Yield what is known of each value on the way to `path`, as far as it was written."""
        value: Any = self.values
        for part in path:
            entries: Any = self._entries.get(id(value)) if isinstance(value, dict | list) else None
            known = part in entries if isinstance(entries, dict) else _holds(entries, part)
            if not known:
                return
            yield entries[part]
            value = value[part]


def _holds(entries: list[Entry] | None, part: str | int) -> bool:
    return entries is not None and isinstance(part, int) and 0 <= part < len(entries)
