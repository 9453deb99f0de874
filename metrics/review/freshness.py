"""When each source's last week should be in, and what is late since when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from metrics.calendar import WEEKDAYS, Calendar, month_of, shift_month
from metrics.tree.tree import Source, Tree
from metrics.warehouse.warehouse import SeriesState, Warehouse

# Fewer arrivals say too little of a rhythm; older ones are of another time.
_FEWEST = 3
_LAST = 8


@dataclass(frozen=True)
class Arrived:
    """A week of a source, and when a refresh first found all of it (with a time zone)."""

    week_ending: date
    at: datetime


@dataclass(frozen=True)
class Moment:
    """A weekday (Monday is 0) and a time of day."""

    weekday: int
    at: time

    def first_after(self, day: date, calendar: Calendar) -> datetime:
        """Return the first such moment after a day, in the calendar's time zone."""
        days = (self.weekday - day.weekday() - 1) % 7 + 1
        return datetime.combine(day + timedelta(days=days), self.at, ZoneInfo(calendar.timezone))


@dataclass(frozen=True)
class Rhythm:
    """When the values of a week or month should be in: at a moment that northstar.yaml declares, or so long after.

    `after` its end is what was `found` from arrivals. Where nothing is known yet, it is the end of the day after.
    """

    after: timedelta = timedelta(days=1)
    found: bool = False
    moment: Moment | None = None

    @property
    def declared(self) -> bool:
        """Whether northstar.yaml says so."""
        return self.moment is not None

    def due(self, last_day: date, calendar: Calendar) -> datetime:
        """Return the moment by which the values up to a day, the last of a week or month, should be in."""
        if self.moment is not None:
            return self.moment.first_after(last_day, calendar)
        return _end_of(last_day, calendar) + self.after


@dataclass(frozen=True)
class Freshness:
    """Whether the newest week that should be in of a source is in.

    `late` gives for each of its metrics that lag behind the moment since when; `due` is the next moment at which
    something is expected, and `period` of what.
    """

    source: str
    rhythm: Rhythm
    due: datetime
    late: Mapping[str, datetime]
    period: Literal["week", "month"] = "week"

    @property
    def late_since(self) -> datetime | None:
        """Since when something is late; None where nothing is."""
        return min(self.late.values(), default=None)


def freshness(
    tree: Tree, warehouse: Warehouse, arrivals: Mapping[str, Sequence[Arrived]], now: datetime
) -> dict[str, Freshness]:
    """Return each source's freshness at `now` (with a time zone); sources whose metrics have no value yet are left out.

    `arrivals` are those of earlier weeks, by source.
    """
    calendar = tree.calendar
    today = now.astimezone(ZoneInfo(calendar.timezone)).date()
    newest = warehouse.newest_days(today)
    found = {}
    for source in tree.sources.values():
        rhythm = rhythm_of(source, arrivals.get(source.id, ()), calendar)
        states = [state for state in warehouse.series.values() if state.source == source.id and state.key in newest]
        late = {}
        for state in states:
            missing = _first_missing(state, newest[state.key], calendar)
            if rhythm.due(missing, calendar) <= now:
                late[state.key] = rhythm.due(missing, calendar)
        if states:
            upcoming = [_next_due(state.grain, rhythm, calendar, now) for state in states]
            due, period = min(upcoming, key=lambda one: (one[0], one[1] == "month"))
            found[source.id] = Freshness(source.id, rhythm, due, late, period)
    return found


def rhythm_of(source: Source, arrived: Sequence[Arrived], calendar: Calendar) -> Rhythm:
    """Return the rhythm that a source declares, else what its last arrivals kept to, with an hour to spare."""
    if source.arrives:
        weekday, _, clock = source.arrives.partition(" ")
        return Rhythm(moment=Moment(WEEKDAYS.index(weekday), time.fromisoformat(clock)))
    lags = [one.at - _end_of(one.week_ending, calendar) for one in sorted(arrived, key=lambda one: one.week_ending)]
    if len(lags) < _FEWEST:
        return Rhythm()
    longest = max(lags[-_LAST:])
    hours = -(-longest // timedelta(hours=1))
    return Rhythm(timedelta(hours=hours + 1), found=True)


def _first_missing(state: SeriesState, newest: date, calendar: Calendar) -> date:
    """Return the last day of the first week (of a monthly series: month) that a series lacks values of."""
    if state.grain == "monthly":
        return shift_month(month_of(newest), 1).last
    week = calendar.week_ending(newest)
    last = week
    while state.grain == "weekdays" and last.weekday() > 4:
        last -= timedelta(days=1)
    return week + timedelta(days=7) if newest >= last else week


def _next_due(
    grain: str | None, rhythm: Rhythm, calendar: Calendar, now: datetime
) -> tuple[datetime, Literal["week", "month"]]:
    """Return when the next week of a series, or month of a monthly one, is due, and which of the two."""
    today = now.astimezone(ZoneInfo(calendar.timezone)).date()
    if grain == "monthly":
        return _first_due(lambda by: shift_month(month_of(today), by).last, rhythm, calendar, now), "month"
    week = calendar.last_week_ended(today)
    return _first_due(lambda by: week + timedelta(days=7 * by), rhythm, calendar, now), "week"


def _first_due(last_day: Callable[[int], date], rhythm: Rhythm, calendar: Calendar, now: datetime) -> datetime:
    """Return the first moment after now at which a period is due; `last_day` gives theirs, counted from today's."""
    by = 0
    while rhythm.due(last_day(by - 1), calendar) > now:
        by -= 1
    while rhythm.due(last_day(by), calendar) <= now:
        by += 1
    return rhythm.due(last_day(by), calendar)


def _end_of(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(calendar.timezone))
