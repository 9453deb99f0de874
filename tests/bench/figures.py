"""Time and memory from a CSV file to all figures as JSON, and how both grow with the number of metrics.

    python tests/bench/figures.py [--quick]

Each run is a process of its own that starts the clock after its imports: `northstar.yaml` and three years of daily
values are read into a new warehouse, and the figures of the newest week are written as JSON. Just before it another
process does the least that any tool must do: pandas reads the same file and adds up its weeks. The two are told as a
ratio, because seconds say more of the machine and of what else runs on it. Goals: 1,000 metrics in under 1 s on 2
quiet cores and in less than 500 MB; growth from 100 to 4,000 metrics no worse than linear.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[2]
FIRST_DAY = date(2023, 11, 6)
DAYS = 1_096
TODAY = FIRST_DAY + timedelta(days=DAYS)
SEED = 20
AGGREGATES = ("sum", "sum", "sum", "mean", "max", "last")
TEAMS = 8


def write_workspace(folder: Path, metrics: int, layout: str, formulas: bool = True) -> None:
    """Write `northstar.yaml` with `metrics` metrics that are read from a CSV file, and a tenth as many formulas."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = {"wide": "", "long": ", metric: metric, value: value"}[layout]
    lines = [
        "northstar: 1",
        "name: Bench",
        "teams:",
        *(f"  team_{number}: {{name: Team {number}, lead: lead{number}@bench.example}}" for number in range(TEAMS)),
        "sources:",
        f"  values: {{type: csv, path: values.csv, date: day, layout: {layout}{columns}}}",
        "metrics:",
    ]
    for number in range(metrics):
        role = "north_star" if number == 0 else "input"
        lines += [
            f"  m{number}:",
            f"    name: Metric number {number}",
            f"    definition: What is counted in number {number} on a day.",
            f"    team: team_{number % TEAMS}",
            f"    role: {role}",
            "    source: values",
            f"    aggregate: {AGGREGATES[number % len(AGGREGATES)]}",
        ]
        if number % 3 == 0:
            lines.append(f"    target: {700 + number}")
        if number + 1 < metrics and number % 4 == 0:
            lines.append(f"    inputs: [{{metric: m{number + 1}, lag_weeks: 2, because: It was so before.}}]")
    for number in range(metrics // 10 if formulas else 0):
        sides = f"m{number * 6 % metrics} / (m{(number * 6 + 1) % metrics} + m{(number * 6 + 2) % metrics})"
        lines += [f"  f{number}:", f"    formula: {sides}", "    unit: percent", f"    team: team_{number % TEAMS}"]
    (folder / "northstar.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _write_values(folder / "values.csv", metrics, layout)


def _write_values(path: Path, metrics: int, layout: str) -> None:
    """Seeded random walks with a week's rhythm; one in 200 cells is blank."""
    import duckdb
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(SEED)
    days = np.arange(DAYS)
    week = 1 + 0.2 * np.sin(2 * np.pi * days / 7)[:, None]
    walk = np.exp(0.02 * random.standard_normal((DAYS, metrics))).cumprod(axis=0)
    values = (100 * walk * week).round(2)
    values[random.random(values.shape) < 0.005] = np.nan
    frame = pd.DataFrame(values, columns=[f"m{number}" for number in range(metrics)])
    frame.insert(0, "day", pd.date_range(FIRST_DAY, periods=DAYS).date)
    if layout == "long":
        frame = frame.melt("day", var_name="metric", value_name="value")
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        select = "* replace (day::date as day)"
        connection.execute(f"copy (select {select} from frame) to '{path}' (header)")


def measure(folder: Path) -> dict[str, Any]:
    """Seconds a step, from the file to JSON in a new warehouse, with the CPU's seconds and the memory at its peak."""
    from metrics.cli import collect_seldom
    from metrics.refresh import refresh
    from metrics.review.export import figures_json
    from metrics.review.figures import Figures
    from metrics.review.review_week import review_week
    from metrics.tree.load import read_tree
    from metrics.warehouse.warehouse import Warehouse
    from metrics.workspace import Workspace

    collect_seldom()  # as every command does
    seconds: dict[str, float] = {}
    start = since = time.perf_counter()
    used = os.times()
    before = _peak_mb()

    def done(step: str) -> None:
        nonlocal since
        now = time.perf_counter()
        seconds[step] = seconds.get(step, 0.0) + now - since
        since = now

    workspace = Workspace.at(folder)
    steps = iter(("tree", "read", "read", "read"))
    summary = refresh(workspace, lambda *_: done(next(steps)))
    assert not summary.failed, summary
    done("compute")
    path = workspace.store.current()
    assert path is not None
    warehouse = Warehouse(path)
    tree = read_tree(warehouse.tree_text).tree
    done("open")
    week = review_week(tree, warehouse, TODAY)
    assert week is not None
    done("week")
    figures = Figures(tree, warehouse, week)
    exported = figures_json(figures)
    done("figures")
    text = json.dumps(exported)
    done("json")
    now = os.times()
    return {
        **seconds,
        "all": since - start,
        "cpu": now.user + now.system - used.user - used.system,
        "peak": _peak_mb(),
        "imports": before,
        "bytes": len(text),
        "store": path.stat().st_size,
    }


def yardstick(folder: Path, layout: str) -> dict[str, Any]:
    """Seconds that pandas takes to read the same file and to add up its weeks, and nothing else."""
    import pandas as pd

    start, used = time.perf_counter(), os.times()
    frame = pd.read_csv(folder / "values.csv", parse_dates=["day"])
    if layout == "long":
        frame.groupby([pd.Grouper(key="day", freq="W"), "metric"])["value"].sum()
    else:
        frame.set_index("day").resample("W").sum()
    now = os.times()
    return {
        "all": time.perf_counter() - start,
        "cpu": now.user + now.system - used.user - used.system,
        "peak": _peak_mb(),
    }


def _peak_mb() -> float:
    """The largest resident size of this process so far: getrusage counts kilobytes, but bytes on macOS."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def _in_child(what: str, folder: Path, layout: str) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NORTHSTAR_")}
    with TemporaryDirectory(prefix="northstar-bench-") as state:
        done = subprocess.run(
            [sys.executable, __file__, "--child", what, str(folder), layout],
            env={**environment, "NORTHSTAR_STATE": state, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            check=True,
        )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


STEPS = ("tree", "read", "compute", "open", "week", "figures", "json", "all", "cpu")


def main(quick: bool) -> None:
    """Print one line a size and layout: medians of the runs."""
    sizes, runs = ((100, 1_000), 2) if quick else ((100, 1_000, 4_000), 5)
    print(f"Seconds from CSV to JSON, {DAYS:,} days, median of {runs}; cpu: of all threads; peak: MB of memory.")
    print("read: the file into the store; compute: weeks and months, and the ledger;")
    print("linear: time a metric against that of 1,000;")
    print(
        "pandas: how many times as long as pandas takes to read the file and add up its weeks (cpu: the same in cpu)."
    )
    header = ("metrics", "layout", *STEPS, "peak", "linear", "pandas", "cpu")
    print(" ".join(f"{name:>8}" for name in header))
    with TemporaryDirectory(prefix="northstar-bench-") as scratch:
        for layout in ("wide", "long"):
            found = {}
            for size in sizes:
                folder = Path(scratch) / f"{layout}{size}"
                write_workspace(folder, size, layout)
                pairs = [
                    (_in_child("yardstick", folder, layout), _in_child("measure", folder, layout)) for _ in range(runs)
                ]
                ratios = [(ours["all"] / theirs["all"], ours["cpu"] / theirs["cpu"]) for theirs, ours in pairs]
                found[size] = (
                    _middle([ours for _, ours in pairs]),
                    *(map(statistics.median, zip(*ratios, strict=True))),
                )
            a_metric = found[1_000][0]["all"] / 1_000
            for size, (ours, ratio, cpu_ratio) in found.items():
                cells = [f"{ours[step]:8.2f}" for step in STEPS]
                cells += [f"{ours['peak']:8.0f}", f"{ours['all'] / size / a_metric:8.2f}"]
                print(f"{size:8,} {layout:>8}", *cells, f"{ratio:8.2f} {cpu_ratio:8.2f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="two runs each, of 100 and 1,000 metrics")
    parser.add_argument("--child", nargs=3, metavar=("WHAT", "FOLDER", "LAYOUT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        name, place, shape = arguments.child
        print(json.dumps(measure(Path(place)) if name == "measure" else yardstick(Path(place), shape)))
    else:
        main(arguments.quick)
