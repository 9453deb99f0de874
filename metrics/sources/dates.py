"""What the texts in a source's date column mean, found over all distinct texts of all its files at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import duckdb

from metrics.calendar import MONTHS
from metrics.errors import shorten
from metrics.sources.report import SourceError
from metrics.sources.table import Table, literal, scalar, storable, trimmed

FIRST_YEAR, LAST_YEAR = 1900, 2200

Order = Literal["day_first", "month_first"]

_WEEKDAY = r"^(mon(day)?|tue(s|sday)?|wed(nesday)?|thu(r|rs|rsday)?|fri(day)?|sat(urday)?|sun(day)?)([.,]*\s+|[.,]+)"
_CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?"
_TIME = rf"^(.*[^ ,t])(?:t|[ ,]+)({_CLOCK})\s*([ap]\.?m\.?|z|utc|gmt|[-+][0-9]{{2}}:?(?:[0-9]{{2}})?)?$"
MONTH_NAME = "|".join(f"{name[:3]}(?:{name[3:]})?" if name != "may" else "may" for name in MONTHS) + "|sept"
_NAMED_DAY_FIRST = rf"^([0-9]{{1,2}})(?:st|nd|rd|th)?[-/. ]\s*({MONTH_NAME})\.?[-/., ]\s*([0-9]{{4}}|[0-9]{{2}})$"
_NAMEDMONTH_NAME_FIRST = rf"^({MONTH_NAME})\.?[-/. ]\s*([0-9]{{1,2}})(?:st|nd|rd|th)?[-/., ]\s*([0-9]{{4}}|[0-9]{{2}})$"
_YEAR_FIRST = r"^([0-9]{4})[-/.]?([0-9]{1,2})[-/.]?([0-9]{1,2})$"
_YEAR_FIRST_SHAPE = (
    r"[0-9]{4}(-[0-9]{1,2}-|/[0-9]{1,2}/|\.[0-9]{1,2}\.)[0-9]{1,2}|[0-9]{8}"  # one kind of sign, or none
)
_NUMERIC = r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})$"
_NUMERIC_SHAPE = r"[0-9]+(-[0-9]+-|/[0-9]+/|\.[0-9]+\.)[0-9]+"


def resolve_dates(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], date_format: str | None, timezone: str
) -> None:
    """Make the temporary table `northstar_csv_day(text, day, shaped)` from `northstar_csv_date(file, text, n)`.

    `day` is NULL where the text is no date; `shaped` tells whether it looked like one. `file` numbers `tables`. Raises
    SourceError where the order of day and month is not clear from the texts.
    """
    if date_format:
        _by_format(connection, date_format, timezone)
        return
    _by_shape(connection, timezone)
    order = _order(connection, tables)
    if order:
        connection.execute(f"UPDATE northstar_csv_day SET day = {order} WHERE numeric")


def shares_of_dates(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Sequence[str]], date_format: str | None, timezone: str
) -> list[float]:
    """Return for each column of texts which share of those that are not blank is dates; 0 where all are blank.

    Uses, and drops, the tables of `resolve_dates`.
    """
    pairs = [(number, text) for number, column in enumerate(columns) for text in column]
    numbers, texts = [number for number, _ in pairs], [storable(text) for _, text in pairs]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE northstar_csv_date AS SELECT file, {trimmed('text')} AS text, 1::BIGINT AS n"
        " FROM (SELECT unnest($1::INTEGER[]) AS file, unnest($2::VARCHAR[]) AS text)",
        [numbers, texts],
    )
    if date_format:
        _by_format(connection, date_format, timezone)
        dated = "day IS NOT NULL"
    else:
        _by_shape(connection, timezone)
        dated = "coalesce(day, day_first, month_first) IS NOT NULL"
    found = connection.execute(
        f"SELECT file, avg(({dated})::INTEGER) FROM northstar_csv_date JOIN northstar_csv_day USING (text)"
        f" GROUP BY file"
    ).fetchall()
    connection.execute("DROP TABLE northstar_csv_date")
    connection.execute("DROP TABLE northstar_csv_day")
    shares = dict(found)
    return [float(shares.get(number, 0.0)) for number in range(len(columns))]


def _by_format(connection: duckdb.DuckDBPyConnection, date_format: str, timezone: str) -> None:
    parsed = f"try_strptime(text, {literal(date_format)})"
    if "%z" in date_format:
        parsed = f"timezone({literal(timezone)}, {parsed})"
    try:
        # DuckDB takes the words `infinity` and `epoch` for dates in any format.
        connection.execute(
            f"CREATE TEMP TABLE northstar_csv_day AS SELECT text, true AS shaped,"
            f" CASE WHEN regexp_matches(text, '[0-9]') THEN {_in_range(f'CAST({parsed} AS DATE)')} END AS day"
            f" FROM (SELECT DISTINCT text FROM northstar_csv_date WHERE text <> '')"
        )
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0].rpartition(": ")[2]
        raise SourceError(
            f"The date format '{date_format}' can't be used ({reason}): write one such as '%d/%m/%Y'."
        ) from None


def _by_shape(connection: duckdb.DuckDBPyConnection, timezone: str) -> None:
    """Fill `day` where a text can be read in one way, `day_first` and `month_first` where it is 1/2/21."""
    shapes = {
        "year": (_YEAR_FIRST, ("year", "month", "day")),
        "day": (_NAMED_DAY_FIRST, ("day", "month", "year")),
        "month": (_NAMEDMONTH_NAME_FIRST, ("month", "day", "year")),
        "numeric": (_NUMERIC, ("one", "two", "year")),
    }
    groups = ", ".join(
        f"regexp_extract(date, {literal(pattern)}, [{', '.join(map(literal, names))}]) AS by_{name}"
        for name, (pattern, names) in shapes.items()
    )
    zone = "CASE WHEN zone IN ('z', 'utc', 'gmt') THEN '+00' ELSE zone END"
    instant = (
        f"try_cast(date || ' ' || regexp_replace(replace(clock, ',', '.'), '(\\.[0-9]{{6}})[0-9]+', '\\1')"
        f" || regexp_replace({zone}, '([-+][0-9]{{2}})([0-9]{{2}})', '\\1:\\2') AS TIMESTAMPTZ)"
    )
    month = f"list_position([{', '.join(literal(name[:3]) for name in MONTHS)}], {{0}}.month[1:3])"
    connection.execute(
        f"""CREATE TEMP TABLE northstar_csv_day AS
        WITH bare AS (
            SELECT text, regexp_replace(lower(text), {literal(_WEEKDAY)}, '') AS bare
            FROM (SELECT DISTINCT text FROM northstar_csv_date WHERE text <> '')
        ), timed AS (
            SELECT *, regexp_extract(bare, {literal(_TIME)}, ['date', 'clock', 'zone']) AS part FROM bare
        ), parts AS (
            SELECT text, CASE WHEN part.clock = '' THEN bare ELSE part.date END AS date,
                part.clock AS clock, part.zone AS zone,
                part.zone <> '' AND NOT regexp_full_match(part.zone, '[ap]\\.?m\\.?') AS zoned
            FROM timed
        ), shapes AS (SELECT *, {groups} FROM parts), days AS (
            SELECT text, CASE
                WHEN zoned AND regexp_full_match(date, '[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}')
                    THEN CAST(timezone({literal(timezone)}, {instant}) AS DATE)
                WHEN zoned THEN NULL
                WHEN regexp_full_match(date, '{_YEAR_FIRST_SHAPE}')
                    THEN {_date("by_year.year", "by_year.month", "by_year.day")}
                WHEN by_day.year <> '' THEN {_date("by_day.year", month.format("by_day"), "by_day.day")}
                WHEN by_month.year <> '' THEN {_date("by_month.year", month.format("by_month"), "by_month.day")}
            END AS day,
            NOT zoned AND regexp_full_match(date, '{_NUMERIC_SHAPE}') AND by_numeric.year <> '' AS numeric,
            CASE WHEN numeric THEN {_date("by_numeric.year", "by_numeric.two", "by_numeric.one")} END AS day_first,
            CASE WHEN numeric THEN {_date("by_numeric.year", "by_numeric.one", "by_numeric.two")} END AS month_first,
            CASE WHEN numeric AND length(by_numeric.one) = 2 AND length(by_numeric.year) = 2
                THEN {_date("by_numeric.one", "by_numeric.two", "by_numeric.year")} END AS year_first,
            numeric OR by_day.year <> '' OR by_month.year <> '' OR by_year.year <> '' AS shaped
            FROM shapes
        )
        SELECT text, {_in_range("day")} AS day, numeric, {_in_range("day_first")} AS day_first,
            {_in_range("month_first")} AS month_first, year_first, shaped FROM days"""
    )


def _date(year: str, month: str, day: str) -> str:
    """Return the SQL date of texts of numbers, NULL where there is no such day; 69 is 1969, 68 is 2068."""
    century = f"CASE WHEN length({year}) = 2 THEN CASE WHEN {year} < '69' THEN '20' ELSE '19' END ELSE '' END"
    return f"try_cast({century} || {year} || '-' || {month} || '-' || {day} AS DATE)"


def _in_range(day: str) -> str:
    return f"CASE WHEN year({day}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR} THEN {day} END"


def _order(connection: duckdb.DuckDBPyConnection, tables: Sequence[Table]) -> Order | None:
    """Return how dates such as 1/2/21 are to be read; None where there are none."""
    only_day = "day_first IS NOT NULL AND month_first IS NULL"
    only_month = "month_first IS NOT NULL AND day_first IS NULL"
    open_ones = "day_first <> month_first"
    day = scalar(connection, f"SELECT count(*) FROM northstar_csv_day WHERE {only_day}")
    month = scalar(connection, f"SELECT count(*) FROM northstar_csv_day WHERE {only_month}")
    if day and month:
        raise SourceError(
            f"Some dates have the day first ({_example(connection, tables, only_day)}), others the month"
            f" ({_example(connection, tables, only_month)}): write them all in one order, best as 2021-01-31."
        )
    order: Order = "month_first" if month else "day_first"
    if not day and not month and scalar(connection, f"SELECT count(*) FROM northstar_csv_day WHERE {open_ones}"):
        found = connection.execute(
            f"SELECT text, file, strftime(day_first, '%-d %B'), strftime(month_first, '%-d %B')"
            f" FROM northstar_csv_day JOIN northstar_csv_date USING (text)"
            f" WHERE {open_ones} ORDER BY day_first, text, file LIMIT 1"
        ).fetchone()
        assert found is not None
        text, file, one, other = found
        raise SourceError(
            f"It is not clear whether {text} is {one} or {other} ({_place(connection, tables[file], text)}): write"
            f" date_format: '{_format(text, True)}' (day first) or date_format: '{_format(text, False)}' (month first)"
            " in the source."
        )
    _refuse_year_first(connection, order)
    return order


def _refuse_year_first(connection: duckdb.DuckDBPyConnection, order: Order) -> None:
    """Raise SourceError where texts such as 21/01/05 lie closer together, and to others, with the year in front."""
    spans = [f"max(coalesce(day, {one})) - min(coalesce(day, {one}))" for one in ("year_first", order)]
    found = connection.execute(
        f"SELECT min(text) FILTER (numeric), {', '.join(spans)} FROM northstar_csv_day"
        f" HAVING count(*) FILTER (numeric) = count(year_first)"
    ).fetchone()
    if found and found[2] is not None and found[1] < found[2]:
        text = found[0]
        sign = next(sign for sign in text if not sign.isdigit())
        year_first, other = sign.join(("%y", "%m", "%d")), _format(text, order == "day_first")
        raise SourceError(
            f"Dates such as {text} seem to have the year first: write date_format: '{year_first}' in the source,"
            f" or date_format: '{other}' if not."
        )


def _example(connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], condition: str) -> str:
    found = connection.execute(
        f"SELECT text, file FROM northstar_csv_day JOIN northstar_csv_date USING (text) WHERE {condition}"
        f" ORDER BY file, text LIMIT 1"
    ).fetchone()
    assert found is not None
    text, file = found
    return f"{shorten(text)} in {_place(connection, tables[file], text)}"


def _place(connection: duckdb.DuckDBPyConnection, table: Table, text: str) -> str:
    """Return the name of a file and the first row of it that has a date."""
    row = scalar(
        connection,
        f"SELECT min(row) FROM ({table.texts([table.date])}) WHERE {trimmed(f'c{table.date}')} = {literal(text)}",
    )
    return f"{table.name}, row {table.spreadsheet_rows([row])[row]}"


def _format(text: str, day_first: bool) -> str:
    """Return the strptime format of a date such as `Fri 1/2/21 10:00`."""

    def numeric(found: re.Match[str]) -> str:
        year = "%Y" if len(found[2]) == 4 else "%y"
        return found[1].join(("%d", "%m", year) if day_first else ("%m", "%d", year))

    result = re.sub(r"[0-9]{1,2}([-/.])[0-9]{1,2}[-/.]([0-9]+)", numeric, text, count=1)
    result = re.sub(r"[0-9]+:[0-9]+(:[0-9]+)?(?=\s*[AaPp])", lambda t: "%I:%M:%S" if t[1] else "%I:%M", result)
    result = re.sub(r"[0-9]+:[0-9]+(:[0-9]+)?", lambda t: "%H:%M:%S" if t[1] else "%H:%M", result)
    result = re.sub(r"(?<=%[MS])(\s*)[AaPp][Mm]", r"\1%p", result)
    return re.sub(r"^[A-Za-z]+", lambda word: "%a" if len(word[0]) == 3 else "%A", result)
