"""The yearly claim: what was claimed of the North Star, and what came."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from metrics.charts import numbers
from metrics.charts.evidence_words import VERDICTS, lag_words, lead_time, outcome_sentence, time_with_both
from metrics.charts.outcome_chart import forecast_chart, gain_chart
from metrics.charts.words import small
from metrics.evidence.forecast import gains_by_lead
from metrics.evidence.outcome import LEAD_RISK, OutcomeEvidence
from metrics.evidence.weeks import last_day_of_year
from metrics.tree.tree import Prediction
from pages.parts import choices, evidenced
from pages.parts.opening import Opened
from pages.parts.text import plain

_AHEAD = {
    False: "The mean of the next four weeks, forecast in each week",
    True: "The next month, forecast at the end of each",
}


def question(opened: Opened) -> str:
    """Return the page's question, with the name of the outcome where there is one."""
    star = opened.tree.north_star
    outcomes = [opened.tree.metrics[one.metric].name for one in star.predicts] if star else []
    return plain(f"Does the North Star predict {small(outcomes[0]) if len(outcomes) == 1 else 'the outcome'}?")


def choose_year(opened: Opened) -> int | None:
    """Let the visitor choose a fiscal year; None while there is no value at all."""
    if opened.review_week is None:
        return None
    options = [str(year) for year in evidenced.years(opened)]
    default = str(opened.tree.calendar.fiscal_year(opened.review_week))

    def told(year: str) -> str:
        is_open = last_day_of_year(opened.tree.calendar, int(year)) >= opened.today
        return f"Fiscal {year}{', so far' if is_open else ''}"

    return int(choices.select("Year", "year", options, default=default, shown=told, width=260) or default)


def show(opened: Opened, year: int) -> None:
    """Show each claim of the North Star on an outcome."""
    with st.spinner("Putting the claim to the weeks"):
        found, refused = evidenced.of_year(opened, year)
    for refusal in refused:
        st.markdown(plain(refusal.sentence))
    if not found and not refused:
        _nothing_claimed(opened)
    for one in found:
        _outcome(opened, one, year)
    if found:
        _past(opened)


def _nothing_claimed(opened: Opened) -> None:
    star = opened.tree.north_star
    if star is None:
        st.markdown(
            "There is no North Star yet. Write `role: north_star` on the metric that sums up the value delivered."
        )
        return
    st.markdown(
        "The North Star predicts nothing yet. Write in January what it should mean for the business, and see next"
        " January what came, under `predicts:` in northstar.yaml:"
    )
    st.code(
        f"{star.id}:\n  predicts:\n    - metric: revenue\n      lead_weeks: 8\n      effect: 0.4\n"
        "      because: Teams that read insights renew and grow.",
        language="yaml",
    )


