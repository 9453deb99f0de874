"""The series of a table: which columns, or which names in a long table, are metrics, and what the others are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from metrics.sources.numbers import Kind, explain
from metrics.starter.cells import Days, Numbers, read_days, read_numbers
from metrics.starter.guess import Guess, guess
from metrics.starter.spelling import comment, snake
from metrics.starter.table import MOST_ROWS, StartTable, looks_like_date

MOST_METRICS = 2_000
_LONGEST_NAME = 2_000
_MOST_SHOWN = 6
_MOST_REMARKS = 40
_MOST_NARROWING = 50
_SHARE_OF_NUMBERS = 0.8
_METRIC_NAME = re.compile(r"metric|kpi|measure|indicator|series|variable|item|what", re.IGNORECASE)
_NAME_OF_VALUE = frozenset(("value", "values", "val", "amount", "number", "figure", "wert", "valor", "valeur"))


@dataclass(frozen=True)
class Series:
    """A column, or a name in a long table, that becomes a metric."""

    column: str
    numbers: Numbers
    guess: Guess


@dataclass(frozen=True)
class Start:
    """All that a table told. `metric` and `value` name the columns of a long table, None where it is wide.

    `week_ends_on` is 0 for Monday, where the dates tell it; `remarks` say what became of the other columns.
    """

    date: str
    date_format: str | None
    metric: str | None
    value: str | None
    series: tuple[Series, ...]
    remarks: tuple[str, ...]
    week_ends_on: int | None


def start_of(table: StartTable) -> Start:
    """Return what a table tells about its columns."""
    names = table.header.names
    days = read_days(table.columns[table.date])
    day_of_row = [days.by_text.get(text) for text in table.columns[table.date]]
    others = [position for position in range(len(names)) if position != table.date]
    numbers = dict(zip(others, read_numbers([table.columns[position] for position in others]), strict=True))
    remarks: list[str] = []
    metric_positions = []
    texts = []
    for position in others:
        told = numbers[position]
        name = names[position]
        if not name:
            if told.values or told.unread:
                remarks.append(f"Column {position + 1} has no name: write one in the header.")
        elif len(name) > _LONGEST_NAME:
            remarks.append(f"{comment(name, 40)}: its name is too long.")
        elif told.values and told.values >= _SHARE_OF_NUMBERS * (told.values + told.unread):
            metric_positions.append(position)
        elif told.unread:
            texts.append(position)
        else:
            remarks.append(f"{comment(name)}: empty.")
    pair = _long_columns(table, metric_positions, texts)
    for position in texts:
        if pair is None or position != pair[0]:
            remarks.append(_of_text(names[position], table.columns[position], numbers[position]))
    if pair is not None:
        series, left = _long_series(table, *pair, day_of_row)
        remarks += left
    else:
        series = [
            Series(
                names[position],
                numbers[position],
                guess(names[position], numbers[position], _several_a_day(day_of_row, table.columns[position])),
            )
            for position in metric_positions
        ]
    if table.cut:
        remarks.append(f"Only the first {MOST_ROWS:,} rows were looked at.")
    if len(series) > MOST_METRICS:
        remarks.append(f"{len(series) - MOST_METRICS:,} more are left out: {MOST_METRICS:,} are enough to begin with.")
    return Start(
        names[table.date],
        days.date_format,
        names[pair[0]] if pair else None,
        names[pair[1]] if pair else None,
        tuple(series[:MOST_METRICS]),
        _first(remarks),
        _week_ends_on(days),
    )


def _first(remarks: Sequence[str]) -> tuple[str, ...]:
    hidden = len(remarks) - _MOST_REMARKS
    return (*remarks[:_MOST_REMARKS], *([f"{hidden:,} more remarks of this kind."] if hidden > 0 else []))


def _long_columns(table: StartTable, numbers: Sequence[int], texts: Sequence[int]) -> tuple[int, int] | None:
    """Return the positions of the columns of names and values where the table is long: a row a metric and day."""
    if len(numbers) != 1 or not texts:
        return None
    value = numbers[0]
    names = table.header.names
    by_value = snake(names[value]) in _NAME_OF_VALUE
    for position in texts:
        cells = table.columns[position]
        if looks_like_date(next((cell for cell in cells if cell), "")) or len(set(cells)) > MOST_METRICS:
            continue
        if _METRIC_NAME.search(names[position]) or (by_value and len(texts) == 1):
            return position, value
    return None


def _long_series(
    table: StartTable, metric: int, value: int, day_of_row: Sequence[date | None]
) -> tuple[list[Series], list[str]]:
    cells: dict[str, list[str]] = defaultdict(list)
    days: dict[str, list[date | None]] = defaultdict(list)
    for name, cell, day in zip(table.columns[metric], table.columns[value], day_of_row, strict=True):
        cells[name].append(cell)
        days[name].append(day)
    found, remarks = [], []
    for name, told in zip(cells, read_numbers(list(cells.values())), strict=True):
        if not name:
            remarks.append(f"{len(cells[name])} rows have no name in column {comment(table.header.names[metric])}.")
        elif len(name) > _LONGEST_NAME or not told.values:
            remarks.append(
                f"{comment(name, 40)}: no numbers." if not told.values else f"{comment(name, 40)}: too long."
            )
        else:
            found.append(Series(name, told, guess(name, told, _several_a_day(days[name], cells[name]))))
    return found, remarks


def _several_a_day(days: Sequence[date | None], cells: Sequence[str]) -> bool:
    seen: dict[date, str] = {}
    return any(
        day is not None and cell and seen.setdefault(day, cell) != cell for day, cell in zip(days, cells, strict=True)
    )


def _of_text(name: str, cells: Sequence[str], told: Numbers) -> str:
    written = [cell for cell in cells if cell]
    if sum(map(looks_like_date, written)) * 2 > len(written):
        return f"{comment(name, 40)}: further dates."
    if told.reason in (Kind.COMMA, Kind.DOTS):
        what, instead = explain(told.reason, told.example)
        return f"{comment(name, 40)}: '{comment(told.example, 20)}' {what}, which is not read. Write {instead}."
    if told.values:
        count = told.unread
        return f"{comment(name, 40)}: {count:,} cells are no numbers, such as '{comment(told.example, 30)}'."
    different = list(dict.fromkeys(written))
    if len(different) <= _MOST_NARROWING:
        shown = ", ".join(comment(text, 20) for text in different[:_MOST_SHOWN])
        more = f" and {len(different) - _MOST_SHOWN} more" if len(different) > _MOST_SHOWN else ""
        return f"{comment(name, 40)}: text ({shown}{more}). To count some rows only, name it under where: of a metric."
    return f"{comment(name, 40)}: text, {len(different):,} different ones."


def _week_ends_on(days: Days) -> int | None:
    """Return the weekday of weekly dates where it can be a week's end: a Friday or a Saturday."""
    found = sorted(set(days.by_text.values()))
    weekdays = {day.weekday() for day in found}
    return weekdays.pop() if len(found) > 2 and len(weekdays) == 1 and weekdays <= {4, 5} else None
