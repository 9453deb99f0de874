"""The demo workspace: its files, and that what its program planted can be found with simple statistics."""

import functools
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

DATA = Path(__file__).parent.parent / "data"
DEMO = DATA / "demo"
WRITTEN_BY_HAND = {"northstar.yaml", "strategy.md"}
WORKSPACE = yaml.safe_load((DEMO / "northstar.yaml").read_text(encoding="utf-8"))
TRUTH = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))
METRICS, SOURCES = WORKSPACE["metrics"], WORKSPACE["sources"]
FIRST, LAST = pd.Timestamp(TRUTH["first_day"]), pd.Timestamp(TRUTH["last_day"])
EVERY_DAY = pd.date_range(FIRST, LAST)
WEEK_ENDINGS = pd.date_range(FIRST + pd.Timedelta(days=6), LAST, freq="7D")
CLAIMS = [*TRUTH["claims"], TRUTH["outcome"]]


def read(source: str) -> pd.DataFrame:
    """A source's file as it is, with its dates recognised."""
    return pd.read_csv(DEMO / SOURCES[source]["path"], parse_dates=[SOURCES[source]["date"]])


def rows_of(metric_id: str) -> pd.Series:
    """A metric's values by date, as the file has them: several rows a date, blanks as NaN."""
    metric = METRICS[metric_id]
    source = SOURCES[metric["source"]]
    column = metric.get("column", metric_id)
    frame = read(metric["source"])
    for other, wanted in metric.get("where", {}).items():
        frame = frame[frame[other] == wanted]
    if source["layout"] == "long":
        frame = frame[frame[source["metric"]] == column]
        column = source["value"]
    return frame.set_index(source["date"])[column]


def weekly(metric_id: str) -> pd.Series:
    """A metric's value in each week; a week that lacks a day of a summed metric is the sum of the others."""
    metric = METRICS[metric_id]
    if "formula" in metric:
        left, operator, right = metric["formula"].split()
        return weekly(left) + weekly(right) if operator == "+" else weekly(left) / weekly(right)
    aggregate = metric.get("aggregate", "sum")
    days = rows_of(metric_id).dropna().groupby(level=0).agg(aggregate)
    return days.resample("W-SAT").agg(aggregate).reindex(WEEK_ENDINGS)


@functools.cache
def surprises(metric_id: str) -> pd.Series:
    """What of each week was not to be expected: trend, season and the last two weeks taken out.

    Weeks around Christmas and weeks far from the rest are 0. The last week is left out: it is not complete.
    """
    values = np.log(weekly(metric_id).iloc[:-1].dropna())
    time = np.arange(len(values)) / 52.18
    waves = [turn(2 * np.pi * pace * time) for pace in (1, 2) for turn in (np.sin, np.cos)]
    columns = np.column_stack([np.ones(len(values)), time, time**2, *waves])
    holiday = np.asarray((values.index.day_of_year > 355) | (values.index.day_of_year < 6))
    usual = ~holiday
    for _ in range(5):
        solution = np.linalg.lstsq(columns[usual], values[usual], rcond=None)[0]
        rest = values.to_numpy() - columns @ solution
        spread = 1.4826 * np.median(np.abs(rest[usual]))
        usual = ~holiday & (np.abs(rest) < 4 * spread)
    past = np.where(holiday, 0, np.clip(rest, -3 * spread, 3 * spread))
    memory = np.linalg.lstsq(np.column_stack([past[1:-1], past[:-2]]), past[2:], rcond=None)[0]
    found = rest[2:] - memory[0] * past[1:-1] - memory[1] * past[:-2]
    found /= 1.4826 * np.median(np.abs(found))
    return pd.Series(np.where(holiday[2:] | (np.abs(found) > 3), 0, found), index=values.index[2:])


