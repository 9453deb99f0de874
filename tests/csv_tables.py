"""Small CSV files for tests: written from text, read back as plain lists."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from metrics.sources.csv import read_csv
from metrics.sources.report import Report
from metrics.sources.series import Series
from metrics.tree.tree import Source

D = date.fromisoformat

# A value of `reading`, where what could not be read is NaN; None for both kinds of missing.
READ = "CASE WHEN isfinite(value) THEN value END AS value"

DATABASE = duckdb.connect()


def write(folder: Path, name: str, content: str | bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def read(
    folder: Path,
    content: str | bytes | None,
    *series: Series,
    timezone: str = "UTC",
    connection: duckdb.DuckDBPyConnection | None = None,
    **fields: Any,
) -> tuple[list[tuple[int, date, float | None]], Report]:
    """The rows of `reading` in order, and the report; the file is `x.csv`, the series wanted is column `a`."""
    if content is not None:
        write(folder, "x.csv", content)
    connection = connection or DATABASE.cursor()
    connection.execute("CREATE OR REPLACE TEMP TABLE reading(series INTEGER, day DATE, value DOUBLE)")
    options = {"path": "x.csv", "date": "day", "metric": "metric", "value": "value"} | fields
    source = Source("shop", "csv", **options)
    report = read_csv(connection, source, series or (Series(0, "a", "a"),), folder, timezone)
    left = connection.execute("SELECT table_name FROM duckdb_tables() WHERE table_name <> 'reading'").fetchall()
    assert left == []
    rows = connection.execute(f"SELECT series, day, {READ} FROM reading ORDER BY ALL NULLS LAST").fetchall()
    return rows, report


def values(folder: Path, content: str | bytes, *series: Series, **fields: Any) -> dict[str, float | None]:
    """The value of each day of the one series, after a look that nothing was left out."""
    rows, report = read(folder, content, *series, **fields)
    assert report.problems == () and report.failed == {}
    assert len({day for _, day, _ in rows}) == len(rows)
    return {day.isoformat(): value for _, day, value in rows}


def cell(folder: Path, text: str, *others: str) -> tuple[float | None, list[str]]:
    """How the first of some cells of a column reads, and what is said of that one."""
    lines = [
        f'2020-01-{number:02},"{one.replace(chr(34), chr(34) * 2)}"\n' for number, one in enumerate((text, *others), 1)
    ]
    rows, report = read(folder, "day,a\n" + "".join(lines) + "2020-02-01,7\n")
    assert rows[-1] == (0, D("2020-02-01"), 7.0)
    return rows[0][2], [problem.what for problem in report.problems if problem.row == 2]
