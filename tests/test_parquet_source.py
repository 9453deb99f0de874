"""Parquet files: typed columns as the same days and numbers, those that hold more than one value, and broken files."""

# ruff: noqa: E501 (a case is kept on one line)

import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from csv_tables import READ

from metrics.sources import parquet
from metrics.sources.fetch import fetch, local_fingerprint
from metrics.sources.read import read_fetched
from metrics.sources.report import Report, SourceError
from metrics.sources.series import Series
from metrics.tree.tree import Source

A = Series(0, "reads", "a")
D = date.fromisoformat
DAYS = [D("2021-01-01"), D("2021-01-02")]
BOTH = {"2021-01-01": 5, "2021-01-02": 6}


def write(path: Path, **columns: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


def read(
    folder: Path, *series: Series, path: str = "x.parquet", timezone: str = "UTC", **fields: Any
) -> tuple[dict[str, float | None], Report]:
    """The values of series 0 by day, and the report."""
    source = Source("shop", "parquet", path=path, **fields)
    scratch = folder / ".scratch"
    scratch.mkdir(exist_ok=True)
    fetched = fetch(source, folder, scratch, timezone)
    with duckdb.connect() as connection:
        connection.execute("CREATE TEMP TABLE reading(series INTEGER, day DATE, value DOUBLE)")
        report = read_fetched(connection, source, series or (A,), fetched, timezone)
        found = connection.execute(f"SELECT day, {READ} FROM reading WHERE series = 0 ORDER BY day").fetchall()
    return {str(day): value for day, value in found}, report


def refused(folder: Path, **fields: Any) -> str:
    with pytest.raises(SourceError) as error:
        read(folder, **fields)
    return str(error.value)


@pytest.mark.parametrize(
    "numbers",
    [
        pa.array([5, 6], pa.int8()),
        pa.array([5, 6], pa.uint64()),
        pa.array([5, 6], pa.float32()),
        pa.array([5, 6], pa.float64()),
        pa.array([Decimal("5.000"), Decimal("6.000")]),
        pa.array(["5", "6"]),
        pa.array(["$5", "6.0"]).dictionary_encode(),
    ],
)
def test_numbers_of_every_type_are_the_same_numbers(tmp_path: Path, numbers: pa.Array) -> None:
    write(tmp_path / "x.parquet", day=DAYS, a=numbers)
    assert read(tmp_path)[0] == BOTH


@pytest.mark.parametrize("value", [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -1e-7, 2.0**53 + 2, 123456789.123456789])
def test_a_number_keeps_every_digit(tmp_path: Path, value: float) -> None:
    write(tmp_path / "x.parquet", day=DAYS[:1], a=[value])
    assert read(tmp_path)[0] == {"2021-01-01": value}


def test_a_decimal_is_exact_to_the_last_digit_of_a_float(tmp_path: Path) -> None:
    write(tmp_path / "x.parquet", day=DAYS[:1], a=pa.array([Decimal("12345678901234.56")]))
    assert read(tmp_path)[0] == {"2021-01-01": 12345678901234.56}


@pytest.mark.parametrize(
    ("days", "timezone"),
    [
        (pa.array(DAYS, pa.date32()), "Asia/Tokyo"),
        (pa.array(DAYS, pa.date64()), "UTC"),
        (pa.array([datetime(2021, 1, 1, 23, 59, 59), datetime(2021, 1, 2)], pa.timestamp("ns")), "Asia/Tokyo"),
        (pa.array([datetime(2021, 1, 1, 14, 59, tzinfo=UTC), datetime(2021, 1, 1, 15, tzinfo=UTC)]), "Asia/Tokyo"),
        (pa.array([datetime(2021, 1, 2, 4, 59, tzinfo=UTC), datetime(2021, 1, 2, 5, tzinfo=UTC)], pa.timestamp("ms", "UTC")), "America/New_York"),
        (pa.array([datetime(2021, 1, 1, 23, 59, tzinfo=UTC), datetime(2021, 1, 2, tzinfo=UTC)], pa.timestamp("ns", "UTC")), "UTC"),
        (pa.array([datetime(2021, 1, 1, 14, 59, tzinfo=UTC), datetime(2021, 1, 1, 15, tzinfo=UTC)], pa.timestamp("ns", "UTC")), "Asia/Tokyo"),
        (pa.array(["2021-01-01", "Jan 2, 2021"]), "UTC"),
    ],
)  # fmt: skip
def test_a_moment_is_its_day_in_the_workspaces_time_zone(tmp_path: Path, days: pa.Array, timezone: str) -> None:
    write(tmp_path / "x.parquet", day=days, a=[5, 6])
    assert read(tmp_path, timezone=timezone)[0] == BOTH


def test_what_is_missing_is_no_number(tmp_path: Path) -> None:
    write(
        tmp_path / "x.parquet", day=[*DAYS, D("2021-01-03"), D("2021-01-04")],
        a=[None, math.nan, 0.0, math.inf], nothing=pa.nulls(4),
    )  # fmt: skip
    values, report = read(tmp_path)
    assert values == {"2021-01-01": None, "2021-01-02": None, "2021-01-03": 0, "2021-01-04": None}
    assert [(problem.file, problem.row, problem.column, problem.what) for problem in report.problems] == [
        ("x.parquet", 4, "a", "is not a finite number")
    ]
    assert read(tmp_path, Series(0, "n", "nothing"))[0] == dict.fromkeys(values)


@pytest.mark.parametrize(
    ("column", "text"),
    [(pa.array([True]), "TRUE"), (pa.array([time(13, 30)]), "13:30:00"), (pa.array([D("2021-02-03")]), "2021-02-03")],
)
def test_a_value_that_is_no_number_is_reported_by_its_row(tmp_path: Path, column: pa.Array, text: str) -> None:
    write(tmp_path / "x.parquet", day=DAYS[:1], a=column, b=[7])
    values, report = read(tmp_path, A, Series(1, "b", "b"))
    assert values == {} and "No value of a in x.parquet can be read." in report.failed[0]
    assert [(problem.row, problem.column, problem.value) for problem in report.problems] == [(1, "a", text)]


def test_columns_of_lists_and_bytes_are_told_and_the_others_read(tmp_path: Path) -> None:
    write(
        tmp_path / "x.parquet", day=DAYS, tags=[["x"], []], place=[{"x": 1}] * 2, raw=[b"\xff", b""], a=[5, 6],
        **{'say "no", or\nyes': [1, 2]},
    )  # fmt: skip
    values, report = read(tmp_path, A, Series(1, "m", 'say "no", or yes'))
    assert (values, report.failed, report.columns) == (BOTH, {}, ("day", "a", 'say "no", or yes'))
    assert report.notes == (
        "x.parquet: columns that hold more than one value, or bytes, are not read: tags (varchar[]), place"
        " (struct(x bigint)), raw (blob).",
    )


def test_the_first_column_of_days_holds_the_dates(tmp_path: Path) -> None:
    write(tmp_path / "x.parquet", note=["2020-01-01"] * 2, when=DAYS, a=[5, 6])
    assert read(tmp_path)[0] == BOTH
    assert read(tmp_path, date="note")[0] == {"2020-01-01": 6}


def test_texts_with_quotes_and_line_ends_stay_in_their_cell(tmp_path: Path) -> None:
    names = ['say "no"', "one\r\ntwo", "a, b; c\td", "zero\0"]
    write(tmp_path / "x.parquet", day=[DAYS[0]] * 4, name=names, a=[1, 2, 3, 4])
    found = [
        read(tmp_path, Series(0, "m", "a", (("name", name),)))[0]["2021-01-01"]
        for name in ('say "no"', "one  two", "a, b; c\td", "zero")
    ]
    assert found == [1, 2, 3, 4]


def test_files_of_a_pattern_are_one_source(tmp_path: Path) -> None:
    write(tmp_path / "parts/day=1/1.parquet", day=DAYS[:1], a=[5])
    write(tmp_path / "parts/day=2/[2]*.parquet", a=[6.0], day=DAYS[1:])
    values, report = read(tmp_path, path="parts/**/*.parquet", date="day")
    assert (values, report.files) == (BOTH, ("parts/day=1/1.parquet", "parts/day=2/[2]*.parquet"))
    assert len(local_fingerprint(Source("shop", "parquet", path="parts/**/*.parquet"), tmp_path) or []) == 2


def test_long_files_are_read(tmp_path: Path) -> None:
    write(tmp_path / "x.parquet", day=[*DAYS, DAYS[0]], metric=["a", "a", "b"], value=[5, 6, 7])
    assert read(tmp_path, layout="long", metric="metric", value="value")[0] == BOTH


def test_many_rows_are_read_in_their_order(tmp_path: Path) -> None:
    number = 300_000
    write(tmp_path / "x.parquet", day=[DAYS[0]] * number, a=[*range(number - 1), None])
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM '{tmp_path}/x.parquet') TO '{tmp_path}/y.parquet' (ROW_GROUP_SIZE 5000)"
        )
        connection.execute(
            f"COPY (SELECT day, CASE WHEN a = 222222 THEN 'x' ELSE a::VARCHAR END AS a FROM '{tmp_path}/y.parquet')"
            f" TO '{tmp_path}/z.parquet' (ROW_GROUP_SIZE 5000)"
        )
    assert read(tmp_path, path="y.parquet")[1].rows == number
    assert [problem.row for problem in read(tmp_path, path="z.parquet")[1].problems] == [222_223]


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_MOST_ROWS", 1)
    write(tmp_path / "x.parquet", day=DAYS, a=[5, 6])
    assert refused(tmp_path) == "x.parquet has 2 rows, and at most 1 are read: add them up by day before."
