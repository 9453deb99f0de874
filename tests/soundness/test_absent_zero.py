"""`absent: zero`: a day without a row is a zero, from its metric's first row to the source's last. A blank is not."""

from typing import Any

import pytest

ZERO = {"absent": "zero"}


def test_days_without_a_row_are_zeros(drawn: Any) -> None:
    """Orders came on Monday and on Thursday: 3 + 0 + 0 + 2 + 0 + 0 + 0. Visits are of the same source, to Sunday.

    orders  2026-03-02  daily  3 . . 2 . . .
    price   2026-03-02  daily  7 . . 7 . . .
    visits  2026-03-02  daily  1 1 1 1 1 1 1
    """
    figures = drawn("2026-03-08", orders=ZERO, visits=ZERO, price={**ZERO, "aggregate": "mean"})
    assert figures["orders"]["summary"]["last_week"] == 5
    assert figures["price"]["summary"]["last_week"] == 2
    for metric in figures.values():
        assert "summary.last_week" not in metric["incomplete"]


def test_a_blank_cell_stays_missing(drawn: Any) -> None:
    """Friday has a row without a value. So five days without a row are zeros, and one is missing: (3 + 2) / 6.

    orders  2026-03-02  daily  3 . . 2 - . .
    mean    2026-03-02  daily  3 . . 2 - . .
    visits  2026-03-02  daily  1 1 1 1 1 1 1
    """
    figures = drawn("2026-03-08", orders=ZERO, visits=ZERO, mean={**ZERO, "aggregate": "mean"})
    assert figures["orders"]["summary"]["last_week"] == 5
    assert figures["mean"]["summary"]["last_week"] == 5 / 6
    assert "summary.last_week" in figures["orders"]["incomplete"]
    assert "summary.last_week" in figures["mean"]["incomplete"]


def test_nothing_is_known_before_the_first_row_and_after_the_last(drawn: Any) -> None:
    """The file is of Wednesday to Friday: Monday, Tuesday and the weekend are missing.

    orders  2026-03-04  daily  4 . 2
    """
    orders = drawn("2026-03-08", orders={**ZERO, "aggregate": "mean"})["orders"]
    assert orders["summary"]["last_week"] == 2
    assert "summary.last_week" in orders["incomplete"]


def test_the_first_row_counts_though_it_is_blank(drawn: Any) -> None:
    """Monday is missing, the days from Tuesday to Saturday are zeros.

    orders  2026-03-02  daily  - . . . . . 6
    """
    orders = drawn("2026-03-08", orders={**ZERO, "aggregate": "mean"})["orders"]
    assert orders["summary"]["last_week"] == 1
    assert "summary.last_week" in orders["incomplete"]


def test_weeks_and_weekdays(drawn: Any) -> None:
    """Of four weekly values the middle two are absent; of five weekdays two, and a weekend is never expected.

    launches  2026-02-15  weekly    5 . . 3
    calls     2026-03-02  weekdays  2 . . 2 2
    """
    figures = drawn("2026-03-08", launches=ZERO, calls={**ZERO, "aggregate": "mean"})
    assert list(figures["launches"]["weekly"].values()) == [None, None, 5, 0, 0, 3]
    assert figures["launches"]["summary"]["mtd"] == 3
    assert figures["calls"]["summary"]["last_week"] == 6 / 5
    assert "summary.last_week" not in figures["calls"]["incomplete"]


def test_without_a_declared_grain_it_is_daily(drawn: Any) -> None:
    """Sundays only, as a weekly metric would have them: here they are two days out of eight.

    orders  2026-03-01  weekly  6 8
    """
    orders = drawn("2026-03-08", orders={**ZERO, "grain": None, "aggregate": "mean"})["orders"]
    assert orders["summary"]["last_week"] == 8 / 7
    assert orders["summary"]["mtd"] == 14 / 8
    assert "summary.mtd" not in orders["incomplete"]


def test_a_filter_asks_for_rows_of_its_own(workspace: Any) -> None:
    """
    Nothing was sold in France on Tuesday and Thursday; a row for another country is none for France.

    day         country  sold
    2026-03-02  FR          3
    2026-03-02  UK          1
    2026-03-03  UK          1
    2026-03-04  FR          4
    2026-03-05  UK          1
    """
    rows = "2026-03-02,FR,3\n2026-03-02,UK,1\n2026-03-03,UK,1\n2026-03-04,FR,4\n2026-03-05,UK,1\n"
    files = workspace(
        {
            "calendar": {"week_ends_on": "thursday"},
            "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", **ZERO}},
            "metrics": {
                "france": {"source": "shop", "column": "sold", "where": {"country": "FR"}, "aggregate": "mean"}
            },
        },
        {"shop.csv": "day,country,sold\n" + rows},
    )
    files.refresh()
    france = files.figures("2026-03-05")["metrics"]["france"]
    assert france["summary"]["last_week"] == 7 / 4
    assert "summary.last_week" in france["incomplete"]