def correlation(claim: dict, lag: int, first: str = "2023", last: str = "2026") -> float:
    """Correlation of the surprises of the claim's two metrics at a lag, between two dates."""
    pair = pd.concat([surprises(claim["input"]).shift(lag), surprises(claim["metric"])], axis=1, sort=True).dropna()
    return float(pair.loc[first:last].corr().iloc[0, 1])


def name_of(claim: dict) -> str:
    return f"{claim['input']}-{claim['metric']}"


def claims_of_kind(*kinds: str) -> list:
    return [pytest.param(claim, id=name_of(claim)) for claim in CLAIMS if claim["kind"] in kinds]


def test_the_program_writes_the_same_bytes(tmp_path):
    subprocess.run([sys.executable, DATA / "make_demo.py", tmp_path], check=True)
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {path.name for path in DEMO.iterdir() if path.is_file()} - WRITTEN_BY_HAND
    for name in written:
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes(), name
    assert sum((DEMO / name).stat().st_size for name in written) < 1_500_000


def test_the_span_is_whole_weeks_that_end_on_saturday():
    assert len(EVERY_DAY) == 7 * len(WEEK_ENDINGS) == 7 * 158
    assert FIRST.day_name() == "Sunday"
    assert LAST.day_name() == "Saturday"


@pytest.mark.parametrize("source", SOURCES)
def test_each_file_has_every_date_of_its_grain(source):
    expected = {
        "daily": EVERY_DAY,
        "weekdays": EVERY_DAY[EVERY_DAY.day_of_week < 5],
        "weekly": WEEK_ENDINGS,
        "monthly": EVERY_DAY[EVERY_DAY.is_month_end],
    }
    dates = read(source)[SOURCES[source]["date"]]
    assert sorted(set(dates)) == list(expected[SOURCES[source]["grain"]])
    if SOURCES[source]["layout"] == "wide":
        assert dates.is_unique


@pytest.mark.parametrize("metric_id", METRICS)
def test_each_metric_is_read_or_computed(metric_id):
    metric = METRICS[metric_id]
    if "formula" in metric:
        assert set(re.findall(r"[a-z]\w*", metric["formula"])) <= METRICS.keys()
    else:
        values = rows_of(metric_id)
        assert values.dtype.kind in "if"
        assert values.notna().any()
    if isinstance(metric.get("target"), dict):
        assert metric["target"]["column"] in read(metric["source"]).columns
    assert metric["team"] in WORKSPACE["teams"]
    assert metric.get("denominator", metric_id) in METRICS


def test_every_column_of_the_files_is_used():
    for source in SOURCES:
        used = {SOURCES[source]["date"]}
        of_source = [(key, metric) for key, metric in METRICS.items() if metric.get("source") == source]
        columns = {metric.get("column", metric_id) for metric_id, metric in of_source}
        frame = read(source)
        if SOURCES[source]["layout"] == "long":
            assert set(frame[SOURCES[source]["metric"]]) == columns
        else:
            targets = [metric["target"] for _, metric in of_source if isinstance(metric.get("target"), dict)]
            assert set(frame.columns) == used | columns | {target["column"] for target in targets}


def test_claims_deck_and_goals_name_what_exists():
    declared = [
        (claim["metric"], metric_id, claim["lag_weeks"], claim["sign"])
        for metric_id, metric in METRICS.items()
        for claim in metric.get("inputs", [])
    ]
    planted = [(c["input"], c["metric"], c["lag_weeks"], c["declared_sign"]) for c in TRUTH["claims"]]
    assert sorted(declared) == sorted(planted)
    prediction = METRICS["insights_read"]["predicts"][0]
    assert prediction["metric"] == TRUTH["outcome"]["metric"]
    assert prediction["lead_weeks"] == TRUTH["outcome"]["lag_weeks"]
    assert prediction["effect"] == pytest.approx(TRUTH["outcome"]["effect"], abs=0.05)
    assert {key for section in WORKSPACE["deck"] for key in section["metrics"]} <= METRICS.keys()
    for goal in WORKSPACE["goals"]:
        assert goal["metric"] in METRICS
        assert goal["team"] in WORKSPACE["teams"]


