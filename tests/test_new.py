"""`northstar new` from what somebody has: the header that it finds, and a workspace that works."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fake_sheets import KEY, Book, Tab, serving
from typer.testing import CliRunner, Result

from metrics.cli import app
from metrics.sources.report import SourceError
from metrics.starter.column import Start, start_of
from metrics.starter.table import read_table
from metrics.tree.load import load_tree
from metrics.tree.tree import Source, Tree

DAYS = [date(2026, 1, 1) + timedelta(days=number) for number in range(28)]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NORTHSTAR_WORKSPACE", "NORTHSTAR_STATE"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def started(folder: Path, text: str) -> Start:
    """What a file with this text tells."""
    path = folder / "table.csv"
    path.write_bytes(text.encode())
    return start_of(read_table(path, path.name))


def made(folder: Path, text: str, name: str = "table.csv") -> Tree:
    """The tree of a workspace that is begun with a file; it has no error, and its data none."""
    (folder / name).write_bytes(text.encode())
    result = run("new", folder / "here", "--csv", folder / name)
    assert result.exit_code == 0, result.stderr
    checked = run("check", folder / "here", "--json")
    assert [one for one in json.loads(checked.stdout) if one["level"] == "error"] == []
    return load_tree(folder / "here").tree


def sums(folder: Path) -> dict[str, float | None]:
    """Each metric's last whole week."""
    printed = json.loads(run("figures", folder / "here", "--week-ending", "2026-01-18", "--json").stdout)
    return {name: metric["summary"]["last_week"] for name, metric in printed["metrics"].items()}


def columns(start: Start) -> list[str]:
    return [series.column for series in start.series]


SHAPES: dict[str, tuple[str, str, list[str]]] = {
    "plain": ("day,visits,orders\n2026-01-01,1,2\n", "day", ["visits", "orders"]),
    "a mark and CRLF": ("\ufeffday,visits\r\n2026-01-01,1\r\n", "day", ["visits"]),
    "semicolons": ("day;visits;orders\n2026-01-01;1;2\n", "day", ["visits", "orders"]),
    "tabs": ("day\tvisits\n2026-01-01\t1\n", "day", ["visits"]),
    "bars": ("day|visits\n2026-01-01|1\n", "day", ["visits"]),
    "a title above": ("Sales report\n\nday,visits,orders\n2026-01-01,1,2\n", "day", ["visits", "orders"]),
    "a title with a day above": ("Exported on\n2026-02-03\n\nday,visits\n2026-01-01,1\n", "day", ["visits"]),
    "a title in two cells": ("Exported,2026-02-03\nday,visits\n2026-01-01,1\n", "day", ["visits"]),
    "dates in a later column": ("visits,country,when\n1,US,2026-01-01\n2,UK,2026-01-02\n", "when", ["visits"]),
    "two columns of dates": ("made,sent,visits\n2026-01-05,2026-01-01,1\n", "made", ["visits"]),
    "the column that is called a date": ("x,Order date,visits\n2026-01-05,2026-01-01,1\n", "Order date", ["visits"]),
    "dates as people write them": ('Date,Visits\n"Sun, 05-Jan-2020","1,234"\n', "Date", ["Visits"]),
    "days with times": ("at,visits\n2026-01-01 10:00:00,1\n2026-01-02T11:30:00Z,2\n", "at", ["visits"]),
    "months by name": ("day,visits\n5 January 2026,1\nJan 6, 2026,2\n", "day", ["visits"]),
    "eight digits": ("day,visits\n20260101,1\n20260102,2\n", "day", ["visits"]),
    "blank rows": ("day,visits\n\n2026-01-01,1\n\n2026-01-02,2\n", "day", ["visits"]),
    "blank cells at first": ("day,visits,late\n2026-01-01,1,\n2026-01-02,2,7\n", "day", ["visits", "late"]),
    "duplicate names": ("day,visits,visits\n2026-01-01,1,2\n", "day", ["visits", "visits.1"]),
    "a name that is blank": ("day,visits,\n2026-01-01,1,2\n", "day", ["visits"]),
    "short and long rows": ("day,visits,orders\n2026-01-01,1\n2026-01-02,1,2,3\n", "day", ["visits", "orders"]),
    "a break in a name": ('day,"visits\n(all)"\n2026-01-01,1\n', "day", ["visits\n(all)"]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_header_is_found(shape: str, tmp_path: Path) -> None:
    text, day, metrics = SHAPES[shape]
    start = started(tmp_path, text)
    assert (start.date, columns(start)) == (day, metrics)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "table.csv is empty"),
        ("visits,orders\n1,2\n", "No column of table.csv holds dates below a name. Its columns are: visits, orders."),
        ("day,visits\n", "No column of table.csv holds dates"),
        ("2026-01-01,1\n2026-01-02,2\n", "No column of table.csv holds dates below a name."),
        ("month,visits\nJan 2026,1\n", "No column of table.csv holds dates"),
        ("day,visits\n1/13/26,1\n13/1/26,2\n", "write them all"),
        ("day,x\0\n", "is not plain text"),
        ("\n" * 25 + "day,visits\n2026-01-01,1\n", "Write a header in one of the first 20 rows"),
        ("day,day of the report\nday,visits,orders\n2026-01-01,1,2\n", "Row 1 of table.csv holds 'day' too"),
    ],
)
def test_a_file_without_a_header_of_dates_is_told(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as error:
        started(tmp_path, text)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (["1/1/2026", "1/2/2026", "1/3/2026"], "%m/%d/%Y"),
        (["1.1.2026", "2.1.2026", "3.1.2026"], "%d.%m.%Y"),
        (["1-1-26", "1-2-26", "1-3-26"], "%m-%d-%y"),
        (["26/01/05", "26/01/06", "26/01/07"], "%y/%m/%d"),
        (["13/1/2026", "14/1/2026"], None),
        (["2026-01-01", "2026-01-02"], None),
    ],
)
def test_the_order_of_days_and_months_is_guessed(days: list[str], found: str | None, tmp_path: Path) -> None:
    assert started(tmp_path, "day,visits\n" + "".join(f"{day},1\n" for day in days)).date_format == found