def source_of(text: str, **source: str) -> tuple[dict[str, Any], dict[str, str]]:
    """A tree and the files for one source, in which absent days are zeros."""
    tree = {
        "sources": {"shop": {"type": "csv", "path": "shop.csv", "date": "day", **ZERO, **source}},
        "metrics": {"orders": {"source": "shop"}, "visits": {"source": "shop"}},
    }
    return tree, {"shop.csv": text}


def week_of(workspace: Any, tree: dict[str, Any], files: dict[str, str], week: str = "2026-03-08") -> Any:
    made = workspace(tree, files)
    made.refresh()
    return made.figures(week)["metrics"]


def test_a_row_that_was_left_out_is_no_zero(workspace: Any) -> None:
    """Wednesday's row has a cell too many, Friday's date is none: both days are missing, and Saturday is a zero.

    orders  2026-03-02  daily  1 1 ? 1 ? . 1
    """
    text = (
        "day,orders,visits\n2026-03-02,1,5\n2026-03-03,1,5\n2026-03-04,1,234,5\n2026-03-05,1,5\n"
        "2026-02-31,1,5\n2026-03-08,1,5\n"
    )
    mean = {"source": "shop", "column": "orders", "aggregate": "mean"}
    tree, files = source_of(text)
    found = week_of(workspace, {**tree, "metrics": {**tree["metrics"], "mean": mean}}, files)
    assert found["orders"]["summary"]["last_week"] == 4
    assert "summary.last_week" in found["orders"]["incomplete"]
    assert found["mean"]["summary"]["last_week"] == 1, "between Thursday and Sunday nothing is known"


def test_a_row_that_was_left_out_beside_others_of_its_day(workspace: Any) -> None:
    """Tuesday's row of orders has a quote too many. Visits have one of that day; whether orders had one isn't known."""
    text = "".join(
        f"2026-03-{day:02},{name},{cell}\n"
        for day in range(2, 9)
        for name, cell in (("visits", "5"), ("orders", '"1"x' if day == 3 else "1"))
    )
    found = week_of(workspace, *source_of("day,metric,value\n" + text, layout="long", metric="metric", value="value"))
    assert found["orders"]["summary"]["last_week"] == 6
    assert "summary.last_week" in found["orders"]["incomplete"]
    assert found["visits"]["summary"]["last_week"] == 35
    assert "summary.last_week" not in found["visits"]["incomplete"]


def test_a_column_that_a_file_lacks_is_no_zero(workspace: Any) -> None:
    """The newest export calls it otherwise: from Friday on nothing is known of visits. Orders came on Friday only."""
    tree, _ = source_of("", path="*.csv")
    files = {
        "1.csv": "day,orders,visits\n" + "".join(f"2026-03-{day:02},1,5\n" for day in range(2, 6)),
        "2.csv": "day,orders,visitors\n2026-03-06,1,5\n2026-03-08,,5\n",
    }
    made = workspace(tree, files)
    (note,) = made.refresh().sources[0].notes
    assert note == "Not every file has column visits: it is not in 2.csv. Did you mean 'visitors'?"
    found = made.figures("2026-03-08")["metrics"]
    assert found["visits"]["summary"]["last_week"] == 20
    assert "summary.last_week" in found["visits"]["incomplete"]
    assert found["orders"]["summary"]["last_week"] == 5
    assert "summary.last_week" in found["orders"]["incomplete"], "Sunday's cell is blank"


def test_a_row_of_a_day_to_come_makes_no_zeros(workspace: Any) -> None:
    """A plan for New Year's Eve of 2099 stands below the days that were."""
    text = "day,orders,visits\n" + "".join(f"2026-03-{day:02},1,5\n" for day in (2, 3, 5)) + "2099-12-31,9,9\n"
    found = week_of(workspace, *source_of(text))["orders"]
    assert found["summary"]["last_week"] == 3
    assert "summary.last_week" in found["incomplete"]
    assert found["weekly"]["2026-03-08"] == 3


