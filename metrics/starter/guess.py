"""Best guesses of what a column of numbers is: its unit, how its days become a week, and which direction is good.

Each guess carries its reason, because a person has to judge it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from metrics.starter.cells import Numbers
from metrics.starter.spelling import snake
from metrics.tree.tree import Aggregate, Good, Unit

_SHARES = frozenset(
    (
        *("rate", "share", "ratio", "conversion", "percent", "percentage", "pct", "proportion", "quote"),
        *("conv", "cvr", "ctr"),
    )
)
_PERCENTS = frozenset(("percent", "percentage", "pct"))
_MEANS = _SHARES | frozenset(
    (
        *("avg", "average", "mean", "median", "price", "score", "rating", "nps", "csat", "latency", "temperature"),
        *("per", "p50", "p90", "p95", "p99", "aov", "arpu", "cpc", "cpm", "cac", "index"),
    )
)
_LEVELS = frozenset(
    (
        *("balance", "stock", "inventory", "headcount", "employees", "active", "open", "backlog", "cumulative"),
        *("mrr", "arr", "subscribers", "members", "seats", "balances", "stocks", "fte", "ftes", "outstanding"),
    )
)
# What comes and goes in a level adds up: new seats, upsell of recurring revenue.
_FLOWS = frozenset(("new", "added", "lost", "gained", "upsell", "downsell", "churned", "opened", "closed"))
_BAD = frozenset(
    (
        *("refund", "refunds", "error", "errors", "cost", "costs", "ticket", "tickets", "complaint", "complaints"),
        *("defect", "defects", "bug", "bugs", "latency", "delay", "delays", "cancellation", "cancellations"),
        *("cancelled", "canceled", "bounce", "bounces", "bounced", "unsubscribes", "downtime", "failure", "failures"),
        *("failed", "incident", "incidents", "outage", "outages", "spam", "attrition", "expense", "expenses"),
        *(
            "overdue",
            "late",
            "returns",
            "duration",
            "backlog",
            "fatals",
            "crashes",
            "cac",
            "cpc",
            "cpm",
            "lost",
            "downsell",
        ),
    )
)
_DURATIONS = frozenset(("days", "hours", "minutes", "seconds", "ms"))
_NOT_SPENT = frozenset(("on", "full", "part", "first", "real", "over", "up", "all", "last", "one", "some", "any"))
_SIGNS = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₺": "TRY", "₽": "RUB"}
_SIGNS |= {"₪": "ILS", "₴": "UAH", "₫": "VND", "₦": "NGN", "A$": "AUD", "C$": "CAD", "R$": "BRL", "S$": "SGD"}
# The codes that are no words: `try`, `all` and `top` are currencies too.
_CODES = (
    "usd eur gbp jpy chf aud inr cny sek nok dkk pln brl mxn nzd sgd hkd zar krw czk huf ron aed sar thb idr myr php"
)
_CODE = re.compile(rf"(?:^|_)({'|'.join(_CODES.split())})(?:_|$)")

_T_co = TypeVar("_T_co", covariant=True)


@dataclass(frozen=True)
class Guessed(Generic[_T_co]):
    """A guess and its reason, in words that go on after "a guess:"."""

    value: _T_co
    reason: str


@dataclass(frozen=True)
class Guess:
    """What a column of numbers probably is. `currency` and `scale` are None where they need not be written."""

    unit: Guessed[Unit]
    currency: str | None
    scale: Guessed[float] | None
    aggregate: Guessed[Aggregate]
    good: Guessed[Good]

    @property
    def adds_up(self) -> bool:
        """Whether more of it is better, and its days add up: what a North Star is like."""
        return self.aggregate.value == "sum" and self.good.value == "up"


def guess(name: str, numbers: Numbers, several_a_day: bool) -> Guess:
    """Return the guesses about a column; `several_a_day`: on some day it has several different values."""
    words = snake(name).split("_")
    unit, currency, scale = _unit(words, numbers)
    return Guess(unit, currency, scale, _aggregate(name, words, unit.value, numbers, several_a_day), _good(words))


def _unit(words: Sequence[str], numbers: Numbers) -> tuple[Guessed[Unit], str | None, Guessed[float] | None]:
    if 2 * numbers.percents > numbers.values:
        return Guessed("percent", "the cells have a % sign"), None, None
    if _SHARES.intersection(words) and numbers.low >= 0 and 0 < numbers.high <= 1 and not _all_one(numbers):
        return Guessed("percent", "by its name, and its values lie between 0 and 1"), None, None
    if _PERCENTS.intersection(words) and numbers.low >= 0 and 1.5 < numbers.high <= 100:
        scale = Guessed(0.01, "values such as 12.5 for 12.5 %")
        return Guessed("percent", "by its name"), None, scale
    if code := _SIGNS.get(numbers.money) or (numbers.money if len(numbers.money) == 3 else None):
        return Guessed("currency", f"the cells have {numbers.money}"), code, None
    if found := _CODE.search("_".join(words)):
        return Guessed("currency", "by its name"), found[1].upper(), None
    if numbers.whole and numbers.low >= 0:
        return Guessed("count", "whole numbers"), None, None
    return Guessed("number", "not all are whole numbers" if not numbers.whole else "some are below zero"), None, None


def _all_one(numbers: Numbers) -> bool:
    return numbers.whole and numbers.low == numbers.high == 1


def _aggregate(
    name: str, words: Sequence[str], unit: Unit, numbers: Numbers, several_a_day: bool
) -> Guessed[Aggregate]:
    if unit == "percent" or _MEANS.intersection(words) or "/" in name:
        return Guessed("mean", "days average; better a formula, where you have both parts")
    if "cumulative" in words or (_LEVELS.intersection(words) and not _FLOWS.intersection(words)):
        if several_a_day:
            return Guessed("mean", "last needs one value a day, and some days have several")
        return Guessed("last", "a level: the last day stands for the week")
    if _is_time(words) or (_DURATIONS.intersection(words) and not numbers.whole):
        return Guessed("mean", "times average")
    return Guessed("sum", "days add up")


def _good(words: Sequence[str]) -> Guessed[Good]:
    if _BAD.intersection(words) or any(word.startswith("churn") for word in words) or _is_time(words):
        return Guessed("down", "less is better, by its name")
    return Guessed("up", "more is better")


def _is_time(words: Sequence[str]) -> bool:
    """Whether a name means time that something takes: response time, and not orders on time."""
    return any(
        word == "time"
        and (position == 0 or words[position - 1] not in _NOT_SPENT)
        and (position == len(words) - 1 or words[position + 1] in ("to", "ms", "s", "sec", "seconds", "minutes", "min"))
        for position, word in enumerate(words)
    )
