"""The reference's figures against numbers worked out by hand, and against three worked cases.

Weeks end on Sunday where a test says nothing else. In the drawn tables a dot is a day without a row,
`-` a row with a blank cell.
"""

import csv
import json
from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference import (
    ReferenceMetric,
    Rows,
    a_year_earlier,
    differences,
    find_grain,
    fiscal_quarter_start,
    fiscal_year_start,
    month_end,
    months_later,
    reference_figures,
    reference_review_week,
    week_ending_of,
)
from strategies import workspaces, write_long_csv

SUNDAY = date(2026, 3, 8)
SIX_TWELVE = Path(__file__).resolve().parents[2] / "shared" / "cases" / "six_twelve"


def day(text: str) -> date:
    return date.fromisoformat(text)


def daily(first: str, last: str, value: float = 1, skip: str = "") -> Rows:
    """The same value every day, without the days named in `skip`."""
    start, count = day(first), (day(last) - day(first)).days + 1
    days = [start + timedelta(i) for i in range(count)]
    return [(d, value) for d in days if d.isoformat() not in skip.split()]


def week_of(values: str, monday: date) -> Rows:
    """Seven days drawn as in the docstrings: `1 2 . - 5 0 3`."""
    cells = enumerate(values.split())
    return [(monday + timedelta(i), None if cell == "-" else float(cell)) for i, cell in cells if cell != "."]


def two_weeks(before: str, now: str) -> Rows:
    return week_of(before, day("2026-02-23")) + week_of(now, day("2026-03-02"))


def metric(id: str = "a", grain: str | None = "daily", **keys: object) -> ReferenceMetric:
    return ReferenceMetric(id, grain=grain, **keys)


def figures(rows: Rows, week_ending: date = SUNDAY, week_ends_on: int = 6, fiscal: int = 1, **keys) -> dict:
    """The figures of one metric with these rows."""
    answer = reference_figures([metric(**keys)], {"a": rows}, week_ending, week_ends_on, fiscal)
    return answer["metrics"]["a"]


def formula(text: str, a: Rows, b: Rows, a_keys=None, b_keys=None, week_ending: date = SUNDAY, **keys) -> dict:
    """The figures of a formula over the metrics a and b."""
    metrics = [
        metric("a", **(a_keys or {})),
        metric("b", **(b_keys or {})),
        metric("f", formula=text, **keys),
    ]
    return reference_figures(metrics, {"a": a, "b": b}, week_ending)["metrics"]["f"]


# --- calendar ---------------------------------------------------------------------------------------------


def test_a_week_ends_on_the_calendars_weekday():
    assert week_ending_of(day("2026-03-02"), 6) == day("2026-03-08")
    assert week_ending_of(day("2026-03-08"), 6) == day("2026-03-08")
    assert week_ending_of(day("2026-03-08"), 5) == day("2026-03-14")


def test_29_february_a_year_earlier_is_the_28th():
    assert a_year_earlier(day("2024-02-29")) == day("2023-02-28")
    assert a_year_earlier(day("2025-02-28")) == day("2024-02-28")


def test_months_of_all_lengths():
    assert [month_end(date(2024, m, 1)).day for m in range(1, 13)] == [
        *(31, 29, 31, 30, 31, 30),
        *(31, 31, 30, 31, 30, 31),
    ]
    assert months_later(day("2026-01-01"), -1) == day("2025-12-01")
    assert months_later(day("2025-11-01"), 14) == day("2027-01-01")


@pytest.mark.parametrize(
    ("start_month", "year_start", "quarter_start"),
    [
        (1, "2026-01-01", "2026-01-01"),
        (2, "2026-02-01", "2026-02-01"),
        (3, "2026-03-01", "2026-03-01"),
        (4, "2025-04-01", "2026-01-01"),
        (5, "2025-05-01", "2026-02-01"),
        (6, "2025-06-01", "2026-03-01"),
        (7, "2025-07-01", "2026-01-01"),
        (8, "2025-08-01", "2026-02-01"),
        (9, "2025-09-01", "2026-03-01"),
        (10, "2025-10-01", "2026-01-01"),
        (11, "2025-11-01", "2026-02-01"),
        (12, "2025-12-01", "2026-03-01"),
    ],
)
def test_fiscal_years_from_each_month(start_month, year_start, quarter_start):
    """One a day: QTD and YTD up to 8 March 2026 count their days."""
    assert fiscal_year_start(SUNDAY, start_month) == day(year_start)
    assert fiscal_quarter_start(SUNDAY, start_month) == day(quarter_start)
    found = figures(daily("2024-01-01", "2026-03-08"), fiscal=start_month)
    assert found["summary"]["qtd"] == (SUNDAY - day(quarter_start)).days + 1
    assert found["summary"]["ytd"] == (SUNDAY - day(year_start)).days + 1
    assert next(iter(found["monthly_fiscal"])) == year_start[:7]
    ended = [month for month, value in found["monthly_fiscal"].items() if value is not None]
    assert all(month < "2026-03" for month in ended)
    assert len(ended) == (2026 - int(year_start[:4])) * 12 + 3 - start_month
    assert all(value is not None for value in found["monthly_fiscal_prior_year"].values())


