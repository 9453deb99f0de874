"""Whatever a table holds: where a column holds days, `northstar new --csv` makes a workspace that reads its numbers."""

import csv
import io
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.cli.new_from import from_file
from metrics.refresh import refresh
from metrics.sources.csv import read_csv
from metrics.sources.header import BLANKS, unique
from metrics.sources.series import Series
from metrics.tree.faults import TreeError
from metrics.tree.load import read_tree
from metrics.tree.tree import Tree
from metrics.workspace import Workspace

# What nobody can type into a cell: halves of characters, and the sign that ends a text in other programs.
SIGNS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
NAMES = st.one_of(
    st.sampled_from(
        ["no", "true", "null", "1", "a: b", "#x", "rate", "active", "errors %", "Tag", "metric", "value", "~"]
    ),
    st.text(SIGNS, min_size=1, max_size=12),
)
NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.integers(0, 1).map(str),
    st.integers(0, 100).map(lambda number: f"{number / 100}"),
    st.just(""),
)
TEXTS = st.one_of(st.sampled_from(["US", "UK", "", "x y"]), st.text(SIGNS, max_size=6))
ABOVE = st.lists(st.lists(st.sampled_from(["Report", "", "made by us"]), max_size=3), max_size=3)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """A table with a column of days among others, as rows of texts; `numbers` gives the cells of those of numbers."""
    days = draw(st.lists(st.integers(0, 500), min_size=2, max_size=12, unique=True))
    written = [date(2024, 1, 1) + timedelta(days=day) for day in days]
    names = draw(st.lists(NAMES, min_size=1, max_size=6))
    columns: list[list[str]] = []
    for _ in names:
        cells = draw(st.sampled_from([NUMBERS, NUMBERS, TEXTS]))
        columns.append(draw(st.lists(cells, min_size=len(days), max_size=len(days))))
    at = draw(st.integers(0, len(names)))
    header = [*names[:at], "day of it", *names[at:]]
    rows = [[*cells[:at], day.isoformat(), *cells[at:]] for day, *cells in zip(written, *columns, strict=True)]
    return {
        "header": header,
        "rows": rows,
        "above": draw(ABOVE),
        "delimiter": draw(st.sampled_from([",", ";", "\t", "|"])),
        "days": written,
        "columns": dict(zip([n for n in range(len(header)) if n != at], columns, strict=True)),
    }


def as_text(table: dict[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=table["delimiter"], quoting=csv.QUOTE_ALL)
    writer.writerows([*table["above"], table["header"], *table["rows"]])
    return text.getvalue()


def is_number(cell: str) -> bool:
    with suppress(ValueError):
        float(cell)
        return cell.isascii() and "_" not in cell and cell.strip().lower() not in ("nan", "inf", "infinity")
    return False


@dataclass
class Begun:
    """A workspace that was begun with a drawn table."""

    folder: Path
    table: dict[str, Any]

    @property
    def wanted(self) -> dict[int, list[str]]:
        """The cells of each column of numbers that has a name, by position."""
        return {
            position: cells
            for position, cells in self.table["columns"].items()
            if self.table["header"][position].strip(BLANKS)
            and any(map(is_number, cells))
            and all(is_number(cell) or not cell.strip(BLANKS) for cell in cells)
        }

    def tree(self) -> Tree | None:
        """The tree; None where the table has no metric, or was taken for a long one."""
        (self.folder / "table.csv").write_bytes(as_text(self.table).encode())
        text = from_file(self.folder / "table.csv", self.folder).files["northstar.yaml"]
        assert isinstance(text, str)
        (self.folder / "northstar.yaml").write_bytes(text.encode())
        if not self.wanted:
            with suppress(TreeError):  # a file without metrics is a fault, and nothing but that
                read_tree(text)
            return None
        tree = read_tree(text).tree
        return None if tree.sources["table"].layout == "long" else tree

    def compare(self, tree: Tree, found: dict[tuple[str, date], float]) -> None:
        """Every cell of a column of numbers is the value of its metric on that day."""
        metrics = {metric.column: metric for metric in tree.metrics.values()}
        names = unique(self.table["header"])
        for position, cells in self.wanted.items():
            metric = metrics[names[position]]
            for day, cell in zip(self.table["days"], cells, strict=True):
                value = found.get((metric.id, day))
                assert (value is None) is not is_number(cell), (metric, day, cell, value)
                if value is not None:
                    assert abs(value - float(cell) * metric.scale) <= 1e-9 * abs(float(cell)), (metric, day, cell)


def assert_declared_and_read(table: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as name, duckdb.connect() as connection:
        begun = Begun(Path(name), table)
        tree = begun.tree()
        if tree is None:
            return
        connection.execute("create temp table reading (series integer, day date, value double)")
        ids = list(tree.metrics)
        series = [Series(n, ids[n], str(m.column), scale=m.scale) for n, m in enumerate(tree.metrics.values())]
        report = read_csv(connection, tree.sources["table"], series, begun.folder, "UTC")
        assert not report.failed and report.problem_count == 0
        rows = connection.execute("select series, day, value from reading where value is not null").fetchall()
        begun.compare(tree, {(ids[number], day): value for number, day, value in rows})


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_every_column_of_numbers_is_declared_and_read(table: dict[str, Any]) -> None:
    assert_declared_and_read(table)


@pytest.mark.long
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_every_column_of_many_tables_is_declared_and_read(table: dict[str, Any]) -> None:
    assert_declared_and_read(table)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_a_refresh_gives_the_values(table: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "here"
        folder.mkdir()
        begun = Begun(folder, table)
        tree = begun.tree()
        if tree is None:
            return
        workspace = Workspace(folder, Path(name) / "state")
        assert not refresh(workspace).failed
        with duckdb.connect(str(workspace.store.current()), read_only=True) as connection:
            rows = connection.execute(
                "select metric, day, value from observation join series on series = number where value is not null"
            ).fetchall()
        begun.compare(tree, {(metric, day): value for metric, day, value in rows})
