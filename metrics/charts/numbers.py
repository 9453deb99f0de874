"""How numbers are written, on screens and in readouts. The only place: what draws them gets finished labels.

A missing number is the empty string. A minus is a true minus; a narrow no-break space stands before a unit.
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from metrics.tree.tree import Metric, Unit

THIN = "\u202f"
MINUS = "\u2212"

_SCALES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_CLOCK = (
    (1e-3, "ms", "milliseconds"),
    (1.0, "s", "seconds"),
    (60.0, "min", "minutes"),
    (3600.0, "h", "hours"),
    (86400.0, "d", "days"),
)
_SYMBOLS = {
    "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩",
    "BRL": "R$", "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "MXN": "MX$", "ILS": "₪",
}  # fmt: skip
_WITHOUT_CENTS = frozenset({"JPY", "KRW"})
_LARGEST = 1e15
_SMALLEST = 1e-4
_NOISE = 1e-9
_HUNDRED = 100 - _NOISE


def short(value: float | None, metric: Metric) -> str:
    """Return three significant digits: `412`, `4.12 k`, `41.2 %`, `$1.20 M`, `3.10 min`.

    Whole numbers below 1,000 get no decimals. A percentage that falls short of 100 never reads 100 %.
    """
    if value is None or not math.isfinite(value):
        return ""
    if metric.unit == "duration":
        text = _clock(abs(value))
    elif metric.unit == "percent":
        text = f"{_percentage(value)}{THIN}%"
    else:
        text = _symbol(metric.unit, metric.currency) + _scaled(abs(value))
    return _signed(value, text)


def bare(value: float | None, metric: Metric, like: float | None) -> str:
    """Return `short` without its unit, for places that name it once; durations in the unit that `like` has."""
    if value is None or not math.isfinite(value):
        return ""
    if metric.unit == "duration":
        text = _grouped(abs(value) / _step(abs(like or 0.0))[0])
    elif metric.unit == "percent":
        text = _percentage(value)
    else:
        text = _scaled(abs(value))
    return _signed(value, text)


def unit_name(metric: Metric, like: float | None) -> str:
    """Return the unit that bare numbers are in, where it isn't plain: a currency's code, or a length of time."""
    if metric.unit == "duration":
        return _step(abs(like or 0.0))[2]
    return metric.currency.upper() if metric.unit == "currency" and metric.currency else ""


def full(value: float | None, metric: Metric) -> str:
    """Return a number as exactly as a reader may want it: `4,123`, `41.23 %`, `$1,234.50`, `3 min 6 s`."""
    if value is None or not math.isfinite(value):
        return ""
    return _full(value, metric.unit, metric.currency)


def change(value: float | None, metric: Metric, *, unit: bool = True, brief: bool = False) -> str:
    """Return a change with its sign: `+3.1 %`, or `−12 bps` for a percent-unit metric.

    Percents have one decimal below 100, with `brief` below 10.
    """
    if value is None or not math.isfinite(value):
        return ""
    size = abs(value)
    if metric.unit == "percent" or size >= (9.95 if brief else 99.95):
        text = f"{size:,.0f}" if size < 9_999.5 else _scaled(size)
    else:
        text = f"{size:.1f}"
    nothing = not text.strip("0.")
    sign = "" if nothing else (MINUS if value < 0 else "+")
    return f"{sign}{text}{THIN + change_unit(metric) if unit else ''}"


def change_unit(metric: Metric) -> str:
    """Return what a metric's changes are counted in."""
    return "bps" if metric.unit == "percent" else "%"


def share(value: float | None) -> str:
    """Return a fraction as whole percent: `92 %` of a target. What falls short of all of it never reads 100 %."""
    if value is None or not math.isfinite(value):
        return ""
    size = abs(value) * 100
    text = f"{math.floor(size * 10) / 10:.1f}" if 99.5 <= size < 100 else f"{size:,.0f}"
    return _signed(value, f"{text}{THIN}%")


@lru_cache(maxsize=50_000)  # next week's review shows most of this week's numbers again
def _full(value: float, unit: Unit, currency: str | None) -> str:
    size = abs(value)
    if unit == "duration":
        text = _spelled_clock(size)
    elif unit == "percent":
        percents = _percents(value)
        digits = _trimmed(f"{min(percents, 99.9999):.4f}") if 99.995 <= percents < _HUNDRED else _exact(percents, 2)
        text = f"{digits}{THIN}%"
    elif unit == "currency":
        cents = 0 if (currency or "").upper() in _WITHOUT_CENTS else 2
        text = _symbol(unit, currency) + _money(size, cents)
    else:
        text = _exact(size, 0 if unit == "count" and size >= 100 else 2)
    return _signed(value, text)


