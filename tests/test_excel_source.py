"""Excel workbooks: cells of every kind, ranges and names, what is hidden or merged, and files that are none."""

# ruff: noqa: E501 (what is said is kept on one line, as the user reads it)

import random
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from csv_tables import READ
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table
from workbooks import SHEET, calculated, change_part, days, write_workbook

from metrics.sources import excel, workbook, worksheet
from metrics.sources.fetch import fetch, local_fingerprint
from metrics.sources.fetched import cell_text
from metrics.sources.read import read_fetched
from metrics.sources.report import Report, SourceError
from metrics.sources.series import Series
from metrics.tree.tree import Source

A = Series(0, "reads", "a")
D = date.fromisoformat


def read(folder: Path, *series: Series, path: str = "x.xlsx", **fields: Any) -> tuple[dict[str, float | None], Report]:
    """The values of series 0 by day, and the report."""
    source = Source("shop", "excel", path=path, **fields)
    scratch = folder / ".scratch"
    scratch.mkdir(exist_ok=True)
    fetched = fetch(source, folder, scratch, "UTC")
    with duckdb.connect() as connection:
        connection.execute("CREATE TEMP TABLE reading(series INTEGER, day DATE, value DOUBLE)")
        report = read_fetched(connection, source, series or (A,), fetched, "UTC")
        found = connection.execute(f"SELECT day, {READ} FROM reading WHERE series = 0 ORDER BY day").fetchall()
    return {str(day): value for day, value in found}, report


def refused(folder: Path, **fields: Any) -> str:
    with pytest.raises(SourceError) as error:
        read(folder, **fields)
    return str(error.value)


def texts(folder: Path, **fields: Any) -> list[list[str]]:
    """The cells as text, as they were fetched."""
    (folder / ".scratch").mkdir(exist_ok=True)
    (file,) = fetch(Source("shop", "excel", path="x.xlsx", **fields), folder, folder / ".scratch", "UTC").files
    return [
        [cell.replace('""', '"') for cell in line[1:-1].split('","')]
        for line in file.path.read_text(encoding="utf-8").splitlines()
    ]


def cell(folder: Path, value: Any, number_format: str = "General") -> str:
    """What one cell is fetched as."""

    def change(book: Workbook) -> None:
        book["Weekly"]["A1"].number_format = number_format

    write_workbook(folder / "x.xlsx", [[value]], change)
    return texts(folder)[0][0]


# Cells


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (5, "General", "5"),
        (-0.1, "0.00", "-0.1"),
        (1e-7, "General", "1e-07"),
        (0.5, "0%", "0.5"),
        (1200, '#,##0.00 "days"', "1200"),
        (1200, "[$€-407] #,##0.00", "1200"),
        (1200, "[Red]#,##0;-#,##0", "1200"),
        (1200, '_(* #,##0_);_(* (#,##0);_(* "-"??_);_(@_)', "1200"),
        (1.5e6, '0.0,,"M"', "1500000"),
        (44197, "General", "44197"),
        (44197, "yyyy-mm-dd", "2021-01-01"),
        (44197, "d/m/yyyy;@", "2021-01-01"),
        (44197, "[$-409]d mmm yyyy", "2021-01-01"),
        (44197, 'yyyy"年"m"月"d"日"', "2021-01-01"),
        (44197, "mmm-yy", "2021-01-01"),
        (44197, "mm-dd-yy", "2021-01-01"),
        (44197.99999, "m/d/yy h:mm", "2021-01-01"),
        (44196.9999999999, "yyyy-mm-dd hh:mm", "2021-01-01"),
        (0, "yyyy-mm-dd", "0"),
        (-5, "yyyy-mm-dd", "-5"),
        (60, "yyyy-mm-dd", "60"),
        (61, "yyyy-mm-dd", "1900-03-01"),
        (2958465, "yyyy-mm-dd", "9999-12-31"),
        (2958466, "yyyy-mm-dd", "2958466"),
        (0.5625, "h:mm", "13:30:00"),
        (1.5, "[h]:mm:ss", "36:00:00"),
        (0.5625, "h:mm AM/PM", "13:30:00"),
        (D("2021-01-01"), "yyyy-mm-dd", "2021-01-01"),
        (datetime(2021, 1, 1, 23, 59), "yyyy-mm-dd h:mm", "2021-01-01"),
        (time(13, 30), "h:mm", "13:30:00"),
        (True, "General", "TRUE"),
        ("523,419", "General", "523,419"),
        ("one\ntwo", "General", "one two"),
        ('say "no"', "General", 'say "no"'),
        ("#N/A", "General", "#N/A"),
        ("=1+1", "General", "=1+1"),
    ],
)
def test_a_cell_becomes_the_text_that_reads_as_what_it_shows(
    tmp_path: Path, value: Any, number_format: str, text: str
) -> None:
    assert cell(tmp_path, value, number_format) == text


