"""The first `northstar.yaml` of a table: a metric for each column of numbers, and each guess marked as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from metrics.calendar import WEEKDAYS
from metrics.errors import shorten
from metrics.starter.column import Series, Start
from metrics.starter.guess import Guessed
from metrics.starter.spelling import Ids, comment, yaml_number, yaml_text
from metrics.tree.resolve import words

TEAM = "team_1"
_LONGEST_NAME = 120
_MARK = 28
_AS_CODE = re.compile("[a-z0-9]+(_[a-z0-9]+)*")


def draft(workspace: str, source: str, keys: Mapping[str, str], start: Start) -> str:
    """Return the text of `northstar.yaml`.

    `workspace` is its name, `source` the id of its one source, and `keys` what that source is besides the columns:
    its type, and where it lies.
    """
    return "\n".join([*_top(workspace, start), *_sources(source, keys, start), *_metrics(source, start)]) + "\n"


def _top(workspace: str, start: Start) -> Iterator[str]:
    yield "# Your metrics, as guessed from the header and the cells. Lines marked `# a guess` are for you to judge."
    yield "# `northstar check` says what is wrong and what to write instead; `northstar run` shows it in the browser."
    if start.remarks:
        yield "#"
        yield "# Not used:"
        yield from (f"#   {comment(remark, 240)}" for remark in start.remarks)
    yield "northstar: 1"
    yield f"name: {yaml_text(_short(workspace))}"
    yield ""
    yield "calendar:"
    if start.week_ends_on is None:
        yield _marked("  week_ends_on: sunday", "the weekday on which your week ends", guessed=False)
    else:
        yield _marked(f"  week_ends_on: {WEEKDAYS[start.week_ends_on]}", "every date is one")
    yield "  fiscal_year_starts: january"
    yield _marked("  timezone: UTC", "such as Europe/London: decides when a day is over", guessed=False)
    yield ""
    yield "teams:"
    yield f"  {TEAM}:"
    yield "    name: Our team"
    yield _marked("    # lead: ana@team.example", "owns every metric that names no owner", guessed=False)
    yield ""


def _sources(source: str, keys: Mapping[str, str], start: Start) -> Iterator[str]:
    yield "sources:"
    yield f"  {source}:"
    for key, value in keys.items():
        yield f"    {key}: {yaml_text(value)}"
    yield f"    date: {yaml_text(start.date)}"
    if start.date_format is not None:
        format_ = yaml_text(start.date_format)
        yield _marked(f"    date_format: {format_}", "%d is the day; in this order the days lie closest together")
    if start.metric is not None and start.value is not None:
        yield _marked("    layout: long", "a row a metric and day")
        yield f"    metric: {yaml_text(start.metric)}"
        yield f"    value: {yaml_text(start.value)}"
    yield ""


def _metrics(source: str, start: Start) -> Iterator[str]:
    if not start.series:
        yield "# There is no column of numbers. Write a metric, and below it its source: and its column:."
        yield "metrics:"
        return
    yield "metrics:"
    ids = Ids("metric")
    names = _names(start.series)
    star = next((one for one in start.series if one.guess.adds_up), None)
    for series, name in zip(start.series, names, strict=True):
        yield f"  {ids.new(series.column)}:"
        yield f"    name: {yaml_text(name)}"
        if series is star:
            yield "    # a guess: is this the one number that sums up the value that customers get? Then write:"
            yield "    # role: north_star"
        yield f"    team: {TEAM}"
        yield f"    source: {source}"
        yield f"    column: {yaml_text(series.column)}"
        yield from _guesses(series)


def _guesses(series: Series) -> Iterator[str]:
    guess = series.guess
    yield _guessed("unit", guess.unit)
    if guess.currency is not None:
        yield _marked(f"    currency: {guess.currency}", guess.unit.reason)
    if guess.scale is not None:
        yield _marked(f"    scale: {yaml_number(guess.scale.value)}", guess.scale.reason)
    yield _guessed("aggregate", guess.aggregate)
    yield _guessed("good", guess.good)


def _guessed(key: str, guessed: Guessed[str]) -> str:
    return _marked(f"    {key}: {guessed.value}", guessed.reason)


def _marked(text: str, reason: str, guessed: bool = True) -> str:
    return f"{text:<{_MARK}}  # {'a guess: ' if guessed else ''}{reason}"


def _names(series: Sequence[Series]) -> list[str]:
    """Return the names of metrics, each once whatever its capitals."""
    taken: set[str] = set()
    names = []
    for one in series:
        name, number = _short(one.column), 1
        while name.casefold() in taken:
            number += 1
            name = f"{_short(one.column)} ({number})"
        taken.add(name.casefold())
        names.append(name)
    return names


def _short(text: str) -> str:
    return shorten(words(text) if _AS_CODE.fullmatch(text) else text, _LONGEST_NAME)