LONG = "day,metric,value,country\n" + "".join(
    f"{day},{name},{value},{country}\n"
    for day in DAYS
    for name, value in (("Visits", 10), ("Conversion rate", 0.25))
    for country in ("US", "UK")
)


def test_a_row_a_metric_is_seen(tmp_path: Path) -> None:
    start = started(tmp_path, LONG)
    assert (start.metric, start.value, columns(start)) == ("metric", "value", ["Visits", "Conversion rate"])
    assert [series.guess.unit.value for series in start.series] == ["count", "percent"]
    assert any("country" in remark and "US, UK" in remark for remark in start.remarks)


def test_a_row_a_metric_becomes_a_workspace(tmp_path: Path) -> None:
    tree = made(tmp_path, LONG)
    assert (tree.sources["table"].layout, tree.sources["table"].metric) == ("long", "metric")
    assert sums(tmp_path) == {"visits": 140, "conversion_rate": 0.25}


@pytest.mark.parametrize("header", ["day,country,orders", "day,country,value2", "day,country,revenue"])
def test_a_row_a_country_is_no_row_a_metric(header: str, tmp_path: Path) -> None:
    start = started(tmp_path, f"{header}\n2026-01-01,US,1\n2026-01-01,UK,2\n")
    assert start.metric is None and len(start.series) == 1


def test_what_is_no_metric_is_told(tmp_path: Path) -> None:
    lines = ["day,visits,country,note,closed,paid on,price,mixed,,gone"]
    for number, day in enumerate(DAYS):
        country = ("US", "UK")[number % 2]
        lines.append(f'{day},{number},{country},n{number},,{day},"1,5",{"x" if number % 3 else 1},3,')
    start = started(tmp_path, "\n".join(lines) + "\n")
    assert columns(start) == ["visits"]
    told = "\n".join(start.remarks)
    for text in (
        "country: text (US, UK). To count some rows only, name it under where:",
        "note: text (n0, n1",
        "closed: empty.",
        "paid on: further dates.",
        "price: '1,5' has a decimal comma, which is not read. Write a decimal point: 1.5.",
        "mixed: 18 cells are no numbers, such as 'x'.",
        "Column 9 has no name",
        "gone: empty.",
    ):
        assert text in told
    tree = made(tmp_path, "\n".join(lines) + "\n")
    assert list(tree.metrics) == ["visits"]
    assert "#   country: text (US, UK)." in (tmp_path / "here/northstar.yaml").read_text()


