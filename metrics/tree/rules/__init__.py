"""Every rule that a workspace must keep: one function each, and its docstring is the promise."""

from __future__ import annotations

from itertools import islice

from metrics.tree.draft import Draft
from metrics.tree.faults import FaultList
from metrics.tree.rules import influence, metric, names, people, plan, source

ALL = (*names.RULES, *influence.RULES, *metric.RULES, *source.RULES, *people.RULES, *plan.RULES)

_MOST_OF_A_RULE = 2_000  # beyond this a rule says nothing new, and a file of mistakes would take seconds


def check_rules(draft: Draft, faults: FaultList) -> None:
    """Report every fault that the rules find."""
    for rule in ALL:
        for fault in islice(rule(draft), _MOST_OF_A_RULE):
            faults.add(fault)
