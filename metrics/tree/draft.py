"""A workspace between what was written and the tree: what the rules look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from metrics.tree import written
from metrics.tree.document import Document, Path
from metrics.tree.faults import Fault, Level
from metrics.tree.formula import LONGEST, Formula, FormulaError, parse_formula
from metrics.tree.meant import Respelling
from metrics.tree.shape import metric_at
from metrics.tree.spelling import Names, slug

Item = TypeVar("Item")

_MOST_FORMULA_TEXT = 200_000
TOO_MUCH_TEXT = FormulaError(
    f"The formulas of this file are together more than {_MOST_FORMULA_TEXT:,} characters long.", 1
)
_NO_METRIC = written.Metric.model_validate({})  # an id without keys
_NO_TEAM = written.Team.model_validate({})


class Draft:
    """What a person wrote, with its document. What did not fit the shape is left out of `workspace` and the rest.

    Names count as known when they are written at all, so that a faulty metric causes no further faults elsewhere.
    """

    def __init__(self, workspace: written.Workspace, document: Document, file: str) -> None:
        self.workspace = workspace
        self.document = document
        self.file = file
        self.metrics: Mapping[str, written.Metric] = {
            metric_id: metric or _NO_METRIC for metric_id, metric in (workspace.metrics or {}).items()
        }
        self.teams: Mapping[str, written.Team] = {
            team_id: team or _NO_TEAM for team_id, team in (workspace.teams or {}).items()
        }
        self.sources: Mapping[str, written.Source] = workspace.sources or {}

    @cached_property
    def known(self) -> Mapping[str, Names]:
        """The names of each kind: team, source, metric. A malformed id is known in both spellings."""
        return {
            kind: Names((*self._written_ids(f"{kind}s"), *misspelt.values()))
            for kind, misspelt in self.misspelt.items()
        }

    @cached_property
    def misspelt(self) -> Mapping[str, Mapping[str, str]]:
        """For each kind the ids that are malformed, with the well-formed ones to write."""
        return {
            kind: {name: slug(name, kind) for name in self._written_ids(f"{kind}s") if slug(name, kind) != name}
            for kind in ("team", "source", "metric")
        }

    @cached_property
    def formulas(self) -> Mapping[str, Formula | FormulaError]:
        """Each metric's formula, or why it cannot be parsed. Malformed ids in it are read as the well-formed ones."""
        ids = Respelling(self.misspelt["metric"].items())
        parsed: dict[str, Formula | FormulaError] = {}
        by_text: dict[str, Formula | FormulaError] = {}
        length = 0
        for metric_id, metric in self.metrics.items():
            text = metric.formula
            if text is None:
                continue
            if text not in by_text:
                length += len(text)
                if length > _MOST_FORMULA_TEXT:
                    by_text[text] = TOO_MUCH_TEXT
                else:
                    by_text[text] = _parse(
                        ids.formula(text) if self.misspelt["metric"] and len(text) <= LONGEST else text
                    )
            parsed[metric_id] = by_text[text]
        return parsed

    @cached_property
    def below(self) -> Mapping[str, Mapping[str, Path]]:
        """For each metric the metrics that it is computed from or driven by, with the path where each is named."""
        edges: dict[str, dict[str, Path]] = {}
        for metric_id, metric in self.metrics.items():
            own = edges[metric_id] = {}
            formula = self.formulas.get(metric_id)
            if isinstance(formula, Formula):
                own.update(dict.fromkeys(formula.operands, ("metrics", metric_id, "formula")))
            for index, claim in items(metric.inputs):
                own.setdefault(claim.metric, ("metrics", metric_id, "inputs", index))
        return edges

    def wrote(self, *path: str | int) -> bool:
        """Whether a value was written at `path`, be it a faulty one."""
        return self.document.get(path) is not None

    def error(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> Fault:
        """Return an error about the value at `path`, or with `key` about its key."""
        return self._fault("error", path, message, hint, key)

    def warning(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> Fault:
        """Return a warning about the value at `path`, or with `key` about its key."""
        return self._fault("warning", path, message, hint, key)

    def line(self, path: Path) -> int:
        """Return the line of the key at `path`."""
        return self.document.place(path, key=True).line

    def _fault(self, level: Level, path: Path, message: str, hint: str, key: bool) -> Fault:
        line, column = self.document.place(path, key=key)
        return Fault(level, self.file, line, column, message, hint, metric_at(path))

    def _written_ids(self, key: str) -> Iterable[str]:
        ids = self.document.get((key,))
        return ids if isinstance(ids, dict) else ()


def items(written_list: Iterable[Item | None] | None) -> Iterator[tuple[int, Item]]:
    """Yield the items of a list that may be missing, each with its index in the file; faulty items are left out."""
    return ((index, item) for index, item in enumerate(written_list or ()) if item is not None)


def _parse(text: str) -> Formula | FormulaError:
    try:
        return parse_formula(text)
    except FormulaError as error:
        return error