NAMES = [
    *("Größe", "Été à Paris", "7 day retention", "7 day retention ", "a b", "a-b", "a_b", "no", "Yes", "null", "true"),
    *("#x", "a: b", "- c", "{d}", "[e]", "*f", "&g", "!h", "%", "@i", "`j`", "'k'", '"l"', "m #n", "売上", "🚀", "12"),
    *("2024", "1e5", ".inf", "~", "x" * 300, "tab\there", "line\nbreak", "back\\slash", "\u2028", "é\u0301", "C:\\x"),
    *(
        "name: on",
        "end:",
        "? q",
        "| r",
        "> s",
        "a, b",
        "a;b",
        "on",
        "o\u00a0o",
        "\u0085",
        "\x07bell",
        "=1+1",
        "north_star",
    ),
]


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def test_names_that_are_no_ids_become_ids(tmp_path: Path) -> None:
    header = ",".join(map(quoted, ["day", *NAMES]))
    rows = [",".join([day.isoformat(), *(str(100 + number) for number in range(len(NAMES)))]) for day in DAYS]
    tree = made(tmp_path, "\n".join([header, *rows]) + "\n")
    columns = [metric.column for metric in tree.metrics.values()]
    assert len(columns) == len(NAMES) == 52
    ids = dict(zip(columns, tree.metrics, strict=True))
    assert (ids["Größe"], ids["Été à Paris"], ids["7 day retention"]) == (
        "grosse",
        "ete_a_paris",
        "metric_7_day_retention",
    )
    assert (ids["a b"], ids["a-b"], ids["a_b"]) == ("a_b", "a_b_2", "a_b_3")
    assert (ids["no"], ids["null"], ids["true"], ids["%"]) == ("no", "metric_null", "metric_true", "percent")
    assert len(ids["x" * 300]) == 60
    values = sums(tmp_path)
    for number, metric in enumerate(tree.metrics.values()):
        assert values[metric.id] == (100 + number) * (7 if metric.aggregate == "sum" else 1), metric


def test_a_file_in_the_folder_is_read_where_it_lies(tmp_path: Path) -> None:
    here = tmp_path / "here"
    (here / "exports").mkdir(parents=True)
    (here / "exports/a [1].csv").write_text("day,visits\n" + "".join(f"{day},5\n" for day in DAYS))
    assert run("new", here, "--csv", here / "exports/a [1].csv").exit_code == 0
    assert load_tree(here).tree.sources["a_1"].path == "exports/a [1].csv"
    assert sorted(os.listdir(here)) == [".gitignore", "exports", "northstar.yaml", "strategy.md"]
    assert sums(tmp_path) == {"visits": 35}


def test_a_file_elsewhere_is_copied_as_it_is(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfday;visits\r\n2026-01-01;1\r\n"
    (tmp_path / "Sales 2026.csv").write_bytes(content)
    result = run("new", tmp_path / "here", "--csv", tmp_path / "Sales 2026.csv")
    assert (tmp_path / "here/Sales 2026.csv").read_bytes() == content
    assert "1 metric, with the days from column day." in result.stdout
    assert list(load_tree(tmp_path / "here").tree.sources) == ["sales_2026"]
    assert "made-up shop" not in (tmp_path / "here/strategy.md").read_text()


@pytest.mark.parametrize("there", ["northstar.yaml", "strategy.md", "table.csv"])
def test_nothing_is_overwritten(there: str, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("day,visits\n2026-01-01,1\n")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / there).write_text("mine")
    result = run("new", tmp_path / "here", "--csv", tmp_path / "table.csv")
    assert result.exit_code == 1 and there in result.stderr
    assert os.listdir(tmp_path / "here") == [there]
    assert (tmp_path / "here" / there).read_text() == "mine"


def test_a_workbook_does_as_well(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["Our shop"], [], ["Day", "Visits", "Churn rate"], *([day, 10, 0.25] for day in DAYS)]:
        sheet.append(row)
    for cell in sheet["A"][3:]:
        cell.number_format = "dd/mm/yyyy"
    book.save(tmp_path / "Numbers.xlsx")
    result = run("new", tmp_path / "here", "--csv", tmp_path / "Numbers.xlsx")
    assert result.exit_code == 0, result.stderr
    source = load_tree(tmp_path / "here").tree.sources["numbers"]
    assert (source.type, source.path, source.date) == ("excel", "Numbers.xlsx", "Day")
    assert sums(tmp_path) == {"visits": 70, "churn_rate": 0.25}


@pytest.mark.parametrize("missing", ["gone.csv", "."])
def test_a_file_that_is_none(missing: str, tmp_path: Path) -> None:
    result = run("new", tmp_path / "here", "--csv", tmp_path / missing)
    assert result.exit_code == 1 and "name a CSV file." in result.stderr
    assert not (tmp_path / "here").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--csv", "a.csv", "--empty"], "write one of --csv, --sheet and --empty"),
        (["--worksheet", "Weekly"], "--worksheet belongs to --sheet"),
    ],
)
def test_options_that_do_not_go_together(options: list[str], told: str, tmp_path: Path) -> None:
    result = run("new", tmp_path / "here", *options)
    assert result.exit_code == 2 and told in " ".join(result.stderr.split())


