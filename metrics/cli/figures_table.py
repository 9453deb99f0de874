"""The figures as tables for a reader: the summary box of each metric, then the series that were asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metrics.calendar import MONTH_LABELS
from metrics.charts import words
from metrics.charts.numbers import THIN, change, share, short
from metrics.cli.output import table
from metrics.review.figures import TO_DATE, Figures
from metrics.review.metric_figures import Change, ChangeName, MetricFigures, Point
from metrics.tree.tree import Metric, Tree

_HEADER = ("Metric", "Last week", "WoW", "YoY", "MTD", "YoY", "QTD", "YoY", "YTD", "YoY", "% target", "")
_TITLES = {
    "wow_weekly": "Each week on the week before",
    "yoy_weekly": "Each week on the year before",
    "mom_monthly": "Each month on the month before",
    "yoy_monthly": "Each month on the year before",
    "monthly_fiscal": "Months of the fiscal year",
    "monthly_fiscal_prior_year": "The same months a year earlier",
}
_TO_DATE_YOY: tuple[ChangeName, ...] = ("mtd_yoy", "qtd_yoy", "ytd_yoy")
_LONGEST_NAME = 44


def lines(figures: Figures, exported: Mapping[str, Any], asked: Sequence[str]) -> Iterator[str]:
    """Yield the lines for the metrics asked for (all, where none is): in the deck's order, sections apart.

    `exported` is what `figures_json` returned for them.
    """
    tree = figures.tree
    week = figures.week_ending
    yield f"{tree.name}, week ending {week:%A} {week}"
    yield ""
    sections = [("", tuple(asked))] if asked else _sections(tree)
    ids = [metric_id for _, metrics in sections for metric_id in metrics]
    rows = [_summary_row(tree.metrics[metric_id], figures[metric_id]) for metric_id in ids]
    header, *body = table(_HEADER, rows, texts=(0, len(_HEADER) - 1))
    written = iter(body)
    yield header
    for name, metrics in sections:
        if name and len(sections) > 1:
            yield ""
            yield name
        for _ in metrics:
            yield next(written)
    marks = _has_mark(rows)
    for name, title in _TITLES.items():
        if ids and name in exported["metrics"][ids[0]]:
            yield ""
            yield title
            rows = _series_rows(tree, exported, ids, name)
            marks |= _has_mark(rows)
            yield from table(("Metric", *map(_period, exported["metrics"][ids[0]][name])), rows)
    if marks:
        yield ""
        yield "* incomplete: some of its days have no value."


def _sections(tree: Tree) -> list[tuple[str, tuple[str, ...]]]:
    others = tuple(metric_id for metric_id in tree.metrics if metric_id not in set(tree.deck_metrics))
    sections = [(section.name, section.metrics) for section in tree.deck]
    return [*sections, ("Not in the deck", others)] if others else sections


def _summary_row(metric: Metric, figures: MetricFigures) -> list[str]:
    changes = figures.changes
    row = [_name(metric), _point(figures.last_week, metric)]
    row += [_change(changes["wow"], metric), _change(changes["yoy_week"], metric)]
    for name, yoy in zip(TO_DATE, _TO_DATE_YOY, strict=True):
        row += [_point(figures.to_date[name], metric), _change(changes[yoy], metric)]
    remark = words.status(metric, figures)
    return [_plain(cell) for cell in (*row, share(figures.of_target), remark[:1].upper() + remark[1:])]


def _series_rows(tree: Tree, exported: Mapping[str, Any], ids: Sequence[str], name: str) -> list[list[str]]:
    rows = []
    for metric_id in ids:
        metric, entry = tree.metrics[metric_id], exported["metrics"][metric_id]
        incomplete = set(entry["incomplete"])
        cells = []
        for period, value in entry[name].items():
            if name.startswith("monthly_fiscal"):
                text = short(value, metric)
            else:
                factor = 10_000 if metric.unit == "percent" else 100
                text = change(None if value is None else value * factor, metric)
            cells.append(_marked(text, f"{name}.{period}" in incomplete))
        rows.append([_plain(cell) for cell in (_name(metric), *cells)])
    return rows


def _has_mark(rows: Sequence[Sequence[str]]) -> bool:
    return any(cell.endswith("*") for row in rows for cell in row)


def _period(key: str) -> str:
    """Return `2026-11-14` as it is, and the month `2026-11` as `Nov 2026`."""
    if len(key) > len("2026-11"):
        return key
    return f"{MONTH_LABELS[int(key[5:]) - 1]} {key[:4]}"


def _name(metric: Metric) -> str:
    return metric.name if len(metric.name) <= _LONGEST_NAME else metric.name[: _LONGEST_NAME - 1] + "…"


def _point(point: Point, metric: Metric) -> str:
    return _marked(short(point.value, metric), point.incomplete)


def _change(value: Change, metric: Metric) -> str:
    return _marked(change(value.value, metric), value.incomplete)


def _marked(text: str, incomplete: bool) -> str:
    return f"{text}*" if text and incomplete else text


def _plain(cell: str) -> str:
    """Write the narrow space before a unit as one that every terminal has."""
    return cell.replace(THIN, " ")
