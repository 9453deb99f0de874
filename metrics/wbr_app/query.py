"""The filters of a deck: which of them a `where:` can say."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

_TOKENS = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|`(?P<quoted>[^`]+)`"
    r"|(?P<number>[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![\w.]))"
    r"|(?P<word>[^\W\d]\w*)|(?P<sign>==|&|\(|\)))"
)


@dataclass(frozen=True)
class Equal:
    """A column and the value that its cells have to hold; `text` is None where `number` is asked for."""

    column: str
    text: str | None = None
    number: float | None = None

    def holds(self, cell: str) -> bool:
        """Return whether a cell of a file holds the value."""
        if self.text is not None:
            return cell == self.text
        try:
            return float(cell.replace(",", "")) == self.number
        except ValueError:
            return False


def equalities(query: str) -> tuple[Equal, ...] | None:
    """Return the conditions of a filter such as `Country == 'US' and Device == 'phone'`, one a column.

    None where it asks for anything but equal values, or for two values of one column.
    """
    tokens = _tokens(query)
    parser = _Parser(tokens or [])
    found = parser.conditions() if tokens else None
    if not found or parser.rest or len({one.column for one in found}) < len(found):
        return None
    return tuple(found)


def _tokens(query: str) -> list[tuple[str, str]] | None:
    found, at = [], 0
    query = query.rstrip()
    while at < len(query):
        token = _TOKENS.match(query, at)
        if token is None or token.lastgroup is None:
            return None
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return found


class _Parser:
    """Reads conditions joined by `and`, from the first token on; None is given for anything else."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.rest = list(reversed(tokens))

    def conditions(self) -> list[Equal] | None:
        found: list[Equal] = []
        while True:
            part = self._part()
            if part is None:
                return None
            found += part
            if not self.rest or self.rest[-1] not in (("word", "and"), ("sign", "&")):
                return found
            self.rest.pop()

    def _part(self) -> list[Equal] | None:
        if self.rest and self.rest[-1] == ("sign", "("):
            self.rest.pop()
            found = self.conditions()
            return found if found and self.rest and self.rest.pop() == ("sign", ")") else None
        if len(self.rest) < 3:
            return None
        left, sign, right = (self.rest.pop() for _ in range(3))
        if sign != ("sign", "=="):
            return None
        if right[0] in ("word", "quoted") and left[0] not in ("word", "quoted"):
            left, right = right, left
        return _equal(left, right)


def _equal(column: tuple[str, str], value: tuple[str, str]) -> list[Equal] | None:
    if column[0] not in ("word", "quoted"):
        return None
    match value[0]:
        case "text":
            return [Equal(column[1], text=str(ast.literal_eval(value[1])))]
        case "number":
            return [Equal(column[1], number=float(value[1]))]
        case _:
            return None
