"""Dates: every layout that people write, and no guess where day and month could be swapped."""

from pathlib import Path

import pytest
from csv_tables import D, read, values

from metrics.sources.report import SourceError


def days(folder: Path, *texts: str, **fields: str) -> list[str]:
    lines = "".join(f'"{text}",1\n' for text in texts)
    rows, report = read(folder, f"day,a\n{lines}", **fields)
    assert report.problems == ()
    return sorted(day.isoformat() for _, day, _ in rows)


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-05",
        "2020-1-5",
        " 2020-01-05 ",
        "2020/01/05",
        "2020/1/5",
        "2020.01.05",
        "20200105",
        "Sun, 05-Jan-2020",
        "Sunday, 5 January 2020",
        "Sun 5 Jan 2020",
        "5 Jan 2020",
        "05-jan-20",
        "5. Jan. 2020",
        "5th January 2020",
        "Jan 5, 2020",
        "January 5, 2020",
        "JANUARY 5 2020",
        "Jan. 5th, 2020",
        "Sunday, January 5, 2020",
        "2020-01-05 00:00",
        "2020-01-05 23:59:59",
        "2020-01-05T10:00:00.123",
        "5 Jan 2020 10:00 AM",
        "2020-01-05T10:00:00Z",
        "2020-01-05 10:00:00 UTC",
        "2020-01-05T10:00:00+02:00",
        "2020-01-05T10:00:00+0200",
        "2020-01-05T10:00:00.123456789Z",
        "2020-01-06T01:00+02",
    ],
)
def test_layout(tmp_path: Path, text: str) -> None:
    assert days(tmp_path, text) == ["2020-01-05"]


@pytest.mark.parametrize("month", ["Feb", "February", "Sept", "September", "May", "Dec", "december"])
def test_months(tmp_path: Path, month: str) -> None:
    number = ["feb", "may", "sep", "dec"].index(month[:3].lower())
    assert days(tmp_path, f"3 {month} 2021") == [f"2021-{(2, 5, 9, 12)[number]:02}-03"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1/2/21", "13/2/21"], ["2021-02-01", "2021-02-13"]),
        (["1/2/21", "2/13/21"], ["2021-01-02", "2021-02-13"]),
        (["01-02-2021", "31-01-2021"], ["2021-01-31", "2021-02-01"]),
        (["01.02.2021", "31.01.2021"], ["2021-01-31", "2021-02-01"]),
        (["Fri 1/2/21 10:00", "13/2/21"], ["2021-02-01", "2021-02-13"]),
        (["1/1/21", "3/3/21"], ["2021-01-01", "2021-03-03"]),
        (["1/2/99", "31/1/68"], ["1999-02-01", "2068-01-31"]),
    ],
)
def test_order_by_evidence(tmp_path: Path, texts: list[str], expected: list[str]) -> None:
    assert days(tmp_path, *texts) == expected


def test_evidence_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "p1.csv").write_text("day,a\n1/2/21,1\n")
    (tmp_path / "p2.csv").write_text("a,day\n1,2/13/21\n")
    rows, _ = read(tmp_path, None, path="p*.csv")
    assert [day for _, day, _ in rows] == [D("2021-01-02"), D("2021-02-13")]


def test_unclear_order_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as error:
        read(tmp_path, "day,a\n1/2/21,1\n3/4/21,1\n")
    assert str(error.value) == (
        "It is not clear whether 1/2/21 is 1 February or 2 January (x.csv, row 2): write date_format: '%d/%m/%y'"
        " (day first) or date_format: '%m/%d/%y' (month first) in the source."
    )


def test_unclear_order_is_told_with_its_file_and_row(tmp_path: Path) -> None:
    (tmp_path / "p1.csv").write_text("day,a\n2021-03-04,1\n")
    (tmp_path / "p2.csv").write_text("title\n\nday,a\n2021-03-05,1\n3/4/21,1\n1/2/21,1\n")
    with pytest.raises(SourceError, match=r"2 January \(p2\.csv, row 6\): write date_format"):
        read(tmp_path, None, path="p*.csv")


@pytest.mark.parametrize("text", ["Mon 1/2/21", "1-2-2021 10:30", "Monday, 1.2.21 4:05:06 PM"])
def test_proposed_format_works(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError) as error:
        days(tmp_path, text)
    first, second = str(error.value).split("date_format: '")[1:]
    assert days(tmp_path, text, date_format=first.split("' ")[0]) == ["2021-02-01"]
    assert days(tmp_path, text, date_format=second.split("' ")[0]) == ["2021-01-02"]


def test_both_orders_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "p1.csv").write_text("day,a\n\n1/2/21,1\n13/2/21,1\n")
    (tmp_path / "p2.csv").write_text("title\nday,a\n2/14/21,1\n")
    with pytest.raises(SourceError) as error:
        read(tmp_path, None, path="p*.csv")
    assert str(error.value) == (
        "Some dates have the day first (13/2/21 in p1.csv, row 4), others the month (2/14/21 in p2.csv, row 3):"
        " write them all in one order, best as 2021-01-31."
    )


def test_year_first_with_two_digits_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="year first: write date_format: '%y/%m/%d'"):
        days(tmp_path, "21/01/30", "21/01/31", "21/02/01")
    with pytest.raises(SourceError, match="year first"):
        days(tmp_path, "2020-01-04", "20-01-05", "2020-01-06")
    assert days(tmp_path, "2020-01-04", "05-01-20", "13-01-20") == ["2020-01-04", "2020-01-05", "2020-01-13"]
    assert days(tmp_path, "21/01/30", "21/02/01", date_format="%y/%m/%d") == ["2021-01-30", "2021-02-01"]


