"""The CSV source: files, headers, rows and filters as people have them, and what is said where they can't be read."""

import gzip
from itertools import permutations, product
from pathlib import Path

import duckdb
import pytest
from csv_tables import D, read, values, write

from metrics.sources.csv import read_csv
from metrics.sources.dirty import DirtyFiles
from metrics.sources.files import files_of
from metrics.sources.report import SourceError
from metrics.sources.series import Series
from metrics.tree.tree import Source

A, B = Series(0, "a", "a"), Series(1, "b", "b")
TWO = {"2020-01-01": 1.0, "2020-01-02": 2.0}


def refused(folder: Path, content: str | bytes | None, *series: Series, **fields: object) -> str:
    connection = duckdb.connect()
    connection.execute("CREATE TEMP TABLE reading(series INTEGER, day DATE, value DOUBLE)")
    with pytest.raises(SourceError) as error:
        read(folder, content, *series, connection=connection, **fields)
    assert connection.execute("SELECT * FROM reading").fetchall() == []
    left = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    assert left == [("reading",)]
    return str(error.value)


# Text


@pytest.mark.parametrize(
    "content",
    [
        "day,a\n2020-01-01,1\n2020-01-02,2\n",
        "day,a\n2020-01-01,1\n2020-01-02,2",
        "day,a\r\n2020-01-01,1\r\n2020-01-02,2\r\n",
        "day,a\r2020-01-01,1\r2020-01-02,2\r",
        "day,a\r\n2020-01-01,1\n2020-01-02,2\r\n",
        "day,a\n2020-01-01,1\r2020-01-02,2\n",
        "\ufeffday,a\n2020-01-01,1\n2020-01-02,2\n",
        "\ufeffday;a\n2020-01-01;1\n2020-01-02;2\n",
        "day\ta\n2020-01-01\t1\n2020-01-02\t2\n",
        "day|a\n2020-01-01|1\n2020-01-02|2\n",
        '"day","a"\n"2020-01-01","1"\n"2020-01-02","2"\n',
        " day , a \n2020-01-01, 1\n 2020-01-02 ,2 \n",
        'day,a\n2020-01-01, "1"\n2020-01-02, "2"\n',
        "\nday,a\n\n2020-01-01,1\n\n\n2020-01-02,2\n\n",
        "day,a\n2020-01-01,1\n,\n2020-01-02,2\n,,\n",
        "a,day\n2,2020-01-02\n1,2020-01-01\n",
        "day,note,a\n2020-01-01,x,1\n2020-01-02,,2\n",
        'day,note,a\n2020-01-01,"one\ntwo, three",1\n2020-01-02,"""",2\n',
        'day,note,a\n2020-01-01,5" pipe,1\n2020-01-02,,2\n',
        '"day","no\nte","a"\n2020-01-01,x,1\n2020-01-02,,2\n',
        "Report of 2020\nmade, by, us\n\nday,a\n2020-01-01,1\n2020-01-02,2\n",
        '"Report\nof","2020"\nday,a\n2020-01-01,1\n2020-01-02,2\n',
        "day,a,b\n2020-01-01,1\n2020-01-02,2,\n",
    ],
)
def test_same_table(tmp_path: Path, content: str) -> None:
    assert values(tmp_path, content) == TWO


@pytest.mark.parametrize("ends", [one for one in product(("\n", "\r\n", "\r"), repeat=4) if len(set(one)) > 1])
def test_lines_that_end_differently(tmp_path: Path, ends: tuple[str, ...]) -> None:
    lines = ("Title", "day,a", "2020-01-01,1", "2020-01-02,2")
    assert values(tmp_path, "".join(line + end for line, end in zip(lines, ends, strict=True)).encode()) == TWO


@pytest.mark.parametrize(("first", "then"), list(permutations(("\n", "\r\n", "\r"), 2)))
def test_rows_appended_with_other_ends(tmp_path: Path, first: str, then: str) -> None:
    """More rows than DuckDB or the look at the bytes take at once."""
    body = "".join(f"2020-01-01,{number}{first}" for number in range(90_000))
    content = f"day,a{first}{body}2020-01-02,1{then}2020-01-02,2{then}"
    rows, report = read(tmp_path, content.encode())
    assert [row[2] for row in rows] == [*range(90_000), 1, 2]
    assert (report.rows, report.problems) == (90_002, ())


def test_blank_cells_are_missing_values(tmp_path: Path) -> None:
    assert values(tmp_path, "day,a,b\n2020-01-01,,1\n2020-01-02\n") == {"2020-01-01": None, "2020-01-02": None}


