"""The CSV source against slow and plain readings in Python, on tables and garbage made at random."""

import csv
import io
import math
import re
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from csv_tables import read, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.sources.report import SourceError
from metrics.sources.series import Series

COLUMNS = ("a", "b", "c")
BLANKS = ("", " ", "NA", "n/a", "null")
MARKERS = ("na", "n/a", "null", "none", "nan")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LAYOUTS = (
    "iso",
    "slashes",
    "compact",
    "weekday",
    "named",
    "american",
    "day_first",
    "month_first",
    "dots",
    "clock",
    "zone",
)

relaxed = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def date_text(day: date, layout: str) -> str:
    d, m, y = day.day, day.month, day.year
    return {
        "iso": day.isoformat(),
        "slashes": f"{y}/{m}/{d}",
        "compact": f"{y}{m:02}{d:02}",
        "weekday": f"{DAYS[day.weekday()]}, {d:02}-{MONTHS[m - 1]}-{y}",
        "named": f"{d} {MONTHS[m - 1].upper()} {y}",
        "american": f"{MONTHS[m - 1]} {d}, {y}",
        "day_first": f"{d}/{m}/{y % 100:02}",
        "month_first": f"{m}/{d}/{y}",
        "dots": f"{d:02}.{m:02}.{y}",
        "clock": f"{day.isoformat()} 23:59:59",
        "zone": f"{day.isoformat()}T12:00:00Z",
    }[layout]


def grouped(digits: str, mark: str) -> str:
    start = len(digits) % 3 or 3
    return mark.join([digits[:start], *(digits[at : at + 3] for at in range(start, len(digits), 3))])


@st.composite
def number_texts(draw: st.DrawFn, percent: bool) -> tuple[str, float]:
    """A number as people write it, and its value."""
    whole = str(draw(st.integers(0, 10 ** draw(st.integers(1, 9)))))
    fraction = draw(st.sampled_from(["", ".5", ".25", ".125", ".0"]))
    negative = draw(st.booleans())
    value = float(whole + fraction + ("e-2" if percent else "")) * (-1 if negative else 1)
    text = grouped(whole, draw(st.sampled_from(["", "", ",", " ", "\u00a0", "\u202f", "'", "\u2019"]))) + fraction
    if percent:
        text += draw(st.sampled_from(["%", " %"]))
    else:
        money = draw(st.sampled_from(["{}", "{}", "{}", "${}", "\u20ac {}", "{} \u20ac", "USD {}", "{} GBP", "US${}"]))
        text = money.format(text)
    if negative:
        text = draw(st.sampled_from([f"-{text}", f"\u2212{text}", f"({text})"]))
    return draw(st.sampled_from(["{}", " {}", "{} ", "\u00a0{}"])).format(text), value


@st.composite
def files(draw: st.DrawFn) -> tuple[str, set[tuple[int, date, float | None]], int]:
    """A file written in some dirty but readable way, its rows in `reading`, and its number of rows."""
    first = date(2015, 1, 1) + timedelta(draw(st.integers(0, 3000)))
    days = [first + timedelta(at) for at in range(draw(st.integers(32, 40)))]
    layout = draw(st.sampled_from(LAYOUTS))
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    header = draw(st.permutations(["day", *COLUMNS, "note", "x,y", ""]))
    percents = {name: draw(st.booleans()) for name in COLUMNS}
    dirty = draw(st.booleans())
    expected = set()
    records = []
    for day in days:
        cells = {name: draw(st.sampled_from(["", "a, b; c", 'say "x"', "1|2"])) for name in ("note", "x,y", "")}
        cells["day"] = date_text(day, layout)
        for number, name in enumerate(COLUMNS):
            value: float | None
            if delimiter == ";" and day == first:
                cells[name], value = "0.5", 0.5  # without any decimal point 1,234 is in doubt here
            elif draw(st.integers(0, 9)) == 0:
                cells[name], value = draw(st.sampled_from(BLANKS)), None
            elif dirty:
                cells[name], value = draw(number_texts(percents[name]))
            else:
                value = draw(st.floats(-1e12, 1e12))
                cells[name] = repr(value)
            expected.add((number, day, value))
        records.append([cells[name] for name in header])
    records = draw(st.permutations(records))
    text = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end)
    text.write(draw(st.sampled_from(["", "\ufeff"])))
    text.write(draw(st.sampled_from(["", f"A title{end}", f"{end}Made by us{end}{end}"])))
    writer.writerow(header)
    for record in records:
        writer.writerow(record)
        text.write(draw(st.sampled_from(["", "", "", end, delimiter * (len(header) - 1) + end])))
    return text.getvalue(), expected, len(days)