def test_with_nothing_yet_it_is_the_made_up_shop(tmp_path: Path) -> None:
    assert run("new", tmp_path / "asked", "--empty").exit_code == run("new", tmp_path / "quiet").exit_code == 0
    assert sorted(os.listdir(tmp_path / "asked")) == sorted(os.listdir(tmp_path / "quiet"))
    assert (tmp_path / "asked/northstar.yaml").read_text() == (tmp_path / "quiet/northstar.yaml").read_text()


# Google Sheets


def sheet_of(*tabs: Tab) -> Book:
    return Book(list(tabs))


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stand-in for Google on this machine, with a spreadsheet of two tabs."""
    rows: list[list[Any]] = [["Growth"], ["Day", "Visits", "Churn rate", "Country"]]
    rows += [[day, 10, 0.25, "US"] for day in DAYS]
    with serving() as fake:
        fake.books[KEY] = Book([Tab("Daily", rows), Tab("Plan, 2026", [["Day", "Leads"], [DAYS[0], 5]], gid=7)])
        monkeypatch.setenv("NORTHSTAR_SHEETS_ENDPOINT", fake.url)
        monkeypatch.setenv("NORTHSTAR_GOOGLE_CREDENTIALS", json.dumps(fake.account()))
        yield fake


def test_a_sheet_becomes_a_workspace(online: Any, tmp_path: Path) -> None:
    result = run("new", tmp_path / "here", "--sheet", KEY)
    assert result.exit_code == 0, result.stderr
    tree = load_tree(tmp_path / "here").tree
    assert tree.sources["daily"] == Source("daily", "google_sheet", date="Day", spreadsheet=KEY, worksheet="Daily")
    assert (tree.metrics["churn_rate"].unit, tree.metrics["churn_rate"].good) == ("percent", "down")
    assert "Country: text (US)" in result.stdout
    checked = json.loads(run("check", tmp_path / "here", "--json").stdout)
    assert [one for one in checked if one["level"] == "error"] == []
    assert sums(tmp_path) == {"visits": 70, "churn_rate": 0.25}


def test_a_tab_of_a_sheet_by_its_name(online: Any, tmp_path: Path) -> None:
    result = run("new", tmp_path / "here", "--sheet", KEY, "--worksheet", "Plan, 2026")
    assert result.exit_code == 0, result.stderr
    assert list(load_tree(tmp_path / "here").tree.metrics) == ["leads"]


@pytest.mark.parametrize("options", [["--sheet", KEY, "--worksheet", "Daly"], ["--sheet", "x" * 44], ["--sheet", "no"]])
def test_a_sheet_that_is_none(online: Any, options: list[str], tmp_path: Path) -> None:
    result = run("new", tmp_path / "here", *options)
    assert result.exit_code == 1 and len(result.stderr) > 20
    assert not (tmp_path / "here").exists()


# In a terminal


def conversation(folder: Path, *answers: str) -> tuple[int, str]:
    """Run `northstar new` in a terminal of its own and answer its questions: the exit code, and what it showed."""
    master, slave = pty.openpty()
    root = str(Path(__file__).parents[1])
    command = [sys.executable, "-m", "metrics", "new", str(folder / "here")]
    environment = {**os.environ, "PYTHONPATH": root, "TERM": "dumb"}
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=environment, start_new_session=True
    )
    os.close(slave)
    os.write(master, "".join(f"{answer}\n" for answer in answers).encode())
    shown, until = b"", time.monotonic() + 60
    try:
        while time.monotonic() < until:
            if not select.select([master], [], [], 1)[0]:
                continue
            try:
                part = os.read(master, 4096)
            except OSError:  # the terminal is closed once the process ended
                break
            if not part:
                break
            shown += part
        return process.wait(timeout=30), shown.decode()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(master)


def test_in_a_terminal_it_asks_for_the_file(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("day,visits\n2026-01-01,1\n")
    code, shown = conversation(tmp_path, "9", "1", "gone.csv", "'table.csv'")
    assert code == 0, shown
    assert "What do you have to begin with?" in shown and "There is no file gone.csv." in shown
    assert list(load_tree(tmp_path / "here").tree.metrics) == ["visits"]


def test_in_a_terminal_the_answer_may_be_nothing_yet(tmp_path: Path) -> None:
    code, shown = conversation(tmp_path, "")
    assert code == 0, shown
    assert (tmp_path / "here/shop_daily.csv").exists()


def test_in_a_terminal_a_sheet_is_asked_for_by_its_address(tmp_path: Path) -> None:
    code, shown = conversation(tmp_path, "2", "no sheet", "")
    assert code == 1 and "The sheet's address, or its key" in shown
    assert not (tmp_path / "here").exists()
