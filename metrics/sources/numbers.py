"""What a cell's text means as a number, as SQL over many cells at once."""

from __future__ import annotations

import re
from enum import IntEnum

import duckdb

from metrics.errors import NorthstarError, shorten
from metrics.sources.table import literal, trimmed

_BLANK_MARKERS = ("na", "n/a", "null", "none", "nan")

# ISO 4217, less the codes for metals, funds and testing. Not any three letters: `5 MIO` are five million in German.
_CURRENCIES = (
    "AED|AFN|ALL|AMD|ANG|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BGN|BHD|BIF|BMD|BND|BOB|BRL|BSD|BTN|BWP|BYN|"
    "BZD|CAD|CDF|CHF|CLP|CNY|COP|CRC|CUP|CVE|CZK|DJF|DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS|"
    "GIP|GMD|GNF|GTQ|GYD|HKD|HNL|HTG|HUF|IDR|ILS|INR|IQD|IRR|ISK|JMD|JOD|JPY|KES|KGS|KHR|KMF|KPW|KRW|"
    "KWD|KYD|KZT|LAK|LBP|LKR|LRD|LSL|LYD|MAD|MDL|MGA|MKD|MMK|MNT|MOP|MRU|MUR|MVR|MWK|MXN|MYR|MZN|NAD|"
    "NGN|NIO|NOK|NPR|NZD|OMR|PAB|PEN|PGK|PHP|PKR|PLN|PYG|QAR|RON|RSD|RUB|RWF|SAR|SBD|SCR|SDG|SEK|SGD|"
    "SHP|SLE|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TND|TOP|TRY|TTD|TWD|TZS|UAH|UGX|USD|UYU|UZS|VES|"
    "VND|VUV|WST|XAF|XCD|XOF|XPF|YER|ZAR|ZMW|ZWL"
)

_CODES = ", ".join(f"'{code}'" for code in _CURRENCIES.split("|"))

