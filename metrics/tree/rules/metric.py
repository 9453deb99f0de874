"""Rules about one metric: where its values come from, its unit, its target and who answers for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metrics.errors import shorten
from metrics.tree.draft import TOO_MUCH_TEXT, Draft
from metrics.tree.faults import Fault
from metrics.tree.formula import FormulaError, parse_formula
from metrics.tree.meant import Respelling
from metrics.tree.resolve import words
from metrics.tree.spelling import slug

_READ_FROM_SOURCE = ("source", "column", "where", "scale")
_LONGEST_RESPELLED = 200
_CURRENCY = re.compile(r"[A-Z]{3}\Z")


def has_team_and_owner(draft: Draft) -> Iterator[Fault]:
    """Every metric has a team and someone who answers for it (warning)."""
    for metric_id, metric in draft.metrics.items():
        has_team = draft.wrote("metrics", metric_id, "team")
        team = draft.teams.get(metric.team or "")
        led = has_team and (team is None or draft.wrote("teams", metric.team or "", "lead"))
        owned = led or draft.wrote("metrics", metric_id, "owner")
        path = ("metrics", metric_id)
        if not has_team and not owned:
            yield draft.warning(path, f"'{metric_id}' has no team and no owner.", "Write team: and its id.", key=True)
        elif not has_team:
            yield draft.warning(path, f"'{metric_id}' has no team.", "Write team: and its id.", key=True)
        elif not owned:
            hint = f"Write owner: and an e-mail address, or lead: for the team '{metric.team}'."
            yield draft.warning(path, f"'{metric_id}' has no owner.", hint, key=True)


def has_data(draft: Draft) -> Iterator[Fault]:
    """Every metric has a source or a formula (warning: the tree may be drawn before there is data)."""
    for metric_id in draft.metrics:
        if not draft.wrote("metrics", metric_id, "source") and not draft.wrote("metrics", metric_id, "formula"):
            hint = "Write source: and its id, or formula:."
            yield draft.warning(("metrics", metric_id), f"'{metric_id}' has no data yet.", hint, key=True)


def formula_is_clear(draft: Draft) -> Iterator[Fault]:
    """A formula follows the grammar and names a metric; the fault stands at its place in the file."""
    names: Respelling | None = None
    for metric_id, formula in draft.formulas.items():
        path = ("metrics", metric_id, "formula")
        if formula is TOO_MUCH_TEXT:  # the others were not read either
            yield draft.error(path, str(formula), "Write shorter ids, or split the workspace.")
            return
        if isinstance(formula, FormulaError):
            line, column = draft.document.inside(path, formula.column - 1)
            names = names or _spellings(draft)
            hint = _with_ids(draft, draft.metrics[metric_id].formula or "", names)
            yield Fault("error", draft.file, line, column, str(formula), hint, metric_id)
        elif not formula.operands:
            yield draft.error(path, f"The formula '{shorten(formula.text)}' names no metric.", "Write metric ids.")


def _spellings(draft: Draft) -> Respelling:
    """Return how the metrics may be written in a formula by mistake: malformed ids, and names."""
    return Respelling(
        (spelling, slug(metric_id, "metric"))
        for metric_id, metric in draft.metrics.items()
        for spelling in (metric_id, metric.name or words(metric_id))
    )


def _with_ids(draft: Draft, text: str, names: Respelling) -> str:
    """Return the hint for a formula that names metrics by their names instead of their ids; "" for another."""
    if len(text) > _LONGEST_RESPELLED:
        return ""
    meant = names.formula(text)
    try:
        operands = parse_formula(meant).operands
    except FormulaError:
        return ""
    return f"Did you mean {meant}?" if operands and all(name in draft.known["metric"] for name in operands) else ""


def formula_stands_alone(draft: Draft) -> Iterator[Fault]:
    """A metric with a formula takes nothing from a source, and its operands say how days become weeks (warning)."""
    for metric_id, metric in draft.metrics.items():
        if metric.formula is None:
            continue
        for key in _READ_FROM_SOURCE:
            if getattr(metric, key) is not None:
                yield draft.error(
                    ("metrics", metric_id, key),
                    f"'{metric_id}' has a formula, so it cannot have '{key}'.",
                    f"Delete {key}, or the formula.",
                    key=True,
                )
        if metric.aggregate is not None:
            yield draft.warning(
                ("metrics", metric_id, "aggregate"),
                f"'aggregate' has no effect on '{metric_id}', which has a formula.",
                "Write aggregate on the metrics in its formula.",
                key=True,
            )


def where_holds_values(draft: Draft) -> Iterator[Fault]:
    """Each column in `where` is given one value."""
    for metric_id, metric in draft.metrics.items():
        for column, value in (metric.where or {}).items():
            if value is None or isinstance(value, list | dict):
                yield draft.error(
                    ("metrics", metric_id, "where", column),
                    f"'{shorten(column)}' in 'where' needs one value.",
                    f'Write {shorten(column)}: and the value; "" stands for blank cells.',
                )


def scale_keeps_values(draft: Draft) -> Iterator[Fault]:
    """A scale is not 0, with which every value would be 0."""
    for metric_id, metric in draft.metrics.items():
        if metric.scale == 0:
            message = f"A scale of 0 makes every value of '{metric_id}' 0."
            yield draft.error(("metrics", metric_id, "scale"), message, "Write another number, or delete scale.")


def currency_has_a_code(draft: Draft) -> Iterator[Fault]:
    """`unit: currency` and `currency:` stand together, and the currency is a three-letter code."""
    for metric_id, metric in draft.metrics.items():
        path = ("metrics", metric_id)
        if metric.unit == "currency" and not draft.wrote(*path, "currency"):
            yield draft.error((*path, "unit"), f"'{metric_id}' does not say which currency.", "Write currency: EUR.")
        elif metric.currency is not None and metric.unit != "currency":
            if metric.unit is not None or not draft.wrote(*path, "unit"):
                hint = "Write unit: currency, or delete currency."
                message = f"'{metric_id}' has a currency, but its unit is {metric.unit or 'number'}."
                yield draft.error((*path, "currency"), message, hint, key=True)
        elif metric.currency is not None and not _CURRENCY.match(metric.currency):
            code = metric.currency.upper() if _CURRENCY.match(metric.currency.upper()) else "EUR"
            message = f"'{shorten(metric.currency, 20)}' is no currency code."
            yield draft.error((*path, "currency"), message, f"Write three letters, such as {code}.")


def target_is_found(draft: Draft) -> Iterator[Fault]:
    """A target is a level or a column, and a column's source is known: the metric's own, or given where it has none."""
    for metric_id, metric in draft.metrics.items():
        target, path = metric.target, ("metrics", metric_id, "target")
        if target is None:
            continue
        level, column = draft.wrote(*path, "level") or target.level is not None, draft.wrote(*path, "column")
        if level == column:
            message = "A target is either a level or a column" + (", not both." if level else ".")
            yield draft.error(path, message, "Write target: 1200, or target: {column: planned}.", key=True)
        elif target.source is not None and not column:
            message = "A target's source needs its column."
            yield draft.error((*path, "source"), message, "Write target: {column: planned, source: plan}.", key=True)
        elif column and not draft.wrote(*path, "source") and not draft.wrote("metrics", metric_id, "source"):
            message = f"'{metric_id}' has no source of its own to read its target from."
            yield draft.error(path, message, f"Write target: {{column: {target.column}, source: ...}}.", key=True)


def checks_leave_room(draft: Draft) -> Iterator[Fault]:
    """The smallest value allowed is not above the largest."""
    for metric_id, metric in draft.metrics.items():
        low, high = (metric.checks.min, metric.checks.max) if metric.checks else (None, None)
        if low is not None and high is not None and low > high:
            path = ("metrics", metric_id, "checks", "min")
            yield draft.error(path, f"The smallest value {low:g} is above the largest {high:g}.", "Swap min and max.")


def distinct_days_add_up(draft: Draft) -> Iterator[Fault]:
    """A metric whose weeks do not add up is not summed from days (warning; `check` sees to grains that are found)."""
    for metric_id, metric in draft.metrics.items():
        source = draft.sources.get(metric.source or "")
        summed = metric.aggregate == "sum" or not draft.wrote("metrics", metric_id, "aggregate")
        if metric.additive is False and summed and source is not None and source.grain in ("daily", "weekdays"):
            message, hint = summed_days(metric_id)
            yield draft.warning(("metrics", metric_id, "additive"), message, hint, key=True)


def summed_days(metric_id: str) -> tuple[str, str]:
    """Return what is said of a metric that is not additive but summed from days, and what to write."""
    return (
        f"A week of '{metric_id}' would be the sum of its days, though it is not additive.",
        "Use a source with a value a week, or another aggregate.",
    )


RULES = (
    has_team_and_owner, has_data, formula_is_clear, formula_stands_alone, where_holds_values, scale_keeps_values,
    currency_has_a_code, target_is_found, checks_leave_room, distinct_days_add_up,
)  # fmt: skip
