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
