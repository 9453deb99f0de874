"""What the room says on a claim: the form, and what was recorded before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from metrics.charts import words
from metrics.charts.claim_table import DECISIONS, room_words
from metrics.charts.evidence_words import VERDICTS, claim_sentence, correlation
from metrics.errors import NorthstarError
from metrics.evidence.agenda import key_of
from metrics.evidence.export import quarter_json
from metrics.evidence.judged import Judged
from metrics.evidence.quarter import remarks
from metrics.ledger.claim_verdict import VERDICTS as ROOM_VERDICTS
from metrics.ledger.claim_verdict import ClaimVerdict, NewClaimVerdict
from pages.parts import opening, visitor
from pages.parts.claim_list import Review
from pages.parts.opening import Opened
from pages.parts.text import markdown, plain

_LONGEST_TEXT = 100_000


def show(opened: Opened, review: Review, judged: Judged) -> None:
    """Let the room's verdict be recorded, and list the earlier ones."""
    if not judged.measured.question.is_declared:
        st.caption("What a search finds is an idea, not a test. Declare it as a claim, and let the coming weeks judge.")
        return
    st.subheader("What the room says", anchor=False)
    if "claim_saved" in st.session_state:
        st.success(st.session_state.pop("claim_saved"))
    if opened.as_of is None and visitor.may_edit(opened.tree):
        _form(opened, review, judged)
    _earlier([said for said in review.said if said.claim == key_of(judged)])


def _form(opened: Opened, review: Review, judged: Judged) -> None:
    source, metric = key_of(judged)
    key = f"{source}_{metric}_{review.quarter}"
    with st.form(f"claim_{key}", border=False):
        verdict = st.radio(
            f"The claim is, in {review.quarter}",
            ROOM_VERDICTS,
            index=None,
            format_func=VERDICTS.__getitem__,
            horizontal=True,
            key=f"verdict_{key}",
        )
        decision = st.radio(
            "We will",
            list(DECISIONS),
            index=None,
            format_func=DECISIONS.__getitem__,
            horizontal=True,
            key=f"decision_{key}",
        )
        text = st.text_area("Why, and what next", key=f"claim_text_{key}", max_chars=_LONGEST_TEXT, height=80)
        saved = st.form_submit_button("Record")
    author = visitor.ask_author("claim")
    if not saved:
        return
    if author is None:
        st.error("Nothing was recorded yet: write your name first.")
        return
    if verdict is None or decision is None:
        st.error("Nothing was recorded yet: choose a verdict, and what you will do.")
        return
    new = NewClaimVerdict(
        input=source,
        metric=metric,
        quarter=review.quarter,
        verdict=verdict,
        decision=decision,
        text=text,
        evidence=_evidence(opened, review, judged),
    )
    try:
        opening.ledger(opened.workspace).claim_verdicts.record(new, author)
    except NorthstarError as error:
        st.error(plain(str(error)))
        return
    st.session_state["claim_saved"] = "Recorded, with today's evidence."
    st.rerun()


def _evidence(opened: Opened, review: Review, judged: Judged) -> dict[str, Any]:
    """Return what the numbers say today, with all that is needed to compute it anew."""
    question = judged.measured.question
    sides = {name: review.found.sides[name] for name in (question.input, question.metric)}
    alone = replace(review.found, claims=[judged], refused=[], sides=sides)
    exported = quarter_json(review.quarter, alone, [claim_sentence(opened.tree, judged)])
    return {
        **exported["claims"][0],
        "remarks": remarks(opened.tree, review.found, question),
        **{name: exported[name] for name in ("week_ending", "weeks", "series")},
    }


def _earlier(said: Sequence[ClaimVerdict]) -> None:
    for one in said:
        with st.container(key=f"claim_verdict_{one.id}", gap="xsmall", border=True):
            st.markdown(f"**{plain(f'{one.quarter}: {room_words(one)}.')}** {markdown(one.text)}")
            verified = "" if one.author.verified else " (not verified)"
            st.caption(plain(f"{one.author.name}{verified}, {words.long_day(one.at.date())}. {_numbers_then(one)}"))


def _numbers_then(one: ClaimVerdict) -> str:
    """Return what the numbers said on the day of a verdict."""
    then = one.evidence
    verdict = VERDICTS.get(str(then.get("verdict")), "")
    if not verdict:
        return ""
    r, low, high = (then.get(name) for name in ("correlation", "low", "high"))
    if r is None or low is None or high is None:
        return f"The numbers then: {verdict}, {then.get('n_weeks')} weeks."
    return (
        f"The numbers then: {verdict}, correlation {correlation(r)}, 95 % interval {correlation(low)} to "
        f"{correlation(high)}, {then.get('n_weeks')} weeks, lag {then.get('lag_weeks')}."
    )