def test_several_rows_a_day_stay_apart(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, "day,a\n2020-01-01,1\n2020-01-01,1\n2020-01-01,\n")
    assert [row[2] for row in rows] == [1, 1, None]


def test_second_column_of_a_name(tmp_path: Path) -> None:
    content = "day,a,a,a.1,a,\n2020-01-01,1,2,3,4,\n"
    found = [Series(n, "m", name) for n, name in enumerate(("a", "a.1", "a.2", "a.3"))]
    assert [row[2] for row in read(tmp_path, content, *found)[0]] == [1, 3, 2, 4]


def test_many_columns_of_one_name(tmp_path: Path) -> None:
    """All numbers tried from 1 on for each would take a minute."""
    content = "day" + ",a" * 20_000 + ",a.3\n2020-01-01" + ",1" * 19_999 + ",2,3\n"
    assert values(tmp_path, content, Series(0, "a", "a.20000")) == {"2020-01-01": 2}
    assert values(tmp_path, content, Series(0, "a", "a.3")) == {"2020-01-01": 3}


def test_delimiter_is_the_one_that_finds_most_columns(tmp_path: Path) -> None:
    content = "day;a;b,c\n2020-01-01;1;2\n"
    assert [row[2] for row in read(tmp_path, content, A, Series(1, "m", "b,c"))[0]] == [1, 2]


def test_header_may_stand_below_a_title_but_not_far(tmp_path: Path) -> None:
    assert values(tmp_path, "x\n" * 19 + "day,a\n2020-01-01,1\n") == {"2020-01-01": 1}
    assert "no column 'day'" in refused(tmp_path, "x\n" * 20 + "day,a\n2020-01-01,1\n")


# Rows that are broken


def test_row_with_too_many_cells_is_left_out(tmp_path: Path) -> None:
    rows, report = read(tmp_path, "day,a,b\n2020-01-01,1,2\n\n2020-01-02,523,419,7\n2020-01-03,3,4\n", A, B)
    assert [(number, day.day, value) for number, day, value in rows] == [(0, 1, 1), (0, 3, 3), (1, 1, 2), (1, 3, 4)]
    (problem,) = report.problems
    assert (problem.file, problem.row, problem.column, problem.value) == ("x.csv", 4, None, "2020-01-02,523,419,7")
    assert problem.what == "has 4 cells where the header has 3; the row was left out"
    assert problem.write == 'cells that hold a comma in quotes, such as "523,419", or without it'


