"""The textbook chart: constants, rules, locks and dividers, by numbers that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.signals import xmr

NOTHING = float("nan")


def test_limits_of_a_small_series() -> None:
    """Values 10 12 11 13: mean 11.5; ranges 2 1 2: mean 5/3, median 2."""
    values = np.array([10.0, 12.0, 11.0, 13.0])
    found = xmr.natural_limits(values)
    assert (found.centre, found.moving_range) == (11.5, pytest.approx(5 / 3))
    assert found.upper == pytest.approx(11.5 + 2.66 * 5 / 3)
    assert found.lower == pytest.approx(11.5 - 2.66 * 5 / 3)
    assert found.range_limit == pytest.approx(3.268 * 5 / 3)
    median = xmr.natural_limits(values, "median")
    assert (median.centre, median.moving_range) == (11.5, 2)
    assert median.upper == pytest.approx(11.5 + 3.145 * 2)
    assert median.range_limit == pytest.approx(3.865 * 2)


def test_no_range_reaches_across_a_gap() -> None:
    found = xmr.natural_limits(np.array([10.0, 11.0, NOTHING, 30.0, 31.0]))
    assert found.moving_range == 1
    assert found.centre == 20.5


def test_one_value_has_no_limits() -> None:
    assert np.isnan(xmr.natural_limits(np.array([4.0])).upper)


def rules(values: list[float]) -> list[int]:
    """Around a centre of 0, with limits at 3."""
    at = np.zeros(len(values))
    return [int(rule) for rule in xmr.rules(np.array(values), at, at - 3, at + 3)]


def test_rule_one_is_a_value_outside() -> None:
    assert rules([0, 3.1, 0, -3.1, 3.0]) == [0, 1, 0, 1, 0]


def test_rule_two_is_the_eighth_in_a_row_on_one_side() -> None:
    assert rules([1] * 9) == [0] * 7 + [2, 2]
    assert rules([1] * 7 + [-1] * 7) == [0] * 14
    assert rules([1] * 4 + [NOTHING] + [1] * 4) == [0] * 9


def test_rule_three_is_three_of_four_nearer_to_a_limit() -> None:
    assert rules([2, 0, 2, 2]) == [0, 0, 0, 3]
    assert rules([2, 0, -2, 2]) == [0, 0, 0, 0]
    assert rules([2, 1, 1, 2, 2]) == [0, 0, 0, 0, 0]


def test_each_part_between_dividers_has_its_own_limits() -> None:
    values = np.array([10.0, 12.0, 10.0, 12.0, 50.0, 52.0, 50.0, 52.0])
    chart = xmr.chart(values, dividers=[4])
    assert list(chart.centre) == [11.0] * 4 + [51.0] * 4
    assert np.isnan(chart.moving_range[4])
    assert not chart.rule.any()
    assert xmr.chart(values).centre[0] == 31.0


def test_locked_limits_are_those_of_the_first_weeks() -> None:
    values = np.array([10.0, 12.0, 10.0, 12.0, 10.0, 12.0, 30.0, 31.0])
    chart = xmr.chart(values, locked=6)
    assert set(chart.centre) == {11.0}
    assert set(chart.upper) == {11.0 + 2.66 * 2}
    assert list(chart.rule) == [0] * 6 + [1, 1]


def test_limits_before_a_week_use_the_weeks_before_it_alone() -> None:
    values = np.array([[10.0], [12.0], [11.0], [99.0]])
    centre, lower, upper = xmr.limits_before(values)
    assert np.isnan(centre[0, 0])
    assert centre[3, 0] == 11
    assert upper[3, 0] == pytest.approx(11 + 2.66 * 1.5)
    assert lower[3, 0] == pytest.approx(11 - 2.66 * 1.5)


def test_alarms_are_trusted_without_trend_season_or_memory_only() -> None:
    random = np.random.default_rng(4)
    white = 100 + random.standard_normal(80)
    assert xmr.is_trustworthy(white, trend_or_season=False)
    assert not xmr.is_trustworthy(white, trend_or_season=True)
    assert not xmr.is_trustworthy(np.cumsum(white - 100), trend_or_season=False)
    assert not xmr.is_trustworthy(np.full(60, 5.0), trend_or_season=False)
