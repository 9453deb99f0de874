"""What evidence says, in plain words: a sentence a claim, what it would take, and how it was computed."""

from __future__ import annotations

from math import floor, isfinite, log10

from metrics.charts.numbers import MINUS, THIN, bare, full, short
from metrics.charts.words import small
from metrics.evidence.judged import Judged
from metrics.evidence.lead import Lead
from metrics.evidence.outcome import FEWEST_MONTHS, LEAD_RISK, OutcomeEvidence
from metrics.evidence.outcome import FEWEST_WEEKS as FEWEST_WEEKS_OF_A_YEAR
from metrics.evidence.planning import Plan
from metrics.evidence.verdict import FEWEST_WEEKS, MEANINGFUL
from metrics.tree.tree import Metric, Tree

VERDICTS = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "no_meaningful_link": "No meaningful link",
    "not_enough_evidence": "Not enough evidence",
    "leads": "The North Star leads it",
    "moves_with": "The North Star moves with it, does not lead",
    "no_evidence": "No evidence",
    "not_enough_history": "Not enough history",
}
_NEARLY = 0.1  # below this, and not below LEAD_RISK: close, and told as such
_LOST = {
    "faded": "It shows in the first half of the history, and no more in the second.",
    "turned": "All in all the two go together, but some half-years go the other way.",
}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def claim_sentence(tree: Tree, judged: Judged) -> str:
    """Return the verdict on a claim with what it rests on, in one to three sentences."""
    measured = judged.measured
    said = effect_sentence(tree, judged)
    if measured.is_flat:
        return "Not enough evidence: one of the two has always the same value, or no weekly one."
    if measured.joint_weeks < FEWEST_WEEKS:
        return (
            f"Not enough evidence: both have a value in {_weeks(measured.joint_weeks)}; "
            f"below {FEWEST_WEEKS} there is no verdict. {needed(judged)}"
        )
    match judged.verdict:
        case "supported":
            unsteady = " The parts of the history differ: see how it went by quarter." if judged.is_unstable else ""
            return f"{said}{same_week(judged)}{unsteady}"
        case "contradicted":
            return f"The other way round than claimed: {small(said)}{same_week(judged)}"
        case "no_meaningful_link":
            return (
                f"A link as claimed would be weak at most: a correlation of {MEANINGFUL:.1f} or more can be ruled out."
            )
        case _:
            lost = f"{_LOST[judged.lost]} " if judged.lost and measured.p <= judged.p_needed else ""
            return f"{lost}{needed(judged)}{would_have_shown(tree, judged)}"


def needed(judged: Judged) -> str:
    """Return how many more weeks a verdict takes."""
    if judged.weeks_needed is None:
        return ""
    return f"About {_weeks(judged.weeks_needed, more=True)} needed."


def effect_sentence(tree: Tree, judged: Judged) -> str:
    """Return `10 more activated teams go with 31 more insights, two weeks later; 95 % interval 12 to 50.`"""
    measured = judged.measured
    if measured.effect is None:
        return ""
    source, metric = tree.metric(measured.question.input), tree.metric(measured.question.metric)
    step = _step(source, judged)
    amounts = [value * step for value in (measured.effect.per_unit, measured.effect.low, measured.effect.high)]
    many = source.unit == "count" and step > 1
    left = (
        f"{_amount(step, source)} more {small(source.name)} go"
        if many
        else f"{source.name} up by {_amount(step, source)} goes"
    )
    direction = amounts[0] >= 0
    if metric.unit == "count":
        right = f"{_amount(abs(amounts[0]), metric)} {'more' if direction else 'fewer'} {small(metric.name)}"
        ways = ("more", "fewer")
    else:
        right = f"{small(metric.name)} {'up' if direction else 'down'} by {_amount(abs(amounts[0]), metric)}"
        ways = ("up", "down")
    low, high = sorted(amounts[1:], key=lambda amount: amount if direction else -amount)
    if (low >= 0) == (high >= 0):
        interval = f"{_amount(abs(low), metric)} to {_amount(abs(high), metric)}"
    else:
        interval = (
            f"{_amount(abs(low), metric)} {ways[1] if direction else ways[0]} to "
            f"{_amount(abs(high), metric)} {ways[0] if direction else ways[1]}"
        )
    return f"{left} with {right}, {lag_words(measured.lag_weeks)}; 95{THIN}% interval {interval}."


