"""`northstar check`: every fault of the tree and its data, at once."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from metrics.cli.commands import AsJson, WorkspaceFolder
from metrics.cli.output import count, say, say_json, tell

if TYPE_CHECKING:
    from metrics.cli.findings import Finding
    from metrics.workspace import Workspace


def check(workspace: WorkspaceFolder = None, as_json: AsJson = False) -> None:
    """Say all that is wrong with northstar.yaml and the data.

    Each fault comes with its place and with what to write instead. All sources are read, and nothing is changed: the
    app goes on showing what it showed. Warnings alone are fine.

    Example: northstar check shop
    """
    from metrics.cli.opened import workspace_at

    findings = _findings(workspace_at(workspace))
    errors = sum(finding.stands_for for finding in findings if finding.level == "error")
    if as_json:
        say_json([finding.as_json() for finding in findings])
    else:
        for finding in findings:
            tell(str(finding))
        warnings = sum(finding.level == "warning" for finding in findings)
        say(f"{count(errors, 'error')}, {count(warnings, 'warning')}." if findings else "No faults found.")
    if errors:
        raise typer.Exit(1)


def _findings(workspace: Workspace) -> list[Finding]:
    from metrics.cli.findings import of_data, of_tree
    from metrics.cli.opened import opened, refreshed
    from metrics.ledger.entry import NewEntry
    from metrics.ledger.ledger import Ledger
    from metrics.tree.faults import TreeError

    try:
        with tempfile.TemporaryDirectory(prefix="northstar-check-") as state, Ledger.in_file(Path(state)) as ledger:
            if Ledger.is_there(workspace.state):
                with Ledger.open(workspace.state) as own:
                    typed = own.entries.current()
                ledger.entries.add_many(NewEntry(one.metric, one.day, one.value, one.author) for one in typed)
            trial = replace(workspace, state=Path(state))
            refreshed(trial, ledger)
            with opened(trial) as now:
                return [*of_tree(now.warnings), *of_data(now)]
    except TreeError as error:
        return of_tree(error.faults)