def test_a_row_without_a_name_is_told_and_its_day_is_no_zero(workspace: Any) -> None:
    """As a pivot writes it: the name stands in the first row of its group alone."""
    text = "day,metric,value\n" + "".join(
        f"2026-03-{day:02},{'' if day == 4 else 'orders'},1\n2026-03-{day:02},visits,5\n" for day in range(2, 9)
    )
    made = workspace(*source_of(text, layout="long", metric="metric", value="value"))
    (note,) = made.refresh().sources[0].notes
    assert note == "1 row has a value and nothing in column metric, so that no metric gets it: row 6 of shop.csv."
    found = made.figures("2026-03-08")["metrics"]
    assert found["orders"]["summary"]["last_week"] == 6
    assert "summary.last_week" in found["orders"]["incomplete"]
    assert "summary.last_week" not in found["visits"]["incomplete"]


@pytest.mark.parametrize(
    ("files", "total"),
    [
        ({"a.csv": "2026-03-02,1,5\n2026-03-03,1,5\n2026-03-XX,7,5\n", "b.csv": "2026-03-06,1,5\n2026-03-08,1,5\n"}, 4),
        ({"a.csv": "2026-03-03,1,5\n2026-03-08,1,5\nlast,7,5\n2026-03-02,1,5\n"}, 3),
        ({"a.csv": "2026-03-02,1,5\n2026-03-08,1,5\n", "b.csv": "first,7,5\n2026-03-06,1,5\n"}, 3),
    ],
    ids=["the last of a file", "a file in any order", "the first of a file"],
)
def test_a_row_that_was_left_out_may_be_of_any_day_that_it_can_be_of(
    workspace: Any, files: dict[str, str], total: int
) -> None:
    tree, _ = source_of("", path="*.csv")
    found = week_of(workspace, tree, {name: f"day,orders,visits\n{rows}" for name, rows in files.items()})["orders"]
    assert found["summary"]["last_week"] == total
    assert "summary.last_week" in found["incomplete"]


def test_a_row_that_was_left_out_of_rows_by_name(workspace: Any) -> None:
    """The newest day of orders is broken, and visits follow with their first."""
    text = "day,metric,value\n" + "".join(f"2026-03-{day:02},orders,1\n" for day in range(2, 8))
    text += "2026-3-8x,orders,50\n" + "".join(f"2026-03-{day:02},visits,5\n" for day in range(2, 9))
    found = week_of(workspace, *source_of(text, layout="long", metric="metric", value="value"))
    assert "summary.last_week" in found["orders"]["incomplete"]
    assert found["visits"]["summary"]["last_week"] == 35


def test_a_row_without_a_name_and_without_a_day(workspace: Any) -> None:
    """Cells that were merged: the row lies between Wednesday and Friday."""
    text = "day,metric,value\n2026-03-02,orders,1\n2026-03-04,visits,1\n,,4\n2026-03-06,orders,1\n2026-03-08,orders,1\n"
    made = workspace(*source_of(text, layout="long", metric="metric", value="value"))
    (source,) = made.refresh().sources
    assert source.problem_count == 1
    assert "summary.last_week" in made.figures("2026-03-08")["metrics"]["orders"]["incomplete"]


def test_files_without_a_column_say_nothing_of_their_days(workspace: Any) -> None:
    """Orders are in the first file and in the last; the second reaches from Wednesday to Saturday."""
    tree, _ = source_of("", path="*.csv")
    one, two, three = "day,orders,visits\n", "day,visits\n", "day,orders,visits\n"
    files = {
        "1.csv": f"{one}2026-03-02,1,5\n2026-03-03,1,5\n",
        "2.csv": f"{two}2026-03-04,5\n2026-03-07,5\n",
        "3.csv": f"{three}2026-03-08,1,5\n",
    }
    found = week_of(workspace, tree, files)["orders"]
    assert found["summary"]["last_week"] == 3
    assert "summary.last_week" in found["incomplete"]


def test_files_by_metric_have_zeros(workspace: Any) -> None:
    """Orders have a file of their own, which reaches over the week; that of visits doesn't make its days unknown."""
    tree, _ = source_of("", path="*.csv")
    visits = "".join(f"2026-03-{day:02},5\n" for day in range(2, 9))
    files = {"o.csv": "day,orders\n2026-03-02,1\n2026-03-08,1\n", "v.csv": f"day,visits\n{visits}"}
    found = week_of(workspace, tree, files)["orders"]
    assert found["summary"]["last_week"] == 2
    assert "summary.last_week" not in found["incomplete"]
