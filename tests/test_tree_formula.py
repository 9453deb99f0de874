"""Formulas: what the grammar accepts, the order of the steps, and where it stops."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.tree.formula import LONGEST, Formula, FormulaError, Operand, parse_formula

VALUES = {"a": 2.5, "b": 7.0, "c": -3.0}


def value(formula: Formula) -> float:
    """The formula's value, step by step."""
    results: list[float] = []

    def of(side: Operand) -> float:
        if side.step is not None:
            return results[side.step]
        return VALUES[side.metric] if side.metric else float(side.number or 0)

    for step in formula.steps:
        left, right = of(step.left), of(step.right)
        results.append(
            {"+": left + right, "-": left - right, "*": left * right, "/": left / (right or 1)}[step.operator]
        )
    return results[-1]


@pytest.mark.parametrize(
    "text",
    ["a", "-a", "+a", "2", "a + b * c", "(a + b) * c", "a - b - c", "a / b / c", "-a * -b", "a - -b", "--a",
     "a*(b-(c+1))",     "1e2 * a", ".5 * a + 2.", "-(a + b)", "2 * -(-a / b) - c"],
)  # fmt: skip
def test_values_are_those_of_arithmetic(text: str) -> None:
    assert isclose(value(parse_formula(text)), eval(text, {}, VALUES))


def expressions() -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["a", "b", "c", "1", "2.5"])
    return st.recursive(
        leaf,
        lambda part: (
            st.tuples(part, st.sampled_from("+-*"), part).map(" ".join)
            | part.map("({})".format)
            | part.map("-{}".format)
        ),
        max_leaves=12,
    )


@given(expressions())
def test_any_formula_has_the_value_of_arithmetic(text: str) -> None:
    assert isclose(value(parse_formula(text)), eval(text, {}, VALUES), abs_tol=1e-9)


def test_operands_once_and_as_written() -> None:
    assert parse_formula("b / (a + b)").operands == ("b", "a")


@pytest.mark.parametrize(
    ("text", "column"),
    [("", 1), ("a +", 4), ("a b", 3), ("a + * b", 5), ("(a", 3), ("a)", 2), ("A", 1), ("a ^ b", 3), ("2a", 2),
     ("a, b", 2), ("()", 2), ("a + 1e999", 5), ("__import__", 1), ("a" * (LONGEST + 1), 1)],
)  # fmt: skip
def test_where_it_stops(text: str, column: int) -> None:
    with pytest.raises(FormulaError) as raised:
        parse_formula(text)
    assert raised.value.column == column


@pytest.mark.parametrize("text", ["-" * 1999 + "a", "(" * 999 + "a" + ")" * 999, "a" + "+a" * 999, "(" * 999])
def test_no_depth_is_too_deep(text: str) -> None:
    try:
        parse_formula(text)
    except FormulaError as error:
        assert error.column == 1000


@given(st.text(alphabet="ab1.e+-*/() \n", max_size=30))
def test_anything_else_is_a_formula_error(text: str) -> None:
    try:
        formula = parse_formula(text)
    except FormulaError as error:
        assert 1 <= error.column <= len(text) + 1
    else:
        assert formula.steps
