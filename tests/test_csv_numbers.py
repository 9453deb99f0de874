"""Cells: what reads as which number, what is missing, and what is reported and left out."""

from pathlib import Path

import pytest
from csv_tables import D, cell, read, values, write

from metrics.sources.series import Series


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        (" 5 ", 5),
        ("\t5\u00a0", 5),
        ("-5", -5),
        ("+5", 5),
        ("\u22125", -5),
        ("5.25", 5.25),
        (".5", 0.5),
        ("5.", 5),
        ("1e3", 1000),
        ("1.5E+3", 1500),
        ("2e-2", 0.02),
        ("007", 7),
        ("1,234", 1234),
        ("523,419", 523419),
        ("1,234,567.5", 1234567.5),
        ("-1,234", -1234),
        ("1 234 567", 1234567),
        ("1\u00a0234", 1234),
        ("1\u202f234.5", 1234.5),
        ("1'234", 1234),
        ("1\u2019234\u2019567", 1234567),
        ("$1,200", 1200),
        ("$ 1,200.50", 1200.5),
        ("-$5", -5),
        ("$-5", -5),
        ("\u22125 \u20ac", -5),
        ("5 \u20ac", 5),
        ("5\u20ac", 5),
        ("US$5", 5),
        ("R$ 5", 5),
        ("USD 5", 5),
        ("5 EUR", 5),
        ("1EUR", 1),
        ("56.00%", 0.56),
        ("12.3 %", 0.123),
        ("-5%", -0.05),
        ("1,200%", 12),
        ("1e1%", 0.1),
        ("(1,200)", -1200),
        ("($5)", -5),
        ("$(5)", -5),
        ("(5%)", -0.05),
        ("( 5 )", -5),
        ("0", 0),
        ("0%", 0),
    ],
)
def test_reads_as_number(tmp_path: Path, text: str, value: float) -> None:
    assert cell(tmp_path, text) == (value, [])


@pytest.mark.parametrize("text", ["", " ", "\u00a0", "NA", "na", "N/A", "null", "NULL", "None", "nan", "NaN", " n/a "])
def test_blank_is_missing_without_a_word(tmp_path: Path, text: str) -> None:
    assert cell(tmp_path, text) == (None, [])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("-", "is a dash, which may mean zero or missing"),
        ("\u2013", "is a dash, which may mean zero or missing"),
        ("--", "is a dash, which may mean zero or missing"),
        ("inf", "is not a finite number"),
        ("-Infinity", "is not a finite number"),
        ("1e400", "is too large a number"),
        ("1_000", "is not a number"),
        ("+-1", "is not a number"),
        ("1e5_0", "is not a number"),
        ("0x1F", "is not a number"),
        ("true", "is not a number"),
        ("1,23", "has a decimal comma"),
        ("1,5", "has a decimal comma"),
        ("0,123", "has a decimal comma"),
        ("1234,567", "has a decimal comma"),
        ("1.234,56", "has a decimal comma"),
        ("1 234,5", "has a decimal comma"),
        ("12,5 %", "has a decimal comma"),
        ("1,5 \u20ac", "has a decimal comma"),
        ("1.234.567", "has dots between groups of digits"),
        ("12,34,567", "is not a number"),
        ("1,2345,678", "is not a number"),
        ("1,234 567", "is not a number"),
        ("1,234'567", "is not a number"),
        ("5 MIO", "is not a number"),
        ("5k", "is not a number"),
        ("5 min", "is not a number"),
        ("5-", "is not a number"),
        ("--5", "is not a number"),
        ("-(5)", "is not a number"),
        ("(-5)", "is not a number"),
        ("(5", "is not a number"),
        ("$", "is not a number"),
        ("%", "is not a number"),
        ("5%%", "is not a number"),
        ("~5", "is not a number"),
        ("5*", "is not a number"),
        ("1/2", "is not a number"),
        ("5 6", "is not a number"),
        ("\u0665", "is not a number"),
        ("five", "is not a number"),
        ('5"', "is not a number"),
        ("5\n6", "is not a number"),
        ("#DIV/0!", "is a spreadsheet's error"),
        ("#REF!", "is a spreadsheet's error"),
        ("#N/A", "is a spreadsheet's error"),
        ("#n/a", "is a spreadsheet's error"),
        ("#NAME?", "is a spreadsheet's error"),
        ("#WERT!", "is a spreadsheet's error"),
        ("'; DROP TABLE reading; --", "is not a number"),
    ],
)
def test_anything_else_is_reported_and_left_out(tmp_path: Path, text: str, what: str) -> None:
    assert cell(tmp_path, text) == (None, [what])