# --- grain ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dates", "grain"),
    [
        ([], "daily"),
        (["2026-03-02"], "daily"),
        (["2026-01-31", "2026-02-28", "2026-03-31"], "monthly"),
        (["2026-01-01", "2026-01-31"], "daily"),
        (["2026-02-23", "2026-03-02", "2026-03-09"], "weekly"),
        (["2026-03-02", "2026-03-09", "2026-03-28", "2026-04-04"], "weekly"),
        (["2026-03-02", "2026-03-16"], "daily"),
        (["2026-03-08", "2026-03-11"], "daily"),
        (["2026-03-05", "2026-03-09", "2026-03-16"], "weekly"),
        (["2026-03-02", "2026-03-09"], "daily"),
    ],
)
def test_grain_is_found_from_the_dates(dates, grain):
    assert find_grain([day(d) for d in dates], 6) == grain


def test_weekdays_need_ten_dates_over_fourteen_days_without_a_weekend():
    """Monday 2 March: 12 working days end on Tuesday the 17th; 10 of them span 11 days only."""
    working = [d for d, _ in daily("2026-03-02", "2026-03-17") if d.weekday() < 5]
    assert find_grain(working, 6) == "weekdays"
    assert find_grain(working[:10], 6) == "daily"
    assert find_grain([*working, day("2026-03-21")], 6) == "daily"


def test_rows_of_the_file_show_the_grain_of_a_wide_source():
    """The metric's column is filled on Sundays only, in a file with a row every day: six days a week lack."""
    rows = [(day("2026-02-22"), 2.0), (day("2026-03-01"), 3.0), (SUNDAY, 4.0)]
    every_day = [d for d, _ in daily("2026-02-23", "2026-03-08")]
    by_itself = reference_figures([metric(grain=None)], {"a": rows}, SUNDAY)["metrics"]["a"]
    in_a_file = reference_figures([metric(grain=None)], {"a": rows}, SUNDAY, row_dates={"a": every_day})
    assert "weekly.2026-03-08" not in by_itself["incomplete"]
    assert "weekly.2026-03-08" in in_a_file["metrics"]["a"]["incomplete"]


# --- days and weeks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("aggregate", "value"), [("sum", 12), ("mean", 2), ("min", 1), ("max", 4), ("first", 2), ("last", 1)]
)
def test_each_aggregate_of_a_week(aggregate, value):
    """Mon 2, Tue 1, Wed 4, Thu 1, Fri 2, Sat 1, Sun 1: sum 12; the mean is that of the table below."""
    drawn = "2 1 4 1 2 1 1" if aggregate != "mean" else "2 2 2 2 2 2 2"
    assert figures(two_weeks("", drawn), aggregate=aggregate)["summary"]["last_week"] == value


def test_a_weeks_mean_is_the_mean_of_daily_means():
    """Monday has the rows 0 and 4, so 2; the six other days have 9: (2 + 54) / 7 = 8."""
    monday = day("2026-03-02")
    rows = [(monday, 0.0), (monday, 4.0), (monday, None), *week_of(". 9 9 9 9 9 9", monday)]
    assert figures(rows, aggregate="mean")["summary"]["last_week"] == 8


def test_rows_of_a_day_are_combined_in_any_order_and_scaled():
    rows = [(SUNDAY, 3.0), (day("2026-03-02"), 1.0), (SUNDAY, 4.0)]
    assert figures(rows, scale=0.5)["summary"]["last_week"] == 4


def test_missing_is_not_zero():
    """Mon 1, Tue no row, Wed blank, Thu 4, Fri 0, Sat 5, Sun 6: sum 16, mean 16 / 5, not 16 / 7."""
    rows = two_weeks("", "1 . - 4 0 5 6")
    assert figures(rows)["weekly"]["2026-03-08"] == 16
    assert figures(rows, aggregate="mean")["weekly"]["2026-03-08"] == pytest.approx(3.2)
    assert figures(rows, aggregate="min")["weekly"]["2026-03-08"] == 0
    assert "weekly.2026-03-08" in figures(rows)["incomplete"]


def test_a_week_without_any_day_has_no_value():
    found = figures(two_weeks("1 1 1 1 1 1 1", "- . . . . . ."))
    assert found["summary"]["last_week"] is None
    assert found["summary"]["wow"] is None
    assert found["weekly"]["2026-03-01"] == 7
    assert found["weekly"]["2026-02-22"] is None
    assert not any(path.startswith("weekly.") for path in found["incomplete"])


def test_a_week_across_new_year_counts_whole_and_ytd_only_its_days_of_january():
    """Mon 29 Dec 2025 to Sun 4 Jan 2026, 1 a day: the week is 7, YTD is 4, December is 31."""
    found = figures(daily("2025-12-01", "2026-01-04"), day("2026-01-04"))
    assert found["weekly"] == {
        "2025-11-30": None,
        "2025-12-07": 7,
        "2025-12-14": 7,
        "2025-12-21": 7,
        "2025-12-28": 7,
        "2026-01-04": 7,
    }
    assert (found["summary"]["mtd"], found["summary"]["qtd"], found["summary"]["ytd"]) == (4, 4, 4)
    assert found["monthly"]["2025-12"] == 31


