"""What is asked of the numbers: the claims of the tree, and on request every input against the North Star."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.evidence.identity import identity
from metrics.tree.tree import Sign, Tree

SEARCHED = 8


@dataclass(frozen=True)
class Question:
    """Whether `input` moves `metric`, `lag_weeks` later.

    A claim declares its sign and lag. Where nobody claimed anything both are None: then lags 0 to 8 are searched, in
    both senses, and the answer has to be the clearer for it.
    """

    metric: str
    input: str
    sign: Sign | None = None
    lag_weeks: int | None = None
    because: str | None = None

    @property
    def is_declared(self) -> bool:
        """Whether it is a claim of the tree."""
        return self.lag_weeks is not None

    @property
    def lags(self) -> tuple[int, ...]:
        """The lags that are tested."""
        return tuple(range(SEARCHED + 1)) if self.lag_weeks is None else (self.lag_weeks,)


@dataclass(frozen=True)
class Refusal:
    """A pair that is not tested, and why, as a sentence."""

    metric: str
    input: str
    sentence: str


def declared(tree: Tree) -> tuple[list[Question], list[Refusal]]:
    """Return each claim of the tree in the order of the file, and those that are identities."""
    questions = [
        Question(metric.id, claim.metric, claim.sign, claim.lag_weeks, claim.because)
        for metric in tree.metrics.values()
        for claim in metric.inputs
    ]
    return _sorted_out(tree, questions)


def all_inputs(tree: Tree) -> tuple[list[Question], list[Refusal]]:
    """Return every input metric against the North Star, less those that are claims already, and the identities."""
    north_star = tree.north_star
    if north_star is None:
        return [], []
    claimed = {claim.metric for claim in north_star.inputs}
    inputs = {claim.metric for metric in tree.metrics.values() for claim in metric.inputs}
    questions = [
        Question(north_star.id, metric.id)
        for metric in tree.metrics.values()
        if (metric.role == "input" or metric.id in inputs) and metric.id not in claimed and metric.id != north_star.id
    ]
    return _sorted_out(tree, questions)


def _sorted_out(tree: Tree, questions: list[Question]) -> tuple[list[Question], list[Refusal]]:
    asked, refused = [], []
    for question in questions:
        sentence = identity(tree, question.input, question.metric)
        if sentence:
            refused.append(Refusal(question.metric, question.input, sentence))
        else:
            asked.append(question)
    return asked, refused