def test_thousands_are_in_doubt_beside_a_decimal_comma(tmp_path: Path) -> None:
    value, told = cell(tmp_path, "1,234", "1,5")
    assert value is None
    assert told == ["can be 1234 or 1.234, since other cells have a decimal comma or dots between digits"]


def test_dots_are_in_doubt_beside_a_decimal_comma(tmp_path: Path) -> None:
    assert cell(tmp_path, "1.234", "1.234,56")[0] is None
    assert cell(tmp_path, "1.234", "1.234.567")[0] is None
    assert cell(tmp_path, "1.2345", "1,5")[0] == 1.2345
    assert cell(tmp_path, "1,234.5", "1,5")[0] == 1234.5


def test_doubt_stays_in_its_column_where_the_dot_is_the_decimal_sign(tmp_path: Path) -> None:
    both = Series(0, "a", "a"), Series(1, "b", "b")
    rows, report = read(tmp_path, 'day,a,b\n2020-01-01,"1,5","1,234"\n2020-01-02,7.25,"2,345"\n', *both)
    assert [row[2] for row in rows] == [None, 7.25, 1234, 2345]
    assert report.problem_count == 1


def test_doubt_reaches_all_columns_of_a_file_that_shows_no_decimal_point(tmp_path: Path) -> None:
    both = Series(0, "a", "a"), Series(1, "b", "b")
    rows, report = read(tmp_path, 'day,a,b\n2020-01-01,"1.234,50",2.300\n2020-01-02,7,8\n', *both)
    assert [row[2] for row in rows] == [None, 7, None, 8]
    assert [problem.write for problem in report.problems] == ["a decimal point: 1234.50", "2300 or 2.300"]
    write(tmp_path, "y.csv", "day,a,b\n2020-01-03,9,2.300\n")  # of another program, perhaps
    rows, _ = read(tmp_path, None, *both, path="*.csv")
    assert [row[2] for row in rows] == [None, 7, 9, None, 8, 2.3]


def test_doubt_reaches_all_columns_parted_by_semicolons(tmp_path: Path) -> None:
    both = Series(0, "a", "a"), Series(1, "b", "b")
    rows, report = read(tmp_path, "day;a;b\n2020-01-01;1,5;1,234\n2020-01-02;7;8\n", *both)
    assert [row[2] for row in rows] == [None, 7, None, 8]
    assert report.problem_count == 2


def semicolons(folder: Path, *cells: str) -> tuple[list[float | None], list[tuple[str | None, str]]]:
    """How the cells of a column read in a file with semicolons, and which are said to be in doubt, and why."""
    rows, report = read(folder, "day;a\n" + "".join(f"2020-01-{at:02};{one}\n" for at, one in enumerate(cells, 1)))
    return [row[2] for row in sorted(rows, key=lambda row: row[1])], [(one.value, one.what) for one in report.problems]


@pytest.mark.parametrize("text", ["1.230", "1,230", "-1.230", "1.230 \u20ac", "$1,230", "(1.230)", "1.230 %"])
def test_semicolons_alone_cast_doubt(tmp_path: Path, text: str) -> None:
    """European programs write 1.230 for 1230."""
    whole, point = text.replace(".", "").replace(",", ""), text.replace(",", ".")
    assert semicolons(tmp_path, text, "7") == (
        [None, 7],
        [
            (
                text,
                f"can be {whole} or {point}, since the file parts its cells by semicolons, as programs do that write"
                " decimal commas, and no number in it shows that it has decimal points",
            )
        ],
    )


