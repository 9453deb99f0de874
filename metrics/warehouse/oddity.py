"""A value that looks wrong, in words: what is odd, on which days, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Literal

from metrics.calendar import MONTH_LABELS, MONTHS
from metrics.tree.tree import Unit

Kind = Literal["future", "negative", "above_100_percent", "ten_fold", "sudden_zero", "repeated", "absent"]

# So many days are named, the newest first; of the others only the number is known.
MOST_NAMED = 20
ON_DAYS = "on {} days"

_MINUS = "\u2212"
_THIN = "\u202f"


@dataclass(frozen=True)
class Oddity:
    """Values of a series (`key`) that look wrong in one way: on how many days, and the newest of them.

    `days` are the newest 20, the newest first. `low` and `high` are what eight in ten of the values before the newest
    lay between; of a run of equal values `low` is its length, and its day the first. Absent days have no value; of a
    weekly or monthly series (`grain`) they are the last days of its weeks or months.
    """

    key: str
    kind: Kind
    days: tuple[tuple[date, float | None], ...]
    count: int
    low: float | None = None
    high: float | None = None
    unit: Unit = "number"
    grain: str | None = None

    @property
    def day(self) -> date:
        """The newest day."""
        return self.days[0][0]

    @property
    def value(self) -> float | None:
        """The value of the newest day."""
        return self.days[0][1]

    @property
    def sentence(self) -> str:
        """What is odd, in sentences that name the days."""
        value = written(self.value, self.unit)
        more = so_it_is(self.days, self.count, self.unit, "in {} weeks" if self.grain == "formula" else ON_DAYS)
        between = f"{written(self.low, self.unit)} to {written(self.high, self.unit)}"
        match self.kind:
            case "future":
                return f"{self.day} is still to come, and has the value {value}.{more}"
            case "negative":
                return f"{self.day} has {value}, and a count can't be negative.{more}"
            case "above_100_percent":
                which = f"The week ending {self.day}" if self.grain == "formula" else str(self.day)
                return f"{which} has {value}, and a share is hardly ever above 100{_THIN}%.{more}"
            case "ten_fold":
                return f"{self.day} has {value}, far from the {between} of most before. Did the unit change?{more}"
            case "sudden_zero":
                return f"{self.day} has 0, after {between} on most days before. Is it missing rather than zero?{more}"
            case "repeated":
                again = so_it_is(self.days, self.count, self.unit, "in {} runs, from")
                return (
                    f"{value} stands there {self.low or 0:g} times in a row from {self.day} on. Was it copied?{again}"
                )
            case _:
                return self._absent

    @property
    def _absent(self) -> str:
        many = self.count != 1
        of = {"weekly": "week", "monthly": "month"}.get(self.grain or "", "day")
        has = f"{self.count:,} {of}s of the last 26 weeks have" if many else f"1 {of} of the last 26 weeks has"
        days = [day for day, _ in self.days]
        if self.grain == "monthly":
            named = ", ".join(f"{MONTHS[day.month - 1].capitalize()} {day.year}" for day in reversed(days))
        else:
            named = ("ending " if self.grain == "weekly" else "") + short_days(days)
        older = f", and {self.count - len(days):,} before" if self.count > len(days) else ""
        return f"{has} no value: {named}{older}."

    @property
    def to_do(self) -> str:
        """What to do about it, in a sentence."""
        match self.kind:
            case "future":
                return "Correct the date at its source."
            case "negative":
                return "Correct it at its source, or write checks: {min: ...} if it is right."
            case "above_100_percent":
                return "Correct it at its source, or write checks: {max: ...} if it is right."
            case "absent":
                of = {"weekly": "weeks", "monthly": "months"}.get(self.grain or "", "days")
                return f"Add the {of}, or write absent: zero or another grain: in the source."
            case _:
                return "Correct it at its source if it is not right."


def written(value: float | None, unit: Unit) -> str:
    """Write a value: large ones without an exponent, shares in percent, a minus as a true minus; nothing for None."""
    if value is None:
        return ""
    size = abs(value)
    if unit == "percent":
        text = (f"{size * 100:,.2f}".rstrip("0").rstrip(".") if size >= 0.01 else f"{size * 100:.3g}") + f"{_THIN}%"
    else:
        text = f"{size:,.15g}" if size >= 1000 else f"{size:.6g}"
    return f"{_MINUS}{text}" if value < 0 else text


def so_it_is(days: Sequence[tuple[date, float | None]], count: int, unit: Unit, where: str = ON_DAYS) -> str:
    """Return a sentence, after a blank, that names all of several days with their values; nothing for a single one."""
    if count == 1:
        return ""
    named = ", ".join(f"{day} ({written(value, unit)})" for day, value in days)
    older = f", and {count - len(days):,} before" if count > len(days) else ""
    return f" So it is {where.format(f'{count:,}')}: {named}{older}."


def short_days(days: Sequence[date]) -> str:
    """Return days in order, the month once for several: `29 Oct, 3, 10, 11 Nov`."""
    months = groupby(sorted(days), key=lambda day: (day.year, day.month))
    return ", ".join(
        f"{', '.join(str(day.day) for day in several)} {MONTH_LABELS[month - 1]}" for (_, month), several in months
    )