@pytest.mark.parametrize(
    "text",
    [
        "2021-02-30",
        "2021-13-01",
        "30 Feb 2021",
        "20210230",
        "1899-12-31",
        "2201-01-01",
        "0202-01-01",
        "2020-01/05",
        "2020-01",
        "Jan 2020",
        "43831",
        "Total",
        "epoch",
        "infinity",
        "today",
        "2020-01-05 25:00",
        "2020-01-05Z",
        "5 Jan 2020 10:00Z",
        "5 Foo 2020",
        "-2020-01-05",
        "2020-01-05 (BC)",
        "12020-01-01",
    ],
)
def test_no_date_is_reported(tmp_path: Path, text: str) -> None:
    rows, report = read(tmp_path, f'day,a\n2020-01-04,1\n"{text}",2\n2020-01-06,3\n')
    assert [(day, value) for _, day, value in rows] == [(D("2020-01-04"), 1), (D("2020-01-06"), 3)]
    (problem,) = report.problems
    assert (problem.file, problem.row, problem.column, problem.value) == ("x.csv", 3, "day", text)
    assert "the row was left out" in problem.what
    assert report.rows == 2


@pytest.mark.parametrize(
    ("text", "what", "write"),
    [
        ("2020-01", "is a month, not a day", "a day of it, such as 2021-01-31"),
        ("Jan 2020", "is a month, not a day", "a day of it, such as 2021-01-31"),
        ("Total 2020", "is not a date that can be read", "a date such as 2021-01-31"),
        ("5 Jan 2020 10:00Z", "has an offset", "a date such as 2021-01-31T10:00Z"),
        ("2020-02-30T10:00Z", "is not a day of the calendar", "a date such as 2021-01-31"),
    ],
)
def test_what_is_no_date_is_told_by_its_kind(tmp_path: Path, text: str, what: str, write: str) -> None:
    _, report = read(tmp_path, f"day,a\n2020-01-04,1\n{text},2\n")
    (problem,) = report.problems
    assert problem.what.startswith(what) and problem.write == write


@pytest.mark.parametrize("text", ["31/2/21", "31.13.21", "0/1/21"])
def test_impossible_numeric_date(tmp_path: Path, text: str) -> None:
    _, report = read(tmp_path, f"day,a\n13/2/21,1\n{text},2\n")
    assert [(problem.row, problem.value) for problem in report.problems] == [(3, text)]


def test_row_without_date_is_reported_where_it_has_values(tmp_path: Path) -> None:
    _, report = read(tmp_path, "day,a\n2020-01-04,1\n,2\n,\n ,  \n2020-01-05,\n")
    assert [(problem.row, problem.value, problem.what) for problem in report.problems] == [
        (3, "", "has no date; the row was left out")
    ]
    assert report.rows == 2


def test_a_format_holds_for_files_whose_dates_could_all_be_read_without_it(tmp_path: Path) -> None:
    content = "day,a\n2021-02-03,5\n2021-02-04,6\n"
    assert values(tmp_path, content, date_format="%Y-%d-%m") == {"2021-03-02": 5, "2021-04-02": 6}
    assert values(tmp_path, content, date_format="%Y-%m-%d") == {"2021-02-03": 5, "2021-02-04": 6}
    with pytest.raises(SourceError, match="2021-02-03 is not a date written as %d/%m/%Y"):
        read(tmp_path, content, date_format="%d/%m/%Y")


def test_date_format_alone_counts(tmp_path: Path) -> None:
    assert values(tmp_path, "day,a\n1/2/21,5\n", date_format="%m/%d/%y") == {"2021-01-02": 5}
    assert values(tmp_path, "day,a\n1/2/21,5\n", date_format="%d/%m/%y") == {"2021-02-01": 5}
    _, report = read(tmp_path, "day,a\n1/2/21,5\n2021-02-03,5\nepoch,5\n", date_format="%d/%m/%y")
    assert [problem.row for problem in report.problems] == [3, 4]
    assert report.problems[0].what == "is not a date written as %d/%m/%y; the row was left out"


@pytest.mark.parametrize("date_format", ["%d %m", "%Q %Y", "%Y'; DROP TABLE reading; --%"])
def test_date_format_that_can_not_be_used(tmp_path: Path, date_format: str) -> None:
    with pytest.raises(SourceError):
        read(tmp_path, "day,a\n1/2/21,5\n", date_format=date_format)


def test_instant_falls_on_the_day_of_the_calendar(tmp_path: Path) -> None:
    content = "day,a\n2020-06-05T23:30:00Z,1\n"
    assert values(tmp_path, content, timezone="UTC") == {"2020-06-05": 1}
    assert values(tmp_path, content, timezone="Europe/London") == {"2020-06-06": 1}
    assert values(tmp_path, "day,a\n2020-06-05T23:30:00,1\n", timezone="Asia/Tokyo") == {"2020-06-05": 1}
    content = "day,a\n2020-06-05T23:30:00+0000,1\n"
    fields = {"timezone": "Europe/London", "date_format": "%Y-%m-%dT%H:%M:%S%z"}
    assert values(tmp_path, content, **fields) == {"2020-06-06": 1}