@relaxed
@given(files())
def test_dirty_file_reads_like_its_values(case: tuple[str, set[tuple[int, date, float | None]], int]) -> None:
    content, expected, rows = case
    with tempfile.TemporaryDirectory() as folder:
        found, report = read(Path(folder), content, *(Series(n, name, name) for n, name in enumerate(COLUMNS)))
    assert report.problems == ()
    assert report.failed == {}
    assert report.rows == rows
    assert set(found) == expected
    assert len(found) == len(expected)


def plain_number(text: str) -> float | None:
    """A slow reading of one cell, by taking off one thing after the other; None where it is no number."""
    if re.search("e\u2212", text, re.IGNORECASE):  # an exponent has the sign that programs write
        return None
    text = text.strip(" \t\r\n\v\u00a0\u202f").replace("\u2212", "-").replace("\u2019", "'")
    text = text.replace("\u00a0", " ").replace("\u202f", " ")
    sign = 1
    if text.startswith("(") and text.endswith(")"):
        sign, text = -1, text[1:-1].strip(" ")
        if text[:1] in ("+", "-") or "(" in text:
            return None
    elif text[:1] in ("+", "-"):
        sign, text = (-1 if text[0] == "-" else 1), text[1:]
        if text[:1] in ("+", "-", " ") or "(" in text:
            return None
    scale = 0
    money = ("US$", "$", "\u20ac", "USD")
    before = next((one for one in money if text.startswith(one)), "")
    if before:
        text = text[len(before) :].lstrip(" ")
        if text.startswith("(") and text.endswith(")") and sign == 1:
            sign, text = -1, text[1:-1]
            return None if not text[:1].isdigit() and text[:1] != "." else plain_number("-" + text)
        if text[:1] in ("+", "-"):
            if sign == -1:
                return None
            sign, text = (-1 if text[0] == "-" else 1), text[1:]
            if text.endswith(money):
                return None
    after = next((one for one in money if text.endswith(one)), "")
    if after:
        text = text[: -len(after)].rstrip(" ")
    elif text.endswith("%") and not before:
        scale, text = -2, text[:-1].rstrip(" ")
    power = ""
    for mark in "eE":
        if mark in text:
            text, _, power = text.partition(mark)
            if not power.lstrip("+-").isdecimal() or len(power) - len(power.lstrip("+-")) > 1:
                return None
            break
    whole, _, fraction = text.partition(".")
    if any(sign_ not in "0123456789" for sign_ in fraction) or not (whole or fraction):
        return None
    for mark in (",", " ", "'"):
        if mark in whole:
            head, *groups = whole.split(mark)
            if not 1 <= len(head) <= 3 or head[0] == "0" or any(len(group) != 3 for group in groups):
                return None
            whole = head + "".join(groups)
            break
    if any(sign_ not in "0123456789" for sign_ in whole):
        return None
    exponent = int(power or 0) + scale
    value = sign * float(f"{whole or 0}.{fraction or 0}e{exponent}")
    return value if math.isfinite(value) else None


PIECES = [
    "1",
    "12",
    "123",
    "000",
    "0",
    ",",
    ".",
    "-",
    "+",
    "e",
    "E2",
    "%",
    "$",
    "\u20ac",
    "USD",
    "US$",
    "(",
    ")",
    " ",
    "'",
]
PIECES += ["\u2019", "\u00a0", "\u202f", "_", "\u2212", "1,234", "1.5", "e-3", "inf", "nan", "na", "x", "/", "#", "\t"]


