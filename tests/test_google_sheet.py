"""Google Sheets over real HTTP on loopback: what is read, what is asked, how long, and what never leaves."""

import json
import logging
import random
import socket
import threading
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from broken_sheets import BROKEN, ENDPOINT, GOOGLE, OWN, WEEKS, WHOLE, Scene, whole
from fake_sheets import EMAIL, KEY, Book, Fault, Tab, google_error, pem, serial_number, serving

from metrics.sources.fetched import Fetched
from metrics.sources.google_sheet import fetch_sheets, sheet_header, spreadsheet_key
from metrics.sources.read import read_fetched
from metrics.sources.report import Report, SourceError
from metrics.sources.series import Series
from metrics.sources.sheet_locale import Locale
from metrics.sources.sheets_client import Patience
from metrics.tree.faults import TreeError
from metrics.tree.load import read_tree
from metrics.tree.tree import Source

LOOPBACK = ("127.0.0.1", "localhost", "::1")

DATABASE = duckdb.connect()


class Clock:
    """A clock that waits by turning its hands; `waits` are the seconds of each wait."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def now(self) -> float:
        return time.monotonic() + sum(self.waits)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hosts that were looked up or connected to; none but this machine can be."""
    hosts: list[str] = []
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def looked_up(host: Any, *rest: Any, **options: Any) -> Any:
        hosts.append(str(host))
        if host not in LOOPBACK:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *rest, **options)

    def connected(self: socket.socket, address: Any) -> None:
        hosts.append(str(address[0]))
        if address[0] not in LOOPBACK:
            raise OSError("only this machine can be reached in tests")
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(socket.socket, "connect", connected)
    return hosts


