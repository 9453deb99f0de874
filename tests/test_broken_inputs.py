"""Whatever a CSV file, a workbook, a Parquet file or a download is broken by: it is told, and no value is lost."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from broken_inputs import BROKEN, ROWS, SECRET, Bench, table
from web_server import WebServer, served
from workspaces import WorkspaceFiles

from metrics.refresh import Summary

GOOD = {"type": "csv", "path": "good.csv", "date": "day"}


class Home:
    """A workspace whose values are whole, and whose state can be brought back to that."""

    def __init__(self, folder: Path) -> None:
        self.files = WorkspaceFiles(folder, "northstar: 1\n", {"good.csv": table()})
        self._kept = folder / "kept"
        self.declare(GOOD)
        assert not self.files.refresh().failed
        shutil.copytree(self.files.state, self._kept)

    def declare(self, source: dict[str, Any]) -> None:
        self.files.write_tree({"sources": {"shop": source}, "metrics": {"signups": {"source": "shop"}}})

    def as_it_was(self) -> None:
        shutil.rmtree(self.files.state)
        shutil.copytree(self._kept, self.files.state)
        for path in self.files.folder.glob("shop.*"):
            path.unlink()

    def values(self) -> dict[date, float]:
        path = self.files.workspace.store.current()
        assert path is not None
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute("SELECT day, value FROM observation WHERE value IS NOT NULL").fetchall()
        found = dict(rows)
        assert len(found) == len(rows)
        return found

    def told(self, summary: Summary) -> str:
        (result,) = summary.sources
        with self.files.opened() as (_, warehouse):
            problems = [
                f"{one.file}, row {one.row}, {one.column}: {one.value} {one.what}; write {one.write}"
                for one in warehouse.problems("shop")
                .astype(object)
                .where(lambda frame: frame.notna(), None)
                .itertuples()
            ]
        return "\n".join([result.error or "", *problems, *result.series_errors, *result.notes])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with served() as found:
        yield found


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told_precisely_and_loses_no_good_value(
    name: str, home: Home, server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.lower(), raising=False)
    broken = BROKEN[name]
    home.as_it_was()
    before = home.values()
    assert before == dict(ROWS)

    home.declare(broken.make(Bench(home.files.folder, server)))
    summary = home.files.refresh()

    told, after = home.told(summary), home.values()
    assert [part for part in broken.says if part not in told] == [], told
    assert SECRET not in told and str(home.files.folder) not in told
    (result,) = summary.sources
    if broken.lost is None:
        assert summary.failed
        assert after == before
        assert (result.outcome == "stale") == (not result.series_errors)
        assert "\n" not in told.strip() or result.series_errors
    else:
        assert result.outcome == "read" and result.error is None
        assert after == {day: value for day, value in before.items() if day not in broken.lost}
        assert result.problem_count == len(broken.lost) or not broken.lost


@pytest.mark.parametrize("kind", ["csv", "excel", "parquet", "https"])
def test_broken_ones_of_every_kind_are_tried(kind: str) -> None:
    least = {"csv": 60, "excel": 40, "parquet": 15, "https": 20}
    assert sum(name.startswith(f"{kind}: ") for name in BROKEN) >= least[kind]
