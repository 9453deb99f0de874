"""Business decks as people ship them read like their cleaned copies."""

import json
from pathlib import Path

import duckdb
import pytest
from csv_tables import READ

from metrics.sources.csv import read_csv
from metrics.sources.report import Report
from metrics.sources.series import Series
from metrics.tree.tree import Source

CASES = Path(__file__).parents[2] / "shared/cases/six_twelve"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not here")


def wanted(definition: dict) -> list[Series]:
    """Every column that the deck's metrics name, with their filters."""
    found = []
    for name, metric in definition["metrics"].items():
        if "column" in metric:
            only = metric.get("filter")
            found.append((name, metric["column"], ((only["column"], only["value"]),) if only else ()))
    return [Series(number, *one) for number, one in enumerate(found)]


def read(folder: Path, file: str, definition: dict) -> tuple[Report, list[tuple]]:
    connection = duckdb.connect()
    connection.execute("CREATE TEMP TABLE reading(series INTEGER, day DATE, value DOUBLE)")
    source = Source("deck", "csv", path=file, date=definition["date_column"])
    report = read_csv(connection, source, wanted(definition), folder, "UTC")
    return report, connection.execute(f"SELECT series, day, {READ} FROM reading ORDER BY ALL").fetchall()


@pytest.mark.parametrize("number", range(1, 10))
def test_original_reads_like_clean(number: int) -> None:
    folder = CASES / f"scenario_{number}"
    definition = json.loads((folder / "definition.json").read_text(encoding="utf-8"))
    dirty, values = read(folder, "original.csv", definition)
    clean, expected = read(folder, "clean.csv", definition)
    assert values == expected
    assert len(values) > 100
    assert (dirty.rows, dirty.first_day, dirty.last_day) == (clean.rows, clean.first_day, clean.last_day)
    assert dirty.failed == clean.failed == {}
    assert dirty.problem_count == clean.problem_count
