"""The block: the chart and the figures of one metric in review, meeting and readout.

Computed once, here, as geometry and finished labels. The component's JavaScript and the readout only draw it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from metrics.calendar import Calendar
from metrics.charts import numbers, words
from metrics.charts.axis import Series, axes
from metrics.charts.panel import HEIGHT, MONTHS, WEEKS, WIDTH, Label, Mark, Panel, panel
from metrics.charts.words import State
from metrics.review.metric_figures import Change, ChangeName, MetricFigures, Point, ToDate
from metrics.tree.tree import Metric

__all__ = ["BOX_HEADINGS", "HEIGHT", "WIDTH", "Block", "Cell", "Label", "Mark", "Panel", "block"]

BOX_HEADINGS = ("Last wk", "WoW", "YoY", "MTD", "YoY", "QTD", "YoY", "YTD", "YoY")
_TO_DATE: tuple[tuple[ToDate, ChangeName], ...] = (("mtd", "mtd_yoy"), ("qtd", "qtd_yoy"), ("ytd", "ytd_yoy"))


@dataclass(frozen=True)
class Cell:
    """A figure of the box. `tip` says more; of a blank one, why. `partial` rests on an incomplete value."""

    text: str
    tip: str = ""
    partial: bool = False

    def as_json(self) -> str | list[Any]:
        """Return the text alone where there is no more to say, to keep the page small."""
        if not self.tip and not self.partial:
            return self.text
        return [self.text, self.tip, 1] if self.partial else [self.text, self.tip]


@dataclass(frozen=True)
class Block:
    """What is drawn of one metric. `panels` are six weeks and twelve months; none where there is no data.

    `value` is last week's, with its unit; of a metric counted by the month it is the last month's, and then
    `status` says so. `wow` and `yoy` are for the headline, with their units; those in `box` are exact and in
    `change_unit`. `box` has nine cells, in the order of BOX_HEADINGS.
    """

    metric: str
    name: str
    owner: str
    kind: str
    state: State
    value: str
    status: str
    wow: str
    yoy: str
    of_target: str
    change_unit: str
    sentence: str
    need: str
    box: tuple[Cell, ...]
    panels: tuple[Panel, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the block for JSON. Lists instead of objects where there are many of a kind."""
        return {
            "id": self.metric,
            "name": self.name,
            "owner": self.owner,
            "kind": self.kind,
            "state": self.state,
            "value": self.value,
            "status": self.status,
            "wow": self.wow,
            "yoy": self.yoy,
            "of_target": self.of_target,
            "unit": self.change_unit,
            "sentence": self.sentence,
            "need": self.need,
            "box": [cell.as_json() for cell in self.box],
            "panels": [_panel_as_dict(side) for side in self.panels],
        }

    @cached_property
    def json(self) -> str:
        """The block as JSON, written once for all who see it."""
        return json.dumps(self.as_dict(), ensure_ascii=False, separators=(",", ":"))


def block(metric: Metric, team: str, figures: MetricFigures, calendar: Calendar) -> Block:
    """Return the block of a metric; `team` is the team's name, empty where it has none."""
    state = words.state(figures)
    shown = figures.monthly[-1] if state == "monthly" else figures.last_week
    like = _newest(figures)
    return Block(
        metric=metric.id,
        name=metric.name,
        owner=", ".join(part for part in (team, words.owner(metric.owner)) if part),
        kind=words.kind(metric, like),
        state=state,
        value=numbers.short(shown.value, metric),
        status=words.status(metric, figures),
        wow=_brief(metric, figures, "wow"),
        yoy=_brief(metric, figures, "yoy_week"),
        of_target=numbers.share(figures.of_target),
        change_unit=numbers.change_unit(metric),
        sentence=words.sentence(metric, figures),
        need=words.need(metric) if state == "empty" else "",
        box=() if state == "empty" else tuple(_box(metric, figures, calendar, like)),
        panels=() if state == "empty" else _panels(metric, figures, like),
    )


def _newest(figures: MetricFigures) -> float | None:
    """Return the value whose unit all bare durations of the block are in: the newest there is."""
    lines = (figures.weekly, figures.monthly, figures.weekly_prior_year, figures.monthly_prior_year)
    return next(
        (point.value for line in lines for point in reversed(line) if point.value is not None),
        None,
    )


def _brief(metric: Metric, figures: MetricFigures, name: ChangeName) -> str:
    change = figures.changes.get(name)
    return numbers.change(change.value, metric, brief=True) if change else ""


def _panels(metric: Metric, figures: MetricFigures, like: float | None) -> tuple[Panel, ...]:
    target = figures.target
    weeks = Series(figures.weekly, figures.weekly_prior_year, target.weekly if target else ())
    months = Series(figures.monthly, figures.monthly_prior_year, target.monthly if target else ())
    left, right = axes(weeks, months)
    return (
        panel(metric, weeks, WEEKS, left, f"{len(figures.weekly)} weeks", like),
        panel(metric, months, MONTHS, right, f"{len(figures.monthly)} months", like),
    )


def _box(metric: Metric, figures: MetricFigures, calendar: Calendar, like: float | None) -> list[Cell]:
    def value(point: Point | None, name: str, target: Point | None = None) -> Cell:
        if point is None or point.value is None:
            return Cell("", words.blank(metric, figures, point))
        lines = [f"{name}{words.period(point.period)}", words.valued(metric, point)]
        if target is not None and target.value is not None:
            lines.append(f"Target {words.valued(metric, target)}")
        return Cell(numbers.bare(point.value, metric, like), "\n".join(lines), point.incomplete)

    week = figures.last_week.period.last
    names = {"mtd": "", "qtd": f"{calendar.fiscal_quarter(week)}, ", "ytd": f"FY{calendar.fiscal_year(week)}, "}
    aims = figures.target.to_date if figures.target else {}
    cells = [value(figures.last_week, "")]
    cells += [_change_cell(metric, figures, name) for name in ("wow", "yoy_week")]
    for to_date, yoy in _TO_DATE:
        cells.append(value(figures.to_date.get(to_date), names[to_date], aims.get(to_date)))
        cells.append(_change_cell(metric, figures, yoy))
    return cells


def _change_cell(metric: Metric, figures: MetricFigures, name: ChangeName) -> Cell:
    change = figures.changes.get(name, Change(None))
    if change.value is None:
        return Cell("", change.reason or words.blank(metric, figures))
    tip = "Rests on an incomplete value" if change.incomplete else ""
    return Cell(numbers.change(change.value, metric, unit=False), tip, change.incomplete)


def _panel_as_dict(side: Panel) -> dict[str, Any]:
    return {
        "line": side.line,
        "prior": side.prior,
        "targets": side.targets,
        "base": side.base,
        "zero": int(side.zero),
        "marks": [[mark.x, mark.y, int(mark.hollow), mark.tip] for mark in side.marks],
        "labels": [[label.kind, label.x, label.y, label.anchor, label.text] for label in side.labels],
    }