@pytest.mark.parametrize(
    ("proof", "value"),
    [
        ("12.5", 12.5),
        ("0.123", 0.123),
        ("1.23", 1.23),
        ("1234.567", 1234.567),
        ("1,234.5", 1234.5),
        ("1,234,567", 1234567),
        ("1.2300", 1.23),
        ("56.00%", 0.56),
        ("$.50", 0.5),
    ],
)
def test_a_decimal_point_anywhere_ends_the_doubt_of_semicolons(tmp_path: Path, proof: str, value: float) -> None:
    assert semicolons(tmp_path, "1.230", proof, "1,230") == ([1.23, value, 1230], [])
    both = Series(0, "a", "a"), Series(1, "b", "b")
    assert read(tmp_path, f"day;a;b\n2020-01-01;1.230;{proof}\n", *both)[1].problems == ()


@pytest.mark.parametrize("other", ["1234", "1 234", "1'234", "1e3", "1.234.567", "1,5", "x.5"])
def test_no_other_cell_ends_it(tmp_path: Path, other: str) -> None:
    found, told = semicolons(tmp_path, "1.230", other, "7")
    assert (found[0], found[2]) == (None, 7)
    assert told[0][1].startswith("can be 1230 or 1.230, since")
    assert ("other cells have a decimal comma" in told[0][1]) == (other in ("1,5", "1.234.567"))


def test_cells_that_nobody_asked_for_end_no_doubt(tmp_path: Path) -> None:
    us = Series(0, "a", "a", (("country", "US"),))
    content = "day;a;b;country\n2020-01-01;1.230;12.5;US\n2020-01-02;7;;US\n2020-01-03;12.5;;UK\n"
    rows, report = read(tmp_path, content, us)
    assert [row[2] for row in rows] == [None, 7]
    assert report.problem_count == 1


def test_doubt_of_semicolons_stays_in_its_file(tmp_path: Path) -> None:
    (tmp_path / "p1.csv").write_text("day;a\n2020-01-01;1.230\n2020-01-02;5\n")
    (tmp_path / "p2.csv").write_text("day;a\n2020-02-01;1.230\n2020-02-02;12.5\n")
    (tmp_path / "p3.csv").write_text("day,a\n2020-03-01,1.230\n")
    (tmp_path / "p4.csv").write_text("day|a\n2020-04-01|1.230\n")
    rows, report = read(tmp_path, None, path="p*.csv")
    assert sorted((day.month, value) for _, day, value in rows if value) == [
        (1, 5),
        (2, 1.23),
        (2, 12.5),
        (3, 1.23),
        (4, 1.23),
    ]
    assert [(problem.file, problem.row) for problem in report.problems] == [("p1.csv", 2)]


def test_doubt_of_semicolons_in_the_long_layout(tmp_path: Path) -> None:
    both = Series(0, "a", "a"), Series(1, "b", "b")
    content = "day;metric;value\n2020-01-01;a;1.230\n2020-01-01;b;7\n"
    rows, report = read(tmp_path, content, *both, layout="long")
    assert rows == [(1, D("2020-01-01"), 7)] and list(report.failed) == [0]
    assert report.problems[0].metric == "a"
    assert read(tmp_path, content + "2020-01-02;b;7.5\n", *both, layout="long")[1].problems == ()


@pytest.mark.parametrize(("text", "write"), [("1,230", "1230 or 1.2300"), ("12.345 %", "12345 % or 12.3450 %")])
def test_what_to_write_where_semicolons_cast_doubt(tmp_path: Path, text: str, write: str) -> None:
    _, report = read(tmp_path, f"day;a\n2020-01-01;{text}\n2020-01-02;7\n")
    assert report.problems[0].write == write
    for one in write.split(" or "):
        assert semicolons(tmp_path, one, "7")[1] == []


def test_percents_are_in_doubt_beside_a_decimal_comma(tmp_path: Path) -> None:
    assert cell(tmp_path, "1,234%", "1,5 %")[0] is None


