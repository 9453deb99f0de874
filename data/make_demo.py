"""Write the data of the demo workspace: three years of Lumen Analytics, a company that does not exist.

    python data/make_demo.py [FOLDER]        # default: data/demo, next to this file

Everything is drawn from seeded generators, so each run writes the same bytes. `northstar.yaml` and
`strategy.md` in the same folder are written by hand.

Each metric has one surprise a week: a random number with mean 0 and variance 1. Where one metric drives
another, a part of its surprise of some weeks ago is in the surprise of the other. Surprises fade slowly (an
autoregression); growth, the time of year, the day of the week and planted events are laid on top. All of it
multiplies, as growth does.

What was planted is in `truth.json`, so that a test can ask whether the product finds it:
    first_day, last_day   the span of the data, in whole weeks that end on a Saturday
    claims                the claims of northstar.yaml and what is true of them. `kind` is "true", "false" (no
                          effect at all), "wrong_sign" or "lost_half_way" (the first week without the effect
                          ends on `lost_from_week`). `true_sign` is "none" for a false claim. `correlation` is
                          that of the surprises at `lag_weeks`. `effect` is by how many percent `metric`
                          moves, that many weeks later, after a surprise of one percent in `input`.
    outcome               the same for the North Star and revenue: the yearly claim
    events                what happened to a metric. `kind` is "spike", "dip", "level_shift" (it stays) or
                          "trend_change" (it builds up evenly from the first day to the last, and stays).
                          `size` is the factor: 1.5 is half as much again. `last_day` is null where it lasts.
    late_start, stopped   metrics that are younger than the rest, and metrics that no longer arrive
    missing_days          days without a value, by metric
"""

import csv
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

SEED = 875  # one of those whose links show clearly and whose last week is quiet but for its events
FIRST_DAY = date(2023, 11, 5)
LAST_DAY = date(2026, 11, 14)
DAYS = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
WEEKS = len(DAYS) // 7
WARM_UP = 30  # weeks before the first, so that lagged effects are there from the start

# How a week is spread over Sunday to Saturday.
OFFICE = (0.28, 1.22, 1.38, 1.34, 1.30, 1.10, 0.38)
WEB = (0.72, 1.10, 1.20, 1.18, 1.12, 1.00, 0.68)
WORKDAYS = (0.0, 1.45, 1.50, 1.45, 1.40, 1.20, 0.0)
MORNING_MAIL = (0.10, 2.60, 1.10, 1.05, 1.00, 0.95, 0.20)
THURSDAYS = (0.0, 0.0, 0.0, 0.0, 7.0, 0.0, 0.0)
EVEN = (1.0,) * 7
LOAD = (0.93, 1.02, 1.05, 1.05, 1.03, 1.00, 0.92)


@dataclass(frozen=True)
class Metric:
    """How one metric behaves when nothing special happens."""

    level: float  # an average day at the start
    growth: float  # a year, as a logarithm: 0.30 is about 35 percent
    memory: float  # how much of a surprise is left a week later
    volatility: float  # one surprise, as a logarithm: 0.05 is about 5 percent
    christmas: float  # depth of the dip at Christmas, as a logarithm
    summer: float  # depth of the dip in August, as a logarithm
    week: tuple[float, ...] = OFFICE
    daily_noise: float = 0.06
    decimals: int = 0


