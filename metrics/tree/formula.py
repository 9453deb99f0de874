"""Formulas over metric ids: a grammar, never `eval`.

A formula such as `activated / (signups + 1)` is kept as a list of steps in the order in which they are computed, each
with one operator and two sides. Deep or long formulas therefore need no recursion, and SQL can compute a step for
all metrics and periods at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from threading import Lock
from typing import Literal, NamedTuple

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError

from metrics.errors import NorthstarError, shorten

Operator = Literal["+", "-", "*", "/"]

LONGEST = 2_000

_GRAMMAR = r"""
    ?sum: product | sum "+" product -> add | sum "-" product -> subtract
    ?product: signed | product "*" signed -> multiply | product "/" signed -> divide
    ?signed: atom | "-" signed -> negate | "+" signed
    ?atom: NUMBER -> number | NAME -> metric | "(" sum ")"
    NAME: /[a-z][a-z0-9_]*/
    NUMBER: /([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?/
    %ignore /[ \t\r\n]+/
"""


class FormulaError(NorthstarError, ValueError):
    """A formula that the grammar does not accept. `column` counts from 1 within the formula."""

    def __init__(self, sentence: str, column: int) -> None:
        super().__init__(sentence)
        self.column = column


class Operand(NamedTuple):
    """One side of a step: a metric's id, a number, or the result of an earlier step."""

    metric: str | None = None
    number: float | None = None
    step: int | None = None


class Step(NamedTuple):
    """`left operator right`."""

    operator: Operator
    left: Operand
    right: Operand


@dataclass(frozen=True)
class Formula:
    """A parsed formula. The last step's result is the formula's; `operands` are metric ids, each once, as written."""

    text: str
    steps: tuple[Step, ...]
    operands: tuple[str, ...]

    def degree(self, of_metric: Callable[[str], int | None]) -> int | None:
        """Return the power of the number of days with which the result grows, from those of the operands.

        Products add degrees and quotients subtract them. A sum of parts with different degrees has none.
        """
        results: list[int | None] = []

        def of(side: Operand) -> int | None:
            if side.step is not None:
                return results[side.step]
            return of_metric(side.metric) if side.metric else 0

        for step in self.steps:
            left, right = of(step.left), of(step.right)
            if left is None or right is None:
                results.append(None)
            elif step.operator == "*":
                results.append(left + right)
            elif step.operator == "/":
                results.append(left - right)
            elif step.left.number == 0:
                results.append(right)
            else:
                results.append(left if left == right or step.right.number == 0 else None)
        return results[-1]


class _Build(Transformer[Token, Operand]):
    """Turns what the parser recognises into steps at once, so that no depth of a formula needs recursion."""

    def __init__(self) -> None:
        super().__init__()
        self.start()

    def start(self) -> None:
        self.steps: list[Step] = []
        self.names: dict[str, None] = {}

    def number(self, children: list[Token]) -> Operand:
        number = float(children[0])
        if not isfinite(number):
            at = (children[0].start_pos or 0) + 1
            raise FormulaError(f"The number {shorten(children[0], 20)} in the formula is too large.", at)
        return Operand(number=number)

    def metric(self, children: list[Token]) -> Operand:
        self.names[str(children[0])] = None
        return Operand(metric=str(children[0]))

    def signed(self, children: list[Operand]) -> Operand:
        return children[0]

    def negate(self, children: list[Operand]) -> Operand:
        return self._step("-", Operand(number=0.0), children[0])

    def add(self, children: list[Operand]) -> Operand:
        return self._step("+", *children)

    def subtract(self, children: list[Operand]) -> Operand:
        return self._step("-", *children)

    def multiply(self, children: list[Operand]) -> Operand:
        return self._step("*", *children)

    def divide(self, children: list[Operand]) -> Operand:
        return self._step("/", *children)

    def _step(self, operator: Operator, left: Operand, right: Operand) -> Operand:
        self.steps.append(Step(operator, left, right))
        return Operand(step=len(self.steps) - 1)


_building = _Build()
_parser = Lark(_GRAMMAR, parser="lalr", start="sum", transformer=_building)
_one_at_a_time = Lock()


def parse_formula(text: str) -> Formula:
    """Return the parsed formula; raises FormulaError with the column at which it stopped making sense."""
    if len(text) > LONGEST:
        raise FormulaError(f"The formula is {len(text):,} characters long; {LONGEST:,} is the most.", 1)
    with _one_at_a_time:
        _building.start()
        try:
            result: Operand = _parser.parse(text)  # type: ignore[assignment]  # what the transformer returns
        except UnexpectedInput as error:
            ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
            raise _senseless(text, len(text) if ended else error.pos_in_stream or 0) from None
        except VisitError as error:
            raise error.orig_exc from None
        steps, names = _building.steps, _building.names
    if result.step is None:  # a bare id or number is a formula too: x + 0 keeps it one
        steps.append(Step("+", result, Operand(number=0.0)))
    return Formula(text, tuple(steps), tuple(names))


def _senseless(text: str, at: int) -> FormulaError:
    seen = shorten(text[at:], 20) or "the end"
    return FormulaError(
        f"The formula '{shorten(text)}' stops making sense at character {at + 1} ({seen}); "
        "write metric ids and numbers with + - * / and parentheses.",
        at + 1,
    )
