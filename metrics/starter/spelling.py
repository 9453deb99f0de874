"""Names from elsewhere as ids, and texts from elsewhere as YAML."""

from __future__ import annotations

import re
import unicodedata

from metrics.errors import shorten

_LONGEST_ID = 60
_LONGEST_COMMENT = 110
# YAML's own words, to this program (the first three) or to editors that follow the older standard.
_NO_IDS = frozenset(("true", "false", "null"))
_NO_PLAIN = _NO_IDS | frozenset(("yes", "no", "on", "off", "y", "n"))
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "%": " percent "}
)
_PLAIN = re.compile(r"[^\W\d_][\w/().+-]*(?: [\w/().+-]+)*\Z")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}


class Ids:
    """Gives each name an id of its own: small letters, digits and underscores, beginning with a letter."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._taken: set[str] = set()

    def new(self, name: str) -> str:
        """Return an id like `name` that was not given yet: `PageViews` is page_views, a second one page_views_2."""
        made = snake(name)
        if not made or not made[0].isalpha() or made in _NO_IDS:
            made = f"{self._kind}_{made}" if made else f"{self._kind}_{len(self._taken) + 1}"
        found, number = made, 1
        while found in self._taken:
            number += 1
            found = f"{made}_{number}"
        self._taken.add(found)
        return found


def snake(name: str) -> str:
    """Return the words of a name in small ASCII letters, joined by underscores; "" where it has none."""
    bare = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign))
    split = _WORDS.sub("_", bare).lower()
    return re.sub("[^a-z0-9]+", "_", split).strip("_")[:_LONGEST_ID].rstrip("_")


def yaml_text(text: str) -> str:
    """Return a text as a YAML scalar on one line, in quotes where it could be read as anything else."""
    if _PLAIN.match(text) and text.isprintable() and text.lower() not in _NO_PLAIN:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def yaml_number(value: float) -> str:
    """Return a number as YAML: 3 and not 3.0."""
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else repr(value)


def comment(text: str, longest: int = _LONGEST_COMMENT) -> str:
    """Return a text so that it can stand in a comment: on one line, cut, without signs that no YAML file may hold."""
    return "".join(sign if sign.isprintable() else "?" for sign in shorten(text, longest))


def _escaped(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    if sign.isprintable() and sign != "\ufeff":
        return sign
    code = ord(sign)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