METRICS = {
    "website_visits": Metric(2300, 0.20, 0.50, 0.075, 0.45, 0.08, WEB),
    "ad_spend": Metric(1450, 0.10, 0.55, 0.090, 0.40, 0.12, WEB, decimals=2),
    "signups": Metric(58, 0.22, 0.40, 0.065, 0.50, 0.10),
    "onboarding_sessions": Metric(14, 0.16, 0.30, 0.110, 0.90, 0.12, WORKDAYS, 0.15),
    "activated_teams": Metric(18, 0.23, 0.40, 0.075, 0.55, 0.10),
    "sources_connected": Metric(34, 0.24, 0.35, 0.085, 0.55, 0.08),
    "load_time_p95": Metric(2.35, -0.05, 0.55, 0.045, 0.06, 0.03, LOAD, 0.04, 3),
    "dashboard_views": Metric(8600, 0.30, 0.50, 0.050, 0.60, 0.12),
    "assistant_questions": Metric(260, 0.55, 0.50, 0.080, 0.60, 0.10),
    "insights_created": Metric(620, 0.30, 0.45, 0.055, 0.60, 0.11),
    "alerts_sent": Metric(1900, 0.34, 0.50, 0.090, 0.25, 0.04, WEB),
    "insights_shared": Metric(410, 0.32, 0.40, 0.055, 0.60, 0.12),
    "digest_opens": Metric(1250, 0.26, 0.40, 0.070, 0.55, 0.12, MORNING_MAIL),
    "webinar_attendees": Metric(26, 0.12, 0.25, 0.140, 1.20, 0.30, THURSDAYS),
    "insights_read": Metric(330, 0.33, 0.45, 0.050, 0.60, 0.12),
    "peak_readers": Metric(2600, 0.31, 0.40, 0.045, 0.55, 0.12, OFFICE, 0.05),
    "active_teams": Metric(3600, 0.27, 0.60, 0.018, 0.25, 0.06, EVEN),
    "support_tickets": Metric(46, 0.21, 0.35, 0.070, 0.50, 0.06),
    "first_response_time": Metric(9800, -0.04, 0.45, 0.080, -0.15, -0.05, EVEN, 0.12),
    "survey_answers": Metric(26, 0.18, 0.20, 0.150, 0.60, 0.12, EVEN),
    "revenue": Metric(38000, 0.27, 0.45, 0.038, 0.20, 0.03, WORKDAYS, 0.07, 2),
}


@dataclass(frozen=True)
class Claim:
    """One claim of northstar.yaml with what is true of it; metrics stand before what they drive."""

    input: str
    metric: str
    lag_weeks: int
    declared_sign: str
    correlation: float  # of the surprises; 0 is a false claim
    lost_from: date | None = None  # the last day of the first week without the effect


CLAIMS = (
    Claim("website_visits", "signups", 1, "positive", 0.66),
    Claim("ad_spend", "signups", 2, "positive", 0.0),
    Claim("signups", "activated_teams", 2, "positive", 0.62),
    Claim("onboarding_sessions", "activated_teams", 1, "positive", 0.58),
    Claim("load_time_p95", "dashboard_views", 1, "negative", -0.66),
    Claim("dashboard_views", "insights_created", 1, "positive", 0.57),
    Claim("sources_connected", "insights_created", 2, "positive", 0.54),
    Claim("assistant_questions", "insights_created", 1, "positive", 0.52),
    Claim("insights_created", "insights_shared", 1, "positive", 0.64),
    Claim("alerts_sent", "insights_shared", 1, "positive", -0.55),
    Claim("insights_shared", "insights_read", 1, "positive", 0.58),
    Claim("activated_teams", "insights_read", 3, "positive", 0.56),
    Claim("digest_opens", "insights_read", 1, "positive", 0.54, lost_from=date(2025, 5, 10)),
    Claim("webinar_attendees", "insights_read", 2, "positive", 0.0),
)
OUTCOME = Claim("insights_read", "revenue", 8, "positive", 0.55)


@dataclass(frozen=True)
class Event:
    """Something that happened to a metric from one day to another (None: it lasts)."""

    metric: str
    first_day: date
    last_day: date | None
    kind: str
    size: float
    cause: str