_SPACE = r"[ \x{00a0}\x{2007}\x{2009}\x{202f}]"
_SIGN = r"[-+\x{2212}]"
_MONEY = r"(?:[A-Z]{0,2}\p{Sc}|[A-Z]{3})"
_GROUPED = "|".join(rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+" for mark in (",", _SPACE, r"['\x{2019}]"))
_NUMBER = rf"(?:(?:[0-9]+|{_GROUPED})(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
# 1,5 and 0,123 and 1234,567 and 1.234,56: the comma can only be a decimal sign.
_COMMA_DECIMAL = (
    r"(?:[0-9]*,(?:[0-9]{1,2}|[0-9]{4,})|(?:0[0-9]*|[0-9]{4,})?,[0-9]+"
    rf"|[1-9][0-9]{{0,2}}(?:(?:\.|{_SPACE}|['\x{{2019}}])[0-9]{{3}})+,[0-9]+)"
)
_DOT_GROUPS = r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}"
_NO_GROUPS = dict.fromkeys(map(ord, ".' \u00a0\u2007\u2009\u2019\u202f"))
_EITHER = r"[1-9][0-9]{0,2}[.,][0-9]{3}"


class Kind(IntEnum):
    """What a cell is; from COMMA on it was not read."""

    BLANK = 0
    NUMBER = 1
    PERCENT = 2
    COMMA = 10
    DOTS = 11
    EITHER = 12
    LARGE = 13
    DASH = 14
    INFINITE = 15
    ERROR = 16
    FORMULA = 17
    OTHER = 18
    SEMICOLON = 19


LEFT_OUT = Kind.COMMA

FORMULA = "is a formula whose value was never stored"
OF_FORMULA = "the value; a workbook's are stored when you open the workbook in Excel and save it"


def _written(number: str) -> str:
    """Return the pattern of a number with its sign, currency, percent sign or accounting parentheses."""
    amount = rf"(?:{_MONEY}{_SPACE}*)?{number}(?:{_SPACE}*{_MONEY})?"
    percent = rf"{number}{_SPACE}*%"
    return (
        rf"(?:{_SIGN}?(?:{amount}|{percent})|{_MONEY}{_SPACE}*{_SIGN}{number}"
        rf"|\({_SPACE}*(?:{amount}|{percent}){_SPACE}*\)|{_MONEY}{_SPACE}*\({number}\))"
    )


def parsed(cells: str, scale: str) -> str:
    """Return a query that adds `kind` and `value` to the rows of the query `cells`, which have a text `cell`.

    `scale` is the SQL of the factor on values. A percent is a fraction: `56 %` is 0.56.
    """
    markers = ", ".join(map(literal, _BLANK_MARKERS))
    kind = f"""CASE
        WHEN cell IS NULL OR cell = '' THEN {Kind.BLANK}
        WHEN isfinite(plain) THEN {Kind.NUMBER}
        WHEN lower(cell) IN ({markers}) THEN {Kind.BLANK}
        WHEN {_matches(_written(_NUMBER))} THEN
            CASE WHEN NOT list_has_all([{_CODES}], regexp_extract_all(cell, '[A-Z]{{3}}')) THEN {Kind.OTHER}
            WHEN contains(cell, '%') THEN {Kind.PERCENT} ELSE {Kind.NUMBER} END
        WHEN {_matches(_written(_COMMA_DECIMAL))} THEN {Kind.COMMA}
        WHEN {_matches(_written(_DOT_GROUPS))} THEN {Kind.DOTS}
        WHEN regexp_full_match(cell, '[-\\x{{2010}}-\\x{{2015}}\\x{{2212}}]+') THEN {Kind.DASH}
        WHEN regexp_full_match(lower(cell), '[-+]?inf(inity)?') THEN {Kind.INFINITE}
        WHEN regexp_full_match(upper(cell), '#(N/A|NV|[\\p{{L}}0-9/_]+[!?])') THEN {Kind.ERROR}
        WHEN starts_with(cell, '=') THEN {Kind.FORMULA}
        ELSE {Kind.OTHER} END"""
    dressing = literal(rf"[A-Z]{{3}}|[A-Z]{{0,2}}\p{{Sc}}|{_SPACE}|[,'\x{{2019}}()%]")
    digits = f"replace(regexp_replace(cell, {dressing}, '', 'g'), '\u2212', '-')"
    # A percent is divided by writing its exponent: 12.3 / 100 is not the double nearest to 0.123.
    value = f"""CASE
        WHEN found >= {LEFT_OUT} OR found = {Kind.BLANK} THEN NULL
        WHEN isfinite(plain) THEN plain
        ELSE (CASE WHEN contains(cell, '(') THEN -1 ELSE 1 END) * CASE
            WHEN found = {Kind.NUMBER} THEN try_cast({digits} AS DOUBLE)
            WHEN contains(lower(cell), 'e') THEN try_cast({digits} AS DOUBLE) / 100
            ELSE try_cast({digits} || 'e-2' AS DOUBLE) END
        END"""
    stripped = f"SELECT * REPLACE ({trimmed('cell')} AS cell) FROM ({cells})"
    # TRY_CAST alone would take `1_000`, and `+-1` for -1.
    is_plain = "NOT contains(cell, '_') AND NOT starts_with(cell, '+-')"
    plain = f"SELECT *, CASE WHEN {is_plain} THEN try_cast(cell AS DOUBLE) END AS plain FROM ({stripped})"
    scaled = f"SELECT *, {value} * {scale} AS scaled FROM (SELECT *, {kind} AS found FROM ({plain}))"
    large = f"found IN ({Kind.NUMBER}, {Kind.PERCENT}) AND NOT coalesce(isfinite(scaled), false)"
    return (
        f"SELECT * EXCLUDE (plain, found, scaled), CASE WHEN isfinite(scaled) THEN scaled END AS value,"
        f" CASE WHEN {large} THEN {Kind.LARGE} ELSE found END::UTINYINT AS kind FROM ({scaled})"
    )


def _matches(pattern: str) -> str:
    return f"regexp_full_match(cell, {literal(pattern)})"


def reads_both_ways() -> str:
    """Return the SQL condition that a `cell`, where the comma may be the decimal sign, may be 1234 or 1.234."""
    return f"(kind IN ({Kind.NUMBER}, {Kind.PERCENT}) AND {_matches(_written(_EITHER))})"


def shows_decimal_point() -> str:
    """Return the SQL condition that a `cell` is a number only where the dot is the decimal sign: 12.5, 1,234,567."""
    return (
        f"(kind IN ({Kind.NUMBER}, {Kind.PERCENT}) AND NOT {_matches(_written(_EITHER))}"
        f" AND (contains(cell, '.') OR regexp_matches(cell, ',[0-9]{{3}},')))"
    )


def explain(kind: Kind, cell: str) -> tuple[str, str]:
    """Return what is wrong with a cell that was not read, and what to write instead."""
    match kind:
        case Kind.COMMA:
            return "has a decimal comma", f"a decimal point: {_with_point(cell)}"
        case Kind.DOTS:
            return "has dots between groups of digits", f"it without them: {cell.replace('.', '')}"
        case Kind.EITHER:
            whole = cell.replace(",", "").replace(".", "")
            point = cell.replace(",", ".")
            return (
                f"can be {whole} or {point}, since other cells have a decimal comma or dots between digits",
                f"{whole} or {point}",
            )
        case Kind.SEMICOLON:
            whole = cell.replace(",", "").replace(".", "")
            point = cell.replace(",", ".")
            # 1.2300 for 1.230 ends the doubt in the whole file.
            longer = re.sub(r"(\.[0-9]{3})", r"\g<1>0", point)
            return (
                f"can be {whole} or {point}, since the file parts its cells by semicolons, as programs do that write"
                " decimal commas, and no number in it shows that it has decimal points",
                f"{whole} or {longer}",
            )
        case Kind.LARGE:
            return "is too large a number", "a number below 1e308"
        case Kind.DASH:
            return "is a dash, which may mean zero or missing", "0, or leave the cell empty"
        case Kind.INFINITE:
            return "is not a finite number", "a number, or leave the cell empty"
        case Kind.ERROR:
            return "is a spreadsheet's error", "the value that was meant, or leave the cell empty"
        case Kind.FORMULA:
            return FORMULA, OF_FORMULA
        case _:
            return "is not a number", "a plain number such as 1234.5, or leave the cell empty"


def _with_point(cell: str) -> str:
    """Return `1.234,56` as `1234.56`."""
    whole, _, fraction = cell.rpartition(",")
    return whole.translate(_NO_GROUPS) + "." + fraction


class NumberError(NorthstarError):
    """A text that is no number."""


def read_number(text: str) -> float | None:
    """Return what a text means as a number, by the rules for cells; None for a blank. Raises NumberError."""
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT kind, value FROM ({parsed('SELECT $1 AS cell', '1')})", [text]).fetchone()
    kind, value = row if row else (Kind.BLANK, None)
    if kind >= LEFT_OUT:
        what, write = explain(Kind(kind), shorten(text.strip()))
        raise NumberError(f"'{shorten(text.strip())}' {what}. Write {write}.")
    return None if value is None else float(value)
