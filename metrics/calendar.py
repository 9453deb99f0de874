"""Weeks, months, fiscal quarters and years: the periods that a review compares.

A week is named by its last day. Weekdays are numbered as in `datetime.date.weekday`: Monday is 0.
"""

from __future__ import annotations

import calendar as _gregorian
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
MONTH_LABELS = tuple(name[:3].capitalize() for name in MONTHS)

_ONE_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_YEAR_OF_WEEKS = timedelta(days=364)

Span = Literal["week", "month", "to_date"]


@dataclass(frozen=True)
class Period:
    """The days `first` to `last`, both included. `span` says how values of each grain count towards it.

    `weeks` gives other bounds for values of whole weeks, where the days would hold unlike numbers of weeks.
    """

    span: Span
    first: date
    last: date
    weeks: tuple[date, date] | None = None

    @property
    def days(self) -> int:
        """Number of calendar days."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Calendar:
    """How a workspace cuts time.

    `week_ends_on` is a weekday number (Monday 0), `fiscal_year_starts` a month number (January 1).
    """

    week_ends_on: int = 6
    fiscal_year_starts: int = 1
    timezone: str = "UTC"

    def week_ending(self, day: date) -> date:
        """Return the last day of the week that holds `day`."""
        return day + timedelta(days=(self.week_ends_on - day.weekday()) % 7)

    def last_week_ended(self, day: date) -> date:
        """Return the last day of the newest week that ended on or before `day`."""
        ending = self.week_ending(day)
        return ending if ending == day else ending - _WEEK

    def weeks(self, week_ending: date, count: int) -> list[Period]:
        """Return the `count` weeks up to the one that ends on `week_ending`, oldest first."""
        endings = [week_ending - _WEEK * back for back in reversed(range(count))]
        return [week(ending) for ending in endings]

    def trailing_months(self, week_ending: date, count: int) -> list[Period]:
        """Return the last `count` calendar months that ended on or before `week_ending`, oldest first."""
        newest = month_of(week_ending)
        if newest.last > week_ending:
            newest = shift_month(newest, -1)
        return [shift_month(newest, -back) for back in reversed(range(count))]

    def fiscal_months(self, week_ending: date) -> list[Period]:
        """Return the twelve months of the fiscal year that holds `week_ending`."""
        first = month_of(self.fiscal_year_start(week_ending))
        return [shift_month(first, number) for number in range(12)]

    def fiscal_year_start(self, day: date) -> date:
        """Return the first day of the fiscal year that holds `day`."""
        year = day.year if day.month >= self.fiscal_year_starts else day.year - 1
        return date(year, self.fiscal_year_starts, 1)

    def fiscal_quarter_start(self, day: date) -> date:
        """Return the first day of the fiscal quarter that holds `day`."""
        months_in = (day.month - self.fiscal_year_starts) % 3
        return shift_month(month_of(day), -months_in).first

    def fiscal_year(self, day: date) -> int:
        """Return the number of the fiscal year that holds `day`: the calendar year in which it ends."""
        last = shift_month(month_of(self.fiscal_year_start(day)), 11)
        return last.last.year

    def fiscal_quarter(self, day: date) -> str:
        """Return the name of the fiscal quarter that holds `day`, such as `2026Q3`."""
        number = (day.month - self.fiscal_year_starts) % 12 // 3 + 1
        return f"{self.fiscal_year(day)}Q{number}"

    def month_to_date(self, week_ending: date) -> Period:
        """Return the days from the start of the calendar month up to `week_ending`."""
        return Period("to_date", week_ending.replace(day=1), week_ending)

    def quarter_to_date(self, week_ending: date) -> Period:
        """Return the days from the start of the fiscal quarter up to `week_ending`."""
        return Period("to_date", self.fiscal_quarter_start(week_ending), week_ending)

    def year_to_date(self, week_ending: date) -> Period:
        """Return the days from the start of the fiscal year up to `week_ending`."""
        return Period("to_date", self.fiscal_year_start(week_ending), week_ending)

    def values_in(self, grain: Literal["weekly", "monthly"], period: Period) -> int:
        """Return how many weeks (or months) end within a period of up to a year."""
        if grain == "weekly" and period.weeks:
            period = Period(period.span, *period.weeks)
        if grain == "monthly":
            return sum(month.first >= period.first for month in self.trailing_months(period.last, 12))
        newest = self.last_week_ended(period.last)
        return (newest - period.first).days // 7 + 1 if newest >= period.first else 0


def week(week_ending: date) -> Period:
    """Return the seven days that end on `week_ending`."""
    return Period("week", week_ending - 6 * _ONE_DAY, week_ending)


def month_of(day: date) -> Period:
    """Return the calendar month that holds `day`."""
    last = _gregorian.monthrange(day.year, day.month)[1]
    return Period("month", day.replace(day=1), day.replace(day=last))


def shift_month(month: Period, by: int) -> Period:
    """Return the calendar month `by` months after `month` (before it, where negative)."""
    number = month.first.year * 12 + month.first.month - 1 + by
    return month_of(date(number // 12, number % 12 + 1, 1))


def year_before(day: date) -> date:
    """Return the same calendar date one year earlier; for 29 February the 28th."""
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)


def prior_year(period: Period) -> Period:
    """Return the period that a year-on-year change compares `period` with.

    A week is compared with the week 364 days earlier, so that weekdays match; a month with the same calendar
    month; days up to a date with the same calendar dates. Weekly values up to a date are compared with those 364 days
    earlier: the same dates mostly hold one week fewer, since last year's week ended a day later.
    """
    if period.span == "week":
        return Period("week", period.first - _YEAR_OF_WEEKS, period.last - _YEAR_OF_WEEKS)
    if period.span == "month":
        return shift_month(period, -12)
    weeks = (period.first - _YEAR_OF_WEEKS, period.last - _YEAR_OF_WEEKS)
    return Period("to_date", year_before(period.first), year_before(period.last), weeks)
