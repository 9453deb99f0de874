"""The deck: metrics in the fixed order of the review, and what a reader wants to see of it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from metrics.tree.tree import Role, Section, Tree

ROLES: dict[Role, str] = {
    "north_star": "North Star",
    "input": "Input",
    "output": "Output",
    "outcome": "Outcome",
    "guardrail": "Guardrail",
}


def only(sections: Sequence[Section], metrics: Container[str]) -> list[Section]:
    """Return sections with some of their metrics; empty sections are left out."""
    found = []
    for section in sections:
        kept = tuple(metric_id for metric_id in section.metrics if metric_id in metrics)
        if kept:
            found.append(Section(section.name, kept, section.minutes))
    return found


@dataclass(frozen=True)
class DeckFilter:
    """Which metrics of the deck to show. None and an empty text show all."""

    team: str | None = None
    role: Role | None = None
    text: str = ""

    def sections(self, tree: Tree) -> list[Section]:
        """Return the deck's sections with the metrics that match, in order; empty sections are left out."""
        return only(tree.deck, {metric_id for metric_id in tree.deck_metrics if self._matches(tree, metric_id)})

    def _matches(self, tree: Tree, metric_id: str) -> bool:
        metric = tree.metrics[metric_id]
        team = tree.teams.get(metric.team) if metric.team else None
        texts = (metric.id, metric.name, metric.definition, metric.owner, team.name if team else None)
        searched = " ".join(text for text in texts if text).casefold()
        return (
            self.team in (None, metric.team)
            and self.role in (None, metric.role)
            and all(word in searched for word in self.text.casefold().split())
        )
