"""Rules about the calendar, the goals and the deck."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

from metrics.calendar import MONTHS, WEEKDAYS
from metrics.errors import nearest, shorten
from metrics.tree.document import Path
from metrics.tree.draft import Draft, items
from metrics.tree.faults import Fault
from metrics.tree.shape import is_missing

_OFFSET = re.compile("[A-Za-z]{0,5} ?[-+\u2212] ?[0-9]{1,2}(:?[0-9]{2})?")
_QUARTER = re.compile(r"[0-9]{4}Q[1-4]\Z", re.ASCII)


def calendar_words(draft: Draft) -> Iterator[Fault]:
    """The week ends on a weekday, and the fiscal year starts in a month; capitals do not matter."""
    calendar = draft.workspace.calendar
    if calendar is None:
        return
    for key, word, kind, known in (
        ("week_ends_on", calendar.week_ends_on, "weekday", WEEKDAYS),
        ("fiscal_year_starts", calendar.fiscal_year_starts, "month", MONTHS),
    ):
        if word is not None and word.strip().lower() not in known:
            begins = [name for name in known if len(word) > 1 and name.startswith(word.lower())]
            close = begins[0] if begins else nearest(word, known)
            hint = f"Did you mean {close}?" if close else f"Write one of: {', '.join(known)}."
            if known is MONTHS and re.fullmatch("0?[1-9]|1[0-2]", word.strip()):
                hint = f"Write {MONTHS[int(word) - 1]}."
            yield draft.error(("calendar", key), f"'{shorten(word, 30)}' is no {kind}.", hint)


def timezone_exists(draft: Draft) -> Iterator[Fault]:
    """The time zone is one that the computer knows."""
    name = draft.workspace.calendar.timezone if draft.workspace.calendar else None
    if name is not None and not _is_timezone(name):
        close = nearest(name.replace(" ", "_"), available_timezones())
        hint = f"Did you mean {close}?" if close else "Write such as Europe/London, or UTC."
        if _OFFSET.fullmatch(name.strip()):  # GMT+1, close by its letters, is an hour west in the zones' own names
            hint = "Write a place, such as Europe/Paris."
        yield draft.error(("calendar", "timezone"), f"There is no time zone '{shorten(name, 40)}'.", hint)


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a name; a folder such as Europe
        return False
    return True


def needed_keys(draft: Draft) -> Iterator[Fault]:
    """A source, a goal and a section of the deck have the keys without which they say nothing."""
    goals, deck = items(draft.workspace.goals), items(draft.workspace.deck)
    for key, blocks in (("sources", draft.sources.items()), ("goals", goals), ("deck", deck)):
        for which, block in blocks:
            for name in block.needed:
                if not draft.wrote(key, which, name):
                    path: Path = (key, which, name)
                    yield draft.error(path, *is_missing(path), key=True)


def goals_name_a_quarter(draft: Draft) -> Iterator[Fault]:
    """A goal is for a fiscal quarter such as 2026Q4."""
    for index, goal in items(draft.workspace.goals):
        if goal.quarter is not None and not _QUARTER.match(goal.quarter):
            year, number = re.search(r"20[0-9]{2}", goal.quarter), re.search(r"[qQ] ?([1-4])", goal.quarter)
            meant = f"{year[0]}Q{number[1]}" if year and number else "such as 2026Q4"
            message = f"'{shorten(goal.quarter, 30)}' is no quarter."
            yield draft.error(("goals", index, "quarter"), message, f"Write {meant}.")


def deck_once(draft: Draft) -> Iterator[Fault]:
    """A metric stands in the deck once."""
    first: dict[str, Path] = {}
    for index, section in items(draft.workspace.deck):
        for position, name in items(section.metrics):
            path: Path = ("deck", index, "metrics", position)
            known = first.setdefault(name, path)
            if known != path:
                line = draft.line(known)
                message = f"'{shorten(name)}' is already in the deck (line {line})."
                yield draft.error(path, message, "Keep one of the two.")


RULES = (calendar_words, timezone_exists, needed_keys, goals_name_a_quarter, deck_once)