def _percents(fraction: float) -> float | Decimal:
    """Return the size of a fraction in percent, also where that is more than a float can hold."""
    size = abs(fraction) * 100
    return size if math.isfinite(size) else Decimal(abs(fraction)) * 100


def _percentage(fraction: float) -> str:
    """Write a fraction in percent; two decimals just below 100, where the third digit would round it away."""
    size = _percents(fraction)
    return f"{min(size, 99.99):.2f}" if 99.95 <= size < _HUNDRED else _grouped(size)


def _signed(value: float, text: str) -> str:
    if value >= 0:
        return text
    is_zero = not any(digit in text for digit in "123456789")
    return text if is_zero else f"{MINUS}{text}"


def _symbol(unit: Unit, currency: str | None) -> str:
    if unit != "currency" or not currency:
        return ""
    code = currency.upper()
    return _SYMBOLS.get(code, f"{code}{THIN}")


def _three(size: float | Decimal) -> float:
    """Round to three significant digits, so that what is written decides on the step: 999.6 is 1.00 k."""
    return float(f"{size:.2e}")


def _digits(size: float) -> str:
    """Write a number that has three significant digits already, below 1,000."""
    exponent = int(f"{size:e}".rpartition("e")[2])
    return f"{size:.{max(0, 2 - exponent)}f}"


def _is_whole(size: float) -> bool:
    return abs(size - round(size)) < _NOISE


def _powered(size: float | Decimal) -> str:
    """Write a number that is out of proportion: two digits will do, and fit."""
    mantissa, _, exponent = f"{size:.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}".replace("-", MINUS)


def _scaled(size: float) -> str:
    rounded = _three(size)
    if rounded < 1000:
        return _small(size)
    if rounded >= _LARGEST:
        return _powered(size)
    scale, letter = next(step for step in _SCALES if rounded >= step[0])
    return f"{_digits(rounded / scale)}{THIN}{letter}"


def _small(size: float) -> str:
    if _is_whole(size) and (size == 0 or size >= 0.5):
        return f"{size:.0f}"
    return _powered(size) if size < _SMALLEST else _digits(_three(size))


def _grouped(size: float | Decimal) -> str:
    rounded = _three(size)
    if rounded < 1000:
        return _small(float(size))
    return f"{rounded:,.0f}" if rounded < 1e6 else _powered(size)


def _step(size: float) -> tuple[float, str, str]:
    """Return the unit of time that a duration is written in: the largest of which it holds one, once rounded."""
    if size == 0:
        return _CLOCK[1]
    for smaller, larger in pairwise(_CLOCK):
        if _three(size / smaller[0]) * smaller[0] < larger[0] - _NOISE:
            return smaller
    return _CLOCK[-1]


def _clock(size: float) -> str:
    scale, name, _ = _step(size)
    count = size / scale
    if size == 0 or scale == _CLOCK[0][0]:
        return f"{_grouped(count)}{THIN}{name}"
    # A larger unit is reached by rounding too (59.97 s is 1 min), and then holds one, not nearly one.
    return f"{_grouped(max(1.0, count))}{THIN}{name}"


def _spelled_clock(size: float) -> str:
    """Write whole days, hours, minutes and seconds, the two largest; below a minute as it is."""
    if size < 59.9995:
        return _clock(size) if size < 1 else f"{_trimmed(f'{size:.3f}')}{THIN}s"
    names = ("d", "h", "min", "s")
    smaller = 3600 if size >= 86400 else 60 if size >= 3600 else 1
    days, rest = divmod(round(size / smaller) * smaller, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    counts = (days, hours, minutes, seconds)
    first = next(number for number, count in enumerate(counts) if count)
    shown = [f"{counts[at]:,}{THIN}{names[at]}" for at in range(first, min(first + 2, 4)) if counts[at]]
    return " ".join(shown)


def _exact(size: float | Decimal, decimals: int) -> str:
    """Write a number with thousands grouped and `decimals`, more where it is small; no trailing zeros."""
    if size == 0:
        return "0"
    if size >= _LARGEST or size < _SMALLEST:
        return _powered(size)
    exponent = math.floor(math.log10(size))
    return _trimmed(f"{size:,.{max(decimals, 2 - exponent)}f}")


def _money(size: float, cents: int) -> str:
    """Write an amount with its cents, and with more places where it is less than a few of them."""
    if 0 < size < 0.1:
        return _exact(size, cents)
    return f"{size:,.{cents}f}" if size < _LARGEST else _powered(size)


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