def _outcome(opened: Opened, one: OutcomeEvidence, year: int) -> None:
    tree = opened.tree
    outcome = tree.metrics[one.prediction.metric]
    st.header(plain(f"{outcome.name}: {small(VERDICTS[one.verdict])}"), anchor=False)
    st.markdown(plain(f"Claimed: {_claimed(opened, one.prediction)}"))
    st.markdown(plain(outcome_sentence(tree, one)))
    came = one.came_true
    if came is not None:
        st.markdown(
            "The claimed effect lies within that interval."
            if came
            else "The claimed effect lies outside of that interval."
        )
    if one.trial is None or one.forward is None or one.backward is None:
        return
    by_month = one.n_months is not None
    theme = "dark" if st.context.theme.type == "dark" else "light"
    chart, side = st.columns([5, 2], gap="large")
    with chart:
        st.altair_chart(
            forecast_chart(one, outcome, theme=theme), theme=None, width="stretch", key=f"forecast_{outcome.id}"
        )
        st.caption(
            f"{_AHEAD[by_month]}, with what was known then, against what came."
            " Blue: with the North Star. Grey: without it, from the outcome's own history."
        )
    with side:
        first, second = one.trial.gain_by_half
        _fact("Gain out of sample", f"{_gain(one.trial.gain)}; {_gain(first)} in the first half, {_gain(second)} after")
        _fact("North Star first", f"about {lead_time(one, one.forward)}, p {one.forward.p:.3f}")
        _fact("Outcome first", f"about {lead_time(one, one.backward)}, p {one.backward.p:.3f}")
        _fact("Compared", time_with_both(one))
        claimed = one.claimed_steps
        gains = gains_by_lead(one.sides[0].surprises, one.sides[1].surprises)
        st.caption("Gain by lead, each alone. Exploration, not a test" + ("; blue: as claimed" if claimed else ""))
        st.altair_chart(
            gain_chart(gains, claimed, unit="month" if by_month else "week", theme=theme),
            theme=None,
            width="stretch",
            key=f"gains_{outcome.id}",
        )
    with st.expander("How was this computed?", key=f"how_{outcome.id}"):
        by_months = (
            " One of the two has no weekly values, so both are compared by months: of weekly values, the mean of the"
            " weeks that end in a month; what adds up over the days of a month, as for a month of average length."
        )
        leads = (
            "1 to 3 months, and the closest lead"
            if by_month
            else "1 to 13 weeks, and the closest four neighbouring leads"
        )
        st.markdown(
            "Trend, season and memory are taken out of both. What remains, the surprises, is compared at leads of"
            f" {leads}, with 1,999 shuffles of the same surprises: p is how often chance goes as closely. *Leads* takes"
            f" p below {LEAD_RISK:.2f}, forecasts that get better with the North Star in"
            f" {'months' if by_month else 'weeks'} that were not used for them, and no clearer lead the other way"
            " round. Weeks that people marked as events or as faults of the data are left out."
            f"{by_months if by_month else ''}"
        )


def _past(opened: Opened) -> None:
    """List what came in each fiscal year, with all weeks up to its end."""
    st.header("Year by year", anchor=False)
    rows: dict[str, list[str]] = {
        name: [] for name in ("Year", "Outcome", "Verdict", "Lead", "Gain", "Claimed", "What came", "Compared")
    }
    for year in evidenced.years(opened):
        for one in evidenced.of_year(opened, year)[0]:
            percent = one.measured_effect.percent if one.measured_effect else None
            claimed = one.prediction.effect
            rows["Year"].append(str(year))
            rows["Outcome"].append(opened.tree.metrics[one.prediction.metric].name)
            rows["Verdict"].append(VERDICTS[one.verdict])
            rows["Lead"].append(lead_time(one, one.forward) if one.forward else "")
            rows["Gain"].append(_gain(one.trial.gain) if one.trial else "")
            rows["Claimed"].append(f"{claimed:g} %" if claimed is not None else "")
            rows["What came"].append(_interval(percent) if percent else "")
            rows["Compared"].append(time_with_both(one))
    st.dataframe(rows, hide_index=True, width="stretch", key="years")
    st.caption("Each with all weeks up to the year's end, by the claims and definitions of today.")


def _claimed(opened: Opened, prediction: Prediction) -> str:
    star = opened.tree.north_star
    assert star is not None
    name, outcome = star.name, opened.tree.metrics[prediction.metric].name
    lead = f", {lag_words(prediction.lead_weeks)}" if prediction.lead_weeks else ""
    because = f" {prediction.because}" if prediction.because else ""
    if prediction.effect is None:
        return f"{name} leads {small(outcome)}{lead}.{because}"
    return f"each 1 % more of {small(name)} means {prediction.effect:g} % {small(outcome)}{lead}.{because}"


def _interval(percent: Sequence[float]) -> str:
    came, low, high = (f"{value:.2g}".replace("-", numbers.MINUS) for value in percent)
    return f"{came} % ({low} to {high})"


def _gain(gain: float) -> str:
    percent = f"{gain * 100:.0f}" if abs(gain) >= 0.0995 else f"{gain * 100:.1f}".removesuffix(".0")
    return f"{percent}{numbers.THIN}%".replace("-", numbers.MINUS)


def _fact(heading: str, text: str) -> None:
    with st.container(gap="xxsmall"):
        st.caption(heading)
        st.markdown(plain(text))
