"""The deck: metrics in the fixed order of the review, and what a reader wants to see of it."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.tree.tree import Role, Section, Tree

ROLES: dict[Role, str] = {
    "north_star": "North Star",
    "input": "Input",
    "output": "Output",
    "outcome": "Outcome",
    "guardrail": "Guardrail",
}


@dataclass(frozen=True)
class DeckFilter:
    """Which metrics of the deck to show. None and an empty text show all."""

    team: str | None = None
    role: Role | None = None
    text: str = ""

    def sections(self, tree: Tree) -> list[Section]:
        """Return the deck's sections with the metrics that match, in order; empty sections are left out."""
        found = []
        for section in tree.deck:
            metrics = tuple(metric_id for metric_id in section.metrics if self._matches(tree, metric_id))
            if metrics:
                found.append(Section(section.name, metrics, section.minutes))
        return found

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