def test_a_fraction_is_read_as_it_was_typed(tmp_path: Path) -> None:
    """Excel stores 17 digits of a number."""
    change_part(write_workbook(tmp_path / "x.xlsx", [[7]]), SHEET, ("<v>7</v>", "<v>0.56000000000000005</v>"))
    assert texts(tmp_path) == [["0.56"]]


def test_a_workbook_that_counts_from_1904_gives_the_same_days(tmp_path: Path) -> None:
    def mac(book: Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904

    rows = [["day", "a"], [D("2021-01-01"), 5], [D("1904-01-01"), 6]]
    write_workbook(tmp_path / "x.xlsx", rows, mac)
    assert texts(tmp_path)[1:] == [["2021-01-01", "5"], ["1904-01-01", "6"]]


def test_typed_and_written_dates_and_numbers_are_one_series(tmp_path: Path) -> None:
    rows = [
        ["day", "a"],
        [D("2021-01-01"), 5],
        ["2 Jan 2021", "1,234"],
        ["2021-01-03T10:00", "56%"],
        [D("2021-01-04"), None],
    ]
    write_workbook(tmp_path / "x.xlsx", rows)
    values, report = read(tmp_path)
    assert values == {"2021-01-01": 5, "2021-01-02": 1234, "2021-01-03": 0.56, "2021-01-04": None}
    assert (report.problems, report.files, report.columns) == ((), ("x.xlsx (Weekly)",), ("day", "a"))


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"])
def test_a_formula_error_is_reported_by_its_cell(tmp_path: Path, error: str) -> None:
    path = write_workbook(
        tmp_path / "x.xlsx", [["day", "note", "a"], [D("2021-01-01"), "", "=B9"], [D("2021-01-02"), "", 6]]
    )
    calculated(path, ("B9", f"<v>{error}</v>"))
    change_part(path, SHEET, ('<c r="C2">', '<c r="C2" t="e">'))
    values, report = read(tmp_path)
    assert values == {"2021-01-01": None, "2021-01-02": 6}
    (problem,) = report.problems
    assert (problem.file, problem.row, problem.column, problem.value, problem.what) == (
        "x.xlsx (Weekly)", 2, "a (column C)", error, "is a spreadsheet's error",
    )  # fmt: skip


def test_a_formula_is_read_by_its_stored_value(tmp_path: Path) -> None:
    rows = [["day", "a"], [D("2021-01-01"), "=1+1"], ["=A2+1", "=2+2"], [D("2021-01-03"), '=""']]
    path = calculated(
        write_workbook(tmp_path / "x.xlsx", rows),
        ("1+1", "<v>0</v>"), ("A2+1", "<v>44198</v>"), ("2+2", "<v>4</v>"), ('""', "<v></v>"),
    )  # fmt: skip
    change_part(path, SHEET, ('<c r="A3">', '<c r="A3" s="1">'), ('<c r="B4">', '<c r="B4" t="str">'))
    values, report = read(tmp_path)
    assert (values, report.problems) == ({"2021-01-01": 0, "2021-01-02": 4, "2021-01-03": None}, ())


@pytest.mark.parametrize("stored", ["<v />", "<v>0</v>"])
def test_a_formula_that_was_never_calculated_is_no_value(tmp_path: Path, stored: str) -> None:
    """openpyxl stores nothing for a formula, XlsxWriter a 0; both leave it to Excel, and say so in the workbook."""
    rows = [["day", "a"], [D("2021-01-01"), "=1+1"], [D("2021-01-02"), 6], ["=A3+1", 7]]
    path = write_workbook(tmp_path / "x.xlsx", rows)
    change_part(path, SHEET, ("<v />", stored))
    values, report = read(tmp_path)
    assert values == {"2021-01-01": None, "2021-01-02": 6}
    assert [(problem.row, problem.column, problem.value, problem.what) for problem in report.problems] == [
        (2, "a (column B)", "=1+1", "is a formula whose value was never stored"),
        (4, "day (column A)", "=A3+1", "is a formula whose value was never stored; the row was left out"),
    ]
    assert "open the workbook in Excel" in report.problems[0].write


def test_a_number_where_a_date_is_expected_is_told_as_the_date_it_may_be(tmp_path: Path) -> None:
    write_workbook(tmp_path / "x.xlsx", [["day", "a"], [44197, 5], [D("2021-01-02"), 6]])
    values, report = read(tmp_path)
    assert values == {"2021-01-02": 6}
    (problem,) = report.problems
    assert problem.what == "is a number, not a date; the row was left out"
    assert problem.write == "a date, or format the cell as one"


def test_texts_of_other_programs_are_read(tmp_path: Path) -> None:
    """Shared strings with runs of fonts and readings aloud, prefixes of names, cells without references."""
    main = 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    strings = (
        f"<x:sst {main}><x:si><x:t>day</x:t></x:si><x:si><x:r><x:t>re</x:t></x:r><x:r><x:t xml:space='preserve'>ads"
        "_x000D_\nof all</x:t></x:r><x:rPh><x:t>ri-zu</x:t></x:rPh></x:si></x:sst>"
    )
    sheet = (
        f'<x:worksheet {main}><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row>'
        '<x:row><x:c t="d"><x:v>2021-01-01T00:00:00</x:v></x:c><x:c><x:f>1</x:f><x:v>5</x:v></x:c></x:row>'
        '<x:row/><x:row r="7"><x:c t="inlineStr"><x:is><x:t>2021-01-07</x:t></x:is></x:c><x:c r="B7"><x:v>7</x:v></x:c>'
        "</x:row></x:sheetData></x:worksheet>"
    )
    path = write_workbook(tmp_path / "x.xlsx", [["day"]])
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name).decode() for name in archive.namelist()}
    held[SHEET], held["xl/sharedStrings.xml"] = sheet, strings
    link = 'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"'
    rels = "xl/_rels/workbook.xml.rels"
    held[rels] = held[rels].replace(
        "</Relationships>", f'<Relationship {link} Target="sharedStrings.xml" Id="rId9"/></Relationships>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in held.items():
            archive.writestr(name, text)
    assert texts(tmp_path) == [["day", "reads of all"], ["2021-01-01", "5"], *([[""] * 2] * 4), ["2021-01-07", "7"]]


@pytest.mark.parametrize("seed", range(8))
def test_random_sheets_are_read_as_openpyxl_reads_them(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    kinds = [
        lambda: None, lambda: draw.randint(-(10**9), 10**9), lambda: draw.uniform(-1e6, 1e6), lambda: draw.choice("ab&<é\"'"),
        lambda: D("1990-01-01") + timedelta(days=draw.randint(0, 20_000)), lambda: draw.random() < 0.5,
        lambda: datetime(2020, 1, 1) + timedelta(seconds=draw.randint(0, 10**8)),
    ]  # fmt: skip
    rows = [[draw.choice(kinds)() for _ in range(draw.randint(0, 12))] for _ in range(draw.randint(1, 60))]
    rows.append(["end"])
    write_workbook(tmp_path / "x.xlsx", rows)
    expected = []
    for row in load_workbook(tmp_path / "x.xlsx", data_only=True).active.iter_rows(values_only=True):
        expected.append([cell_text(value) for value in row])
    found = texts(tmp_path)
    width = max(map(len, found))
    full = [row + [""] * (width - len(row)) for row in found]
    assert [row[:width] for row in expected] == full
    assert not any(any(row[width:]) for row in expected)


# Ranges, names, worksheets


TITLED = [
    ["Numbers of 2021"],
    [],
    [None, "day", "a", "b"],
    [None, D("2021-01-01"), 5, 50],
    [None, D("2021-01-02"), 6, 60],
]
BOTH = {"2021-01-01": 5, "2021-01-02": 6}


@pytest.mark.parametrize(
    "written",
    ["B3:D", "b3:d5", "$B$3:$D$5", "B:D", "3:5", "A1:D", "Weekly!B3:D", "'Weekly'!B3:D", "weekly!$B$3:$D$5", "Numbers", "numbers", "Sales"],
)  # fmt: skip
def test_a_range_can_be_written_in_many_ways(tmp_path: Path, written: str) -> None:
    def name(book: Workbook) -> None:
        book.defined_names["Numbers"] = DefinedName("Numbers", attr_text="Weekly!$B$3:$D$5")
        book["Weekly"].add_table(Table(displayName="Sales", ref="B3:D5"))

    write_workbook(tmp_path / "x.xlsx", {"Weekly": TITLED, "Other": [["x"]]}, name)
    assert read(tmp_path, range=written)[0] == BOTH


def test_a_range_leaves_out_what_lies_around_it(tmp_path: Path) -> None:
    write_workbook(tmp_path / "x.xlsx", [*TITLED, [None, "Total", 11, 110]])
    values, report = read(tmp_path, range="B3:C5")
    assert (values, report.problems, report.columns) == (BOTH, (), ("day", "a"))
    _, report = read(tmp_path)
    assert [(problem.row, problem.column, problem.value) for problem in report.problems] == [
        (6, "day (column B)", "Total")
    ]


def test_cells_in_a_range_are_told_as_the_sheet_shows_them(tmp_path: Path) -> None:
    write_workbook(tmp_path / "x.xlsx", [*TITLED[:4], [None, D("2021-01-02"), "six"]])
    (problem,) = read(tmp_path, range="B3:D")[1].problems
    assert (problem.row, problem.column, problem.value) == (5, "a (column C)", "six")


def test_the_first_sheet_that_is_not_hidden_is_read(tmp_path: Path) -> None:
    def hide(book: Workbook) -> None:
        book["Secret"].sheet_state = "hidden"
        book.create_chartsheet("Chart", 0)

    write_workbook(tmp_path / "x.xlsx", {"Secret": [["x"]], "Weekly": TITLED, "Later": [["x"]]}, hide)
    assert read(tmp_path)[0] == BOTH
    assert read(tmp_path, worksheet="Weekly")[0] == BOTH
    assert read(tmp_path, worksheet=" weekly")[0] == BOTH
    assert "no row below its header" in refused(tmp_path, worksheet="Secret")


def test_a_note_beside_the_table_does_not_make_rows_too_wide(tmp_path: Path) -> None:
    rows = [["day", "a"], *([day, 5] for day in days(30))]
    rows[25] = [*rows[25], None, None, "what happened here?"]
    write_workbook(tmp_path / "x.xlsx", rows)
    values, report = read(tmp_path)
    assert (len(values), report.problems) == (30, ())


def test_a_header_may_stand_in_any_of_the_first_rows_with_blank_and_double_names(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["title"]] * 19 + [["day", None, "a", "a"]] + [[day, 1, 2, 3] for day in days(3)]
    write_workbook(tmp_path / "x.xlsx", rows)
    assert list(read(tmp_path)[0].values()) == [2, 2, 2]
    assert list(read(tmp_path, Series(0, "m", "a.1"))[0].values()) == [3, 3, 3]


def test_files_of_a_pattern_are_one_source_and_open_ones_are_left(tmp_path: Path) -> None:
    write_workbook(tmp_path / "in/1.xlsx", [["day", "a"], [D("2021-01-01"), 5]])
    write_workbook(tmp_path / "in/2.xlsx", [["a", "day"], [6, D("2021-01-02")]])
    (tmp_path / "in/~$2.xlsx").write_bytes(b"\x04ana")
    values, report = read(tmp_path, path="in/*.xlsx")
    assert (values, report.files) == (BOTH, ("in/1.xlsx (Weekly)", "in/2.xlsx (Weekly)"))
    assert len(local_fingerprint(Source("shop", "excel", path="in/*.xlsx"), tmp_path) or []) == 2


def test_long_sheets_are_read(tmp_path: Path) -> None:
    rows = [["day", "metric", "value"], [D("2021-01-01"), "a", 5], [D("2021-01-01"), "b", 7], [D("2021-01-02"), "a", 6]]
    write_workbook(tmp_path / "x.xlsx", rows)
    assert read(tmp_path, layout="long", metric="metric", value="value")[0] == BOTH


# Hidden and merged


def test_hidden_rows_and_columns_are_read_and_told(tmp_path: Path) -> None:
    def hide(book: Workbook) -> None:
        sheet = book["Weekly"]
        for row in (4, 5, 900):
            sheet.row_dimensions[row].hidden = True
        sheet.column_dimensions["C"].hidden = True

    write_workbook(tmp_path / "x.xlsx", TITLED, hide)
    values, report = read(tmp_path)
    assert (values, report.notes) == (BOTH, ("x.xlsx (Weekly) hides 2 rows and 1 column, which are read too.",))
    fetched = fetch(Source("shop", "excel", path="x.xlsx", range="B5:B9"), tmp_path, tmp_path, "UTC")
    assert fetched.notes == ("x.xlsx (Weekly) hides 1 row, which is read too.",)


def test_merged_cells_count_for_the_first_and_titles_are_no_matter(tmp_path: Path) -> None:
    def merge(book: Workbook) -> None:
        book["Weekly"].merge_cells("A1:D1")
        book["Weekly"].merge_cells("C4:D4")

    write_workbook(tmp_path / "x.xlsx", TITLED, merge)
    values, report = read(tmp_path, A, Series(1, "m", "b"))
    assert values == BOTH
    assert report.notes == ("x.xlsx (Weekly) has merged cells: what stands there counts for the first cell only.",)


def test_a_date_merged_over_several_rows_dates_the_first(tmp_path: Path) -> None:
    rows = [["day", "a"], [D("2021-01-01"), 5], [None, 7], [D("2021-01-02"), 6]]
    write_workbook(tmp_path / "x.xlsx", rows, lambda book: book["Weekly"].merge_cells("A2:A3"))
    values, report = read(tmp_path)
    assert values == BOTH
    assert [(problem.row, problem.what) for problem in report.problems] == [(3, "has no date; the row was left out")]
    assert len(report.notes) == 1


# What is refused


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"worksheet": "Weekyl"}, "x.xlsx has no worksheet 'Weekyl'. Did you mean 'Weekly'? It has: Weekly, My notes."),
        ({"range": "Wekly!A3:H"}, "x.xlsx has no worksheet 'Wekly'. Did you mean 'Weekly'? It has: Weekly, My notes."),
        ({"range": "'Other'!A3:H"}, "x.xlsx has no worksheet 'Other'. It has: Weekly, My notes."),
        ({"worksheet": "Weekly", "range": "'My notes'!A3:H"}, "Source 'shop' names the worksheet 'Weekly', and its range lies in 'My notes': delete 'worksheet:', or write another 'range:'."),
        ({"range": "Number"}, "'Number' is no range of x.xlsx: write one such as A3:H or Weekly!A3:H90, or the name of a range in the workbook. Did you mean 'Numbers'? It has: Numbers, Moving, Gone."),
        ({"range": "A3"}, "'A3' is no range of x.xlsx: write one such as A3:H or Weekly!A3:H90, or the name of a range in the workbook. It has: Numbers, Moving, Gone."),
        ({"range": "H3:A3"}, "'H3:A3' is no range of x.xlsx: write one such as A3:H or Weekly!A3:H90, or the name of a range in the workbook. It has: Numbers, Moving, Gone."),
        ({"range": "A3:ZZZ9"}, "'A3:ZZZ9' is no range of x.xlsx: write one such as A3:H or Weekly!A3:H90, or the name of a range in the workbook. It has: Numbers, Moving, Gone."),
        ({"range": "moving"}, "The name 'moving' in x.xlsx stands for OFFSET(Weekly!$A$1,0,0,5,2), which is not one range of a sheet: write the range itself, such as Weekly!A3:H."),
        ({"range": "Gone"}, "The name 'Gone' in x.xlsx stands for #REF!, which is not one range of a sheet: write the range itself, such as Weekly!A3:H."),
        ({"range": "X50:Z90"}, "x.xlsx (Weekly) is empty: it needs a header and at least one row."),
        ({"date": "dy"}, "x.xlsx (Weekly) has no column 'dy'. Did you mean 'day'? Check 'date:' and the first row."),
        ({"range": "C3:D"}, "x.xlsx (Weekly) has no column that holds dates. It has: a, b. Write 'date:' and the name of that column."),
        ({"path": "y.xlsx"}, "There is no file y.xlsx. The files in the workspace are: x.xlsx. Did you mean 'x.xlsx'?"),
        ({"path": "."}, ". is a folder: write a file in it, or a pattern such as ./*.xlsx."),
    ],
)  # fmt: skip
def test_a_place_that_is_not_there_is_told_with_those_that_are(
    tmp_path: Path, fields: dict[str, str], sentence: str
) -> None:
    def name(book: Workbook) -> None:
        for key, text in {
            "Numbers": "Weekly!$B$3:$D$5",
            "Moving": "OFFSET(Weekly!$A$1,0,0,5,2)",
            "Gone": "#REF!",
        }.items():
            book.defined_names[key] = DefinedName(key, attr_text=text)

    write_workbook(tmp_path / "x.xlsx", {"Weekly": TITLED, "My notes": [["x"]]}, name)
    assert refused(tmp_path, **fields) == sentence


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_workbook(tmp_path / "x.xlsx", [["day", "a"], *([day, "x" * 500] for day in days(300))])
    with monkeypatch.context() as patched:
        patched.setattr(worksheet, "_MOST_CELLS", 500)
        assert refused(tmp_path) == (
            "x.xlsx (Weekly) has more than 500 cells: save what is needed as a sheet of its own, or as CSV."
        )
    with monkeypatch.context() as patched:
        patched.setattr(excel, "_MOST_TEXT", 1000)
        assert "holds more than" in refused(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(workbook, "_MOST_BYTES", 100_000)
        assert "x.xlsx unpacks to 0.0 GB, and at most 0.0 are read" in refused(tmp_path)


def test_a_row_far_below_costs_no_more_than_its_blank_rows(tmp_path: Path) -> None:
    def far(book: Workbook) -> None:
        book["Weekly"][f"{get_column_letter(16_384)}1048576"].value = "x"
        book["Weekly"]["A1048576"].value = D("2021-01-03")

    write_workbook(tmp_path / "x.xlsx", [["day", "a"], [D("2021-01-01"), 5]], far)
    values, _ = read(tmp_path, range="A:B")
    assert values == {"2021-01-01": 5, "2021-01-03": None}