TIGHT_ALERT = "A default alert was set too tight."
OUTAGE = "The query service was down or slow all week."
VIRAL_POST = "A post on how a charity used Lumen went round the world."
BILLING_BUG = "A billing bug held back a third of the invoices; they went out a week later."
NEW_ONBOARDING = "The new onboarding flow went live for every new team."
BROKEN_CONNECTOR = "The new warehouse connector failed for teams with old credentials."
LARGER_DASHBOARDS = "Dashboards grew larger; caching did not keep up."
SCHEDULED_INSIGHTS = "Scheduled insights went live on 9 November."
EVENTS = (
    Event("alerts_sent", date(2024, 10, 6), date(2024, 10, 12), "spike", 1.90, TIGHT_ALERT),
    Event("dashboard_views", date(2025, 2, 9), date(2025, 2, 15), "dip", 0.66, OUTAGE),
    Event("insights_read", date(2025, 2, 9), date(2025, 2, 15), "dip", 0.70, OUTAGE),
    Event("load_time_p95", date(2025, 2, 9), date(2025, 2, 15), "spike", 1.55, OUTAGE),
    Event("support_tickets", date(2025, 2, 9), date(2025, 2, 15), "spike", 1.80, OUTAGE),
    Event("activated_teams", date(2025, 6, 8), None, "level_shift", 1.25, NEW_ONBOARDING),
    Event("insights_read", date(2025, 6, 29), date(2025, 9, 20), "trend_change", 1.08, NEW_ONBOARDING),
    Event("revenue", date(2025, 8, 24), date(2025, 11, 15), "trend_change", 1.06, NEW_ONBOARDING),
    Event("website_visits", date(2025, 9, 14), date(2025, 9, 20), "spike", 1.90, VIRAL_POST),
    Event("signups", date(2025, 9, 14), date(2025, 9, 20), "spike", 1.45, VIRAL_POST),
    Event("load_time_p95", date(2026, 2, 1), LAST_DAY, "trend_change", 1.35, LARGER_DASHBOARDS),
    Event("revenue", date(2026, 3, 8), date(2026, 3, 14), "dip", 0.67, BILLING_BUG),
    Event("revenue", date(2026, 3, 15), date(2026, 3, 21), "spike", 1.30, BILLING_BUG),
    Event("support_tickets", date(2026, 3, 8), date(2026, 3, 14), "spike", 1.50, BILLING_BUG),
    Event("support_tickets", date(2026, 11, 8), LAST_DAY, "spike", 1.60, BROKEN_CONNECTOR),
    Event("insights_created", date(2026, 11, 8), LAST_DAY, "spike", 1.35, SCHEDULED_INSIGHTS),
)
LATE_START = {"assistant_questions": date(2025, 3, 2)}
STOPPED = {"first_response_time": date(2026, 10, 17)}
MISSING_DAYS = {
    "first_response_time": [date(2025, 4, 18), date(2025, 4, 21)],
    "digest_opens": [date(2026, 11, 11), date(2026, 11, 12)],
}

Row = list[str]


def generator(name: str) -> np.random.Generator:
    """A generator of its own for each name, so that a new metric leaves the others as they are."""
    return np.random.default_rng([SEED, *name.encode()])


def week_of(day: date) -> int:
    """Which week of the data a day falls in, from 0."""
    return (day - FIRST_DAY).days // 7


def surprises() -> dict[str, np.ndarray]:
    """Each metric's weekly surprises, warm-up included, partly made of earlier ones of its drivers."""
    weeks = WARM_UP + WEEKS
    found: dict[str, np.ndarray] = {}
    for name in METRICS:
        driven, room = np.zeros(weeks), np.ones(weeks)
        for claim in (*CLAIMS, OUTCOME):
            if claim.metric == name:
                share = np.full(weeks, claim.correlation)
                if claim.lost_from is not None:
                    share[WARM_UP + week_of(claim.lost_from) :] = 0.0
                # Rolling brings the input's last weeks into the first ones, which are dropped as warm-up.
                driven += share * np.roll(found[claim.input], claim.lag_weeks)
                room -= share**2
        found[name] = driven + np.sqrt(room) * generator(name).standard_normal(weeks)
    return found


def weekly_drift(metric: Metric, surprise: np.ndarray) -> np.ndarray:
    """Logarithmic distance from the usual level in each week: surprises that fade."""
    drift = np.zeros(len(surprise))
    for week in range(1, len(surprise)):
        drift[week] = metric.memory * drift[week - 1] + metric.volatility * surprise[week]
    return drift[WARM_UP:]


def usual_days(metric: Metric) -> np.ndarray:
    """Each day's expected value: growth, slowing down a little, time of year and day of the week."""
    years = np.arange(len(DAYS)) / 365.25
    to_christmas = np.array([days_from(day, 12, 28) for day in DAYS])
    to_august = np.array([days_from(day, 8, 10) for day in DAYS])
    season = -metric.christmas * np.exp(-((to_christmas / 5) ** 2)) - metric.summer * np.exp(-((to_august / 24) ** 2))
    weekday = np.tile(metric.week, WEEKS)
    return metric.level * np.exp(metric.growth * (years - 0.04 * years**2) + season) * weekday