def test_53_weeks_the_prior_years_week_is_364_days_earlier():
    """Saturday weeks: 2022-12-31 is the 53rd Saturday of its year; 364 days earlier is 2022-01-01."""
    rows = daily("2021-12-26", "2022-01-01", 2) + daily("2022-12-25", "2022-12-31", 3)
    found = figures(rows, day("2022-12-31"), week_ends_on=5)
    assert found["weekly_prior_year"]["2022-12-31"] == 14
    assert found["summary"]["yoy_week"] == pytest.approx(50)
    assert found["yoy_weekly"]["2022-12-31"] == pytest.approx(0.5)


def test_weekdays_expect_monday_to_friday_and_take_a_saturday_in():
    """Mon to Fri 1 each, Sat 5: complete with 10; without Friday incomplete, whatever Saturday holds."""
    whole, short = two_weeks("1 1 1 1 1 . .", "1 1 1 1 1 5 ."), two_weeks("1 1 1 1 1 . .", "1 1 1 1 . 5 .")
    assert figures(whole, grain="weekdays")["summary"]["last_week"] == 10
    assert figures(whole, grain="weekdays")["summary"]["wow"] == pytest.approx(100)
    assert figures(short, grain="weekdays")["summary"]["wow"] is None
    assert "summary.last_week" in figures(short, grain="weekdays")["incomplete"]


# --- incomplete and changes -------------------------------------------------------------------------------


def test_an_incomplete_sum_is_given_and_marked_and_its_changes_are_blank():
    """Last week 7 of 7 days, this week 6 of 7: 6 is shown, no WoW; the week before has one from nothing."""
    found = figures(daily("2026-02-16", "2026-03-08", skip="2026-03-04"))
    assert found["summary"]["last_week"] == 6
    assert found["summary"]["wow"] is None
    assert found["wow_weekly"]["2026-03-01"] == 0
    assert found["wow_weekly"]["2026-03-08"] is None
    assert found["incomplete"] == [
        "weekly.2026-03-08",
        "monthly.2026-02",
        "summary.last_week",
        "summary.mtd",
        "summary.qtd",
        "summary.ytd",
        "monthly_fiscal.2026-02",
    ]


def test_a_mean_lacking_a_day_is_compared_with_a_mark():
    found = figures(two_weeks("2 2 2 2 2 2 2", "3 3 . 3 3 3 3"), aggregate="mean")
    assert found["summary"]["wow"] == pytest.approx(50)
    assert {"weekly.2026-03-08", "summary.last_week", "summary.wow", "wow_weekly.2026-03-08"} <= set(
        found["incomplete"]
    )
    assert "weekly.2026-03-01" not in found["incomplete"]


def test_a_year_to_date_against_a_year_that_began_late_has_no_yoy():
    """2025 begins on 3 March: YTD of 8 March 2025 holds 6 of 67 days; the MTD 6 of 8."""
    found = figures(daily("2025-03-03", "2026-03-08"))
    assert found["summary"]["ytd"] == 67
    assert found["summary"]["ytd_yoy"] is None
    assert found["summary"]["mtd_yoy"] is None
    assert found["summary"]["yoy_week"] == 0


def test_a_fall_to_zero_is_minus_100_percent_and_from_zero_there_is_none():
    ones, zeros = "1 1 1 1 1 1 1", "0 0 0 0 0 0 0"
    assert figures(two_weeks(ones, zeros))["summary"]["wow"] == -100
    assert figures(two_weeks(zeros, ones))["summary"]["wow"] is None


def test_a_negative_base_has_no_percent_change():
    found = figures(two_weeks("-1 -1 -1 -1 -1 -1 -1", "1 1 1 1 1 1 1"))
    assert found["summary"]["wow"] is None
    assert found["wow_weekly"]["2026-03-08"] is None


def test_a_percent_changes_in_basis_points_on_any_base():
    """0.25 after 0.50: -0.25, so -2500 bps; 0.25 after 0: 2500 bps."""
    halves, quarters, zeros = ".5 " * 7, ".25 " * 7, "0 " * 7
    fall = figures(two_weeks(halves, quarters), aggregate="mean", unit="percent")
    rise = figures(two_weeks(zeros, quarters), aggregate="mean", unit="percent")
    assert fall["summary"]["wow"] == pytest.approx(-2500)
    assert fall["wow_weekly"]["2026-03-08"] == pytest.approx(-0.25)
    assert rise["summary"]["wow"] == pytest.approx(2500)


def test_to_date_against_the_same_calendar_dates_in_a_leap_year():
    """Week ending Thu 29 Feb 2024, 1 a day since 2023: MTD 29 against 28 (1 to 28 Feb 2023)."""
    found = figures(daily("2023-01-01", "2024-02-29"), day("2024-02-29"), week_ends_on=3)
    assert found["summary"]["mtd"] == 29
    assert found["summary"]["mtd_yoy"] == pytest.approx((29 / 28 - 1) * 100)
    assert found["summary"]["ytd_yoy"] == pytest.approx((60 / 59 - 1) * 100)
    assert found["monthly"]["2024-02"] == 29
    assert found["monthly_prior_year"]["2024-02"] == 28


