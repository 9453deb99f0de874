"""The option that names a week, as several commands have it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from metrics.cli.commands import FIRST_YEAR, LAST_YEAR
from metrics.errors import NorthstarError

if TYPE_CHECKING:
    from metrics.calendar import Calendar
    from metrics.cli.opened import Opened
    from metrics.tree.tree import Tree


def parsed_day(text: str) -> date:
    """Return the date that was written; any other text is a mistake in usage."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no date: write it as 2026-11-14.") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise typer.BadParameter(f"{text} is out of reach: write a date of the years {FIRST_YEAR} to {LAST_YEAR}.")
    return day


WeekEnding = Annotated[
    date | None,
    typer.Option(
        parser=parsed_day,
        metavar="DATE",
        show_default="the newest week that most metrics are complete in",
        help="The last day of the week to review, such as 2026-11-14.",
    ),
]


def week_to_review(now: Opened) -> date:
    """Return the week that the review shows; raises NorthstarError without values."""
    week = now.review_week
    if week is None:
        raise NorthstarError("\n".join([*now.errors, nothing_to_review(now.tree)]))
    return week


def nothing_to_review(tree: Tree) -> str:
    """Say that there are no values, and what to do where no source could have brought any."""
    types = {tree.sources[metric.source].type for metric in tree.metrics.values() if metric.source}
    todo = ""
    if not types:
        todo = (
            " No metric has a source: write one under sources: in northstar.yaml, and source: with its id in a metric."
        )
    elif types == {"manual"}:
        todo = " Write `northstar set METRIC DATE VALUE` to type one."
    return f"There are no values to review yet.{todo}"


def checked_week(day: date, calendar: Calendar) -> date:
    """Return a day that ends a week; any other is a mistake in usage."""
    following = calendar.week_ending(day)
    if day == following:
        return day
    before = following - timedelta(days=7)
    raise typer.BadParameter(
        f"{day} is a {day:%A}; weeks here end on {following:%A}. Write {before} or {following}.",
        param_hint="'--week-ending'",
    )