@pytest.mark.parametrize("claim", claims_of_kind("true", "wrong_sign"))
def test_a_planted_link_stands_out_at_its_lag(claim):
    sign = 1 if claim["true_sign"] == "positive" else -1
    found = sign * correlation(claim, claim["lag_weeks"])
    others = [correlation(claim, lag) for lag in range(14) if lag != claim["lag_weeks"]]
    assert 0.42 < found < 0.75
    assert found > max(abs(other) for other in others) + 0.15
    middle = surprises(claim["input"]).index[len(surprises(claim["input"])) // 2]
    assert sign * correlation(claim, claim["lag_weeks"], last=str(middle)) > 0.3
    assert sign * correlation(claim, claim["lag_weeks"], first=str(middle)) > 0.3


@pytest.mark.parametrize("claim", claims_of_kind("false"))
def test_a_false_claim_shows_nothing(claim):
    assert abs(correlation(claim, claim["lag_weeks"])) < 0.15


@pytest.mark.parametrize("claim", claims_of_kind("lost_half_way"))
def test_a_lost_link_is_there_before_and_gone_after(claim):
    lost = pd.Timestamp(claim["lost_from_week"])
    before = correlation(claim, claim["lag_weeks"], last=str(lost - pd.Timedelta(days=7)))
    assert before > 0.45
    assert abs(correlation(claim, claim["lag_weeks"], first=str(lost))) < 0.15


def test_there_is_a_claim_of_each_kind():
    assert {claim["kind"] for claim in CLAIMS} == {"true", "false", "wrong_sign", "lost_half_way"}


@pytest.mark.parametrize("event", TRUTH["events"], ids=lambda e: f"{e['metric']}-{e['first_day']}")
def test_an_event_can_be_seen(event):
    values = np.log(weekly(event["metric"]))
    first = pd.Timestamp(event["first_day"])
    last = pd.Timestamp(event["last_day"]) if event["last_day"] else first
    before = values[first - pd.Timedelta(weeks=8) : first].dropna()
    if event["kind"] in ("spike", "dip"):
        after = values[first:last]
        assert len(after) == 1
    else:
        after = values[last : last + pd.Timedelta(weeks=8)]
    change = float(after.median() - before.median())
    assert change == pytest.approx(np.log(event["size"]), abs=0.2)
    assert change * np.log(event["size"]) > 0


def test_the_last_week_is_routine_but_for_its_events():
    struck = {event["metric"] for event in TRUTH["events"] if event["first_day"] == "2026-11-08"}
    assert len(struck) == 2
    incomplete = {missing["metric"] for missing in TRUTH["missing_days"]}
    late = {stopped["metric"] for stopped in TRUTH["stopped"]}
    for metric_id in {claim[end] for claim in CLAIMS for end in ("input", "metric")} | struck:
        values = np.log(weekly(metric_id)).diff().iloc[-53:]
        moved = abs(values.iloc[-1]) / (1.4826 * values.abs().median())
        assert metric_id in incomplete | late or (moved > 3) == (metric_id in struck), metric_id


def test_late_stopped_and_missing_values():
    gaps = {missing["metric"]: set(pd.to_datetime(missing["days"])) for missing in TRUTH["missing_days"]}
    starts = {late["metric"]: pd.Timestamp(late["first_day"]) for late in TRUTH["late_start"]}
    ends = {stopped["metric"]: pd.Timestamp(stopped["last_day"]) for stopped in TRUTH["stopped"]}
    for metric_id, metric in METRICS.items():
        if metric.get("source") in ("product", "support"):
            days = pd.date_range(starts.get(metric_id, FIRST), ends.get(metric_id, LAST))
            present = rows_of(metric_id).dropna().index
            assert set(present) == set(days) - gaps.get(metric_id, set()), metric_id
    assert len([day for day in gaps["digest_opens"] if day > WEEK_ENDINGS[-2]]) == 2
