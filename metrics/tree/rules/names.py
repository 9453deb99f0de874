"""Rules about names: ids are well formed, and every id that is used is declared."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metrics.errors import shorten
from metrics.tree.document import Path
from metrics.tree.draft import Draft, items
from metrics.tree.faults import Fault
from metrics.tree.formula import Formula
from metrics.tree.resolve import MANUAL, words
from metrics.tree.shape import metric_at
from metrics.tree.written import VERSION

_END_SHOWN = 40


def version(draft: Draft) -> Iterator[Fault]:
    """The file says which version of the format it is in, and this program reads that version."""
    if not draft.wrote("northstar"):
        yield draft.error((), "The file does not say its version.", f"Write northstar: {VERSION} in the first line.")
    elif draft.workspace.northstar not in (VERSION, None):
        yield draft.error(
            ("northstar",),
            f"Version {draft.workspace.northstar} of the format is not known here.",
            f"Write northstar: {VERSION}, or update the program.",
        )


def some_metric(draft: Draft) -> Iterator[Fault]:
    """There is at least one metric."""
    if not draft.document.get(("metrics",)) and draft.document.get(("metrics",)) is not False:
        yield draft.error(
            ("metrics",), "There are no metrics yet.", "Write metrics: and below it an id, such as signups:.", key=True
        )


def ids(draft: Draft) -> Iterator[Fault]:
    """Ids of metrics, teams and sources are small letters, digits and underscores, beginning with a letter."""
    for kind in ("team", "source", "metric"):
        for name, well_formed in draft.misspelt[kind].items():
            yield draft.error(
                (f"{kind}s", name),
                f"The {kind} id '{shorten(name)}' must be small letters, digits and underscores.",
                f"Write {well_formed}; the name may be anything.",
                key=True,
            )


def known_teams(draft: Draft) -> Iterator[Fault]:
    """Every team that is named is declared."""
    for metric_id, metric in draft.metrics.items():
        yield from _unknown(draft, "team", metric.team, ("metrics", metric_id, "team"))
    for index, goal in items(draft.workspace.goals):
        yield from _unknown(draft, "team", goal.team, ("goals", index, "team"))


def known_sources(draft: Draft) -> Iterator[Fault]:
    """Every source that is named is declared; `manual` needs no declaration."""
    for metric_id, metric in draft.metrics.items():
        if metric.source != MANUAL:
            yield from _unknown(draft, "source", metric.source, ("metrics", metric_id, "source"))
        if metric.target and metric.target.source != MANUAL:
            yield from _unknown(draft, "source", metric.target.source, ("metrics", metric_id, "target", "source"))


def known_metrics(draft: Draft) -> Iterator[Fault]:
    """Every metric that is named outside a formula is declared."""
    for metric_id, metric in draft.metrics.items():
        yield from _unknown(draft, "metric", metric.denominator, ("metrics", metric_id, "denominator"))
        for index, claim in items(metric.inputs):
            yield from _unknown(draft, "metric", claim.metric, ("metrics", metric_id, "inputs", index, "metric"))
        for index, prediction in items(metric.predicts):
            path = ("metrics", metric_id, "predicts", index, "metric")
            yield from _unknown(draft, "metric", prediction.metric, path)
    for index, goal in items(draft.workspace.goals):
        yield from _unknown(draft, "metric", goal.metric, ("goals", index, "metric"))
    for index, section in items(draft.workspace.deck):
        for position, name in items(section.metrics):
            yield from _unknown(draft, "metric", name, ("deck", index, "metrics", position))


def known_operands(draft: Draft) -> Iterator[Fault]:
    """Every metric in a formula is declared; the fault stands at its place in the formula."""
    for metric_id, formula in draft.formulas.items():
        if not isinstance(formula, Formula):
            continue
        for name in formula.operands:
            if name not in draft.known["metric"]:
                used = re.search(rf"(?<![a-z0-9_]){name}(?![a-z0-9_])", formula.text)
                path = ("metrics", metric_id, "formula")
                line, column = draft.document.inside(path, used.start() if used else 0)
                yield Fault("error", draft.file, line, column, *_no_such(draft, "metric", name), metric_id)


def names_differ(draft: Draft) -> Iterator[Fault]:
    """No two metrics share a name (warning)."""
    first: dict[str, str] = {}
    for metric_id, metric in draft.metrics.items():
        name = metric.name or words(metric_id)
        other = first.setdefault(name.casefold(), metric_id)
        if other != metric_id:
            yield draft.warning(
                ("metrics", metric_id, "name"),
                f"'{metric_id}' has the same name as '{other}': {shorten(name)}.",
                "Write names that tell them apart.",
            )


def texts_go_on(draft: Draft) -> Iterator[Fault]:
    """An unquoted name, definition or reason does not end at a `#` that may belong to it (warning)."""
    if not draft.document.has_tight_comments:
        return
    paths: list[Path] = [("name",), *(("teams", team_id, "name") for team_id in draft.teams)]
    for metric_id, metric in draft.metrics.items():
        paths += [("metrics", metric_id, "name"), ("metrics", metric_id, "definition")]
        for key, links in (("inputs", metric.inputs), ("predicts", metric.predicts)):
            paths += [("metrics", metric_id, key, index, "because") for index, _ in items(links)]
    for path in paths:
        if draft.wrote(*path) and (place := draft.document.tight_comment(path)):
            text = draft.document.written(path)
            end = text if len(text) <= _END_SHOWN else f"…{text[-_END_SHOWN:]}"
            yield Fault(
                "warning",
                draft.file,
                *place,
                f"Everything from ' #' on is a comment: the text ends at '{shorten(end)}'.",
                "Put the text in quotes if # belongs to it.",
                metric_at(path),
            )


def _unknown(draft: Draft, kind: str, name: str | None, path: Path) -> Iterator[Fault]:
    if name is not None and name not in draft.known[kind]:
        yield draft.error(path, *_no_such(draft, kind, name))


def _no_such(draft: Draft, kind: str, name: str) -> tuple[str, str]:
    close = draft.known[kind].nearest(name)
    hint = f"Did you mean '{close}'?" if close else f"Declare it under {kind}s:, or correct the name."
    return f"There is no {kind} '{shorten(name)}'.", hint


RULES = (
    version, some_metric, ids, known_teams, known_sources, known_metrics, known_operands, names_differ,
    texts_go_on,
)  # fmt: skip
