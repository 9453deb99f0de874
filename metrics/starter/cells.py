"""What the cells of a column mean: the same reading of numbers and dates as that of the sources."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from metrics.sources.dates import resolve_dates
from metrics.sources.numbers import LEFT_OUT, Kind, parsed
from metrics.sources.report import SourceError
from metrics.sources.table import literal

_MOST_CELLS = 400_000
_FEWEST_ROWS = 100


@dataclass(frozen=True)
class Numbers:
    """What the cells of one series are. `percents` counts cells such as `56 %`, `unread` texts that are no number.

    `money` is the currency sign or code of most cells, "" where there is none; `low` and `high` are the least and
    the largest value, `whole` says that all are whole numbers.
    """

    blanks: int
    numbers: int
    percents: int
    unread: int
    low: float
    high: float
    whole: bool
    money: str
    example: str
    reason: Kind | None

    @property
    def values(self) -> int:
        """How many cells were read as numbers."""
        return self.numbers + self.percents


def read_numbers(columns: Sequence[Sequence[str]]) -> list[Numbers]:
    """Return what the cells of each column are; of a very large table some of the rows, evenly spread."""
    longest = max(map(len, columns), default=0)
    rows = max(_MOST_CELLS // max(len(columns), 1), _FEWEST_ROWS)
    step = max(1, -(-longest // rows))
    counted = [Counter(column[::step]) for column in columns]
    flat = [(number, text, times) for number, texts in enumerate(counted) for text, times in texts.items()]
    connection = duckdb.connect()
    try:
        lists = [list(one) for one in zip(*flat, strict=True)] or [[], [], []]
        connection.execute(
            "CREATE TEMP TABLE cells AS SELECT unnest($1::INTEGER[]) AS number, unnest($2::VARCHAR[]) AS cell,"
            " unnest($3::INTEGER[]) AS times",
            lists,
        )
        money = "regexp_extract(cell, '[A-Z]{0,2}\\p{Sc}|[A-Z]{3}')"
        found = connection.execute(
            f"""SELECT number,
                coalesce(sum(times) FILTER (kind = {Kind.BLANK}), 0),
                coalesce(sum(times) FILTER (kind = {Kind.NUMBER}), 0),
                coalesce(sum(times) FILTER (kind = {Kind.PERCENT}), 0),
                coalesce(sum(times) FILTER (kind >= {LEFT_OUT}), 0),
                min(value), max(value), bool_and(value = floor(value)),
                mode({money}) FILTER (kind = {Kind.NUMBER}),
                min(cell) FILTER (kind >= {LEFT_OUT}), mode(kind) FILTER (kind >= {LEFT_OUT})
            FROM ({parsed("SELECT * FROM cells", "1.0")}) GROUP BY number"""
        ).fetchall()
    finally:
        connection.close()
    nothing = Numbers(0, 0, 0, 0, 0.0, 0.0, True, "", "", None)
    result = [nothing] * len(columns)
    for number, blanks, numbers, percents, unread, low, high, whole, sign, example, reason in found:
        result[number] = Numbers(
            int(blanks), int(numbers), int(percents), int(unread), low or 0.0, high or 0.0, whole is not False,
            sign or "", example or "", None if reason is None else Kind(reason),
        )  # fmt: skip
    return result


@dataclass(frozen=True)
class Days:
    """The days of a date column, by text, and the format that the source has to name for them to be read."""

    by_text: dict[str, date]
    date_format: str | None


_BARE = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1([0-9]{4}|[0-9]{2})")
_ORDERS = {"month_first": ("%m", "%d", "{}"), "day_first": ("%d", "%m", "{}"), "year_first": ("%y", "%m", "%d")}


def read_days(texts: Sequence[str]) -> Days:
    """Return the days of a date column.

    Where the order of day and month is open, as in 1/2/21, it is the one in which the days lie closest together.
    Raises SourceError where there is none in which all of them are days.
    """
    connection = duckdb.connect()
    try:
        distinct = list(dict.fromkeys(text for text in texts if text))
        connection.execute(
            "CREATE TEMP TABLE northstar_csv_date AS SELECT 0 AS file, unnest($1::VARCHAR[]) AS text, 1 AS n",
            [distinct],
        )
        try:
            resolve_dates(connection, (), None, "UTC")
        except (SourceError, IndexError) as error:
            return _guessed_order(connection, distinct, error)
        rows = connection.execute("SELECT text, day FROM northstar_csv_day WHERE day IS NOT NULL").fetchall()
        return Days(dict(rows), None)
    finally:
        connection.close()


def _guessed_order(connection: duckdb.DuckDBPyConnection, texts: Sequence[str], error: Exception) -> Days:
    shapes = {(found[1], len(found[2])) if (found := _BARE.fullmatch(text)) else None for text in texts}
    shape = shapes.pop() if len(shapes) == 1 else None
    if shape is None:
        raise SourceError(_write_days(texts, error))
    sign, digits = shape
    best: tuple[int, Days] | None = None
    for parts in _ORDERS.values():
        date_format = sign.join(parts).format("%Y" if digits == 4 else "%y")
        rows = connection.execute(
            f"SELECT text, CAST(try_strptime(text, {literal(date_format)}) AS DATE) FROM northstar_csv_date"
        ).fetchall()
        if any(day is None for _, day in rows):
            continue
        days = [day for _, day in rows]
        span = (max(days) - min(days)).days
        if best is None or span < best[0]:
            best = span, Days(dict(rows), date_format)
    if best is None:
        raise SourceError(_write_days(texts, error))
    return best[1]


def _write_days(texts: Sequence[str], error: Exception) -> str:
    if isinstance(error, SourceError):
        return f"{error} Or write the days in the file as 2026-01-31."
    return f"Some dates have the day first, others the month (such as {texts[0]}): write them all as 2026-01-31."