@relaxed
@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join), min_size=40, max_size=120))
def test_no_cell_becomes_a_wrong_number(cells: list[str]) -> None:
    """Each cell stands in a column of its own, and one shows a decimal point, so that none casts doubt on another."""
    names = [f"n{number}" for number in range(len(cells))]
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["day", "z", *names], ["2020-01-01", "7.5", *cells]])
    series = [Series(number, name, name) for number, name in enumerate([*names, "z"])]
    with tempfile.TemporaryDirectory() as folder:
        rows, report = read(Path(folder), text.getvalue(), *series)
    found = {number: value for number, _, value in rows}
    told = {problem.column for problem in report.problems}
    for number, cell in enumerate(cells):
        expected = plain_number(cell)
        assert found.get(number) == expected, (cell, found.get(number), expected)
        blank = cell.strip(" \t\u00a0\u202f").lower() in ("", *MARKERS)
        assert (f"n{number}" in told) == (expected is None and not blank), cell


TOKENS = [
    "\n",
    "\n2020-01-02,",
    "\n2020-01-03,5,",
    ",",
    ",",
    '"',
    '""',
    "1",
    "23",
    "x",
    " ",
    "\r",
    "\r\n",
    "1,234",
    ";",
    "-",
]
TOKENS += ["2020-01-04", "1/2/21", '"1,234"', '"4"', "é", "\n\n", ",,", "5,6\n", "\u2028", "\x0b"]


@settings(relaxed, max_examples=100)
@given(
    st.lists(st.sampled_from(TOKENS), max_size=30).map("".join), st.sampled_from(["day,a,b\n", "\ufeffx\nday,a,b\r\n"])
)
def test_broken_rows_give_no_wrong_value(garbage: str, header: str) -> None:
    """Every value that is read stands so in a row that some plain reading of the text has, and that is not too wide."""
    content = header + "2020-01-01,7,8\n" + garbage
    with tempfile.TemporaryDirectory() as folder:
        try:
            rows, report = read(Path(folder), content, Series(0, "a", "a"), Series(1, "b", "b"), date_format="%Y-%m-%d")
        except SourceError:
            return
    lines = re.split("\r\n|\r|\n", content.split("day,a,b", 1)[1])
    plain = [line for line in csv.reader(io.StringIO(content, newline=""), skipinitialspace=True)]
    plain += [record for line in lines for record in csv.reader([line], skipinitialspace=True)]
    allowed = set()
    for record in plain:
        if len(record) <= 3:
            for number, cell in enumerate(record[1:]):
                allowed.add((number, record[0].strip(), plain_number(cell)))
    for number, day, value in rows:
        assert value is None or (number, day.isoformat(), value) in allowed
    assert {(0, 7.0), (1, 8.0)} <= {(number, value) for number, _, value in rows}
    wide = [record for record in plain if len(record) > 3 and any(cell.strip() for cell in record)]
    if wide and '"' not in content:
        assert report.problem_count > 0


@relaxed
@given(st.binary(max_size=300), st.sampled_from([b"", b"day,a\n", b"day;a\n2020-01-01;1\n", b"day,metric,value\n"]))
@pytest.mark.parametrize("layout", ["wide", "long"])
def test_garbage_is_refused_or_reported(layout: str, garbage: bytes, header: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), "x.csv", header + garbage)
        try:
            read(Path(folder), None, layout=layout)
        except SourceError as error:
            assert len(str(error)) < 1000


@relaxed
@given(st.lists(st.text("0123456789/-. :TZ+,JanFebMonSun%", min_size=1, max_size=20), min_size=1, max_size=20))
def test_garbage_dates_are_refused_or_reported(texts: list[str]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["day", "a"], *([one, "1"] for one in texts)])
    with tempfile.TemporaryDirectory() as folder:
        try:
            rows, report = read(Path(folder), text.getvalue())
        except SourceError:
            return
    assert len(rows) + report.problem_count == len(texts)
    assert all(1900 <= day.year <= 2200 for _, day, _ in rows)
