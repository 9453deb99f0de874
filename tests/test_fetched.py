"""The one reader of tables, for what was fetched of any source: where its messages point, and which column is dates."""

from pathlib import Path

import duckdb
import pytest
from csv_tables import READ

from metrics.sources.fetched import Fetched, TextFile, write_cells
from metrics.sources.read import read_fetched
from metrics.sources.report import Report, SourceError
from metrics.sources.series import Series
from metrics.sources.table import letters
from metrics.tree.tree import Source

A = Series(0, "reads", "a")


def read(
    folder: Path,
    rows: list[list[str]],
    *series: Series,
    first_row: int = 1,
    first_column: int | None = None,
    date: str | None = None,
    notes: tuple[str, ...] = (),
    **fields: str,
) -> tuple[dict[str, float | None], Report]:
    """The values of series 0 by day, and the report, of a sheet that is called `Weekly`."""
    path = folder / "fetched.csv"
    fetched = Fetched(
        (TextFile(path, "Weekly", first_row, first_column),), write_cells(rows, path), date=date, notes=notes
    )
    with duckdb.connect() as connection:
        connection.execute("CREATE TEMP TABLE reading(series INTEGER, day DATE, value DOUBLE)")
        source = Source("growth", "google_sheet", **fields)  # type: ignore[arg-type]
        report = read_fetched(connection, source, series or (A,), fetched, "UTC")
        found = connection.execute(f"SELECT day, {READ} FROM reading WHERE series = 0 ORDER BY day").fetchall()
        assert [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()] == [
            "reading"
        ]
    return {str(day): value for day, value in found}, report


@pytest.mark.parametrize(
    ("number", "letter"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (703, "AAA"), (16384, "XFD")]
)
def test_columns_have_the_letters_of_a_sheet(number: int, letter: str) -> None:
    assert letters(number) == letter


def test_a_problem_is_told_by_the_row_and_the_letter_that_the_sheet_shows(tmp_path: Path) -> None:
    rows = [
        ["Our numbers", "", ""],
        ["", "day", "a"],
        ["x", "2021-01-01", "1"],
        ["", "", ""],
        ["", "2021-01-03", "#REF!"],
    ]
    values, report = read(tmp_path, rows, first_row=11, first_column=2, date="day")
    assert values == {"2021-01-01": 1.0, "2021-01-03": None}
    (problem,) = report.problems
    assert (problem.file, problem.row, problem.column, problem.value) == ("Weekly", 15, "a (column D)", "#REF!")
    assert report.columns == ("day", "a")


def test_a_date_that_cannot_be_read_is_told_by_its_cell(tmp_path: Path) -> None:
    rows = [["day", "a"], ["2021-01-01", "1"], ["soon", "2"]]
    _, report = read(tmp_path, rows, first_row=3, first_column=1)
    assert [(problem.row, problem.column) for problem in report.problems] == [(5, "day (column A)")]


def test_an_example_of_unclear_dates_stands_on_the_sheets_row(tmp_path: Path) -> None:
    rows = [["day", "a"], ["13/1/2021", "1"], ["1/13/2021", "2"]]
    with pytest.raises(SourceError, match=r"13/1/2021 in Weekly, row 9.*1/13/2021 in Weekly, row 10"):
        read(tmp_path, rows, first_row=8, date="day")


def test_the_first_column_that_is_mostly_dates_holds_the_dates(tmp_path: Path) -> None:
    rows = [
        ["Weekly numbers"],
        ["name", "id", "when", "a"],
        ["x", "523419", "2021-01-01", "20210105"],
        ["x", "523420", "not yet", "20210106"],
        ["x", "523421", "3 Jan 2021", "20210107"],
    ]
    values, report = read(tmp_path, rows)
    assert values == {"2021-01-01": 20210105.0, "2021-01-03": 20210107.0}
    assert [problem.value for problem in report.problems] == ["not yet"]
    assert report.notes == ()


def test_what_the_source_names_comes_before_what_was_fetched_and_what_is_found(tmp_path: Path) -> None:
    rows = [["one", "two", "three", "a"], ["2021-01-01", "2021-01-02", "2021-01-03", "5"]]
    found, report = read(tmp_path, rows)
    assert (found, report.notes) == (
        {"2021-01-01": 5.0},
        ("Columns one and two, three hold dates; one is read. Write 'date:' to choose.",),
    )
    fetched, report = read(tmp_path, rows, date="two", notes=("2 rows are hidden.",))
    assert (fetched, report.notes) == ({"2021-01-02": 5.0}, ("2 rows are hidden.",))
    named, _ = read(tmp_path, rows, Series(0, "m", "a"), date="two", **{})
    assert named == fetched


def test_a_declared_format_decides_what_is_a_date(tmp_path: Path) -> None:
    rows = [["code", "when", "a"], ["2021-01-01", "01|02|21", "5"], ["2021-01-02", "02|02|21", "6"]]
    values, _ = read(tmp_path, rows, date_format="%d|%m|%y")
    assert values == {"2021-02-01": 5.0, "2021-02-02": 6.0}


def test_without_a_column_of_dates_the_columns_are_listed(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as error:
        read(tmp_path, [["name", "a"], ["x", "5"]])
    assert str(error.value) == (
        "Weekly has no column that holds dates. It has: name, a. Write 'date:' and the name of that column."
    )


def test_a_sheet_without_a_cell_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^Weekly has no row below its header"):
        read(tmp_path, [])
    with pytest.raises(SourceError, match=r"^Weekly has no row below its header"):
        read(tmp_path, [["day", "a"], ["", " "]])


def test_the_header_is_found_when_no_series_is_in_it(tmp_path: Path) -> None:
    values, report = read(tmp_path, [["Numbers"], ["day", "b"], ["2021-01-01", "5"]])
    assert values == {}
    assert report.failed == {0: "Weekly has no column 'a'. It has: day, b."}
    assert report.rows == 1
