"""Nine business decks as people ship them: what they declare, their figures where known, and what they differ in."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from math import isclose
from pathlib import Path
from typing import Any

from reference import ReferenceMetric, Rows, reference_figures
from workspaces import WorkspaceFiles

from metrics.calendar import MONTHS, WEEKDAYS

SIGNS = {"divide": " / ", "difference": " - ", "product": " * ", "sum": " + "}
SERIES = {"WOW": ("wow_weekly",), "MOM": ("mom_monthly",), "YOY": ("yoy_weekly", "yoy_monthly")}

# The figures that the decks have and Northstar leaves blank: changes that would use a sum of which days are absent. The
# file's first day is Sunday 5 January 2020.
JANUARY = "January 2020 has 27 of 31 days"
TO_DATE = "the prior year's days lack 1 to 4 January 2020"
STRICTER = {
    ("scenario_1", "PageViewsFiscal", "summary.ytd_yoy"): TO_DATE,
    ("scenario_1", "PageViewsFiscal", "yoy_monthly.2021-01"): JANUARY,
    ("scenario_1", "PageViewsTrailing", "summary.ytd_yoy"): TO_DATE,
    ("scenario_1", "PageViewsTrailing", "yoy_monthly.2021-01"): JANUARY,
    ("scenario_2", "PageViewsFiscal", "summary.mtd_yoy"): TO_DATE,
    ("scenario_2", "PageViewsFiscal", "summary.qtd_yoy"): TO_DATE,
    ("scenario_2", "PageViewsFiscal", "summary.ytd_yoy"): TO_DATE,
    ("scenario_2", "PageViewsFiscal", "mom_monthly.2020-02"): JANUARY,
    ("scenario_2", "PageViewsTrailing", "summary.mtd_yoy"): TO_DATE,
    ("scenario_2", "PageViewsTrailing", "summary.qtd_yoy"): TO_DATE,
    ("scenario_2", "PageViewsTrailing", "summary.ytd_yoy"): TO_DATE,
    ("scenario_2", "PageViewsTrailing", "mom_monthly.2020-02"): JANUARY,
    ("scenario_3", "PageViews", "yoy_monthly.2021-01"): JANUARY,
}


@dataclass(frozen=True)
class Deck:
    """One scenario: what it declares, and its figures where they are known."""

    folder: Path

    @property
    def definition(self) -> dict[str, Any]:
        return json.loads((self.folder / "definition.json").read_text(encoding="utf-8"))

    @property
    def expected(self) -> dict[str, Any]:
        return json.loads((self.folder / "expected.json").read_text(encoding="utf-8"))["metrics"]

    @property
    def week_ending(self) -> date:
        return date.fromisoformat(self.definition["setup"]["week_ending"])

    @property
    def fiscal_start(self) -> int:
        return self.definition["setup"]["fiscal_year_end_month"] % 12 + 1

    def tree(self) -> dict[str, Any]:
        """The deck as `northstar.yaml`."""
        return {
            "name": self.folder.name,
            "calendar": {
                "week_ends_on": WEEKDAYS[self.week_ending.weekday()],
                "fiscal_year_starts": MONTHS[self.fiscal_start - 1],
            },
            "sources": {"deck": {"type": "csv", "path": "deck.csv", "date": self.definition["date_column"]}},
            "metrics": {slug(name): self._metric(name) for name in self.definition["metrics"]},
        }

    def _metric(self, name: str) -> dict[str, Any]:
        declared = self.definition["metrics"][name]
        keys: dict[str, Any] = {"name": name, "unit": "percent" if declared["comparison"] == "bps" else "number"}
        if declared["kind"] == "function":
            return keys | {"formula": SIGNS[declared["function"]].join(map(slug, declared["operands"]))}
        keys |= {"source": "deck", "column": declared["column"], "aggregate": declared["aggf"]}
        if "filter" in declared:
            assert declared["filter"]["op"] == "=="
            keys["where"] = {declared["filter"]["column"]: declared["filter"]["value"]}
        return keys

    def printed(
        self, folder: Path, file: str, tree: dict[str, Any] | str | None = None
    ) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
        """What the command prints for one of the deck's files, and what was left out of that."""
        folder.mkdir()
        content = (self.folder / file).read_bytes().decode()
        files = WorkspaceFiles(folder, self.tree() if tree is None else tree, {"deck.csv": content})
        summary = files.refresh()
        assert not summary.failed and summary.sources[0].notes == (), summary
        with files.opened() as (_, warehouse):
            problems = warehouse.problems("deck")[["row", "column", "value", "what"]]
        found = files.figures(self.week_ending.isoformat(), series=("wow", "yoy", "mom"), fiscal=True)
        return found, list(problems.itertuples(index=False, name=None))

    def reference(self) -> dict[str, Any]:
        """The reference's figures of the clean file."""
        with (self.folder / "clean.csv").open(encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file))
        metrics, observations, dates = [], {}, {}
        for name, declared in self.definition["metrics"].items():
            keys = self._metric(name)
            aggregate = declared.get("aggf", "sum")
            metrics.append(ReferenceMetric(slug(name), aggregate, keys["unit"], formula=keys.get("formula")))
            if declared["kind"] != "function":
                rows = [
                    row for row in table if all(row[column] == text for column, text in keys.get("where", {}).items())
                ]
                dates[slug(name)] = [date.fromisoformat(row["Date"]) for row in rows]
                observations[slug(name)] = cells(rows, declared["column"])
        return reference_figures(
            metrics, observations, self.week_ending, self.week_ending.weekday(), self.fiscal_start, row_dates=dates
        )


def cells(rows: list[dict[str, str]], column: str) -> Rows:
    return [(date.fromisoformat(row["Date"]), float(row[column]) if row[column] else None) for row in rows]


def slug(name: str) -> str:
    return re.sub("[^a-z0-9]+", "_", name.lower())


def flat(part: dict[str, Any], path: str = "") -> Iterator[tuple[str, float | None]]:
    """Each figure with its path; the parts of an answer that are no figures are left out."""
    for key, value in part.items():
        if isinstance(value, dict):
            yield from flat(value, f"{path}{key}.")
        elif value is None or isinstance(value, float):
            yield path + key, value


def assert_expected(deck: Deck, found: dict[str, Any], id_of: Callable[[str], str]) -> None:
    """The figures are those known, but for those that Northstar leaves blank; `id_of` gives a metric's id."""
    assert found["week_ending"] == deck.definition["setup"]["week_ending"]
    compared, blank = 0, set()
    for name, expected in deck.expected.items():
        ours = dict(flat(found["metrics"][id_of(name)]))
        for path, value in flat({part: figures for part, figures in expected.items() if isinstance(figures, dict)}):
            compared += 1
            mine = ours[path]
            if mine is None and value is not None:
                blank.add((deck.folder.name, name, path))
            else:
                assert (mine is None) is (value is None), (name, path, mine, value)
                assert mine is None or isclose(mine, value, rel_tol=1e-9), (name, path, mine, value)
    assert blank == {key for key in STRICTER if key[0] == deck.folder.name}
    assert compared == {"scenario_1": 2 * 81 + 24, "scenario_2": 2 * 81 + 24, "scenario_3": 81}[deck.folder.name]
