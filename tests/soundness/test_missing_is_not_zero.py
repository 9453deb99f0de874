"""A day without a value is missing. It is never counted as zero."""

from typing import Any


def test_a_sum_leaves_an_absent_day_out_and_says_so(drawn: Any) -> None:
    """Wednesday has no row: 1 + 2 + 4 + 5 + 6 + 7 = 25, of six days.

    visits  2026-03-02  daily  1 2 . 4 5 6 7
    """
    visits = drawn("2026-03-08")["visits"]
    assert visits["summary"]["last_week"] == 25
    assert visits["weekly"]["2026-03-08"] == 25
    assert {"weekly.2026-03-08", "summary.last_week"} <= set(visits["incomplete"])


def test_a_blank_cell_is_as_missing_as_an_absent_row(drawn: Any) -> None:
    """
    visits  2026-03-02  daily  1 2 - 4 5 6 7
    """
    visits = drawn("2026-03-08")["visits"]
    assert visits["summary"]["last_week"] == 25
    assert "summary.last_week" in visits["incomplete"]


def test_a_zero_is_a_value(drawn: Any) -> None:
    """
    visits  2026-03-02  daily  1 2 0 4 5 6 7
    """
    visits = drawn("2026-03-08")["visits"]
    assert visits["summary"]["last_week"] == 25
    assert "summary.last_week" not in visits["incomplete"]


def test_no_aggregate_takes_a_missing_day_for_zero(drawn: Any) -> None:
    """(2 + 4 + 6 + 8) / 4 = 5; a zero on Monday and Sunday would be the first, the last and the smallest.

    mean   2026-03-02  daily  . 2 - 4 6 8 .
    min    2026-03-02  daily  . 2 - 4 6 8 .
    max    2026-03-02  daily  . 2 - 4 6 8 .
    first  2026-03-02  daily  . 2 - 4 6 8 .
    last   2026-03-02  daily  . 2 - 4 6 8 .
    """
    values = {"mean": 5, "min": 2, "max": 8, "first": 2, "last": 8}
    figures = drawn("2026-03-08", **{name: {"aggregate": name} for name in values})
    assert {name: figures[name]["summary"]["last_week"] for name in values} == values
    assert all("summary.last_week" in figures[name]["incomplete"] for name in values)


def test_a_week_without_any_value_has_none(drawn: Any) -> None:
    """Rows with blank cells only: no value, and nothing that could be incomplete.

    sum    2026-02-23  daily  1 1 1 1 1 1 1 | - - - - - - -
    mean   2026-02-23  daily  1 1 1 1 1 1 1 | - - - - - - -
    last   2026-02-23  daily  1 1 1 1 1 1 1 | - - - - - - -
    """
    for visits in drawn("2026-03-08", mean={"aggregate": "mean"}, last={"aggregate": "last"}).values():
        assert visits["weekly"]["2026-03-01"] is not None
        assert visits["summary"]["last_week"] is None
        assert visits["summary"]["wow"] is None
        assert "summary.last_week" not in visits["incomplete"]
        assert "weekly.2026-03-08" not in visits["incomplete"]


def test_a_cell_that_cannot_be_read_is_missing(drawn_files: Any) -> None:
    """
    visits  2026-03-02  daily  1 2 lots 4 5 6 7
    """
    files = drawn_files()
    visits = files.figures("2026-03-08")["metrics"]["visits"]
    assert visits["summary"]["last_week"] == 25
    assert "summary.last_week" in visits["incomplete"]
    with files.opened() as (_, warehouse):
        (problem,) = warehouse.problems("daily_missing").to_dict("records")
    assert (problem["row"], problem["column"], problem["value"]) == (4, "value", "lots")


def test_days_before_the_first_value_are_absent_days(drawn: Any) -> None:
    """The first value ever is of 3 March 2025, so the year to date of 2025 lacks January, February and two days.

    visits  2025-03-03  daily  1*371
    """
    visits = drawn("2026-03-08")["visits"]
    assert visits["summary"]["ytd"] == 67
    assert visits["summary"]["ytd_yoy"] is None
    assert visits["summary"]["mtd"] == 8
    assert visits["summary"]["mtd_yoy"] is None
    assert visits["monthly_prior_year"]["2026-02"] is None
    assert visits["summary"]["yoy_week"] == 0


def test_a_formula_without_one_of_its_parts_has_no_value(drawn: Any) -> None:
    """
    paid  2026-03-02  daily  1 1 1 1 1 1 1
    free  2026-02-23  daily  5 5 5 5 5 5 5
    """
    figures = drawn("2026-03-08", all={"formula": "paid + free"}, share={"formula": "paid / free"})
    assert figures["all"]["summary"]["last_week"] is None
    assert figures["share"]["summary"]["last_week"] is None


def test_a_division_by_zero_has_no_value(drawn: Any) -> None:
    """
    signups  2026-03-02  daily  1 1 1 1 1 1 1
    visits   2026-03-02  daily  0 0 0 0 0 0 0
    """
    rate = drawn("2026-03-08", rate={"formula": "signups / visits"})["rate"]
    assert rate["summary"]["last_week"] is None
    assert rate["incomplete"] == []


def test_a_day_with_a_cell_that_can_not_be_read_is_missing(workspace: Any) -> None:
    """Two rows a day, one of which has letters in it: what the other has is not the day's sum.

    day         shop  sold  visits
    2026-03-02  a       10     100
    2026-03-02  b       1O     100
    2026-03-03  a       10     100
    2026-03-03  b       10     100
    """
    source = {"type": "csv", "path": "shop.csv", "date": "day"}
    aggregates = ("sum", "mean", "min", "max", "first", "last")
    metrics = {f"of_{one}": {"source": "shop", "column": "sold", "aggregate": one} for one in aggregates}
    files = workspace(
        {
            "calendar": {"week_ends_on": "tuesday"},
            "sources": {"shop": source},
            "metrics": {**metrics, "visits": {"source": "shop"}, "rate": {"formula": "of_sum / visits"}},
        },
        {
            "shop.csv": "day,shop,sold,visits\n"
            "2026-03-02,a,10,100\n2026-03-02,b,1O,100\n2026-03-03,a,10,100\n2026-03-03,b,10,100\n"
        },
    )
    files.refresh()
    figures = files.figures("2026-03-03")["metrics"]
    assert figures["of_sum"]["summary"]["last_week"] == 20
    for name in metrics:
        assert "summary.last_week" in figures[name]["incomplete"], name
    assert figures["rate"]["summary"]["last_week"] is None, "its parts have other days"


def test_a_blank_cell_beside_others_of_its_day_counts_for_nothing(workspace: Any) -> None:
    """A row that is there for another column: 10 + blank is 10.

    day         sold
    2026-03-02    10
    2026-03-02
    """
    source = {"type": "csv", "path": "shop.csv", "date": "day"}
    files = workspace(
        {"sources": {"shop": source}, "metrics": {"sold": {"source": "shop"}}},
        {"shop.csv": "day,sold\n2026-03-02,10\n2026-03-02,\n"},
    )
    files.refresh()
    figures = files.figures("2026-03-08")["metrics"]["sold"]
    assert figures["summary"]["last_week"] == 10
