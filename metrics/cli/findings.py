"""What `northstar check` finds: faults of the tree as they come, faults of the data each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from metrics.cli.opened import Opened, series_error
from metrics.errors import shorten
from metrics.tree.document import Document, Path
from metrics.tree.faults import Fault, FaultList, Level
from metrics.tree.load import FILE_NAME
from metrics.tree.reader import read_document
from metrics.tree.rules.metric import summed_days
from metrics.tree.tree import TARGET_SUFFIX
from metrics.warehouse.plausibility import LARGEST_SHARE, beyond_bounds, unscaled_percents
from metrics.warehouse.sanity import oddities
from metrics.warehouse.schema import series_of
from metrics.warehouse.warehouse import SourceState


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (error) or looks wrong (warning).

    In `northstar.yaml`, `line` and `column` count from 1. In a source's file `line` is the row as a spreadsheet counts,
    and `column` the name of the column. It `stands_for` so many, where more are wrong than are listed.
    """

    level: Level
    file: str
    line: int | None
    column: int | str | None
    metric: str | None
    message: str
    hint: str
    stands_for: int = 1

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return f"{place}: {self.level}: {self.message} {self.hint}".rstrip()

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        values = asdict(self)
        del values["stands_for"]
        return values


def of_tree(faults: Iterable[Fault]) -> list[Finding]:
    """Return the faults of the tree as findings."""
    return [
        Finding(fault.level, fault.file, fault.line, fault.column, fault.metric, fault.message, fault.hint)
        for fault in faults
    ]


def of_data(now: Opened) -> list[Finding]:
    """Return what is wrong with a workspace's data, source by source, then what looks wrong with its values."""
    text = now.warehouse.tree_text
    written = _Written(read_document(text, FaultList(FILE_NAME)) or Document(text, {}, {}))
    found: list[Finding] = []
    for source in now.warehouse.sources:
        found += _of_source(source, written)
        for series in now.unread_series.get(source.id, ()):
            path: Path = ("metrics", series.metric, "target" if series.kind == "target" else "column")
            found.append(written.finding("error", path, series_error(series), metric=series.metric))
        found += _left_out(now, source)
    return [*found, *_summed_days(now, written), *_implausible(now, written)]


class _Written:
    """Where things were written in `northstar.yaml`."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def finding(self, level: Level, path: Path, message: str, hint: str = "", metric: str | None = None) -> Finding:
        """Return a finding at the key that `path` names, or at the nearest one above it that was written."""
        place = self._document.place(path, key=True)
        return Finding(level, FILE_NAME, place.line, place.column, metric, message, hint)


def _of_source(source: SourceState, written: _Written) -> Iterator[Finding]:
    path: Path = ("sources", source.id)
    if source.status in ("stale", "failed"):
        yield written.finding("error", (*path, "path"), f"Source '{source.id}' could not be read. {source.error}")
    for note in source.notes:
        yield written.finding("warning", path, f"Source '{source.id}': {note}")


def _left_out(now: Opened, source: SourceState) -> Iterator[Finding]:
    problems = now.warehouse.problems(source.id).astype(object)
    problems = problems.where(problems.notna(), None)
    for problem in problems.to_dict("records"):
        row, value, write = problem["row"], problem["value"], problem["write"]
        cell = "This" if value is None else f"'{shorten(value)}'"
        yield Finding(
            "error",
            problem["file"],
            None if row is None else int(row),
            problem["column"],
            problem["metric"],
            f"{cell} {problem['what']}.",
            f"Write {write}." if write else "",
        )
    hidden = source.problem_count - len(problems)
    if hidden > 0:
        message = f"{hidden:,} more of source '{source.id}' are not listed."
        yield Finding("error", ", ".join(source.files), None, None, None, message, "Correct these first.", hidden)


def _summed_days(now: Opened, written: _Written) -> Iterator[Finding]:
    """Yield what the tree alone can't tell of metrics that are not additive: their values turned out to be of days."""
    for metric in now.tree.metrics.values():
        source = now.tree.sources.get(metric.source or "")
        if source is None or source.grain is not None or metric.additive or metric.aggregate != "sum":
            continue
        series = now.warehouse.series[metric.id]
        if series.grain in ("daily", "weekdays") and series.first_day is not None:
            message, hint = summed_days(metric.id)
            hint += f" If there is one a week already, write grain: weekly in the source '{source.id}'."
            yield written.finding("warning", ("metrics", metric.id, "additive"), message, hint, metric.id)


def _implausible(now: Opened, written: _Written) -> Iterator[Finding]:
    path = now.warehouse.path
    for key, typical in unscaled_percents(now.tree, path).items():
        metric_id = key.removesuffix(TARGET_SUFFIX)
        which = "The target values" if key != metric_id else "Values"
        yield written.finding(
            "warning",
            ("metrics", metric_id, "unit"),
            f"{which} of '{metric_id}' look like percents: they are typically {typical:.3g}, which is {typical:.0%}.",
            "Write scale: 0.01.",
            metric_id,
        )
    for metric in now.tree.metrics.values():
        level = metric.target.level if metric.target else None
        if metric.unit == "percent" and level is not None and abs(level) > LARGEST_SHARE:
            message = f"The target of '{metric.id}' looks like a percent: {level:g} is {level:.0%}."
            hint = f"Write {level / 100:g}."
            yield written.finding("warning", ("metrics", metric.id, "target"), message, hint, metric.id)
    today = now.moment.astimezone(ZoneInfo(now.tree.calendar.timezone)).date()
    for oddity in oddities(now.tree, path, today):
        yield _doubt(now, written, oddity.key, f"'{oddity.key}': {oddity.sentence}", oddity.to_do)
    for beyond in beyond_bounds(now.tree, path):
        yield _doubt(now, written, beyond.metric, f"'{beyond.metric}': {beyond.sentence}", beyond.to_do)


def _doubt(now: Opened, written: _Written, key: str, message: str, hint: str) -> Finding:
    """Return a finding at the file (sheet, table) and column that a series was read from; a formula's in the tree."""
    metric_id = key.removesuffix(TARGET_SUFFIX)
    series = next(row for row in series_of(now.tree) if row.key == key)
    state = next((one for one in now.warehouse.sources if series.source and one.id == series.source.id), None)
    if state is None or not state.files or series.kind == "formula":
        place: Path = ("metrics", metric_id, "target" if key != metric_id else "column")
        return written.finding("warning", place, message, hint, metric_id)
    return Finding("warning", ", ".join(state.files), None, series.column, metric_id, message, hint)
