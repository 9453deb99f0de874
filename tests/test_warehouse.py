"""The warehouse: values of any periods, histories, exact sums, and as many statements for 200 metrics as for 10."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from math import fsum
from typing import Any

import duckdb
import numpy as np
import pytest
from workspaces import WorkspaceFiles

from metrics.calendar import Calendar, Period, month_of, week
from metrics.review.export import figures_json
from metrics.review.figures import Figures
from metrics.review.review_week import review_week
from metrics.warehouse.warehouse import Values

FIRST = date(2025, 1, 1)
DAYS = 425
AGGREGATES = ("sum", "mean", "min", "max", "first", "last")
TREE: dict[str, Any] = {
    "sources": {
        "day": {"type": "csv", "path": "day.csv", "date": "day", "grain": "daily"},
        "week": {"type": "csv", "path": "week.csv", "date": "day", "grain": "weekly"},
        "month": {"type": "csv", "path": "month.csv", "date": "day", "grain": "monthly"},
    },
    "metrics": {
        **{f"day_{name}": {"source": "day", "column": "a", "aggregate": name} for name in AGGREGATES},
        **{f"week_{name}": {"source": "week", "column": "a", "aggregate": name} for name in AGGREGATES},
        **{f"month_{name}": {"source": "month", "column": "a", "aggregate": name} for name in AGGREGATES},
        "different": {"source": "day", "column": "a", "additive": False},
        "never": {"source": "day", "column": "blank"},
        "ratio": {"formula": "day_sum / week_mean"},
        "of_ratio": {"formula": "1 - ratio * day_mean"},
        "by_month": {"formula": "day_sum / month_sum"},
    },
}


@pytest.fixture
def files(workspace: Callable[..., WorkspaceFiles]) -> WorkspaceFiles:
    """Fourteen months of cents with gaps and blanks, one gap of three weeks; a value each week and each month."""
    seeded = random.Random(4)
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]

    def table(chosen: list[date]) -> str:
        cells = (f"{day},{seeded.choice(['', *9 * [f'{seeded.lognormvariate(3, 2):.2f}']])},\n" for day in chosen)
        return "day,a,blank\n" + "".join(cells)

    there = [day for day in days if seeded.random() > 0.05 and not date(2025, 6, 3) <= day <= date(2025, 6, 25)]
    made = workspace(
        TREE,
        {
            "day.csv": table(there),
            "week.csv": table([day for day in days if day.weekday() == 2]),
            "month.csv": table([day for day in days if day.day == 1]),
        },
    )
    assert not made.refresh().failed
    return made


def weeks_and_months(calendar: Calendar) -> list[Period]:
    last = FIRST + timedelta(days=DAYS - 1)
    return [*calendar.weeks(calendar.last_week_ended(last), 60), *calendar.trailing_months(last, 13)]


def same(left: Values, right: Values, rows: list[int], columns: list[int]) -> None:
    at = np.ix_(rows, columns)
    np.testing.assert_array_equal(left.value[at], right.value[at])
    np.testing.assert_array_equal(left.present[at], right.present[at])
    np.testing.assert_array_equal(left.expected[at], right.expected[at])


def test_any_days_give_what_is_stored_of_weeks_and_months(files: WorkspaceFiles) -> None:
    """The same days, asked for as a week or a month and as days up to a date."""
    with files.opened() as (tree, warehouse):
        periods = weeks_and_months(tree.calendar)
        stored = warehouse.values(tree, periods)
        any_days = warehouse.values(tree, [Period("to_date", period.first, period.last) for period in periods])
        number = {key: state.number for key, state in warehouse.series.items()}
    weeks = [at for at, period in enumerate(periods) if period.span == "week"]
    months = [at for at, period in enumerate(periods) if period.span == "month"]
    additive = [row for key, row in number.items() if key != "different"]
    same(stored, any_days, additive, months)
    # A monthly value counts on the last day of its month, never in a week.
    same(stored, any_days, [row for row in additive if row not in monthly_rows(number)], weeks)
    assert np.isnan(stored.value[np.ix_(monthly_rows(number), weeks)]).all()
    assert not np.isnan(stored.value[np.ix_(monthly_rows(number), months)]).all()
    # What is not additive has weeks only.
    assert not np.isnan(stored.value[number["different"], weeks]).all()
    assert np.isnan(any_days.value[number["different"]]).all()
    assert np.isnan(stored.value[number["different"], months]).all()


def monthly_rows(number: dict[str, int]) -> list[int]:
    return [row for key, row in number.items() if key.startswith("month_") or key == "by_month"]


def test_histories_are_the_stored_weeks_and_months(files: WorkspaceFiles) -> None:
    with files.opened() as (tree, warehouse):
        for key, state in warehouse.series.items():
            for history, of_day in ((warehouse.weekly(key), week), (warehouse.monthly(key), month_of)):
                days = [stamp.date() for stamp in history.iloc[:, 0]]
                assert days == sorted(set(days))
                values = warehouse.values(tree, [of_day(day) for day in days])
                for name in ("value", "present", "expected"):
                    np.testing.assert_array_equal(history[name], getattr(values, name)[state.number])
        assert warehouse.weekly("day_sum")["week_ending"].is_monotonic_increasing
        # 5 January 2025 to 1 March 2026, less two weeks in the gap.
        assert len(warehouse.weekly("day_sum")) == 61 - 2
        assert len(warehouse.monthly("month_sum")) >= 12
        assert warehouse.weekly("never").empty and warehouse.monthly("never").empty
        assert warehouse.weekly("no_such_metric").empty


def test_missing_is_nan_with_no_days(files: WorkspaceFiles) -> None:
    """The gap in June 2025, days before the first, days after the last, and a metric without any value."""
    periods = [
        week(date(2025, 6, 15)),
        Period("to_date", date(2025, 6, 4), date(2025, 6, 20)),
        week(date(2020, 1, 5)),
        month_of(date(2030, 1, 1)),
        Period("to_date", date(2030, 1, 1), date(2030, 12, 31)),
    ]
    with files.opened() as (tree, warehouse):
        values = warehouse.values(tree, periods)
        number = {key: state.number for key, state in warehouse.series.items()}
        of_all_time = warehouse.values(tree, [Period("to_date", FIRST, FIRST + timedelta(days=DAYS))])
    for key in ("day_sum", "day_mean", "day_last", "never", "ratio"):
        assert np.isnan(values.value[number[key]]).all(), key
        assert not values.present[number[key]].any() and not values.expected[number[key]].any(), key
    assert np.isnan(of_all_time.value[number["never"]]).all()
    assert not np.isnan(of_all_time.value[number["day_sum"]]).any()
    assert values.value.shape == (len(number), len(periods))


def test_no_periods(files: WorkspaceFiles) -> None:
    with files.opened() as (tree, warehouse):
        assert warehouse.values(tree, []).value.shape == (len(warehouse.series), 0)


def test_sums_are_exact(workspace: Callable[..., WorkspaceFiles]) -> None:
    """To the last digit those of `math.fsum`, though the values differ by 12 orders of size."""
    seeded = random.Random(9)
    days = [FIRST + timedelta(days=number) for number in range(365)]
    cells = [seeded.choice((-1, 1)) * seeded.lognormvariate(0, 6) for _ in days]
    files = workspace(
        {"sources": {"s": {"type": "csv", "path": "s.csv", "date": "day"}}, "metrics": {"a": {"source": "s"}}},
        {"s.csv": "day,a\n" + "".join(f"{day},{cell!r}\n" for day, cell in zip(days, cells, strict=True))},
    )
    files.refresh()
    of_day = dict(zip(days, cells, strict=True))
    spans = [(0, 365), (0, 31), (31, 60), (100, 107), (7, 300), *((at, at + 30) for at in range(0, 300, 11))]
    periods = [Period("to_date", days[first], days[last - 1]) for first, last in spans]
    with files.opened() as (tree, warehouse):
        found = warehouse.values(tree, periods).value[0]
    assert found.tolist() == [fsum(of_day[day] for day in days[first:last]) for first, last in spans]


class Counting:
    """A connection that counts the statements it is given."""

    statements = 0

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, *arguments: Any) -> Any:
        Counting.statements += 1
        return self._connection.execute(*arguments)

    def cursor(self) -> "Counting":
        return Counting(self._connection.cursor())

    def __enter__(self) -> "Counting":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def large(count: int) -> tuple[dict[str, Any], dict[str, str]]:
    """So many columns with targets of both kinds, as many ratios of them, and as many formulas of those."""
    columns = {
        f"c{number}": {
            "source": "s",
            "aggregate": AGGREGATES[number % len(AGGREGATES)],
            "target": {"column": "c0"} if number % 2 else 5,
        }
        for number in range(count)
    }
    ratios = {f"r{number}": {"formula": f"c{number} / (c{number} + 1)"} for number in range(count)}
    others = {f"o{number}": {"formula": f"r{number} * 100", "target": 3} for number in range(count)}
    tree = {
        "sources": {"s": {"type": "csv", "path": "s.csv", "date": "day"}},
        "metrics": {**columns, **ratios, **others},
    }
    days = [FIRST + timedelta(days=number) for number in range(60)]
    lines = [",".join(["day", *columns]), *(f"{day}" + ",1" * count for day in days)]
    return tree, {"s.csv": "\n".join(lines) + "\n"}


def test_no_statement_a_metric(workspace: Callable[..., WorkspaceFiles], monkeypatch: pytest.MonkeyPatch) -> None:
    connect = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda *arguments, **options: Counting(connect(*arguments, **options)))

    def statements(step: Callable[[], object]) -> int:
        before = Counting.statements
        step()
        return Counting.statements - before

    def counted(count: int) -> dict[str, int]:
        files = workspace(*large(count))
        found = {"refresh": statements(files.refresh)}
        files.write("northstar.yaml", (files.folder / "northstar.yaml").read_text() + "\n")
        found["refresh of the tree alone"] = statements(files.refresh)
        with files.opened() as (tree, warehouse):
            week_ending = date(2025, 2, 23)
            found["review week"] = statements(lambda: review_week(tree, warehouse, week_ending))
            found["figures"] = statements(
                lambda: figures_json(Figures(tree, warehouse, week_ending), ("wow", "yoy", "mom"), fiscal=True)
            )
        return found

    few = counted(10)
    assert counted(200) == few
    assert 0 < few["figures"] < 30


def test_a_reader_in_another_thread(files: WorkspaceFiles) -> None:
    """Several threads of the app read the same file at the same time."""
    with files.opened() as (tree, warehouse):
        periods = weeks_and_months(tree.calendar)
        expected = warehouse.values(tree, periods).value
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(lambda _: warehouse.values(tree, periods).value, range(12)))
    for values in found:
        np.testing.assert_array_equal(values, expected)