@pytest.mark.parametrize(
    "row",
    [
        "2020-01-02,523,419,",
        "2020-01-02,523,419,,",
        "2020-01-02,523,419, ",
        '2020-01-02,523,419,""',
        '2020-01-02,523,419, "" ',
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_blank_cell_too_many_is_not_dropped(tmp_path: Path, row: str, end: str) -> None:
    """`1,234,` is a number that lacks quotes before a blank cell: not 1 and 234."""
    rows, report = read(tmp_path, f"day,a,b\n2020-01-01,1,2{end or chr(10)}{row}{end}", A, B)
    assert [row[2] for row in rows] == [1, 2]
    assert report.problems[0].row == 3


@pytest.mark.parametrize(
    "rows",
    [
        "2020-01-01,1,2.5,\n2020-01-02,1,234,\n",
        '2020-01-01,1,2.5,""\n\n,,\n2020-01-02,1,234, \n',
        "2020-01-02,1,234,,,\n2020-01-01,1,2.5,,,\n",
        "2020-01-01,1,2.5,\r\n2020-01-02,1,234,\r\n",
        "2020-01-01;1;2.5;\n2020-01-02;1;234;\n",
    ],
)
def test_delimiters_behind_all_rows_are_no_cells(tmp_path: Path, rows: str) -> None:
    """In `1,2.5,` it can't be a comma within a number that is too many, and the other rows have as many."""
    header = "day;a;b\n" if ";" in rows else "day,a,b\n"
    found, report = read(tmp_path, header + rows, A, B)
    assert [row[2] for row in found] == [1, 1, 2.5, 234]
    assert (report.rows, report.problems) == (2, ())


@pytest.mark.parametrize(
    "row", ["1,234", "1,5", "$1,234.50", "(1,234)", "1 234,5", "1'234,56 €", "12,34,567", "1.234,5", "-US$ 1,234"]
)
def test_commas_behind_all_rows_may_be_those_of_numbers(tmp_path: Path, row: str) -> None:
    """`2020-01-01,1,234,` below `day,a,note` may be 1,234 without a note, in all rows."""
    names = ["day", "a", *"bcdefg"[: row.count(",")]]
    content = ",".join(names) + "".join(f"\n2020-01-0{number},{row}," for number in (1, 2))
    assert f"has {len(names) + 1} cells where the header has {len(names)}, and ends with a blank one" in refused(
        tmp_path, content
    )


def test_a_comma_behind_all_rows_of_one_column(tmp_path: Path) -> None:
    assert values(tmp_path, "day,a\n2020-01-01,1,\n2020-01-02,2,\n") == TWO


def test_what_to_write_for_a_blank_cell_too_many(tmp_path: Path) -> None:
    _, report = read(tmp_path, "day,a,b\n2020-01-01,1,2\n2020-01-02,5,7,\n", A, B)
    (problem,) = report.problems
    assert problem.what == "has 4 cells where the header has 3, and ends with a blank one; the row was left out"
    assert problem.write == (
        'cells that hold a comma in quotes, such as "523,419", or without it; if no cell holds one, one less at the'
        " end of the row, or one more at the end of the header"
    )


def test_blank_last_column_is_fine(tmp_path: Path) -> None:
    assert values(tmp_path, "day,a,b\n2020-01-01,1,\n2020-01-02,2,\n") == TWO


@pytest.mark.parametrize(
    "broken",
    ['2020-01-03,"4', '2020-01-03,"4\n2020-01-04,"5"', '2020-01-03,"4"x', '"2020-01-03" x,4', '2020-01-03,"4""'],
)
def test_row_with_bad_quotes_is_left_out(tmp_path: Path, broken: str) -> None:
    content = f'day,a\n2020-01-01,1\n{broken}\n2020-01-02,"2"\n'
    rows, report = read(tmp_path, content)
    assert (0, D("2020-01-01"), 1) in rows
    assert (0, D("2020-01-02"), 2) in rows
    assert D("2020-01-03") not in [day for _, day, _ in rows]
    assert report.problems[0].row == 3
    assert report.problems[0].what.startswith("has a quote that is not closed")


def test_many_open_quotes_do_not_take_for_ever(tmp_path: Path) -> None:
    _, report = read(tmp_path, "day,a\n2020-01-01,1\n" + '2020-01-02,"2\n' * 5001)
    assert report.problem_count >= 5000
    assert len(report.problems) == 1000


def test_cell_longer_than_any_limit(tmp_path: Path) -> None:
    rows, report = read(tmp_path, 'day,a\n2020-01-01,"' + "x" * 200_000 + '"\n2020-01-02,2\n')
    assert (0, D("2020-01-02"), 2) in rows
    assert report.problem_count == 1


@pytest.mark.parametrize("size", [200_000, 1_500_000, 2_100_000, 4_100_000])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("after", ["", "\n", "\n2020-01-03,3,x%\n"])
def test_long_cell_that_nobody_asked_for_loses_no_row(tmp_path: Path, size: int, quote: str, after: str) -> None:
    """DuckDB drops a last line that is longer than its buffer, and the csv module takes no cell of 128 KB."""
    content = f"day,a,note\n2020-01-01,1,\n2020-01-02,2,{quote}{'x' * size}{quote}{after}"
    assert values(tmp_path, content) == TWO | ({"2020-01-03": 3} if "3" in after else {})


def test_long_cell_of_a_malformed_file(tmp_path: Path) -> None:
    long = "x" * 200_000
    rows, report = read(tmp_path, f'day,a,note\n2020-01-01,1,"""{long}, "\n2020-01-02,2,{long}\n2020-01-03,3,"y\n')
    assert [row[2] for row in rows] == [1, 2]
    assert [problem.row for problem in report.problems] == [4]


@pytest.mark.parametrize(
    "row", ["2020-01-02," + "9" * 3_000_000, '2020-01-02,"' + "9" * 3_000_000, '2020-01-02,"9\n' + "9" * 3_000_000]
)
def test_cell_beyond_the_limit_is_told_as_such(tmp_path: Path, row: str) -> None:
    rows, report = read(tmp_path, f"day,a\n2020-01-01,1\n{row}\n2020-01-03,3\n")
    assert [row[2] for row in rows] == [1, 3]
    problem = report.problems[0]
    assert (problem.row, problem.column) == (3, None)
    assert problem.what == "has a cell of more than 131,072 signs; the row was left out"
    assert problem.write == "a shorter cell, or the quote that was to end it"


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    content = 'a title\n\nday,note,a\n2020-01-01,,x\n\n2020-01-02,"two\nlines",y\n2020-01-03,,5\n'
    assert [problem.row for problem in read(tmp_path, content)[1].problems] == [4, 6]
    content = "a title\r\n\r\nday,note,a\r\n2020-01-01,,x\r\n\r\n2020-01-02,one line,y\r\n2020-01-03,,5\r\n"
    assert [problem.row for problem in read(tmp_path, content)[1].problems] == [4, 6]


def test_problems_come_in_file_order_and_are_all_counted(tmp_path: Path) -> None:
    lines = [f"2020-01-01,{'x' if n % 2 else 5},{'y' if n % 3 else 5}\n" for n in range(2000)]
    _, report = read(tmp_path, "day,a,b\n" + "".join(lines), A, B)
    assert report.problem_count == 1000 + 1333
    assert len(report.problems) == 1000
    places = [(problem.row, problem.column) for problem in report.problems]
    assert places == sorted(places)
    assert places[:3] == [(3, "a"), (3, "b"), (4, "b")]


def test_cell_that_feeds_two_series_is_one_problem(tmp_path: Path) -> None:
    twice = Series(1, "a", "a", scale=2)
    rows, report = read(tmp_path, "day,a\n2020-01-01,x\n2020-01-02,4\n", A, twice)
    assert [row[2] for row in rows] == [4, None, 8, None] or [row[2] for row in rows] == [None, 4, None, 8]
    assert report.problem_count == 1


def test_cells_nobody_asked_for_are_no_problem(tmp_path: Path) -> None:
    assert values(tmp_path, "day,a,b\n2020-01-01,1,x\n2020-01-02,2,y\n") == TWO
    us = Series(0, "a", "a", (("country", "US"),))
    assert values(tmp_path, "day,a,country\n2020-01-01,1,US\n2020-01-02,2,US\nTotal,x,UK\n", us) == TWO


# Files


def test_file_that_is_no_text(tmp_path: Path) -> None:
    latin = "day,a\n2020-01-01,1\nJänner,2\n".encode("latin-1")
    assert refused(tmp_path, latin) == "x.csv is not UTF-8 (line 3): save it as CSV UTF-8."
    assert refused(tmp_path, "day,a\n".encode("utf-16")) == "x.csv is UTF-16, not UTF-8: save it as CSV UTF-8."
    assert "save it as CSV UTF-8" in refused(tmp_path, "day,a\n2020-01-01,1\n".encode("utf-16-le"))
    assert "write type: excel, or save it as CSV UTF-8" in refused(tmp_path, b"PK\x03\x04\0\0")
    assert refused(tmp_path, gzip.compress(b"day,a\n2020-01-01,1\n")) == "x.csv is compressed: unpack it."
    late = b"day,a\n" + b"2020-01-01,1\n" * 100_000 + "2020-01-02,ä\n".encode()[:-2]
    assert "line 100002" in refused(tmp_path, late)


def test_empty_file(tmp_path: Path) -> None:
    assert refused(tmp_path, "") == "x.csv is empty: it needs a header and at least one row."
    assert "no column 'day'" in refused(tmp_path, "\n\n")
    assert "no column 'day'" in refused(tmp_path, "\ufeff")


@pytest.mark.parametrize("content", ["day,a\n", "day,a", "day,a\n\n\n", "day,a\n,\n", "day\n"])
def test_no_row_below_the_header(tmp_path: Path, content: str) -> None:
    assert "no readable row below the header" in refused(tmp_path, content)


def test_no_readable_row(tmp_path: Path) -> None:
    assert refused(tmp_path, "day,a\nfoo,1\nbar,2\n") == (
        "x.csv: no readable row. The first that could not be: x.csv, row 2, day: foo is not a date that can be read."
        " Write a date such as 2021-01-31."
    )


def test_no_readable_value(tmp_path: Path) -> None:
    assert refused(tmp_path, "day,a\n2020-01-01,-\n") == (
        "x.csv: no readable value. The first that could not be: x.csv, row 2, a: - is a dash, which may mean zero or"
        " missing. Write 0, or leave the cell empty."
    )


def test_no_header_with_the_date_column(tmp_path: Path) -> None:
    assert refused(tmp_path, "Day,a,b\n2020-01-01,1,2\n") == (
        "x.csv has no column 'day'. Did you mean 'Day'? Check 'date:' and the first row."
    )
    assert refused(tmp_path, "when;a\n2020-01-01;1\n") == (
        "x.csv has no column 'day'. It has: when, a. Check 'date:' and the first row."
    )


def test_path_without_file(tmp_path: Path) -> None:
    write(tmp_path, "sales_2020.csv", "day,a\n")
    write(tmp_path, "data/b.csv", "day,a\n")
    assert refused(tmp_path, None, path="sale_2020.csv") == (
        "There is no file sale_2020.csv. The files in the workspace are: sales_2020.csv. Did you mean 'sales_2020.csv'?"
    )
    assert refused(tmp_path, None, path="data/c*.csv") == "No file matches data/c*.csv. The files in data are: b.csv."
    assert (
        refused(tmp_path, None, path="data") == "data is a folder: write a file in it, or a pattern such as data/*.csv."
    )
    (tmp_path / "empty").mkdir()
    assert "there is no other file in empty" in refused(tmp_path, None, path="empty/x.csv")


@pytest.mark.parametrize("path", ["/etc/passwd", "../x.csv", "a/../../x.csv", "", "a\0b.csv", "**x/*.csv", None])
def test_path_that_can_not_be_used(tmp_path: Path, path: str | None) -> None:
    assert refused(tmp_path, None, path=path)


def test_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    write(tmp_path, "x.csv", "day,a\n2020-01-01,1\n")
    monkeypatch.setattr(Path, "open", denied)
    assert refused(tmp_path, None) == "x.csv can't be opened: give Northstar the right to read it."


def test_glob_takes_all_files(tmp_path: Path) -> None:
    write(tmp_path, "in/b.csv", "a;day\n2;2 Jan 2020\n")
    write(tmp_path, "in/a.csv", "title\nday,a\n2020-01-01,1\n")
    write(tmp_path, "in/.hidden.csv", "nothing")
    write(tmp_path, "in/B.CSV", "nothing")
    write(tmp_path, "in/.ipynb_checkpoints/a-checkpoint.csv", "title\nday,a\n2020-01-01,1\n")
    assert read(tmp_path, None, path="**/*.csv")[1].files == ("in/a.csv", "in/b.csv")
    for path in ("in/.ipynb_checkpoints/*.csv", "in/.ipy*/*.csv"):
        assert read(tmp_path, None, path=path)[1].rows == 1
    rows, report = read(tmp_path, None, path="in/*.csv")
    assert {day.isoformat(): value for _, day, value in rows} == TWO
    assert report.files == ("in/a.csv", "in/b.csv")
    assert (report.rows, report.first_day, report.last_day) == (2, D("2020-01-01"), D("2020-01-02"))


@pytest.mark.parametrize("mark", ["\u200e", "\u202a", "\u2069"])
def test_marks_for_the_direction_of_reading_are_cut_off(tmp_path: Path, mark: str) -> None:
    rows, report = read(tmp_path, f"{mark}day,a{mark}\n{mark}2020-01-01,{mark}10{mark}\n")
    assert rows == [(0, D("2020-01-01"), 10)] and report.problems == ()


def test_a_column_of_which_no_cell_can_be_read_fails_alone(tmp_path: Path) -> None:
    both = Series(0, "a", "a"), Series(1, "b", "b")
    rows, report = read(tmp_path, 'day,a,b\n2020-01-01,"1,5",1\n2020-01-02,,2\n', *both)
    assert [number for number, _, _ in rows] == [1, 1]
    said = "No value of a in x.csv can be read. The first, 1,5 in row 2 of x.csv, has a decimal comma."
    assert report.failed == {0: f"{said} Write a decimal point: 1.5."}
    assert report.problem_count == 1


def test_many_files_that_are_read_row_by_row_are_staged_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stagings: list[None] = []
    stage = DirtyFiles._try_to_stage
    monkeypatch.setattr(DirtyFiles, "_try_to_stage", lambda *own: (stagings.append(None), stage(*own))[1])
    for number in range(1, 21):
        write(tmp_path, f"{number:02}.csv", f'day,a,said\n2020-01-{number:02},{number},"two\nlines"\n')
    rows, _ = read(tmp_path, None, path="*.csv")
    assert [value for _, _, value in rows] == list(range(1, 21))
    assert len(stagings) <= 3


def test_glob_with_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    write(tmp_path, "p1.csv", "day,a\n2020-01-01,1\n")
    write(tmp_path, "p2.csv", "foo,bar\n1,2\n")
    assert "p2.csv has no column 'day'" in refused(tmp_path, None, path="p*.csv")
    write(tmp_path, "p2.csv", "")
    assert "p2.csv is empty" in refused(tmp_path, None, path="p*.csv")


def test_glob_with_a_file_without_rows(tmp_path: Path) -> None:
    write(tmp_path, "p1.csv", "day,a\n2020-01-01,1\n")
    write(tmp_path, "p2.csv", "day,a\n")
    assert len(read(tmp_path, None, path="p*.csv")[0]) == 1


def test_column_in_some_files_only(tmp_path: Path) -> None:
    write(tmp_path, "p1.csv", "day,a\n2020-01-01,1\n")
    write(tmp_path, "p2.csv", "day,a,b\n2020-01-02,2,3\n")
    rows, report = read(tmp_path, None, A, B, path="p*.csv")
    assert rows == [(0, D("2020-01-01"), 1), (0, D("2020-01-02"), 2), (1, D("2020-01-02"), 3)]
    assert report.notes == ("Not every file has column b: it is not in p1.csv.",)
    assert report.failed == {}


@pytest.mark.parametrize(
    "name",
    ["it's; DROP TABLE reading.csv", "a[1].csv", "b{1,2}.csv", "c*.csv", "d?.csv", 'e".csv', "f\\g.csv", "ü\n.csv"],
)
def test_any_file_name(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, "day,a\n2020-01-01,1\n2020-01-02,2\n")
    write(tmp_path, "a1.csv", "day,a\n2019-01-01,9\n")
    write(tmp_path, "c1.csv", "day,a\n2019-01-01,9\n")
    write(tmp_path, "d1.csv", "day,a\n2019-01-01,9\n")
    write(tmp_path, "b1.csv", "day,a\n2019-01-01,9\n")
    assert values(tmp_path, None, path=name) == TWO
    write(tmp_path, name, "day,a\n1 Jan 2020,1\n2 Jan 2020,2\n")
    assert values(tmp_path, None, path=name) == TWO


def test_folder_like_a_partition_adds_no_column(tmp_path: Path) -> None:
    write(tmp_path, "day=2020/x.csv", "day,a\n2020-01-01,1\n2020-01-02,2\n")
    assert values(tmp_path, None, path="day=2020/*.csv") == TWO


def test_pattern_of_many_folders_is_one_of_any(tmp_path: Path) -> None:
    """Each `**` would multiply the time: eight take minutes in ten folders."""
    write(tmp_path, "/".join("abcdefghij") + "/x.csv", "day,a\n2020-01-01,1\n")
    assert values(tmp_path, None, path="a/" + "**/" * 100 + "j/**/./**/x.csv") == {"2020-01-01": 1}


def test_files_are_sorted(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c/d.csv"):
        write(tmp_path, name, "day\n")
    found = files_of(Source("s", "csv", path="**/*.csv"), tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["a.csv", "b.csv", "c/d.csv"]


# Wide layout


def test_missing_column_fails_its_series_alone(tmp_path: Path) -> None:
    content = "day,sign_ups,b\n2020-01-01,1,2\n"
    rows, report = read(tmp_path, content, Series(5, "signups", "signups"), B)
    assert rows == [(1, D("2020-01-01"), 2)]
    assert report.failed == {5: "x.csv has no column 'signups'. Did you mean 'sign_ups'?"}


def test_all_columns_missing(tmp_path: Path) -> None:
    rows, report = read(tmp_path, "day,x\n2020-01-01,1\n")
    assert rows == []
    assert report.failed == {0: "x.csv has no column 'a'. It has: day, x."}
    assert (report.rows, report.last_day) == (1, D("2020-01-01"))


def test_column_wanted_by_several_series(tmp_path: Path) -> None:
    several = (
        A,
        Series(1, "m", "a", scale=100),
        Series(2, "m", "a", (("c", "US"),)),
        Series(3, "m", "a", (("c", "UK"),), -1),
    )
    for content in ("day,a,c\n2020-01-01,1,US\n2020-01-02,2,UK\n", "day,a,c\n1 Jan 2020,$1,US\n2 Jan 2020,$2,UK\n"):
        rows, report = read(tmp_path, content, *several)
        one, two = D("2020-01-01"), D("2020-01-02")
        assert rows == [(0, one, 1), (0, two, 2), (1, one, 100), (1, two, 200), (2, one, 1), (3, two, -2)]
        assert (report.rows, report.last_day) == (2, two)


def test_date_column_as_a_value_or_a_filter(tmp_path: Path) -> None:
    content = "day,a\n20200101,1\n20200102,2\n"
    rows, _ = read(tmp_path, content, Series(0, "m", "day"), Series(1, "a", "a", (("day", "20200102"),)))
    assert [row[2] for row in rows] == [20200101, 20200102, 2]


def test_filter_compares_texts_without_blanks(tmp_path: Path) -> None:
    series = Series(0, "a", "a", (("country", " NA"), ("year", "2020")))
    content = "day,a,country,year\n2020-01-01,1,NA ,2020\n2020-01-02,2,\u00a0NA\t,2020\n2020-01-03,3,na,2020\n"
    assert values(tmp_path, content, series) == TWO


def test_filter_for_blank(tmp_path: Path) -> None:
    content = "day,a,c\n2020-01-01,1,\n2020-01-02,2, \n2020-01-03,3,x\n"
    assert values(tmp_path, content, Series(0, "a", "a", (("c", ""),))) == TWO


def test_missing_filter_column_fails_the_series(tmp_path: Path) -> None:
    series = Series(0, "a", "a", (("country", "US"),))
    rows, report = read(tmp_path, "day,a,b,countries\n2020-01-01,1,2,US\n", series, B)
    assert [row[0] for row in rows] == [1]
    assert report.failed == {0: "x.csv has no column 'country'. Did you mean 'countries'?"}


def test_filter_that_matches_nothing_names_the_values(tmp_path: Path) -> None:
    content = "day,a,c\n2020-01-01,1,US\n2020-01-02,1,UK\n2020-01-02,1,\n"
    series = [Series(n, "m", "a", where) for n, where in enumerate([(("c", "USA"),), (("c", "US"), ("a", "7"))])]
    _, report = read(tmp_path, content, *series)
    assert report.failed == {
        0: "No row of x.csv has c 'USA'. The values there are: (blank), UK, US. Did you mean 'US'?",
        1: "No row of x.csv has a '7'. The values there are: 1.",
    }
    both = Series(0, "m", "a", (("c", "US"), ("d", "y")))
    _, report = read(tmp_path, "day,a,c,d\n2020-01-01,1,US,x\n2020-01-02,1,UK,y\n", both)
    assert report.failed == {0: "No row of x.csv with a readable date has c 'US' and d 'y'."}


@pytest.mark.parametrize(
    "name", ["a'b", 'a"b', "a;b", "a{b}", "a\nb", "a--b", "%s", "$1", "é", "c0", "row", "'); DROP TABLE reading; --"]
)
def test_any_header_and_value(tmp_path: Path, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    series = Series(0, "a", name, (("x" + name, name),))
    content = (
        f'"x{quoted[1:]},{quoted},"d{quoted[1:]}\n{quoted},1,2020-01-01\n{quoted},2,2020-01-02\nother,3,2020-01-03\n'
    )
    assert values(tmp_path, content, series, date="d" + name) == TWO
    assert values(tmp_path, content.replace(",2,", ",$2,"), series, date="d" + name) == TWO
    long = Series(0, "a", name)
    content = f"day,metric,value\n2020-01-01,{quoted},1\n2020-01-02,{quoted},2\n2020-01-03,other,3\n"
    assert values(tmp_path, content, long, layout="long") == TWO


@pytest.mark.parametrize("odd", ["\0", "\ud800"])
def test_name_that_no_file_can_hold(tmp_path: Path, odd: str) -> None:
    series = Series(0, "m", f"a{odd}"), Series(1, "m", "a", (("day", odd),)), Series(2, "m", "a")
    rows, report = read(tmp_path, "day,a\n2020-01-01,1\n", *series)
    assert [row[0] for row in rows] == [2]
    assert sorted(report.failed) == [0, 1]
    rows, report = read(tmp_path, "day,metric,value\n2020-01-01,a,1\n", *series, layout="long")
    assert [row[0] for row in rows] == [2]
    assert sorted(report.failed) == [0, 1]


# Long layout


def test_long_layout(tmp_path: Path) -> None:
    content = "day,metric,value,other\n2020-01-01,a,1,x\n2020-01-01, b ,2,\n2020-01-02,a,,\n"
    rows, report = read(tmp_path, content, A, B, layout="long")
    assert rows == [(0, D("2020-01-01"), 1), (0, D("2020-01-02"), None), (1, D("2020-01-01"), 2)]
    assert (report.rows, report.notes, report.failed) == (3, (), {})


def test_long_layout_with_filters(tmp_path: Path) -> None:
    series = (
        Series(0, "m", "a", (("c", "US"),)),
        Series(1, "m", "a", (("c", "UK"),), 10),
        Series(2, "m", "a"),
        Series(3, "m", "b", (("c", "US"),)),
    )
    for value in ("1", "$1"):
        lines = f"2020-01-01,a,{value},US\n2020-01-02,a,2,UK\n2020-01-03,a,3,FR\n2020-01-04,b,4,UK\n"
        rows, report = read(tmp_path, "day,metric,value,c\n" + lines, *series, layout="long")
        assert [(number, day.day, value) for number, day, value in rows] == [
            (0, 1, 1), (1, 2, 20), (2, 1, 1), (2, 2, 2), (2, 3, 3),
        ]  # fmt: skip
        assert (report.rows, report.last_day) == (4, D("2020-01-04"))
        assert report.failed == {3: "No row of x.csv with a readable date has 'b' with c 'US'."}


def test_names_that_belong_to_no_metric_are_noted(tmp_path: Path) -> None:
    lines = "".join(f"2020-01-02,n{number:02},x\n" for number in range(12))
    rows, report = read(tmp_path, f"day,metric,value\n2020-01-01,a,1\n{lines}", layout="long")
    assert len(rows) == 1
    assert report.problems == ()
    assert report.notes == (
        "12 names in column metric belong to no metric: n00, n01, n02, n03, n04, n05, n06, n07, n08, n09 and 2 more.",
    )
    assert (report.rows, report.last_day) == (13, D("2020-01-02"))
    assert read(tmp_path, "day,metric,value\n2020-01-01,a,1\n2020-01-03,z,1\n", layout="long")[1].notes == (
        "1 name in column metric belongs to no metric: z.",
    )


def test_name_that_never_occurs(tmp_path: Path) -> None:
    content = "day,metric,value\n2020-01-01,sign_ups,1\n"
    rows, report = read(tmp_path, content, Series(0, "signups", "signups"), layout="long")
    assert rows == []
    assert report.failed == {0: "x.csv has no 'signups' in column metric. Did you mean 'sign_ups'?"}


def test_long_layout_without_its_columns(tmp_path: Path) -> None:
    content = "day,name,value\n2020-01-01,a,1\n"
    assert refused(tmp_path, content, layout="long") == "x.csv has no column 'metric'. It has: day, name, value."
    assert "write 'metric:' and 'value:'" in refused(tmp_path, content, layout="long", value=None)
    assert "write 'date:'" in refused(tmp_path, content, layout="long", date=None)


def test_long_problem_names_its_metric(tmp_path: Path) -> None:
    content = "day,metric,value\n2020-01-01,a,x\nfoo,b,1\nfoo,z,1\n2020-01-02,a,1\n"
    _, report = read(tmp_path, content, Series(0, "first", "a"), Series(1, "second", "b"), layout="long")
    assert [(p.row, p.column, p.value, p.metric) for p in report.problems] == [
        (2, "value", "x", "first"),
        (3, "day", "foo", "second"),
    ]


# The table `reading`


def test_other_rows_of_reading_stay(tmp_path: Path) -> None:
    connection = duckdb.connect()
    connection.execute("CREATE TEMP TABLE reading(series INTEGER, day DATE, value DOUBLE)")
    connection.execute("INSERT INTO reading VALUES (7, DATE '2019-01-01', 5)")
    write(tmp_path, "x.csv", "day,a\n2020-01-01,1\n")
    source = Source("shop", "csv", path="x.csv", date="day")
    report = read_csv(connection, source, [A], tmp_path, "UTC")
    assert connection.execute("SELECT series FROM reading ORDER BY ALL").fetchall() == [(0,), (7,)]
    assert (report.rows, report.first_day) == (1, D("2020-01-01"))
    write(tmp_path, "x.csv", "day,a\nfoo,1\n")
    with pytest.raises(SourceError):
        read_csv(connection, source, [Series(1, "a", "a")], tmp_path, "UTC")
    assert connection.execute("SELECT series FROM reading ORDER BY ALL").fetchall() == [(0,), (7,)]


def test_order_of_rows_is_kept_in_large_files(tmp_path: Path) -> None:
    """Rows are numbered in the order of the file, also where DuckDB reads it in parts."""
    note = "n" * 40_000
    lines = "".join(f"2020-01-01,{note},{'x' if n in (7, 1_999) else n}\n" for n in range(2_000))
    _, report = read(tmp_path, f"day,note,a\n{lines}")
    assert [problem.row for problem in report.problems] == [9, 2_001]
