"""How numbers are written. `_` in an expected text stands for a narrow no-break space, `-` for a true minus."""

import math

import pytest

from metrics.charts import numbers
from metrics.tree.tree import Metric, Unit


def metric(unit: Unit = "number", currency: str | None = None) -> Metric:
    return Metric(id="m", name="M", unit=unit, currency=currency)


def text(written: str) -> str:
    return written.replace("_", numbers.THIN).replace("-", numbers.MINUS)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (-0.0, "0"),
        (4, "4"),
        (4.25, "4.25"),
        (412, "412"),
        (412.4, "412"),
        (-41.23, "-41.2"),
        (999.4, "999"),
        (999.6, "1.00_k"),
        (1000, "1.00_k"),
        (4123, "4.12_k"),
        (9_996, "10.0_k"),
        (999_600, "1.00_M"),
        (-1_200_000, "-1.20_M"),
        (1.234e9, "1.23_B"),
        (9.996e11, "1.00_T"),
        (5.04e15, "5.0e15"),
        (0.0412, "0.0412"),
        (0.9996, "1.00"),
        (0.000041, "4.1e-5"),
        (1e-300, "1.0e-300"),
    ],
)
def test_short_has_three_significant_digits(value: float, written: str) -> None:
    assert numbers.short(value, metric()) == text(written)
    assert numbers.short(value, metric("count")) == text(written)


@pytest.mark.parametrize(
    ("value", "unit", "currency", "written"),
    [
        (0.412, "percent", None, "41.2_%"),
        (0.31, "percent", None, "31_%"),
        (0.07, "percent", None, "7_%"),
        (-0.0005, "percent", None, "-0.0500_%"),
        (0.9994, "percent", None, "99.9_%"),
        (0.9996, "percent", None, "99.96_%"),
        (0.99995, "percent", None, "99.99_%"),
        (-0.9996, "percent", None, "-99.96_%"),
        (1 - 1e-15, "percent", None, "100_%"),
        (1.0, "percent", None, "100_%"),
        (1.0004, "percent", None, "100_%"),
        (12.34, "percent", None, "1,230_%"),
        (1_204_000, "currency", "USD", "$1.20_M"),
        (-41.23, "currency", "eur", "-€41.2"),
        (1_204_000, "currency", "CHF", "CHF_1.20_M"),
        (1_204_000, "currency", None, "1.20_M"),
        (0, "duration", None, "0_s"),
        (0.412, "duration", None, "412_ms"),
        (4.2, "duration", None, "4.20_s"),
        (59.97, "duration", None, "1_min"),
        (186, "duration", None, "3.10_min"),
        (3599.9, "duration", None, "1_h"),
        (86_400 * 3.5, "duration", None, "3.50_d"),
        (-186, "duration", None, "-3.10_min"),
    ],
)
def test_short_with_units(value: float, unit: Unit, currency: str | None, written: str) -> None:
    assert numbers.short(value, metric(unit, currency)) == text(written)


def test_bare_leaves_the_unit_to_a_place_near_by() -> None:
    assert numbers.bare(0.412, metric("percent"), 0.4) == "41.2"
    assert numbers.bare(1_204_000, metric("currency", "USD"), 0) == text("1.20_M")
    assert numbers.bare(30, metric("duration"), like=186) == "0.500"
    assert numbers.unit_name(metric("duration"), 186) == "minutes"
    assert numbers.unit_name(metric("currency", "usd"), 1) == "USD"
    assert numbers.unit_name(metric("count"), 1) == ""


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (0, "number", "0"),
        (4123, "number", "4,123"),
        (4123.456, "number", "4,123.46"),
        (-1_234_567.5, "number", "-1,234,567.5"),
        (0.04123, "number", "0.0412"),
        (1928.57, "count", "1,929"),
        (19.285, "count", "19.29"),
        (0.41234, "percent", "41.23_%"),
        (0.31, "percent", "31_%"),
        (0.9997, "percent", "99.97_%"),
        (0.99996, "percent", "99.996_%"),
        (0.9999999, "percent", "99.9999_%"),
        (1.0, "percent", "100_%"),
        (1234.5, "currency", "$1,234.50"),
        (0.0412, "currency", "$0.0412"),
        (0, "currency", "$0.00"),
        (4.2, "duration", "4.2_s"),
        (0.25, "duration", "250_ms"),
        (186, "duration", "3_min 6_s"),
        (7200, "duration", "2_h"),
        (100_000, "duration", "1_d 4_h"),
        (86_399, "duration", "1_d"),
        (3_599.6, "duration", "1_h"),
        (1e307, "percent", "1.0e309_%"),
    ],
)
def test_full(value: float, unit: Unit, written: str) -> None:
    assert numbers.full(value, metric(unit, "USD")) == text(written)


@pytest.mark.parametrize(
    ("value", "unit", "written", "brief"),
    [
        (3.14, "number", "+3.1_%", "+3.1_%"),
        (-18.04, "number", "-18.0_%", "-18_%"),
        (9.96, "number", "+10.0_%", "+10_%"),
        (99.96, "number", "+100_%", "+100_%"),
        (-100, "number", "-100_%", "-100_%"),
        (0.0, "number", "0.0_%", "0.0_%"),
        (-0.04, "number", "0.0_%", "0.0_%"),
        (1234, "count", "+1,234_%", "+1,234_%"),
        (51_146, "count", "+51.1_k_%", "+51.1_k_%"),
        (-12.4, "percent", "-12_bps", "-12_bps"),
        (0.3, "percent", "0_bps", "0_bps"),
    ],
)
def test_change_has_its_sign(value: float, unit: Unit, written: str, brief: str) -> None:
    assert numbers.change(value, metric(unit)) == text(written)
    assert numbers.change(value, metric(unit), brief=True) == text(brief)
    assert numbers.change(value, metric(unit), unit=False) == text(written.rpartition("_")[0])


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.921, "92_%"), (0.996, "99.6_%"), (0.99999, "99.9_%"), (1.0, "100_%"), (-0.2, "-20_%"), (0, "0_%")],
)
def test_a_target_missed_by_little_is_not_reached(value: float, written: str) -> None:
    assert numbers.share(value) == text(written)


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("unit", ["number", "count", "percent", "currency", "duration"])
def test_what_is_missing_is_blank(value: float | None, unit: Unit) -> None:
    assert numbers.short(value, metric(unit)) == ""
    assert numbers.bare(value, metric(unit), value) == ""
    assert numbers.full(value, metric(unit)) == ""
    assert numbers.change(value, metric(unit)) == ""
    assert numbers.share(value) == ""