def same_week(judged: Judged) -> str:
    """Return, for a link within a week, that it has no direction; and where the other direction shows too, that."""
    measured, reverse = judged.measured, judged.measured.reverse
    backwards = (
        f"the other direction shows too ({correlation(reverse.correlation)}, {lag_words(reverse.lag_weeks)})"
        if reverse.p <= 0.05
        else ""
    )
    if measured.lag_weeks == 0:
        and_so = f"; {backwards}" if backwards else ""
        return f" Within the same week the numbers can't say which moves which{and_so}."
    return f" Mind that {backwards}." if backwards else ""


def lag_words(weeks: int) -> str:
    """Return `in the same week`, `one week later`, `thirteen weeks later` as `13 weeks later`."""
    if weeks == 0:
        return "in the same week"
    number = _NUMBERS[weeks] if weeks < len(_NUMBERS) else str(weeks)
    return f"{number} week{'' if weeks == 1 else 's'} later"


def correlation(value: float) -> str:
    """Return a correlation with two decimals and a true minus; nothing where there is none."""
    if not isfinite(value):
        return ""
    text = f"{abs(value):.2f}"
    return f"{MINUS}{text}" if value < 0 and text.strip("0.") else text


def how_computed(tree: Tree, judged: Judged) -> str:
    """Return in plain words what was done to the numbers of one claim."""
    measured = judged.measured
    source, metric = tree.metric(measured.question.input), tree.metric(measured.question.metric)
    left_out = int(measured.left_out.sum())
    lag = (
        f"the lag that was declared, {lag_words(measured.lag_weeks)}"
        if measured.question.is_declared
        else f"lags of 0 to 8 weeks; {lag_words(measured.lag_weeks)} is where it was clearest"
    )
    return (
        f"Trend, season and what is left of the weeks before were taken out of {source.name} and of {metric.name}; "
        f"what remains are their surprises. {_weeks(measured.joint_weeks)} have both; {left_out} of them were "
        f"exceptional, or marked as such, and don't count. The surprises were compared at {lag}: their correlation is "
        f"{correlation(measured.link.correlation)}. If the two had nothing to do with each other, it would come out as "
        f"high as this in {_share(measured.p)} of cases; with all claims of the quarter in mind "
        f"{_share(judged.p_needed)} or less is asked for. The naive correlation of the plain values, "
        f"{correlation(measured.naive)}, stands beside it only because other tools show it: two metrics that grow have "
        "a high one whatever they have to do with each other."
    )


def outcome_sentence(tree: Tree, one: OutcomeEvidence) -> str:
    """Return what came of the yearly claim, in one to three sentences."""
    north_star, outcome = tree.north_star, tree.metric(one.prediction.metric)
    name = north_star.name if north_star else ""
    if one.forward is None or one.trial is None or one.backward is None:
        if one.n_months is None:
            return f"Both have a value in {_weeks(one.n_weeks)}: below {FEWEST_WEEKS_OF_A_YEAR} there is no verdict."
        return (
            f"They are compared by months, since not both have weekly values: {time_with_both(one)} "
            f"{'has' if one.n_months == 1 else 'have'} both, and below {FEWEST_MONTHS} there is no verdict."
        )
    ahead = "the next four weeks" if one.n_months is None else "the next month"
    gain = (
        f"forecasts of {ahead} are {_share(one.trial.gain)} better with it"
        if one.trial.gain > 0
        else f"forecasts of {ahead} are no better with it"
    )
    match one.verdict:
        case "leads":
            said = f"{name} leads {small(outcome.name)} by about {lead_time(one, one.forward)}; {gain}."
        case "moves_with":
            first = f" {outcome.name} comes first." if one.backward.p < min(0.05, one.forward.p) else ""
            said = f"{name} and {small(outcome.name)} move together, but it does not lead.{first}"
        case _ if LEAD_RISK <= one.forward.p < _NEARLY:
            needed = f"p is {one.forward.p:.3f}, and below {LEAD_RISK:g} is needed"
            said = f"Not clear enough that {small(name)} leads {small(outcome.name)} ({needed}); {gain}."
        case _:
            said = f"No sign that {small(name)} leads {small(outcome.name)}; {gain}."
    by_month = "" if one.n_months is None else f" Compared by months: {one.n_months} have both."
    return f"{said}{by_month}{_against_claim(one)}"


