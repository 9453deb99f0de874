"""Rules about what drives what: claims, circles, the North Star and what it predicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metrics.tree.draft import Draft, items
from metrics.tree.faults import Fault
from metrics.tree.formula import Formula
from metrics.tree.order import circles
from metrics.tree.written import Link, Metric

_LONGEST_PATH = 8


def one_north_star(draft: Draft) -> Iterator[Fault]:
    """Exactly one metric is the North Star; none is a warning, because a tree may be begun from below."""
    stars = [metric_id for metric_id, metric in draft.metrics.items() if metric.role == "north_star"]
    for other in stars[1:]:
        line = draft.line(("metrics", stars[0]))
        yield draft.error(
            ("metrics", other, "role"),
            f"'{other}' is a second North Star; '{stars[0]}' (line {line}) is the first.",
            "Keep role: north_star on one of them.",
        )
    unclear = any(
        metric.role is None and draft.wrote("metrics", metric_id, "role") for metric_id, metric in draft.metrics.items()
    )
    if not stars and not unclear and draft.metrics:
        yield draft.warning(("metrics",), "No metric is the North Star.", "Write role: north_star on one.", key=True)


def no_circle(draft: Draft) -> Iterator[Fault]:
    """No metric drives itself through others, be it by formulas or claims; a claim's lag does not excuse it."""
    for circle in circles(draft.below):
        path = " -> ".join((*_shown(circle), circle[0]))
        yield draft.error(
            draft.below[circle[0]][circle[1]],
            f"{path} is a circle: each lists the next as an input or in its formula.",
            "Remove one of these links.",
        )


def not_itself(draft: Draft) -> Iterator[Fault]:
    """No metric names itself as input, component, denominator or prediction."""
    for metric_id, metric in draft.metrics.items():
        base = ("metrics", metric_id)
        for index, claim in items(metric.inputs):
            if claim.metric == metric_id:
                yield draft.error((*base, "inputs", index), f"'{metric_id}' is its own input.", "Remove this input.")
        formula = draft.formulas.get(metric_id)
        if isinstance(formula, Formula) and metric_id in formula.operands:
            yield draft.error(
                (*base, "formula"), f"'{metric_id}' is in its own formula.", "Write a formula of other metrics."
            )
        if metric.denominator == metric_id:
            yield draft.error(
                (*base, "denominator"), f"'{metric_id}' is its own denominator.", "Name another metric, or delete it."
            )
        for index, prediction in items(metric.predicts):
            if prediction.metric == metric_id:
                yield draft.error((*base, "predicts", index), f"'{metric_id}' predicts itself.", "Name an outcome.")


def inputs_once(draft: Draft) -> Iterator[Fault]:
    """A metric lists each input once, and predicts each outcome once."""
    for metric_id, metric in draft.metrics.items():
        for key, claims in _links(metric):
            first: dict[str, int] = {}
            for index, claim in items(claims):
                known = first.setdefault(claim.metric, index)
                if known != index:
                    line = draft.line(("metrics", metric_id, key, known))
                    yield draft.error(
                        ("metrics", metric_id, key, index),
                        f"'{claim.metric}' is listed twice under {key} (first in line {line}).",
                        "Keep one of the two.",
                    )


def inputs_are_no_components(draft: Draft) -> Iterator[Fault]:
    """An input is not also in the formula (warning): a component is exact, there is nothing to claim."""
    for metric_id, metric in draft.metrics.items():
        formula = draft.formulas.get(metric_id)
        if not isinstance(formula, Formula):
            continue
        for index, claim in items(metric.inputs):
            if claim.metric in formula.operands and claim.metric != metric_id:
                yield draft.warning(
                    ("metrics", metric_id, "inputs", index),
                    f"'{claim.metric}' is already in the formula of '{metric_id}', which is exact.",
                    "Delete the input.",
                )


def claims_have_reasons(draft: Draft) -> Iterator[Fault]:
    """Every claim and prediction says why it should be so (warning)."""
    for metric_id, metric in draft.metrics.items():
        formula = draft.formulas.get(metric_id)
        components = formula.operands if isinstance(formula, Formula) else ()
        for key, claims in _links(metric):
            for index, claim in items(claims):
                path = ("metrics", metric_id, key, index)
                if claim.because or draft.wrote(*path, "because") or (key == "inputs" and claim.metric in components):
                    continue
                verb = "drives it" if key == "inputs" else "follows it"
                says = f"'{metric_id}' does not say why '{claim.metric}' {verb}."
                yield draft.warning(path, says, f"Write {{metric: {claim.metric}, because: ...}}.")


def predicts_from_the_top(draft: Draft) -> Iterator[Fault]:
    """Only the North Star predicts outcomes."""
    for metric_id, metric in draft.metrics.items():
        if metric.predicts is None or metric.role == "north_star":
            continue
        if metric.role is not None or not draft.wrote("metrics", metric_id, "role"):
            yield draft.error(
                ("metrics", metric_id, "predicts"),
                f"'{metric_id}' is not the North Star, so it has no 'predicts'.",
                "Move it to the North Star, or list this metric under the other's inputs.",
                key=True,
            )


def _links(metric: Metric) -> Iterator[tuple[str, Sequence[Link | None] | None]]:
    yield "inputs", metric.inputs
    yield "predicts", metric.predicts


def _shown(circle: tuple[str, ...]) -> tuple[str, ...]:
    if len(circle) <= _LONGEST_PATH:
        return circle
    return (*circle[:4], f"({len(circle) - 6} more)", *circle[-2:])


RULES = (
    one_north_star, no_circle, not_itself, inputs_once, inputs_are_no_components, claims_have_reasons,
    predicts_from_the_top,
)  # fmt: skip