@pytest.fixture
def scene(tmp_path: Path, reached: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """A spreadsheet of six weeks and a key that opens it, and no proxy."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    folder = tmp_path / "workspace"
    folder.mkdir()
    with serving() as fake:
        yield whole(fake, folder)


def sources(scene: Scene, **declared: dict[str, Any]) -> list[Source]:
    """The scene's source, called growth, or those that are given by their ids."""
    return [Source(name, "google_sheet", **fields) for name, fields in (declared or {"growth": scene.source}).items()]


def fetch(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, clock: Clock | None = None, **declared: dict[str, Any]
) -> dict[str, Fetched | SourceError]:
    for name in (OWN, GOOGLE, ENDPOINT):
        monkeypatch.delenv(name, raising=False)
    for name, value in scene.environment.items():
        monkeypatch.setenv(name, value)
    clock = clock or Clock()
    scratch = scene.folder.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    patience = Patience(read=scene.read, total=scene.total, now=clock.now, sleep=clock.sleep)
    return fetch_sheets(sources(scene, **declared), scene.folder, scratch, "Europe/Berlin", patience)


def read(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, source: dict[str, Any] | None = None
) -> tuple[dict[str, float], Report]:
    """The values of the scene's column by day, and the report; raises SourceError where there is none."""
    declared = scene.source if source is None else source
    found = fetch(scene, monkeypatch, growth=declared)["growth"]
    if isinstance(found, SourceError):
        raise found
    with DATABASE.cursor() as connection:
        connection.execute("CREATE OR REPLACE TEMP TABLE reading(series INTEGER, day DATE, value DOUBLE)")
        series = [Series(0, "signups", scene.column)]
        try:
            report = read_fetched(connection, sources(scene, growth=declared)[0], series, found, "Europe/Berlin")
        finally:
            rows = connection.execute("SELECT day, value FROM reading WHERE isfinite(value) ORDER BY day").fetchall()
            assert len({day for day, _ in rows}) == len(rows)
    return {day.isoformat(): value for day, value in rows}, report


def sentences(report: Report) -> str:
    """All that a report says, one line each."""
    problems = [
        f"{problem.file}, row {problem.row}, {problem.column}: {problem.value} {problem.what}; write {problem.write}"
        for problem in report.problems
    ]
    return "\n".join([*problems, *report.failed.values(), *report.notes])


def test_what_is_whole_is_read_without_a_word(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    values, report = read(scene, monkeypatch)
    assert values == WHOLE
    assert (report.files, sentences(report)) == (("Growth 2026, Weekly",), "")


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told_precisely_and_loses_no_good_value(
    name: str, scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    broken = BROKEN[name]
    broken.breaks(scene)
    if broken.left is None:
        with pytest.raises(SourceError) as raised:
            read(scene, monkeypatch)
        said = str(raised.value)
        assert said[-1] in ".?" and "\n" not in said and len(said) < 500
    else:
        values, report = read(scene, monkeypatch)
        said = sentences(report)
        assert values == broken.left
        assert bool(report.failed) == broken.series
        assert report.problem_count == len(report.problems) == (0 if broken.series else 1)
    assert broken.lacking(said, scene) == [], said
    secrets = [*pem().splitlines()[1:-1], *pem("second").splitlines()[1:-1], "secret", "eyJ", "ya29."]
    secrets += list(scene.fake.tokens)
    assert [one for one in secrets if one in said or one in caplog.text] == []
    assert max(map(scene.fake.count, ("token", "metadata", "values"))) <= 5


@pytest.mark.parametrize(
    "address",
    [
        KEY,
        f" {KEY} ",
        f"https://docs.google.com/spreadsheets/d/{KEY}",
        f"https://docs.google.com/spreadsheets/d/{KEY}/edit#gid=0",
        f"https://docs.google.com/spreadsheets/d/{KEY}/edit?gid=0#gid=0",
        f"https://docs.google.com/spreadsheets/d/{KEY}/edit?usp=sharing",
        f"https://docs.google.com/spreadsheets/u/1/d/{KEY}/view",
        f"https://docs.google.com/a/lumen.example/spreadsheets/d/{KEY}/edit",
        f"docs.google.com/spreadsheets/d/{KEY}/edit",
        f"https://docs.google.com/spreadsheet/ccc?key={KEY}&usp=drive_web#gid=0",
        f"https://drive.google.com/open?id={KEY}",
        f"https://drive.google.com/file/d/{KEY}/view",
    ],
)
def test_a_spreadsheet_is_known_by_any_form_of_its_address(
    address: str, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert spreadsheet_key(Source("growth", "google_sheet", spreadsheet=address)) == KEY
    assert read(scene, monkeypatch, {"spreadsheet": address, "worksheet": "Weekly"})[0] == WHOLE


def test_all_sources_of_a_spreadsheet_are_read_at_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of them names no worksheet that there is: it fails alone."""
    url = f"https://docs.google.com/spreadsheets/d/{KEY}/edit#gid=7"
    found = fetch(
        scene,
        monkeypatch,
        weekly=scene.source,
        again={**scene.source, "date": "Week"},
        daily={"spreadsheet": url},
        wrong={"spreadsheet": KEY, "worksheet": "Monthly"},
        broken={"spreadsheet": "1AbC"},
        part={"spreadsheet": KEY, "range": "Weekly!A1:B4"},
    )
    assert [kind for kind, _ in scene.fake.asked] == ["token", "metadata", "values"]
    asked = scene.fake.asked[-1][1]
    assert asked["ranges"] == ["'Weekly'!A1:Z1000", "'Daily numbers'!A1:Z1000", "'Weekly'!A1:B4"]
    assert asked["valueRenderOption"] == ["UNFORMATTED_VALUE"]
    assert asked["dateTimeRenderOption"] == ["SERIAL_NUMBER"]
    assert list(found) == ["weekly", "again", "daily", "wrong", "broken", "part"]
    assert [name for name, one in found.items() if isinstance(one, SourceError)] == ["wrong", "broken"]
    assert "no worksheet 'Monthly'" in str(found["wrong"])
    daily, part = found["daily"], found["part"]
    assert isinstance(daily, Fetched) and isinstance(part, Fetched)
    assert (daily.files[0].name, daily.date) == ("Growth 2026, Daily numbers", "Day")
    assert part.files[0].path.read_text().splitlines() == [
        '"Week","Signups"',
        '"2026-01-04","100"',
        '"2026-01-11","101"',
        '"2026-01-18","102"',
    ]


def test_a_range_that_is_refused_fails_alone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    message = "Range ('Daily numbers'!A1:Z1000) exceeds grid limits. Max rows: 10, max columns: 26"
    scene.fault("values", status=400, body=google_error(400, "INVALID_ARGUMENT", message), times=1)
    found = fetch(scene, monkeypatch, weekly=scene.source, daily={"spreadsheet": KEY, "worksheet": "Daily numbers"})
    assert isinstance(found["weekly"], Fetched)
    assert "exceeds grid limits" in str(found["daily"])
    assert scene.fake.count("values") == 2


@pytest.mark.parametrize(
    ("source", "first_row", "first_column"),
    [
        ({"range": "Weekly!C4:F"}, 4, 3),
        ({"range": "'Weekly'!$C$4:$F$10"}, 4, 3),
        ({"range": "weekly!c4:f"}, 4, 3),
        ({"range": "C4:F", "worksheet": "Weekly"}, 4, 3),
        ({"range": "F10:C4", "worksheet": "Weekly"}, 4, 3),
        ({"range": "C:F", "worksheet": "Weekly"}, 1, 3),
        ({"range": "4:10", "worksheet": "Weekly"}, 4, 1),
        ({"range": "C4:F99999", "worksheet": "Weekly"}, 4, 3),
        ({"range": "growth_table"}, 4, 3),
        ({"range": "Growth_Table", "worksheet": "Weekly"}, 4, 3),
        ({"range": "whole_columns"}, 1, 3),
        ({"range": "Weekly"}, 1, 1),
        ({"worksheet": "Weekly"}, 1, 1),
        ({"worksheet": " weekly"}, 1, 1),
        ({}, 1, 1),
    ],
)
def test_a_range_is_written_in_any_way(
    source: dict[str, str], first_row: int, first_column: int, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table stands in C4:E10, below a title; a bad cell is told by its row and letter in the sheet."""
    scene.rows[:] = [["Our growth"], [], [], *([None, None, *row] for row in scene.rows)]
    scene.book.named = {
        "growth_table": {"startRowIndex": 3, "endRowIndex": 10, "startColumnIndex": 2, "endColumnIndex": 5},
        "whole_columns": {"sheetId": 0, "startColumnIndex": 2, "endColumnIndex": 5},
    }
    scene.cell("D6", "#REF!")
    declared = {"spreadsheet": KEY, **source}
    found = fetch(scene, monkeypatch, growth=declared)["growth"]
    assert isinstance(found, Fetched)
    assert (found.files[0].first_row, found.files[0].first_column) == (first_row, first_column)
    values, report = read(scene, monkeypatch, declared)
    assert values == {day: value for day, value in WHOLE.items() if day != "2026-01-11"}
    (problem,) = report.problems
    assert (problem.file, problem.row, problem.column) == ("Growth 2026, Weekly", 6, "Signups (column D)")


def test_a_worksheet_with_quotes_in_its_name_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.tab.title = "Ana's 'own' numbers!"
    written = "'Ana''s ''own'' numbers!'!A1:C"
    assert read(scene, monkeypatch, {"spreadsheet": KEY, "range": written})[0] == WHOLE
    assert read(scene, monkeypatch, {"spreadsheet": KEY, "worksheet": "Ana's 'own' numbers!"})[0] == WHOLE


@pytest.mark.parametrize(
    ("zone", "locale"),
    [("America/Los_Angeles", "en_US"), ("Pacific/Kiritimati", "en_GB"), ("Asia/Tokyo", "ja_JP"), ("Etc/UTC", "")],
)
def test_a_day_is_a_day_in_any_time_zone(zone: str, locale: str, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.book.time_zone, scene.book.locale = zone, locale
    moments = [datetime(2026, 1, 4), datetime(2026, 1, 11, 0, 0, 1), datetime(2026, 1, 18, 23, 59, 59)]
    for row, moment in enumerate(moments, 2):
        scene.cell(f"A{row}", moment)
    # A formula such as =A4+7 leaves a speck of a day.
    scene.cell("A5", serial_number(date(2026, 1, 25)) - 1e-9)
    assert read(scene, monkeypatch)[0] == WHOLE


@pytest.mark.parametrize(
    ("locale", "texts", "days", "note"),
    [
        ("de_DE", ["04.01.2026", "05.02.2026"], ["2026-01-04", "2026-02-05"], "with the day first"),
        ("en_GB", ["04/01/2026", "05/02/2026"], ["2026-01-04", "2026-02-05"], "with the day first"),
        ("en_US", ["01/04/2026", "02/05/2026"], ["2026-01-04", "2026-02-05"], "with the month first"),
        ("en_US", ["1/4/26", "2/5/26"], ["2026-01-04", "2026-02-05"], "with the month first"),
        ("en_GB", ["4-1-2026 10:30", "5-2-2026 9:00"], ["2026-01-04", "2026-02-05"], "with the day first"),
        ("ja_JP", ["26/01/04", "26/02/05"], ["2026-01-04", "2026-02-05"], "with the year first"),
        ("de_DE", ["13.02.2026", "14.02.2026"], ["2026-02-13", "2026-02-14"], None),
        ("en_US", ["13.02.2026", "14.02.2026"], ["2026-02-13", "2026-02-14"], None),
        ("en_US", ["13/02/2026", "05/02/2026"], ["2026-02-13", "2026-02-05"], None),
        ("en_US", ["2026-02-13", "Feb 14, 2026"], ["2026-02-13", "2026-02-14"], None),
    ],
)
def test_dates_that_are_text_are_read_in_the_order_of_the_locale(
    locale: str, texts: list[str], days: list[str], note: str | None, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the texts themselves show another order, that is taken."""
    scene.book.locale = locale
    scene.rows[1:] = [[text, 10 + number, 1] for number, text in enumerate(texts)]
    values, report = read(scene, monkeypatch)
    assert values == {day: 10.0 + number for number, day in enumerate(days)}
    assert report.problems == ()
    assert ([note in one for one in report.notes] == [True]) if note else (report.notes == ())


@pytest.mark.parametrize("date_format", ["%d/%m/%Y", "%d.%m.%y", "%Y-%m-%d %H:%M", "%d %b %Y", "%Y-%m-%d %z"])
def test_real_dates_are_read_beside_texts_of_a_declared_format(
    date_format: str, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for row, week in enumerate(WEEKS[:3], 2):
        scene.cell(f"A{row}", datetime(week.year, week.month, week.day, 12).astimezone().strftime(date_format))
    values, report = read(scene, monkeypatch, {**scene.source, "date_format": date_format})
    assert (values, report.problems) == (WHOLE, ())


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        ("de_DE", "1.234,5", 1234.5),
        ("de_DE", "1.234", 1234.0),
        ("de_DE", "1,234", 1.234),
        ("de_DE", "-1.234.567,89 €", -1234567.89),
        ("de_DE", "EUR 12,50", 12.5),
        ("de_DE", "12,5 %", 0.125),
        ("de_DE", "(3,5)", -3.5),
        ("de_DE", "101", 101.0),
        ("fr_FR", "1 234,5", 1234.5),
        ("fr_FR", "1\u202f234,5", 1234.5),
        ("fr_FR", ",5", 0.5),
        ("pt_BR", "R$ 1.234,50", 1234.5),
        ("sv_SE", "1.234,5", 1234.5),
        ("sv_SE", "1.234", 1.234),
        ("sv_SE", "1.234.567", 1234567.0),
        ("en_US", "1,234", 1234.0),
        ("en_US", "1,234.5", 1234.5),
        ("de_CH", "1’234.50", 1234.5),
        ("es_MX", "1,234.50", 1234.5),
        ("", "$1,234.50", 1234.5),
    ],
)
def test_numbers_that_are_text_are_read_as_the_locale_writes_them(
    locale: str, text: str, value: float, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.book.locale = locale
    scene.cell("B3", text)
    values, report = read(scene, monkeypatch)
    assert values == {**WHOLE, "2026-01-11": value}
    assert report.problems == ()
    if locale == "de_DE" and text != "101":
        assert [one for one in report.notes if f"{text} in B3" in one and "locale de_DE" in one]


@pytest.mark.parametrize(("locale", "text"), [("en_US", "1.234,5"), ("de_DE", "1.23.45"), ("de_DE", "1,2,3")])
def test_numbers_that_no_locale_explains_are_reported(
    locale: str, text: str, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.book.locale = locale
    scene.cell("B3", text)
    values, report = read(scene, monkeypatch)
    assert "2026-01-11" not in values and [problem.value for problem in report.problems] == [text]


@pytest.mark.parametrize(
    ("name", "order", "decimal_comma"),
    [
        ("en_US", "month_first", False),
        ("en_GB", "day_first", False),
        ("en_CA", "year_first", False),
        ("en", "month_first", False),
        ("de_DE", "day_first", True),
        ("de_CH", "day_first", False),
        ("es_ES", "day_first", True),
        ("es_MX", "day_first", False),
        ("es_PR", "month_first", False),
        ("pt_BR", "day_first", True),
        ("fil", "month_first", False),
        ("ja_JP", "year_first", False),
        ("hu_HU", "year_first", True),
        ("sv_SE", "year_first", True),
        ("iw_IL", "day_first", False),
        ("xx_YY", None, False),
        ("", None, False),
    ],
)
def test_a_locale_has_its_order_and_its_decimal_sign(name: str, order: str | None, decimal_comma: bool) -> None:
    assert (Locale(name).order, Locale(name).decimal_comma) == (order, decimal_comma)


def test_names_and_filters_stay_as_they_are_in_any_locale(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long table only the values are numbers: a metric may be called 1,5."""
    scene.book.locale, scene.column = "de_DE", "1,5"
    scene.rows[:] = [["Week", "Metric", "Value"], *([week, "1,5", "2,5"] for week in WEEKS)]
    values, report = read(scene, monkeypatch, {**scene.source, "layout": "long", "metric": "Metric", "value": "Value"})
    assert values == dict.fromkeys(WHOLE, 2.5)
    assert report.failed == {}


def test_the_header_may_stand_below_titles(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.rows[:0] = [["Growth, as of", date(2026, 2, 15)], ["All numbers are unaudited"], []]
    values, report = read(scene, monkeypatch)
    assert values == WHOLE and report.problems == ()


def test_the_header_may_have_units_below_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.rows.insert(1, ["(Sunday)", "people", "EUR"])
    values, report = read(scene, monkeypatch)
    assert values == WHOLE
    assert [(problem.row, problem.value) for problem in report.problems] == [(2, "(Sunday)")]


def test_numbers_that_look_like_serial_ones_are_no_dates(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revenue of 45,000 could be the 15th of March 2023."""
    scene.rows[:] = [["Revenue", "Day", "Signups"]]
    scene.rows += [[45_000 + (-1) ** n * 50 * n, week, WHOLE[str(week)]] for n, week in enumerate(WEEKS)]
    found = fetch(scene, monkeypatch)["growth"]
    assert isinstance(found, Fetched) and found.date == "Day"
    assert found.files[0].path.read_text().splitlines()[1] == '"45000","2026-01-04","100.0"'
    assert read(scene, monkeypatch)[0] == WHOLE


def test_the_second_column_of_a_name_is_numbered(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.cell("C1", "Signups")
    scene.column = "Signups.1"
    assert read(scene, monkeypatch)[0] == {week.isoformat(): 1000.5 + n for n, week in enumerate(WEEKS)}


def test_short_rows_and_blank_rows_are_harmless(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.rows[3:3] = [[], [None, None, None, None, "a note far right"]]
    scene.rows += [["", " ", ""], [date(2026, 2, 15)], [""]]
    values, report = read(scene, monkeypatch)
    assert (values, report.problems) == (WHOLE, ())


def test_hidden_rows_are_read_and_told(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.tab.hidden_rows, scene.tab.filtered_rows = [3, 4, 900], [6]
    values, report = read(scene, monkeypatch)
    assert values == WHOLE
    assert report.notes == ("Growth 2026, Weekly has 3 hidden rows (3, 4, 6), which were read too.",)


def test_dates_in_merged_cells_belong_to_the_first_row(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.rows[3][0] = None
    scene.tab.merges = [{"startRowIndex": 2, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 1}]
    values, report = read(scene, monkeypatch)
    assert values == {day: value for day, value in WHOLE.items() if day != "2026-01-18"}
    assert report.notes == ("A3:A4 is one merged cell: of its rows only 3 has a date.",)
    assert [(problem.row, problem.what) for problem in report.problems] == [(4, "has no date; the row was left out")]


def test_the_fingerprint_is_of_the_content(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fingerprint() -> str:
        found = fetch(scene, monkeypatch)["growth"]
        assert isinstance(found, Fetched)
        return found.fingerprint

    first = fingerprint()
    assert fingerprint() == first
    scene.cell("B3", 500)
    changed = fingerprint()
    scene.rows.insert(0, ["A title"])
    assert len({first, changed, fingerprint()}) == 3


def test_the_header_of_a_sheet_can_be_had_alone(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in scene.environment.items():
        monkeypatch.setenv(name, value)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    url = f"https://docs.google.com/spreadsheets/d/{KEY}/edit#gid=7"
    assert sheet_header(url, None, scene.folder, scratch).files[0].name == "Growth 2026, Daily numbers"
    found = sheet_header(KEY, None, scene.folder, scratch)
    assert (found.files[0].name, found.date) == ("Growth 2026, Weekly", "Week")
    with pytest.raises(SourceError, match="no worksheet 'Budget'"):
        sheet_header(KEY, "Budget", scene.folder, scratch)


@pytest.mark.parametrize(
    "place",
    ["declared file", "declared variable", "declared variable with the key", "own variable", "own file", "Google's"],
)
def test_credentials_are_found_where_they_are_put(place: str, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    account = scene.environment.pop(OWN)
    file = scene.folder / "keys" / "google.json"
    file.parent.mkdir()
    file.write_text("\ufeff" + account, encoding="utf-8")
    match place:
        case "declared file":
            scene.source["credentials"] = "keys/google.json"
        case "declared variable":
            scene.source["credentials"] = "${SHEETS_FOLDER}/google.json"
            scene.environment["SHEETS_FOLDER"] = str(file.parent)
        case "declared variable with the key":
            scene.source["credentials"] = "${SHEETS_KEY}"
            scene.environment["SHEETS_KEY"] = account
        case "own variable":
            # Some settings pages write the ends of lines of the key as two signs once more.
            scene.environment[OWN] = account.replace("\\n", "\\\\n")
        case "own file":
            scene.environment[OWN] = str(file)
        case _:
            scene.environment[GOOGLE] = str(file)
    assert read(scene, monkeypatch)[0] == WHOLE
    assert scene.fake.count("token") == 1


def test_a_source_may_have_credentials_of_its_own(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    (scene.folder / "broken.json").write_text("{}")
    found = fetch(scene, monkeypatch, one=scene.source, other={**scene.source, "credentials": "broken.json"})
    assert isinstance(found["one"], Fetched)
    assert "not the key of a service account" in str(found["other"])


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("metadata", Fault("metadata", status=429, body={}, headers={"retry-after": "7"}, times=3)),
        ("values", Fault("values", status=503, body={}, times=4)),
        ("values", Fault("values", status=500, body="oops", times=1)),
        ("values", Fault("values", cut=True, times=2)),
        ("values", Fault("values", drop=True, times=2)),
        ("values", Fault("values", raw=lambda raw: raw[:50], times=2)),
        ("token", Fault("token", status=503, body={}, times=2)),
        ("token", Fault("token", drop=True, times=1)),
        ("metadata", Fault("metadata", status=401, body={}, times=0)),
    ],
)
def test_a_fault_that_passes_is_waited_for(
    kind: str, fault: Fault, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, times = Clock(), fault.times
    scene.fake.faults.append(fault)
    found = fetch(scene, monkeypatch, clock)["growth"]
    assert isinstance(found, Fetched)
    assert scene.fake.count(kind) == times + 1
    assert len(clock.waits) == times
    if fault.headers:
        assert all(7 <= wait <= 7.5 for wait in clock.waits)
    else:
        assert all(0.5 * 2**number <= wait <= 2**number for number, wait in enumerate(clock.waits))


def test_a_token_that_ran_out_between_two_questions_is_renewed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.fault("values", status=401, body=google_error(401, "UNAUTHENTICATED", "Expired"), times=1)
    assert read(scene, monkeypatch)[0] == WHOLE
    assert (scene.fake.count("token"), scene.fake.count("values")) == (2, 2)


def test_retry_after_may_be_a_date(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    then = datetime.now().astimezone() + timedelta(seconds=20)
    scene.fault("metadata", status=429, body={}, headers={"retry-after": format_datetime(then)}, times=1)
    clock = Clock()
    assert isinstance(fetch(scene, monkeypatch, clock)["growth"], Fetched)
    assert len(clock.waits) == 1 and 10 < clock.waits[0] <= 20.5


def test_nobody_waits_longer_than_a_minute(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits of 25 seconds: the third would end after the minute, so it is not begun."""
    scene.fault("metadata", status=429, body={}, headers={"retry-after": "25"})
    clock = Clock()
    found = fetch(scene, monkeypatch, clock)["growth"]
    assert "It asks to wait 25 seconds" in str(found)
    assert len(clock.waits) == 2 and sum(clock.waits) < 60


@pytest.mark.parametrize("seed", range(5))
def test_five_tries_take_less_than_a_minute(seed: int, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    random.seed(seed)
    scene.fault("values", status=503, body={})
    clock = Clock()
    assert "tried 5 times" in str(fetch(scene, monkeypatch, clock)["growth"])
    assert len(clock.waits) == 4 and 7 <= sum(clock.waits) <= 15


def test_the_default_patience_is_five_tries_and_a_minute() -> None:
    patience = Patience()
    assert (patience.tries, patience.total) == (5, 60.0)
    assert patience.connect <= 10 and patience.read <= 30


def test_only_this_machine_is_reached_and_nothing_stays_behind(
    scene: Scene, reached: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """google-auth's own session would look up more in a thread of its own."""
    before = set(threading.enumerate())
    assert read(scene, monkeypatch)[0] == WHOLE
    assert reached and set(reached) <= set(LOOPBACK)
    started = {type(thread).__name__ for thread in threading.enumerate() if thread not in before}
    assert "_RegionalAccessBoundaryRefreshThread" not in started
    assert [kind for kind, _ in scene.fake.asked] == ["token", "metadata", "values"]


def test_the_guard_of_these_tests_holds(reached: list[str]) -> None:
    with pytest.raises(socket.gaierror):
        socket.create_connection(("sheets.googleapis.com", 443))
    with socket.socket() as one, pytest.raises(OSError, match="only this machine"):
        one.connect(("192.0.2.1", 443))
    assert reached == ["sheets.googleapis.com", "192.0.2.1"]


def test_the_stand_in_takes_no_request_that_google_would_not(scene: Scene) -> None:
    """A signature of another key, another issuer, audience or scope, or an old request gives no token."""
    from google.auth import crypt, jwt

    signer = crypt.RSASigner.from_string(pem())
    now = int(time.time())
    good = {
        "iss": EMAIL,
        "aud": "https://oauth2.googleapis.com/token",
        "scope": "https://www.googleapis.com/auth/spreadsheets.readonly",
        "iat": now,
        "exp": now + 3600,
    }

    def status(claims: dict[str, Any], by: Any = signer) -> int:
        assertion = jwt.encode(by, claims).decode()
        grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
        return scene.fake._token({"grant_type": [grant], "assertion": [assertion]})[0]

    assert status(good) == 200
    assert status(good, crypt.RSASigner.from_string(pem("second"))) == 400
    wrong = {"iss": "x@y.example", "aud": scene.fake.url, "scope": "https://www.googleapis.com/auth/spreadsheets"}
    wrong |= {"exp": now + 7200, "iat": now + 4000}
    assert [status({**good, name: value}) for name, value in wrong.items()] == [400] * len(wrong)


def test_a_large_sheet_is_read_whole(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    start = date(2000, 1, 1)
    scene.book.tabs[0] = Tab(
        "Weekly", [["Day", "Signups"], *([start + timedelta(number), number] for number in range(9000))]
    )
    values, report = read(scene, monkeypatch)
    assert len(values) == 9000 and sum(values.values()) == 9000 * 8999 / 2
    assert report.problems == ()


def test_a_key_of_a_spreadsheet_that_is_none_breaks_no_grouping() -> None:
    assert spreadsheet_key(Source("growth", "google_sheet", spreadsheet=" not a key ")) == "not a key"
    assert spreadsheet_key(Source("growth", "google_sheet")) == ""


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (f"spreadsheet: {KEY}", "does not say which sheet"),
        (f'spreadsheet: "https://docs.google.com/spreadsheets/d/{KEY}/edit#gid=7"', ""),
        (f"spreadsheet: {KEY}, worksheet: Weekly", ""),
        (f"spreadsheet: {KEY}, range: A3:H", ""),
    ],
)
def test_a_source_says_which_sheet_if_only_by_its_address(keys: str, sentence: str) -> None:
    text = f"northstar: 1\nsources:\n  growth: {{type: google_sheet, {keys}}}\nmetrics:\n  a: {{source: growth}}\n"
    try:
        faults = [fault.message for fault in read_tree(text).warnings]
    except TreeError as error:
        faults = [fault.message for fault in error.faults]
    about = [message for message in faults if "growth" in message]
    assert (len(about) == 1 and sentence in about[0]) if sentence else (about == [])


def test_two_spreadsheets_of_one_account_are_apart(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    other = "1AnotherSpreadsheetKey_0123456789-wxyz"
    scene.fake.books[other] = Book([Tab("Weekly", [["Week", "Signups"], [WEEKS[0], 7]])], title="Other")
    found = fetch(scene, monkeypatch, one=scene.source, two={**scene.source, "spreadsheet": other})
    names = [one.files[0].name for one in found.values() if isinstance(one, Fetched)]
    assert names == ["Growth 2026, Weekly", "Other, Weekly"]


def test_the_key_never_shows_in_what_is_printed(scene: Scene) -> None:
    from metrics.sources.service_account import find_account

    account = find_account(None, scene.folder, scene.environment)
    assert EMAIL in repr(account) and "PRIVATE KEY" not in repr(account)
    assert json.loads(scene.environment[OWN])["private_key"] == account.info["private_key"]