def test_doubt_reaches_other_files(tmp_path: Path) -> None:
    (tmp_path / "p1.csv").write_text("day,a\n2020-01-01,1.234\n2020-01-02,5\n")
    (tmp_path / "p2.csv").write_text('day,a\n2020-02-01,"1.234,56"\n')
    rows, report = read(tmp_path, None, path="p*.csv")
    assert [row[2] for row in rows] == [None, 5, None]
    assert [(problem.file, problem.row) for problem in report.problems] == [("p1.csv", 2), ("p2.csv", 2)]
    assert report.rows == 3


def test_what_to_write(tmp_path: Path) -> None:
    _, report = read(tmp_path, 'day,a\n2020-01-01,"1.234,56"\n2020-01-02,-\n2020-01-03,5\n')
    comma, dash = report.problems
    assert (comma.file, comma.row, comma.column, comma.value) == ("x.csv", 2, "a", "1.234,56")
    assert comma.write == "a decimal point: 1234.56"
    assert comma.metric == "a"
    assert dash.write == "0, or leave the cell empty"


def test_scale_multiplies(tmp_path: Path) -> None:
    hundredth = Series(0, "a", "a", scale=0.01)
    assert values(tmp_path, "day,a\n2020-01-01,12.5\n", hundredth) == {"2020-01-01": 0.125}
    assert values(tmp_path, 'day,a\n2020-01-01,"1,200"\n', hundredth) == {"2020-01-01": 12}


def test_value_too_large_once_scaled(tmp_path: Path) -> None:
    rows, report = read(tmp_path, "day,a\n2020-01-01,1e300\n2020-01-02,1\n", Series(0, "a", "a", scale=1e10))
    assert [row[2] for row in rows] == [None, 1e10]
    assert report.problems[0].what == "is too large a number"


def test_percents_mixed_with_numbers_are_noted(tmp_path: Path) -> None:
    rows, report = read(tmp_path, "day,a\n2020-01-01,56.00%\n2020-01-02,0.55\n")
    assert [row[2] for row in rows] == [0.56, 0.55]
    assert report.notes == (
        "a mixes percents (56.00%, read as a fraction) and plain numbers (0.55, read as 55 %)."
        " Write all with %, or all as fractions.",
    )
    assert report.problems == ()


def test_percents_mixed_across_files_are_noted(tmp_path: Path) -> None:
    (tmp_path / "p1.csv").write_text("day,a\n2020-01-01,0.55\n")
    (tmp_path / "p2.csv").write_text("day,a\n2020-01-02,56%\n")
    assert "mixes percents" in read(tmp_path, None, path="p*.csv")[1].notes[0]


def test_percents_that_are_scaled_once_more_are_noted(tmp_path: Path) -> None:
    hundredth = Series(0, "a", "a", scale=0.01)
    rows, report = read(tmp_path, "day,a\n2020-01-01,56.00%\n2020-01-02,55\n", hundredth)
    assert [row[2] for row in rows] == pytest.approx([0.0056, 0.55])
    assert report.notes == (
        "a has percents (56.00%, a fraction as it is), and scale: 0.01 divides them by 100 once more."
        " Write all without %, or all with % and no scale.",
    )
    assert read(tmp_path, "day,a\n2020-01-01,56%\n", Series(0, "a", "a", scale=100))[1].notes == ()


def test_zero_beside_percents_is_no_mixture(tmp_path: Path) -> None:
    assert read(tmp_path, "day,a\n2020-01-01,56%\n2020-01-02,0\n")[1].notes == ()


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (("$5", "€7"), "a has amounts in EUR, USD, which are taken as they are. Write one."),
        (("5 CHF", "7", "USD 9"), "a has amounts in CHF, USD, which are taken as they are. Write one."),
        (("$5", "USD 7", "US$9", "7"), None),
        (("CA$5", "7 CAD"), None),
        (("1e5", "-5", "(7)"), None),
    ],
)
def test_amounts_in_several_currencies_are_noted(tmp_path: Path, cells: tuple[str, ...], note: str | None) -> None:
    lines = "".join(f"2020-01-0{number},{cell}\n" for number, cell in enumerate(cells, 1))
    _, report = read(tmp_path, "day,a\n" + lines)
    assert report.notes == ((note,) if note else ())