def test_trailing_months_end_with_the_last_one_ended():
    rows = daily("2024-01-01", "2026-06-30")
    assert list(figures(rows)["monthly"])[::11] == ["2025-03", "2026-02"]
    on_the_last_day = figures(rows, day("2026-05-31"))
    assert list(on_the_last_day["monthly"])[::11] == ["2025-06", "2026-05"]
    assert on_the_last_day["mom_monthly"]["2025-06"] == pytest.approx(30 / 31 - 1)


# --- formulas ---------------------------------------------------------------------------------------------


def test_a_ratio_is_the_sum_over_the_sum():
    """Mon 1 of 1, the six other days 0 of 9: 1 / 55, not the mean of 1 and six 0."""
    found = formula("a / b", two_weeks("", "1 0 0 0 0 0 0"), two_weeks("", "1 9 9 9 9 9 9"))
    assert found["summary"]["last_week"] == pytest.approx(1 / 55)


def test_a_formula_reads_signs_numbers_and_brackets():
    a, b = two_weeks("", "2 " * 7), two_weeks("", "1 " * 7)
    assert formula("-(a - 4) * 2.5 + b", a, b)["summary"]["last_week"] == -(14 - 4) * 2.5 + 7
    for foreign in ["a ** b", "a // b", "abs(a)", "a if b else a", "True + a"]:
        with pytest.raises(ValueError, match="grammar"):
            formula(foreign, a, b)


def test_a_missing_operand_or_a_division_by_zero_gives_none():
    a, zeros = two_weeks("", "2 " * 7), two_weeks("", "0 " * 7)
    assert formula("a / b", a, zeros)["summary"]["last_week"] is None
    assert formula("a + b", a, [])["summary"]["last_week"] is None
    assert formula("0 * (a / b)", a, zeros)["summary"]["last_week"] is None


def test_operands_that_lack_the_same_day_are_computed_and_marked():
    """Both lack Wednesday: 6 / 12; last week 7 / 7. A ratio of sums doesn't depend on all days."""
    found = formula("a / b", two_weeks("1 " * 7, "1 1 . 1 1 1 1"), two_weeks("1 " * 7, "2 2 - 2 2 2 2"))
    assert found["summary"]["last_week"] == pytest.approx(0.5)
    assert found["summary"]["wow"] == pytest.approx(-50)
    assert {"summary.last_week", "summary.wow"} <= set(found["incomplete"])


@pytest.mark.parametrize("b", ["2 2 2 . 2 2 2", "2 2 2 2 2 2 2", "2 2 . . 2 2 2"])
def test_operands_that_lack_different_days_are_withheld(b):
    """a lacks Wednesday; b lacks Thursday, nothing, or both."""
    found = formula("a / b", two_weeks("1 " * 7, "1 1 . 1 1 1 1"), two_weeks("1 " * 7, b))
    assert found["summary"]["last_week"] is None
    assert found["weekly"]["2026-03-01"] == 1


def test_a_sum_of_sums_lacking_a_day_has_no_change():
    a = two_weeks("1 " * 7, "1 1 . 1 1 1 1")
    found = formula("a + b", a, a)
    assert found["summary"]["last_week"] == 12
    assert found["summary"]["wow"] is None


@pytest.mark.parametrize(
    ("text", "depends"),
    [
        ("a", True),
        ("m", False),
        ("a / b", False),
        ("a * b / b", True),
        ("1 / a", True),
        ("a * m", True),
        ("100 * a / (a + b)", False),
        ("m + a", True),
        ("(a + 1 / b) / a", True),
        ("-a", True),
        ("rate * b", True),
        ("rate + 1", False),
    ],
)
def test_which_formulas_depend_on_all_days(text, depends):
    """Sums a and b, a mean m, rate = a / b; all lack Wednesday: dependent ones have no WoW."""
    rows = two_weeks("1 " * 7, "1 1 . 1 1 1 1")
    metrics = [metric("a"), metric("b"), metric("m", aggregate="mean"), metric("rate", formula="a / b")]
    metrics.append(metric("f", formula=text))
    found = reference_figures(metrics, {"a": rows, "b": rows, "m": rows}, SUNDAY)["metrics"]["f"]
    assert found["summary"]["last_week"] is not None
    assert (found["summary"]["wow"] is None) == depends


def test_a_formula_of_formulas_aggregates_its_leaves():
    """rate = a / b = 7 / 14; f = rate * 100 + b = 50 + 14."""
    metrics = [
        metric("a"),
        metric("b"),
        metric("rate", formula="a / b"),
        metric("f", formula="rate * 100 + b"),
    ]
    rows = {"a": two_weeks("", "1 " * 7), "b": two_weeks("", "2 " * 7)}
    assert reference_figures(metrics, rows, SUNDAY)["metrics"]["f"]["summary"]["last_week"] == 64


