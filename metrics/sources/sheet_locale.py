"""What a spreadsheet's locale says of texts: which of day and month is first, and which sign is the decimal one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

Order = Literal["day_first", "month_first", "year_first"]

# Unicode CLDR, "short date formats" and "numbers: symbols", for the locales that Google Sheets offers.
_MONTH_FIRST = frozenset(("en", "en_US", "en_PH", "fil", "fil_PH", "es_PA", "es_PR"))
_YEAR_FIRST = frozenset(("ja", "zh", "ko", "hu", "sv", "lt", "mn", "eu"))
_YEAR_FIRST_TOO = frozenset(("en_CA", "en_ZA", "fr_CA"))
_DAY_FIRST = frozenset((
    "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "es", "et", "fi", "fr", "gl",
    "gu", "he", "hi", "hr", "hy", "id", "in", "is", "it", "iw", "ka", "kk", "kn", "lv", "mk", "ml", "mr", "my",
    "nb", "nl", "nn", "no", "pa", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "ta", "te", "th", "tr", "uk",
    "ur", "vi",
))  # fmt: skip
_COMMA = frozenset((
    "az", "be", "bg", "bs", "ca", "cs", "da", "de", "el", "es", "et", "eu", "fi", "fr", "gl", "hr", "hu", "hy",
    "id", "in", "is", "it", "ka", "kk", "lt", "lv", "mk", "nb", "nl", "nn", "no", "pl", "pt", "ro", "ru", "sk",
    "sl", "sq", "sr", "sv", "tr", "uk", "vi",
))  # fmt: skip
_POINT_ALL_THE_SAME = frozenset((
    "de_CH", "de_LI", "it_CH", "es_MX", "es_US", "es_PR", "es_DO", "es_GT", "es_HN", "es_NI", "es_PA", "es_PE",
    "es_SV", "es_CU", "es_419",
))  # fmt: skip

_DOT_GROUPS = frozenset((
    "az", "bs", "ca", "da", "de", "el", "es", "eu", "gl", "hr", "id", "in", "is", "it", "mk", "nl", "pt", "ro",
    "sl", "sq", "sr", "tr", "vi",
))  # fmt: skip

_TRIPLE = re.compile(r"\s*([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})([.,]?(?:[\sT].*)?)", re.DOTALL)
_GROUPED = re.compile(r"([1-9][0-9]{0,2}(?:([. \u00a0\u2009\u202f])[0-9]{3})(?:\2[0-9]{3})*)(?:,([0-9]+))?")
_PLAIN = re.compile(r"([0-9]*),([0-9]+)")
_NUMBER = re.compile(r"([^0-9.,]*)([0-9.,][0-9., \u00a0\u2009\u202f]*[0-9]|[0-9])([^0-9.,]*)")


@dataclass(frozen=True)
class Locale:
    """A spreadsheet's locale, such as de_DE; `order` is None where the locale is not known."""

    name: str

    @property
    def order(self) -> Order | None:
        """Which part of a date such as 05/02/2026 comes first."""
        language, _, country = self.name.partition("_")
        if self.name in _MONTH_FIRST:
            return "month_first"
        if self.name in _YEAR_FIRST_TOO or language in _YEAR_FIRST:
            return "year_first"
        if language in _DAY_FIRST or (language == "en" and country):
            return "day_first"
        return None

    @property
    def dot_groups(self) -> bool:
        """Whether 1.234 is one thousand two hundred and thirty-four."""
        return self.decimal_comma and self.name.partition("_")[0] in _DOT_GROUPS and self.name != "pt_PT"

    @property
    def decimal_comma(self) -> bool:
        """Whether 1,5 is one and a half."""
        return self.name.partition("_")[0] in _COMMA and self.name not in _POINT_ALL_THE_SAME


@dataclass(frozen=True)
class NumericDate:
    """A text such as `05/02/2026 10:00`: the days that it can be, and what stands behind the date."""

    day_first: date | None
    month_first: date | None
    year_first: date | None
    rest: str

    @property
    def is_a_day(self) -> bool:
        """Whether it is a day of the calendar in any order."""
        return bool(self.day_first or self.month_first or self.year_first)

    def by(self, order: Order) -> date | None:
        """Return the day in an order of its parts."""
        return {"day_first": self.day_first, "month_first": self.month_first, "year_first": self.year_first}[order]


def numeric_date(text: str) -> NumericDate | None:
    """Return what a text can be as a date of three numbers, its year not in front in full; else None."""
    found = _TRIPLE.fullmatch(text)
    if found is None:
        return None
    one, two, three = int(found[1]), int(found[3]), int(found[4])
    year = three if len(found[4]) == 4 else _century(three)
    starts_with_year = len(found[1]) == 2 and len(found[4]) == 2
    return NumericDate(
        _day(year, two, one),
        _day(year, one, two),
        _day(_century(one), two, three) if starts_with_year else None,
        found[5],
    )


def with_point(text: str, locale: Locale) -> str | None:
    """Return a text that is a number of a locale with decimal commas, such as `1.234,5 €`, with a decimal point.

    The signs around it stay as they are. None where it is no such number, or one only in other locales: 1.234 where
    spaces part the groups.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None or not all(_is_dressing(found[part]) for part in (1, 3)):
        return None
    before, number, after = found.groups()
    grouped, plain = _GROUPED.fullmatch(number), _PLAIN.fullmatch(number)
    if grouped and (grouped[2] != "." or grouped[3] or number.count(".") > 1 or locale.dot_groups):
        digits = re.sub("[^0-9]", "", grouped[1]) + (f".{grouped[3]}" if grouped[3] else "")
    elif plain:
        digits = f"{plain[1] or '0'}.{plain[2]}"
    else:
        return None
    return f"{before}{digits}{after}"


def _is_dressing(text: str) -> bool:
    """Whether a text before or after a number leaves it a number: a sign, a currency, a percent sign, parentheses."""
    bare = re.sub(r"[\s+\-−()%\u00a0\u202f]", "", text)
    signs = re.sub("^[A-Z]{1,2}(?=[^A-Z])", "", bare)
    return bool(re.fullmatch("[A-Z]{3}", bare)) or all(unicodedata.category(sign) == "Sc" for sign in signs)


def _century(year: int) -> int:
    return year + (2000 if year < 69 else 1900)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
