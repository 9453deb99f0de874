"""The frame behind a large chart: every period once, plain floats, and texts for the tooltip."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.calendar import Period, month_of, week
from metrics.charts import numbers, words
from metrics.tree.tree import Metric

View = Literal["weeks", "months"]

NO_VALUE = "no value"


def prepared(series: pd.DataFrame, metric: Metric, view: View) -> pd.DataFrame:
    """Return the frame that is drawn; periods that have no row are added without a value."""
    frame = pd.DataFrame({"period": naive_days(series["period"])})
    for column in ("value", "prior_year", "target", "present", "expected", "change"):
        frame[column] = floats(series[column] if column in series else [None] * len(series))
    frame = _whole(frame, view)
    frame["incomplete"] = frame["value"].notna() & (frame["present"] < frame["expected"])
    spans = [_span(moment, view) for moment in frame["period"]]
    frame["period_text"] = [words.period(span).removeprefix("Week ending ") for span in spans]
    for column in ("value", "prior_year", "target"):
        frame[f"{column}_text"] = [numbers.full(given(value), metric) for value in frame[column]]
    frame["value_text"] = [text or NO_VALUE for text in frame["value_text"]]
    frame["change_text"] = [numbers.change(given(value), metric) for value in frame["change"]]
    frame["days_text"] = days_texts(frame)
    return frame


def described(frame: pd.DataFrame, metric: Metric, view: View) -> str:
    """Return a sentence on a chart's frame, for who can't see it: its span, and its newest value."""
    span = f"{metric.name}: {len(frame)} {view} to {frame['period_text'].iloc[-1]}."
    newest = frame[frame["value"].notna()].tail(1)
    return " ".join([span, *(f"{row.period_text}: {row.value_text}." for row in newest.itertuples())])


def days_texts(frame: pd.DataFrame) -> list[str]:
    """Return `5 of 7` for each row: `present` of `expected` days have a value; nothing where none is expected."""
    return [
        f"{present:.0f} of {expected:.0f}" if expected > 0 else ""
        for present, expected in zip(frame["present"].fillna(0), frame["expected"], strict=True)
    ]


def naive_days(moments: Iterable[object]) -> pd.DatetimeIndex:
    """Return days without a time zone: as `period:T` they are the same day in every browser."""
    days = pd.DatetimeIndex(pd.to_datetime(pd.Series(list(moments), dtype="object")))
    return days.tz_localize(None).normalize().as_unit("ms")


def floats(values: Iterable[object]) -> NDArray[np.float64]:
    """Return numbers of any kind (decimals, nullable, None) as floats, NaN where there is none."""
    array = np.array([np.nan if _is_null(value) else float(str(value)) for value in values], dtype=np.float64)
    array[~np.isfinite(array)] = np.nan
    return array


def given(value: float) -> float | None:
    """Return a float, or None for NaN."""
    return None if np.isnan(value) else float(value)


def _is_null(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT


def _whole(frame: pd.DataFrame, view: View) -> pd.DataFrame:
    frame = frame.drop_duplicates("period", keep="last").sort_values("period").set_index("period")
    if len(frame):
        step = pd.DateOffset(months=1) if view == "months" else pd.Timedelta(days=7)
        every = pd.date_range(frame.index[0], frame.index[-1], freq=step)
        frame = frame.reindex(frame.index.union(every))
    return frame.rename_axis("period").reset_index()


def _span(moment: pd.Timestamp, view: View) -> Period:
    return month_of(moment.date()) if view == "months" else week(moment.date())
