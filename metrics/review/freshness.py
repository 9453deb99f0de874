"""When each source's last week should be in, and what is late since when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
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
class Rhythm:
    """How long after a week's end its values should be in; `declared` in northstar.yaml or found from arrivals.

    Neither: nothing is known yet, and they are expected by the end of the day after the week.
    """

    after: timedelta
    declared: bool
    found: bool

    def due(self, last_day: date, calendar: Calendar) -> datetime:
        """Return the moment by which the values up to a day, the last of a week or month, should be in."""
        return _end_of(last_day, calendar) + self.after


@dataclass(frozen=True)
class Freshness:
    """Whether the newest week that should be in of a source is in.

    `late` gives for each of its metrics that lag behind the moment since when; `due` is the next moment at which
    something is expected.
    """

    source: str
    rhythm: Rhythm
    due: datetime
    late: Mapping[str, datetime]

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
            week = calendar.last_week_ended(today) - timedelta(days=7)
            while rhythm.due(week, calendar) <= now:
                week += timedelta(days=7)
            found[source.id] = Freshness(source.id, rhythm, rhythm.due(week, calendar), late)
    return found


def rhythm_of(source: Source, arrived: Sequence[Arrived], calendar: Calendar) -> Rhythm:
    """Return the rhythm that a source declares, else what its last arrivals kept to, with an hour to spare."""
    if source.arrives:
        weekday, _, clock = source.arrives.partition(" ")
        days = (WEEKDAYS.index(weekday) - calendar.week_ends_on - 1) % 7
        at = time.fromisoformat(clock)
        return Rhythm(timedelta(days=days, hours=at.hour, minutes=at.minute), declared=True, found=False)
    lags = [one.at - _end_of(one.week_ending, calendar) for one in sorted(arrived, key=lambda one: one.week_ending)]
    if len(lags) < _FEWEST:
        return Rhythm(timedelta(days=1), declared=False, found=False)
    longest = max(lags[-_LAST:])
    hours = -(-longest // timedelta(hours=1))
    return Rhythm(timedelta(hours=hours + 1), declared=False, found=True)


def _first_missing(state: SeriesState, newest: date, calendar: Calendar) -> date:
    """Return the last day of the first week (of a monthly series: month) that a series lacks values of."""
    if state.grain == "monthly":
        return shift_month(month_of(newest), 1).last
    week = calendar.week_ending(newest)
    last = week
    while state.grain == "weekdays" and last.weekday() > 4:
        last -= timedelta(days=1)
    return week + timedelta(days=7) if newest >= last else week


def _end_of(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(calendar.timezone))
