"""Whatever a CSV file, a workbook, a Parquet file or a download is broken by: it is told, and no value is lost."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from broken_inputs import BROKEN, FIRST, GRID, ROWS, SECRET, Bench, table
from web_server import WebServer, served
from workbooks import write_workbook
from workspaces import WorkspaceFiles

from metrics.refresh import Summary

# Values of another definition are never kept: these keys of a source belong to it.
DEFINING = ("date", "layout", "metric", "value")
# These too; nothing good could be read by such as are broken here.
OTHER_TABLE = {"worksheet", "range", "date_format"}


class Home:
    """A workspace whose values are whole, and whose state can be brought back to that."""

    def __init__(self, folder: Path, keys: dict[str, Any]) -> None:
        day = keys.get("date", "day")
        self.files = WorkspaceFiles(folder, "northstar: 1\n", {"good.csv": table(header=f"{day},signups")})
        write_workbook(self.files.folder / "good.xlsx", GRID)
        if keys.get("layout") == "long":
            lines = [f"{each},signups,{value}" for each, value in ROWS]
            header = f"{day},{keys['metric']},{keys['value']}"
            self.files.write("good.csv", "\n".join([header, *lines, ""]))
        self._kept = folder / "kept"
        good = {"type": "csv", "path": "good.csv"} if "date" in keys else {"type": "excel", "path": "good.xlsx"}
        self.declare(good | keys)
        assert self.found(self.files.refresh()) == ("", dict(ROWS))
        shutil.copytree(self.files.state, self._kept)

    def declare(self, source: dict[str, Any]) -> None:
        self.files.write_tree({"sources": {"shop": source}, "metrics": {"signups": {"source": "shop"}}})

    def as_it_was(self) -> None:
        shutil.rmtree(self.files.state)
        shutil.copytree(self._kept, self.files.state)
        for path in self.files.folder.glob("shop.*"):
            path.unlink()

    def found(self, summary: Summary) -> tuple[str, dict[date, float]]:
        """All that a refresh said, and the values that are there after it."""
        (result,) = summary.sources
        with self.files.opened() as (_, warehouse):
            problems = [
                f"{one.file}, row {one.row}, {one.column}: {one.value} {one.what}; write {one.write}"
                for one in warehouse.problems("shop")
                .astype(object)
                .where(lambda frame: frame.notna(), None)
                .itertuples()
            ]
            with duckdb.connect(str(warehouse.path), read_only=True) as connection:
                rows = connection.execute("SELECT day, value FROM observation WHERE value IS NOT NULL").fetchall()
        values = dict(rows)
        assert len(values) == len(rows)
        return "\n".join([result.error or "", *problems, *result.series_errors, *result.notes]), values


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, Any]], Home]:
    """Gives a workspace with good values of the definition that a source has."""
    made: dict[str, Home] = {}

    def home(source: dict[str, Any]) -> Home:
        keys = {key: source[key] for key in DEFINING if key in source}
        if repr(keys) not in made:
            made[repr(keys)] = Home(tmp_path_factory.mktemp("home"), keys)
        return made[repr(keys)]

    return home


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with served() as found:
        yield found


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_told_precisely_and_loses_no_good_value(
    name: str,
    homes: Callable[[dict[str, Any]], Home],
    tmp_path: Path,
    server: WebServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.lower(), raising=False)
    broken = BROKEN[name]
    source = broken.make(Bench(tmp_path, server))
    home = homes(source)
    home.as_it_was()
    before = dict(ROWS)

    for made in tmp_path.iterdir():
        shutil.copy(made, home.files.folder)
    home.declare(source)
    summary = home.files.refresh()

    told, after = home.found(summary)
    assert [part for part in broken.says if part not in told] == [], told
    assert SECRET not in told and str(home.files.folder) not in told
    (result,) = summary.sources
    if broken.lost is None:
        assert summary.failed
        assert after == ({} if OTHER_TABLE & {*source} else before)
        assert (result.outcome in ("stale", "failed")) == (not result.series_errors)
        assert (result.outcome == "failed") == bool(OTHER_TABLE & {*source})
        assert "\n" not in told.strip() or result.series_errors
    else:
        assert result.outcome == "read" and result.error is None
        assert after == {day: value for day, value in before.items() if day not in broken.lost}
        assert result.problem_count == len(broken.lost) or not broken.lost


@pytest.mark.parametrize("kind", ["csv", "excel", "parquet", "https"])
def test_broken_ones_of_every_kind_are_tried(kind: str) -> None:
    least = {"csv": 60, "excel": 40, "parquet": 15, "https": 20}
    assert sum(name.startswith(f"{kind}: ") for name in BROKEN) >= least[kind]


@pytest.mark.parametrize(
    ("kind", "keys", "file", "column"),
    [
        ("csv", {"path": "a.csv"}, "a.csv", "signups"),
        ("csv", {"path": "*.csv"}, "a.csv, b.csv, c.csv and 2 more", "signups"),
        ("csv", {"path": "long.txt", "layout": "long", "metric": "what", "value": "much"}, "long.txt", "much"),
        ("excel", {"path": "a.xlsx"}, "a.xlsx (Weekly)", "signups (column B)"),
    ],
)
def test_values_of_which_the_last_is_not_known(
    kind: str, keys: dict[str, str], file: str, column: str, tmp_path: Path
) -> None:
    rows = [["day", "signups"], [FIRST, 1], [FIRST, 2]]
    text = "".join(f"{day},{value}\n" for day, value in rows)
    files = WorkspaceFiles(tmp_path, "northstar: 1\n", {f"{name}.csv": text for name in "abcde"})
    files.write("long.txt", f"day,what,much\n{FIRST},signups,1\n{FIRST},signups,2\n")
    write_workbook(files.folder / "a.xlsx", rows)
    metric = {"source": "shop", "column": "signups", "aggregate": "last"}
    files.write_tree({"sources": {"shop": {"type": kind, "date": "day", **keys}}, "metrics": {"level": metric}})
    assert not files.refresh().failed
    with files.opened() as (_, warehouse):
        problems = warehouse.problems("shop")
    (problem,) = problems.itertuples()
    assert (problem.file, problem.column, problem.metric) == (file, column, "level")
    assert problems["row"].isna().all()
    assert f"are different values on {FIRST}" in problem.what
