"""Small workspaces on disk for tests, and values drawn in a test's docstring.

A drawn line is a metric's id, a first day and its values on the days from there:

    visits  2026-03-02  daily   10 10 10 . - 10 4+6 | 12*7

A dot is a day without a row, `-` a row with a blank cell, `4+6` two rows of one day, `12*7` seven days of 12, and bars
only help the eye. The word after the day is the grain: it steps from value to value, and is declared on the source.
"""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory
from typing import Any

from typer.testing import CliRunner

from metrics.cli import app
from metrics.ledger.ledger import Ledger
from metrics.refresh import Progress, Summary, refresh
from metrics.review.export import figures_json
from metrics.review.figures import Figures
from metrics.tree.load import read_tree
from metrics.tree.tree import Tree
from metrics.warehouse.warehouse import Warehouse
from metrics.workspace import Workspace

Cells = list[tuple[date, str]]

_LINE = re.compile(r"\s*([\w.]+)\s+(\d{4}-\d\d-\d\d)\s+(daily|weekdays|weekly|monthly)\s+(.*)")


class WorkspaceFiles:
    """A workspace in a folder, with a state folder beside it."""

    def __init__(self, folder: Path, tree: Mapping[str, Any] | str, files: Mapping[str, str] | None = None) -> None:
        self.folder = folder / "workspace"
        self.folder.mkdir()
        self.workspace = Workspace(self.folder, folder / "state")
        self.state.mkdir()
        (self.state / "ledger.sqlite").write_bytes(empty_ledger())
        self.write_tree(tree)
        for name, text in (files or {}).items():
            self.write(name, text)

    @property
    def state(self) -> Path:
        return self.workspace.state

    def write_tree(self, tree: Mapping[str, Any] | str) -> None:
        """Write `northstar.yaml`: YAML, or keys that are written as JSON, which YAML can read."""
        self.write("northstar.yaml", tree if isinstance(tree, str) else json.dumps({"northstar": 1, **tree}, indent=1))

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def refresh(self, progress: Progress | None = None) -> Summary:
        return refresh(self.workspace, progress)

    @contextmanager
    def opened(self) -> Iterator[tuple[Tree, Warehouse]]:
        """The values that were published last, with their tree."""
        path = self.workspace.store.current()
        assert path is not None
        warehouse = Warehouse(path)
        try:
            yield read_tree(warehouse.tree_text).tree, warehouse
        finally:
            warehouse.close()

    def figures(self, week_ending: str, **options: Any) -> dict[str, Any]:
        """What `northstar figures --json --no-refresh` prints; `options` are those of `figures_json`."""
        with self.opened() as (tree, warehouse):
            return figures_json(Figures(tree, warehouse, date.fromisoformat(week_ending)), **options)

    def command(self, name: str, *options: str) -> CompletedProcess[str]:
        """Run `northstar` on the workspace."""
        return self.northstar(name, str(self.folder), *options)

    def northstar(self, *arguments: str) -> CompletedProcess[str]:
        """Run `northstar` in this process, which saves starting one; an error that it does not tell is raised."""
        done = CliRunner().invoke(app, arguments, env={"NORTHSTAR_STATE": str(self.state)}, catch_exceptions=False)
        return CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    def command_line(self, name: str, *options: str) -> list[str]:
        return [sys.executable, "-m", "metrics", name, str(self.folder), *options]

    @property
    def environment(self) -> dict[str, str]:
        root = str(Path(__file__).parents[1])
        return {**os.environ, "NORTHSTAR_STATE": str(self.state), "PYTHONPATH": root}


@cache
def empty_ledger() -> bytes:
    """The file of a new ledger: it takes longer to make than most tests take for all else."""
    with TemporaryDirectory() as folder:
        Ledger.in_file(Path(folder)).close()
        return (Path(folder) / "ledger.sqlite").read_bytes()


def drawn_cells(text: str) -> dict[str, tuple[str, Cells]]:
    """Each drawn series' grain and its rows, in the order drawn; several lines of one series go on."""
    found: dict[str, tuple[str, Cells]] = {}
    for line in text.splitlines():
        drawn = _LINE.fullmatch(line)
        if drawn is None:
            continue
        name, first, grain, values = drawn.groups()
        rows = found.setdefault(name, (grain, []))[1]
        day = date.fromisoformat(first)
        for word in values.replace("|", " ").split():
            cell, _, times = word.partition("*")
            for _ in range(int(times or 1)):
                rows += [(day, "" if part == "-" else part) for part in cell.split("+") if part != "."]
                day = step(day, grain)
    return found


def step(day: date, grain: str) -> date:
    """The day of the next value."""
    if grain == "monthly":
        month_after = day.replace(day=28) + timedelta(days=4)
        last = (month_after.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        is_last = (day + timedelta(days=1)).day == 1
        return last if is_last else month_after.replace(day=min(day.day, last.day))
    day += timedelta(days=7 if grain == "weekly" else 1)
    while grain == "weekdays" and day.weekday() > 4:
        day += timedelta(days=1)
    return day


def drawn_workspace(folder: Path, text: str, calendar: Mapping[str, Any], metrics: Mapping[str, Any]) -> WorkspaceFiles:
    """A workspace of what is drawn in a text, in long files.

    `metrics` gives the keys of metrics by id: those drawn need none. Their `grain` (None: to be found) and `absent` go
    to their source; metrics alike in both share one. A drawn `<id>.target` is the target series of `<id>`.
    """
    cells = drawn_cells(text)
    sources: dict[str, Any] = {}
    files: dict[str, list[str]] = {}
    declared = {}
    for metric in dict.fromkeys([*(name for name in cells if not name.endswith(".target")), *metrics]):
        keys = dict(metrics.get(metric, {}))
        if "formula" not in keys:
            grain = keys.pop("grain", cells[metric][0])
            absent = keys.pop("absent", "missing")
            source = f"{grain or 'found'}_{absent}".lower()
            columns = {"date": "day", "layout": "long", "metric": "metric", "value": "value"}
            sources[source] = {"type": "csv", "path": f"{source}.csv", "absent": absent, **columns}
            sources[source] |= {"grain": grain} if grain else {}
            lines = files.setdefault(f"{source}.csv", ["day,metric,value"])
            for name in (metric, f"{metric}.target"):
                if name in cells:
                    lines += [f"{day},{name},{cell}" for day, cell in cells[name][1]]
            keys["source"] = source
            if f"{metric}.target" in cells:
                keys["target"] = {"column": f"{metric}.target"}
        declared[metric] = keys
    tree = {"calendar": dict(calendar), "sources": sources, "metrics": declared}
    return WorkspaceFiles(folder, tree, {name: "\n".join(lines) + "\n" for name, lines in files.items()})