def days_from(day: date, month: int, day_of_month: int) -> int:
    """Days to the nearest such day of a year, before or after."""
    return min(abs((day - date(day.year + shift, month, day_of_month)).days) for shift in (-1, 0, 1))


def event_factor(event: Event) -> np.ndarray:
    """What an event multiplies each day by."""
    first = (event.first_day - FIRST_DAY).days
    last = len(DAYS) - 1 if event.last_day is None else (event.last_day - FIRST_DAY).days
    strength = np.zeros(len(DAYS))
    if event.kind == "trend_change":
        strength[first : last + 1] = np.linspace(0, 1, last - first + 1)
        strength[last + 1 :] = 1.0
    else:
        strength[first : last + 1] = 1.0
    return np.exp(strength * np.log(event.size))


def daily_values(name: str, surprise: np.ndarray) -> np.ndarray:
    """A metric's value on each day. The daily noise leaves the sum of each week as it is."""
    metric = METRICS[name]
    usual = usual_days(metric)
    noisy = usual * np.exp(metric.daily_noise * generator(name + " by day").standard_normal(len(DAYS)))
    by_week = usual.reshape(WEEKS, 7).sum(axis=1) / noisy.reshape(WEEKS, 7).sum(axis=1)
    values = noisy * np.repeat(by_week * np.exp(weekly_drift(metric, surprise)), 7)
    for event in EVENTS:
        if event.metric == name:
            values = values * event_factor(event)
    return np.round(values, metric.decimals)


def is_known(name: str, day: date) -> bool:
    """Whether the data holds a value of this metric for that day."""
    in_time = LATE_START.get(name, FIRST_DAY) <= day <= STOPPED.get(name, LAST_DAY)
    return in_time and day not in MISSING_DAYS.get(name, [])


def cell(name: str, day: date, value: float) -> str:
    """A value as written in a file; blank where it is not known."""
    return f"{value:.{METRICS[name].decimals}f}" if is_known(name, day) else ""


def wide_rows(values: dict[str, np.ndarray], names: Iterable[str]) -> list[Row]:
    """A row a day with a column a metric."""
    return [[day.isoformat(), *(cell(name, day, values[name][n]) for name in names)] for n, day in enumerate(DAYS)]


def growth_rows(values: dict[str, np.ndarray]) -> list[Row]:
    """The marketing file: a row a day, region and metric. A day without a session has no row for it."""
    random = generator("regions")
    rows = []
    for n, day in enumerate(DAYS):
        americas = 0.36 + 0.12 * n / len(DAYS)
        for name in ("website_visits", "signups"):
            total = int(values[name][n])
            part = int(random.binomial(total, americas))
            rows.append([day.isoformat(), "Americas", name, str(part)])
            rows.append([day.isoformat(), "EMEA", name, str(total - part)])
        for name in ("ad_spend", "onboarding_sessions", "webinar_attendees"):
            if values[name][n] > 0:
                rows.append([day.isoformat(), "Global", name, cell(name, day, values[name][n])])
    return rows


def support_rows(values: dict[str, np.ndarray]) -> list[Row]:
    """The support file, with the number of paying teams: those of the day before, some more, some fewer."""
    random = generator("paying_teams")
    weekday = np.tile(OFFICE, WEEKS)
    paying = 2900 + np.cumsum(random.poisson(7.5 * weekday) - random.poisson(5.5 * weekday))
    rows = wide_rows(values, ("support_tickets", "first_response_time"))
    return [[*row, str(teams)] for row, teams in zip(rows, paying, strict=True)]