def lead_time(one: OutcomeEvidence, lead: Lead) -> str:
    """Return how long one of the two is ahead: `6 weeks`, or `one month` where they are compared by months."""
    if one.n_months is None:
        return _weeks(lead.lead_weeks)
    return "one month" if lead.first_lag == 1 else f"{_NUMBERS[lead.first_lag]} months"


def time_with_both(one: OutcomeEvidence) -> str:
    """Return the weeks, or the months, with a value of both."""
    if one.n_months is None:
        return _weeks(one.n_weeks)
    return f"{one.n_months:,} month{'' if one.n_months == 1 else 's'}"


def plan_sentence(metric: Metric, plan: Plan) -> str:
    """Return whether a planned change would show, and when."""
    change = f"{'+' if plan.change >= 0 else MINUS}{_share(abs(plan.change))}"
    if plan.weeks is None:
        return (
            f"A lasting change of {change} in {small(metric.name)} would not show within a year; "
            f"a year shows {_share(plan.smallest_in_a_year)} or more."
        )
    return (
        f"A lasting change of {change} in {small(metric.name)} would show after about {_weeks(plan.weeks)}; "
        f"a quarter shows {_share(plan.smallest_in_a_quarter)} or more."
    )


def _against_claim(one: OutcomeEvidence) -> str:
    claimed, effect = one.prediction.effect, one.measured_effect
    if claimed is None or effect is None or effect.percent is None or one.effect_lag is None:
        return ""
    came, low, high = (_plain(value) for value in effect.percent)
    return (
        f" Claimed: 1{THIN}% more means {_plain(claimed)}{THIN}% {lag_words(one.effect_lag)}. "
        f"What came: {came}{THIN}%, 95{THIN}% interval {low} to {high}."
    )


def would_have_shown(tree: Tree, judged: Judged) -> str:
    """Return the smallest effect that so long a history shows four times out of five; begins with a space."""
    measured = judged.measured
    if judged.smallest is None or not isfinite(measured.unit_ratio):
        return ""
    source, metric = tree.metric(measured.question.input), tree.metric(measured.question.metric)
    step = _step(source, judged)
    amount = _amount(abs(judged.smallest * measured.unit_ratio) * step, metric)
    return (
        f" So long a history would have shown an effect of {amount} or more in {small(metric.name)} for "
        f"{_amount(step, source)} in {small(source.name)}."
    )


def _step(source: Metric, judged: Judged) -> float:
    """Return a round step of an input: about a tenth of what it usually is."""
    size = abs(judged.measured.input_usual)
    if not isfinite(size) or size == 0:
        return 1.0
    power = 10.0 ** floor(log10(size / 10))
    step = next(factor for factor in (5, 2, 1) if factor * power <= size / 10 * 1.0000001) * power
    return max(step, 1.0) if source.unit == "count" else step


def _amount(value: float, metric: Metric) -> str:
    """Write by how much a metric differs; a share in points, since a percent of it would be something else."""
    if metric.unit == "percent":
        return f"{bare(value, metric, value)} points"
    if metric.unit == "duration":
        return short(value, metric)
    if metric.unit == "count":
        value = round(value) if abs(value) >= 9.5 else float(f"{value:.2g}")
    return full(float(f"{value:.3g}"), metric).removesuffix(".00")


def _share(value: float) -> str:
    percent = value * 100
    if 0 <= percent < 0.1:
        return f"less than 0.1{THIN}%"
    return f"{percent:.0f}{THIN}%" if percent >= 9.95 else f"{percent:.1f}{THIN}%".replace(".0", "")


def _plain(value: float) -> str:
    text = f"{abs(value):.2g}"
    return f"{MINUS}{text}" if value < 0 else text


def _weeks(count: int, *, more: bool = False) -> str:
    return f"{count:,}{' more' if more else ''} week{'' if count == 1 else 's'}"
