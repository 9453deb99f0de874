"""A target is a week's level: scaled by its days where the metric adds up, the level itself where it does not."""

from typing import Any

import pytest


def test_a_level_of_what_adds_up_is_scaled_by_days(drawn: Any) -> None:
    """70 a week is 10 a day: 280 in February, 80 to 8 March, 670 in the 67 days of the year.

    visits  2026-01-01  daily  1*67
    """
    figures = drawn("2026-03-08", visits={"target": 70}, double={"formula": "2 * visits", "target": 70})
    for name in ("visits", "double"):
        target = figures[name]["target"]
        assert set(target["weekly"].values()) == {70}
        assert target["monthly"]["2026-02"] == pytest.approx(280)
        assert target["monthly"]["2026-01"] == pytest.approx(310)
        assert target["mtd"] == pytest.approx(80)
        assert target["qtd"] == target["ytd"] == pytest.approx(670)


def test_a_level_of_what_does_not_add_up_is_constant(drawn: Any) -> None:
    """
    visits  2026-01-01  daily  1*67
    speed   2026-01-01  daily  1*67
    """
    figures = drawn(
        "2026-03-08",
        speed={"aggregate": "mean", "target": 5},
        rate={"formula": "visits / (visits + visits)", "unit": "percent", "target": 0.4},
    )
    for name, level in (("speed", 5), ("rate", 0.4)):
        target = figures[name]["target"]
        assert {*target["weekly"].values(), *target["monthly"].values()} == {level}
        assert (target["mtd"], target["qtd"], target["ytd"]) == (level, level, level)


def test_a_level_of_what_shrinks_with_its_days_falls(drawn: Any) -> None:
    """5 a visit of 35 a week is 1/7; of the 5 * 28 visits of February 1/28, a quarter of the week's level.

    visits  2026-01-01  daily   5*67
    speed   2026-01-01  daily   5*67
    orders  2026-01-04  weekly  5*10
    rating  2026-01-04  weekly  5*10
    """
    means = {"speed": {"aggregate": "mean"}, "rating": {"aggregate": "mean"}}
    figures = drawn(
        "2026-03-08",
        **means,
        by_day={"formula": "speed / visits", "target": 1 / 7},
        by_week={"formula": "rating / orders", "target": 1},
    )
    assert set(figures["by_day"]["target"]["weekly"].values()) == {1 / 7}
    assert figures["by_day"]["target"]["monthly"]["2026-02"] == pytest.approx(1 / 28)
    assert set(figures["by_week"]["target"]["weekly"].values()) == {1}
    assert figures["by_week"]["target"]["monthly"]["2026-02"] == pytest.approx(1 / 4)
    for name in ("by_day", "by_week"):  # every day is like every other, so the value meets its target everywhere
        target, summary = figures[name]["target"], figures[name]["summary"]
        assert target["monthly"]["2026-02"] == pytest.approx(figures[name]["monthly"]["2026-02"])
        assert [target[to_date] for to_date in ("mtd", "qtd", "ytd")] == pytest.approx(
            [summary[to_date] for to_date in ("mtd", "qtd", "ytd")]
        )


def test_a_level_of_a_product_of_sums_grows_twice(drawn: Any) -> None:
    """35 visits a week squared are 1,225; 140 in February squared are 19,600, sixteen times as many.

    visits  2026-01-01  daily  5*67
    """
    found = drawn("2026-03-08", squared={"formula": "visits * visits", "target": 1225})["squared"]
    assert set(found["target"]["weekly"].values()) == {1225}
    assert found["target"]["monthly"]["2026-02"] == pytest.approx(19_600)
    assert found["target"]["ytd"] == pytest.approx(found["summary"]["ytd"]) == pytest.approx(335**2)


@pytest.mark.parametrize("formula", ["visits + 1 / visits", "visits + 100", "(visits - 1) / visits", "visits - speed"])
def test_a_level_of_what_grows_in_parts_is_a_weeks_alone(drawn: Any, formula: str) -> None:
    """No multiple of a week's level is right for a sum with a part that does not grow as it does.

    visits  2026-01-01  daily  5*67
    speed   2026-01-01  daily  5*67
    """
    found = drawn("2026-03-08", mixed={"formula": formula, "target": 35}, speed={"aggregate": "mean"})
    target = found["mixed"]["target"]
    assert set(target["weekly"].values()) == {35}
    assert {*target["monthly"].values(), target["mtd"], target["qtd"], target["ytd"]} == {None}


@pytest.mark.parametrize("formula", ["-visits", "visits + 0", "0 + visits", "visits", "visits * 1 - visits / 2"])
def test_a_level_of_a_sum_in_disguise_is_a_sums(drawn: Any, formula: str) -> None:
    """visits  2026-01-01  daily  5*67"""
    target = drawn("2026-03-08", sums={"formula": formula, "target": 35})["sums"]["target"]
    assert target["monthly"]["2026-02"] == pytest.approx(140)


def test_a_weekly_metric_counts_whole_weeks(drawn: Any) -> None:
    """Sundays: four in January and in February 2026, 1 and 8 March. Ten weeks so far are ten times the level.

    orders  2026-01-04  weekly  1*10
    """
    target = drawn("2026-03-08", orders={"target": 70})["orders"]["target"]
    assert target["weekly"]["2026-03-08"] == 70
    assert target["monthly"]["2026-01"] == target["monthly"]["2026-02"] == 280
    assert target["mtd"] == 140
    assert target["ytd"] == 700


def test_a_monthly_metric_counts_ended_months(drawn: Any) -> None:
    """A week's 70 is 310 in January and 280 in February; March has not ended.

    plan  2026-01-31  monthly  300 300
    """
    target = drawn("2026-03-08", plan={"target": 70})["plan"]["target"]
    assert set(target["weekly"].values()) == {None}
    assert target["monthly"]["2026-01"] == pytest.approx(310)
    assert target["mtd"] is None
    assert target["qtd"] == target["ytd"] == pytest.approx(590)


def test_a_series_is_aggregated_like_its_metric(drawn: Any) -> None:
    """Targets of 2 a day, 3 in the review's week, less one that is missing there: 6 x 3 = 18.

    visits         2026-03-01  daily  1 | 1 1 1 1 1 1 1
    visits.target  2026-03-01  daily  2 | 3 3 . 3 3 3 3
    speed          2026-03-01  daily  1 | 1 1 1 1 1 1 1
    speed.target   2026-03-01  daily  2 | 3 3 . 3 3 3 9
    """
    figures = drawn("2026-03-08", speed={"aggregate": "mean"})
    visits = figures["visits"]
    assert visits["target"]["weekly"]["2026-03-08"] == 18
    assert visits["target"]["mtd"] == 20
    assert {"target.weekly.2026-03-08", "target.mtd"} <= set(visits["incomplete"])
    assert "summary.last_week" not in visits["incomplete"]
    assert figures["speed"]["target"]["weekly"]["2026-03-08"] == 4


def test_without_a_target_there_is_none(drawn: Any) -> None:
    """
    visits  2026-03-02  daily  1*7
    """
    assert "target" not in drawn("2026-03-08")["visits"]