def customer_rows(values: dict[str, np.ndarray]) -> list[Row]:
    """The weekly file: active teams, and the share of satisfied ones among those that answered the survey."""
    random = generator("satisfaction")
    rows = []
    for week in range(WEEKS):
        days = slice(7 * week, 7 * week + 7)
        answers = int(values["survey_answers"][days].sum())
        satisfied = int(random.binomial(answers, 0.82 + 0.03 * week / WEEKS))
        active = round(float(values["active_teams"][days].mean()))
        rows.append([DAYS[7 * week + 6].isoformat(), str(active), f"{satisfied / answers:.4f}", str(answers)])
    return rows


def finance_rows(values: dict[str, np.ndarray]) -> list[Row]:
    """Invoiced revenue from Monday to Friday, with the plan: the expected path, in round thousands."""
    plan = np.round(1.01 * usual_days(METRICS["revenue"]), -3)
    return [
        [day.isoformat(), cell("revenue", day, values["revenue"][n]), f"{plan[n]:.0f}"]
        for n, day in enumerate(DAYS)
        if day.weekday() < 5
    ]


def margin_rows() -> list[Row]:
    """Gross margin in percent at the end of each month that has ended."""
    random = generator("gross_margin")
    ends = [day for day in DAYS if (day + timedelta(days=1)).day == 1]
    margins = 74.5 + 0.08 * np.arange(len(ends)) + 0.5 * random.standard_normal(len(ends))
    return [[day.isoformat(), f"{margin:.1f}"] for day, margin in zip(ends, margins, strict=True)]


def claim_truth(claim: Claim) -> dict[str, object]:
    """What is true of a claim, in the words of truth.json."""
    sign = "none" if claim.correlation == 0 else "positive" if claim.correlation > 0 else "negative"
    kind = "false" if sign == "none" else "true" if sign == claim.declared_sign else "wrong_sign"
    effect = claim.correlation * METRICS[claim.metric].volatility / METRICS[claim.input].volatility
    truth: dict[str, object] = {
        "input": claim.input,
        "metric": claim.metric,
        "lag_weeks": claim.lag_weeks,
        "declared_sign": claim.declared_sign,
        "true_sign": sign,
        "correlation": claim.correlation,
        "effect": round(effect, 3),
        "kind": "lost_half_way" if claim.lost_from else kind,
    }
    return truth | ({"lost_from_week": claim.lost_from} if claim.lost_from else {})


def truth() -> dict[str, object]:
    """All that was planted; the keys are described at the top."""
    return {
        "first_day": FIRST_DAY,
        "last_day": LAST_DAY,
        "claims": [claim_truth(claim) for claim in CLAIMS],
        "outcome": claim_truth(OUTCOME),
        "events": [asdict(event) for event in EVENTS],
        "late_start": [{"metric": name, "first_day": day} for name, day in LATE_START.items()],
        "stopped": [{"metric": name, "last_day": day} for name, day in STOPPED.items()],
        "missing_days": [{"metric": name, "days": days} for name, days in MISSING_DAYS.items()],
    }


PRODUCT = (
    *("insights_read", "insights_shared", "insights_created", "dashboard_views", "assistant_questions"),
    *("digest_opens", "alerts_sent", "sources_connected", "activated_teams", "peak_readers", "load_time_p95"),
)


def write_csv(path: Path, header: Row, rows: Iterable[Row]) -> None:
    """Write a CSV file that is the same on every system."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_demo(folder: Path) -> None:
    """Write every data file of the demo, and truth.json, to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {name: daily_values(name, surprise) for name, surprise in surprises().items()}
    write_csv(folder / "product_daily.csv", ["day", *PRODUCT], wide_rows(values, PRODUCT))
    write_csv(folder / "growth_daily.csv", ["day", "region", "metric", "value"], growth_rows(values))
    support = ["day", "support_tickets", "first_response_time", "paying_teams"]
    write_csv(folder / "support_daily.csv", support, support_rows(values))
    customers = ["week_ending", "active_teams", "satisfaction", "survey_answers"]
    write_csv(folder / "customers_weekly.csv", customers, customer_rows(values))
    write_csv(folder / "finance_daily.csv", ["day", "revenue", "revenue_plan"], finance_rows(values))
    write_csv(folder / "finance_monthly.csv", ["month_end", "gross_margin"], margin_rows())
    text = json.dumps(truth(), indent=2, default=str) + "\n"
    (folder / "truth.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_demo(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "demo")