def test_a_day_and_a_week_of_the_same_date_are_not_the_same_lack():
    """March 2026: daily a lacks Sunday the 8th, weekly b the week ending on the 8th: six days more."""
    a = daily("2026-03-01", "2026-03-31", skip="2026-03-08")
    b = [(day(f"2026-03-{d:02d}"), 1.0) for d in (1, 15, 22, 29)]
    found = formula("a / b", a, b, b_keys={"grain": "weekly"}, week_ending=day("2026-04-05"))
    assert found["monthly"]["2026-03"] is None


# --- grains of whole weeks and months ---------------------------------------------------------------------


def weekly_ones(first_week_ending: str, last: str) -> Rows:
    start = day(first_week_ending)
    return [(start + timedelta(7 * i), 1.0) for i in range((day(last) - start).days // 7 + 1)]


def test_a_weekly_value_belongs_whole_to_the_month_of_its_week_ending():
    """Rows dated on Mondays: the one of Mon 23 Feb counts for the week ending 1 March, and so for March."""
    rows = [(day(d), 10.0) for d in ("2026-01-26", "2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23")]
    found = figures([*rows, (day("2026-03-02"), 10.0)], grain="weekly")
    assert found["weekly"]["2026-03-01"] == 10
    assert found["monthly"]["2026-02"] == 40
    assert found["summary"]["mtd"] == 20
    assert "monthly.2026-02" not in found["incomplete"]


def test_two_days_in_a_week_of_weekly_grain_are_combined_before_the_months():
    """Mean, weekly grain: the week of 8 March has 1 and 5, so 3; the week of 1 March 5: MTD (3 + 5) / 2."""
    rows = [(day("2026-03-01"), 5.0), (day("2026-03-02"), 1.0), (day("2026-03-05"), 5.0)]
    found = figures(rows, grain="weekly", aggregate="mean")
    assert found["summary"]["last_week"] == 3
    assert found["summary"]["mtd"] == 4


def test_four_weeks_against_five_are_not_compared():
    """Sundays: March has 5 and February 4, in 2025 as in 2026. YTD of 8 March: 10 weeks, the same 10 in 2025."""
    rows = weekly_ones("2024-12-01", "2026-04-05")
    found = figures(rows, day("2026-04-05"), grain="weekly")
    assert found["monthly"]["2026-03"] == 5
    assert found["mom_monthly"]["2026-03"] is None
    assert found["mom_monthly"]["2026-02"] == 0
    assert found["yoy_monthly"]["2026-03"] == 0
    assert found["summary"]["wow"] == 0
    assert figures(rows, grain="weekly")["summary"]["ytd"] == 10
    assert figures(rows, grain="weekly")["summary"]["ytd_yoy"] == 0
    assert figures(rows, grain="weekly", aggregate="mean")["summary"]["ytd_yoy"] == 0


def test_four_weeks_against_five_in_a_formula():
    """Weekly sums: a + b has no MoM in March (5 Sundays after 4), a / b does."""
    rows, weekly, sunday = weekly_ones("2024-12-01", "2026-04-05"), {"grain": "weekly"}, day("2026-04-05")
    total = formula("a + b", rows, rows, weekly, weekly, sunday)
    ratio = formula("a / b", rows, rows, weekly, weekly, sunday)
    assert total["mom_monthly"]["2026-03"] is None
    assert ratio["mom_monthly"]["2026-03"] == 0


def test_monthly_grain_leaves_weeks_blank_and_to_date_takes_ended_months():
    """5 a month, dated on the 1st: at 8 March YTD is January and February, 10; there is no MTD."""
    rows = [(date(y, m, 1), 5.0) for y in (2025, 2026) for m in range(1, 13) if (y, m) <= (2026, 3)]
    found = figures(rows, grain="monthly")
    assert set(found["weekly"].values()) == {None}
    assert found["monthly"]["2026-02"] == 5
    assert found["summary"] == {
        "last_week": None,
        "wow": None,
        "yoy_week": None,
        "mtd": None,
        "mtd_yoy": None,
        "qtd": 10,
        "qtd_yoy": 0,
        "ytd": 10,
        "ytd_yoy": 0,
    }
    assert found["incomplete"] == []
    may = figures([*rows, (day("2026-04-01"), 5.0), (day("2026-05-01"), 5.0)], day("2026-05-31"), grain="monthly")
    assert may["summary"]["mtd"] == 5


def test_a_formula_with_a_monthly_operand_has_no_weeks():
    monthly_rows = [(date(2026, m, 1), 5.0) for m in (1, 2, 3)]
    found = formula("a / b", daily("2026-01-01", "2026-03-08"), monthly_rows, b_keys={"grain": "monthly"})
    assert set(found["weekly"].values()) == {None}
    assert found["monthly"]["2026-02"] == pytest.approx(28 / 5)
    assert found["summary"]["mtd"] is None


def test_not_additive_leaves_all_but_weeks_blank():
    rows = daily("2024-01-01", "2026-03-08")
    found = figures(rows, additive=False, target=7)
    assert found["summary"]["last_week"] == 7
    assert found["summary"]["wow"] == 0
    for name in ("monthly", "monthly_prior_year", "monthly_fiscal", "yoy_monthly"):
        assert set(found[name].values()) == {None}
    assert [found["summary"][k] for k in ("mtd", "qtd", "ytd", "ytd_yoy")] == [None] * 4
    assert found["target"]["weekly"]["2026-03-08"] == 7
    assert set(found["target"]["monthly"].values()) | {found["target"][k] for k in ("mtd", "ytd")} == {None}
    ratio = formula("a / b", rows, rows, a_keys={"additive": False})
    assert ratio["summary"]["last_week"] == 1
    assert ratio["monthly"]["2026-02"] is None


# --- first, last, absent ----------------------------------------------------------------------------------


def test_first_and_last_take_the_outermost_day_with_a_value():
    """Mon -, Tue 4, ..., Sat 9, Sun no row: first 4, last 9, both marked."""
    rows = two_weeks("", "- 4 1 1 1 9 .")
    first, last = figures(rows, aggregate="first"), figures(rows, aggregate="last")
    assert (first["summary"]["last_week"], last["summary"]["last_week"]) == (4, 9)
    assert "summary.last_week" in first["incomplete"]


def test_a_day_with_several_different_values_is_missing_for_last():
    """Sunday has 5 and 6, a fault; Saturday has 3 twice, none."""
    saturday = day("2026-03-07")
    rows = [(SUNDAY, 5.0), (SUNDAY, 6.0), (saturday, 3.0), (saturday, 3.0)]
    found = figures(rows, aggregate="last")
    assert found["summary"]["last_week"] == 3


def test_absent_zero_fills_days_without_a_row_up_to_the_sources_last_row():
    """Rows on Tue 2 and Wed -, the source's last row on Fri: Thu and Fri are 0, the others missing."""
    rows = two_weeks("", ". 2 - . . . .")
    keys = {"absent": "zero", "aggregate": "mean"}
    found = reference_figures([metric(**keys)], {"a": rows}, SUNDAY, source_last_row={"a": day("2026-03-06")})
    assert found["metrics"]["a"]["summary"]["last_week"] == pytest.approx(2 / 3)
    assert "summary.last_week" in found["metrics"]["a"]["incomplete"]
    assert figures(rows, **keys)["summary"]["last_week"] == 2


def test_absent_zero_makes_a_week_of_few_rows_complete():
    """Sales on two days of the week only: 3 and 4 are the whole week's 7, and can be compared."""
    rows = [(day("2026-02-23"), 14.0), (day("2026-03-03"), 3.0), (SUNDAY, 4.0)]
    found = figures(rows, grain=None, absent="zero")
    assert found["summary"]["last_week"] == 7
    assert found["summary"]["wow"] == -50
    assert "summary.last_week" not in found["incomplete"]


def test_absent_zero_at_weekly_grain_is_a_week_of_zero():
    rows = [(day("2026-02-16"), 4.0), (day("2026-03-02"), 2.0)]
    found = figures(rows, grain="weekly", absent="zero")
    assert list(found["weekly"].values())[-3:] == [4, 0, 2]


# --- targets ----------------------------------------------------------------------------------------------


def test_a_weeks_level_is_scaled_by_days_over_seven_for_a_sum():
    """70 a week is 10 a day: February 280, MTD 80, QTD and YTD 67 days."""
    target = figures(daily("2025-01-01", "2026-03-08"), target=70)["target"]
    assert target["weekly"]["2026-03-08"] == 70
    assert target["monthly"]["2026-02"] == pytest.approx(280)
    assert target["monthly"]["2026-01"] == pytest.approx(310)
    assert [target["mtd"], target["qtd"], target["ytd"]] == pytest.approx([80, 670, 670])


def test_a_level_stays_for_other_aggregates_and_ratios():
    rows = daily("2025-01-01", "2026-03-08")
    for found in (
        figures(rows, aggregate="mean", target=0.5),
        formula("a / b", rows, rows, target=0.5),
    ):
        assert found["target"]["weekly"]["2026-03-08"] == 0.5
        assert found["target"]["monthly"]["2026-02"] == 0.5
        assert found["target"]["ytd"] == 0.5
    assert formula("a + b", rows, rows, target=14)["target"]["monthly"]["2026-02"] == pytest.approx(56)


def test_a_level_falls_or_grows_as_its_formula_does():
    """28 days are four weeks: a fourth of a mean over a sum, sixteen times a square, and nothing that fits both."""
    rows = daily("2025-01-01", "2026-03-08")
    for text, february in (("1 / a", 3), ("a * b", 192), ("1 / a / b", 0.75)):
        found = formula(text, rows, rows, target=12)["target"]
        assert found["weekly"]["2026-03-08"] == 12
        assert found["monthly"]["2026-02"] == pytest.approx(february)
    mixed = formula("a + 1 / b", rows, rows, target=12)["target"]
    assert mixed["weekly"]["2026-03-08"] == 12
    assert (mixed["monthly"]["2026-02"], mixed["mtd"]) == (None, None)


def test_a_weekly_metrics_level_counts_week_endings_a_monthly_ones_ended_months():
    """Sundays up to 8 March 2026: February 4, March 2, the year 10. Months ended: 31 + 28 days."""
    weekly = figures(weekly_ones("2025-01-05", "2026-03-08"), grain="weekly", target=7)["target"]
    assert (weekly["monthly"]["2026-02"], weekly["mtd"], weekly["ytd"]) == (28, 14, 70)
    monthly = figures([(day("2026-01-01"), 1.0), (day("2026-02-01"), 1.0)], grain="monthly", target=7)["target"]
    assert set(monthly["weekly"].values()) == {None}
    assert (monthly["monthly"]["2026-02"], monthly["mtd"], monthly["ytd"]) == (28, None, 59)


def test_a_target_series_is_aggregated_like_its_metric_and_marked():
    """2 a day, Wednesday 4 March absent: the week 12, marked."""
    rows = {
        "a": daily("2026-01-01", "2026-03-08"),
        "a.target": daily("2026-01-01", "2026-03-08", 2, "2026-03-04"),
    }
    found = reference_figures([metric(target="series")], rows, SUNDAY)["metrics"]["a"]
    assert found["target"]["weekly"]["2026-03-08"] == 12
    assert found["target"]["weekly"]["2026-03-01"] == 14
    assert found["target"]["monthly"]["2026-02"] == 56
    paths = [path for path in found["incomplete"] if path.startswith("target")]
    assert paths == ["target.weekly.2026-03-08", "target.mtd", "target.qtd", "target.ytd"]
    assert "target" not in figures(rows["a"])


# --- the answer's shape, the review week ------------------------------------------------------------------


def test_the_answer_has_the_documented_shape():
    found = figures(daily("2026-03-01", "2026-03-08"), target=1)
    assert list(found) == [
        *("weekly", "weekly_prior_year", "monthly", "monthly_prior_year", "summary", "target"),
        *("wow_weekly", "yoy_weekly", "mom_monthly", "yoy_monthly"),
        *("monthly_fiscal", "monthly_fiscal_prior_year", "incomplete"),
    ]
    assert [len(found[k]) for k in ("weekly", "monthly", "summary", "target")] == [6, 12, 9, 5]
    assert list(found["weekly"]) == list(found["weekly_prior_year"]) == list(found["yoy_weekly"])
    with pytest.raises(ValueError, match="last day"):
        figures([], day("2026-03-07"))


def test_the_review_week_is_the_newest_that_more_than_half_have_whole():
    """Weeks ending 1 and 8 March. a is there to the 8th, b to the 1st, c nowhere: 1 of 2 is not enough."""
    rows = {"a": daily("2026-02-16", "2026-03-08"), "b": daily("2026-02-16", "2026-03-01")}
    metrics = [metric("a"), metric("b"), metric("c")]
    assert reference_review_week(metrics, rows, day("2026-03-12")) == day("2026-03-01")
    assert reference_review_week(metrics, rows, day("2026-03-12"), deck=["a"]) == day("2026-03-08")
    assert reference_review_week(metrics, rows, day("2026-03-08"), deck=["a"]) == day("2026-03-08")
    assert reference_review_week(metrics, rows, day("2026-03-07"), deck=["a"]) == day("2026-03-01")


def test_a_monthly_metric_is_complete_with_its_last_ended_month_a_formula_with_its_leaves():
    rows = {"a": daily("2026-01-01", "2026-03-06"), "m": [(day("2026-01-01"), 1.0), (day("2026-02-01"), 1.0)]}
    metrics = [metric("a"), metric("m", grain="monthly"), metric("f", formula="a / m")]
    assert reference_review_week(metrics, rows, SUNDAY, deck=["m"]) == SUNDAY
    assert reference_review_week(metrics, rows, SUNDAY, deck=["f"]) == day("2026-03-01")
    assert reference_review_week(metrics, rows, day("2026-04-06"), deck=["m"]) == day("2026-03-29")


def test_without_a_whole_week_the_review_week_is_the_newest_with_a_value():
    rows = {"a": [(day("2026-02-26"), 1.0), (day("2026-03-03"), None)]}
    assert reference_review_week([metric()], rows, SUNDAY) == day("2026-03-01")
    assert reference_review_week([metric()], {}, SUNDAY) is None


def test_differences_name_the_path():
    one, other = {"a": {"x": 1.0, "y": None}}, {"a": {"x": 1.0 + 1e-12, "y": 0.0}}
    assert differences(one, one) == []
    assert differences(one, other) == [".a.y: expected None, actual 0.0"]


# --- random workspaces ------------------------------------------------------------------------------------


def number_at(part: dict, path: str) -> object:
    """The number at a path of `incomplete`."""
    for name in path.split("."):
        part = part[name]
    return part


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.booleans().flatmap(lambda undeclared: workspaces(undeclared=undeclared)))
def test_random_workspaces_have_figures_that_dont_rest_on_the_order_of_rows(case):
    found = case.figures()
    upside_down = {name: rows[::-1] for name, rows in case.observations.items()}
    assert replace(case, observations=upside_down).figures() == found
    for of_metric in found["metrics"].values():
        assert all(number_at(of_metric, path) is not None for path in of_metric["incomplete"])
        assert len(set(of_metric["incomplete"])) == len(of_metric["incomplete"])
    newest = case.review_week(case.week_ending)
    assert newest is None or newest.weekday() == case.week_ends_on


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(workspaces())
def test_random_workspaces_are_written_as_they_are(case):
    with TemporaryDirectory() as folder:
        written = write_long_csv(case, Path(folder) / "workspace")
        tree = yaml.safe_load((written / "northstar.yaml").read_text())
        observations = {}
        for source in tree["sources"].values():
            with (written / source["path"]).open(newline="") as file:
                for row in csv.DictReader(file):
                    value = float(row["value"]) if row["value"] else None
                    observations.setdefault(row["metric"], []).append((day(row["date"]), value))
    assert observations == case.observations
    assert list(tree["metrics"]) == [metric.id for metric in case.metrics]
    assert [keys["role"] for keys in tree["metrics"].values()].count("north_star") == 1
    for metric in case.metrics:
        keys = tree["metrics"][metric.id]
        source = tree["sources"].get(keys.get("source"), {})
        assert (keys.get("formula"), source.get("grain")) == (metric.formula, metric.grain)
        assert keys.get("scale", 1) == metric.scale


# --- worked cases -----------------------------------------------------------------------------------------


def lacking_days(present: set[date], first: date, last: date) -> bool:
    return any(first + timedelta(i) not in present for i in range((last - first).days + 1))


def periods_of_change(path: list[str], week_ending: date, fiscal_start: int) -> list[tuple[date, date]]:
    """The two periods that the change at `path` compares."""

    def week(last: date, weeks_back: int) -> tuple[date, date]:
        last -= timedelta(7 * weeks_back)
        return last - timedelta(6), last

    def month(name: str, months_back: int) -> tuple[date, date]:
        index = int(name[:4]) * 12 + int(name[5:]) - 1 - months_back
        year, number = index // 12, index % 12 + 1
        return date(year, number, 1), date(year, number, monthrange(year, number)[1])

    kind, name = path
    if kind in ("wow_weekly", "yoy_weekly"):
        return [week(day(name), 0), week(day(name), 1 if kind == "wow_weekly" else 52)]
    if kind in ("mom_monthly", "yoy_monthly"):
        return [month(name, 0), month(name, 1 if kind == "mom_monthly" else 12)]
    if name in ("wow", "yoy_week"):
        return [week(week_ending, 0), week(week_ending, 1 if name == "wow" else 52)]
    back = {"mtd_yoy": 0, "qtd_yoy": (week_ending.month - fiscal_start) % 3}.get(
        name, (week_ending.month - fiscal_start) % 12
    )
    first, _ = month(week_ending.isoformat()[:7], back)
    return [
        (first, week_ending),
        (first.replace(year=first.year - 1), week_ending.replace(year=week_ending.year - 1)),
    ]


@pytest.mark.skipif(not SIX_TWELVE.exists(), reason="the worked cases (../shared/cases) are not beside the repo")
@pytest.mark.parametrize("scenario", ["scenario_1", "scenario_2", "scenario_3"])
def test_worked_cases(scenario):
    """Daily sums. Ours may differ in one way: no change where one of its periods lacks days."""
    folder = SIX_TWELVE / scenario
    setup = json.loads((folder / "definition.json").read_text())
    expected = json.loads((folder / "expected.json").read_text())["metrics"]
    with (folder / "clean.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    metrics, observations, file_dates = [], {}, {}
    for id, declared in setup["metrics"].items():
        assert declared["kind"] == "column"
        unit = "percent" if declared["comparison"] == "bps" else "number"
        metrics.append(ReferenceMetric(id, aggregate=declared["aggf"], unit=unit))
        cells = [(day(row["Date"]), row[declared["column"]]) for row in table]
        observations[id] = [(d, float(cell) if cell else None) for d, cell in cells]
        file_dates[id] = [d for d, _ in cells]
    week_ending = day(setup["setup"]["week_ending"])
    fiscal_start = setup["setup"]["fiscal_year_end_month"] % 12 + 1
    ours = reference_figures(
        metrics, observations, week_ending, week_ending.weekday(), fiscal_start, row_dates=file_dates
    )["metrics"]

    compared = stricter = 0
    for id, theirs in expected.items():
        present = {d for d, value in observations[id] if value is not None}
        parts = {name: part for name, part in theirs.items() if name in ours[id]}
        assert len(parts) >= 9
        for name, part in parts.items():
            for key, value in part.items():
                mine = ours[id][name][key]
                compared += 1
                if value is not None and mine is None:
                    assert name.startswith(("wow", "yoy", "mom", "summary")), (name, key)
                    periods = periods_of_change([name, key], week_ending, fiscal_start)
                    assert any(lacking_days(present, *period) for period in periods), (name, key)
                    stricter += 1
                else:
                    assert not differences(value, mine), (name, key)
    assert compared >= 9 * len(expected)
    assert stricter < compared / 5
