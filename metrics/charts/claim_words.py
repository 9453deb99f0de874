"""The sentences of the quarter's page that are about many claims, or beside the verdict on one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from metrics.charts.evidence_words import correlation, lag_words, would_have_shown
from metrics.charts.numbers import MINUS
from metrics.evidence.judged import Judged
from metrics.evidence.verdict import FEWEST_WEEKS, Verdict
from metrics.tree.tree import Tree

_COUNTED: dict[Verdict, str] = {
    "supported": "supported",
    "contradicted": "contradicted",
    "no_meaningful_link": "without a meaningful link",
    "not_enough_evidence": "without enough evidence",
}


def summary_sentence(claims: Sequence[Judged]) -> str:
    """Return the page's answer: how many claims are supported, contradicted, and so on."""
    if not claims:
        return ""
    if all(judged.smallest is None for judged in claims):
        return (
            f"No verdict yet: none of the {_claims(len(claims))} has {FEWEST_WEEKS} weeks with a value of both. "
            "What is there so far stands below."
        )
    counts = Counter(judged.verdict for judged in claims)
    parts = [f"{counts[verdict]} {words}" for verdict, words in _COUNTED.items() if counts[verdict]]
    return f"Of {_claims(len(claims))}: {', '.join(parts)}."


def claimed_sentence(tree: Tree, judged: Judged) -> str:
    """Return what is claimed in words: `Claimed: when teams rise, insights rise, three weeks later.`"""
    question = judged.measured.question
    source, metric = tree.metric(question.input).name, tree.metric(question.metric).name
    if not question.is_declared:
        return f"Nobody claims that {source} moves {metric}. Lags of 0 to 8 weeks were searched."
    verb = "rises" if judged.measured.sense > 0 else "falls"
    because = f" {question.because}" if question.because else ""
    return f"Claimed: when {source} rises, {metric} {verb}, {lag_words(judged.measured.lag_weeks)}.{because}"


def reverse_sentence(tree: Tree, judged: Judged) -> str:
    """Return how the two go together with the metric first."""
    reverse, question = judged.measured.reverse, judged.measured.question
    source, metric = tree.metric(question.input).name, tree.metric(question.metric).name
    clear = "clearer than unrelated metrics would" if reverse.p <= 0.05 else "no more than unrelated metrics would"
    return (
        f"The other direction, {metric} first: clearest with {source} {lag_words(reverse.lag_weeks)}, correlation "
        f"{correlation(reverse.correlation)}; {clear}."
    )


def numbers_sentence(judged: Judged) -> str:
    """Return the numbers behind a verdict in one line; nothing where there are too few weeks."""
    measured = judged.measured
    if judged.smallest is None:
        return ""
    low, high = measured.link.interval(0.95)
    return (
        f"Correlation of the surprises {correlation(measured.link.correlation)}, 95 % interval {correlation(low)} to "
        f"{correlation(high)}. {measured.joint_weeks} weeks have both, {int(measured.left_out.sum())} of them are left "
        f"out; they count as {measured.link.freedom + 2:.0f} independent pairs. p {_p(measured.p)}, where "
        f"{_p(judged.p_needed)} is asked for. Naive correlation {correlation(measured.naive)}: for comparison only."
    )


def smallest_sentence(tree: Tree, judged: Judged) -> str:
    """Return what so long a history could have shown."""
    if judged.smallest is None:
        return ""
    said = f"A correlation of {correlation(judged.smallest)} or more would have shown four times out of five."
    # Where evidence is lacking, the verdict's own sentence has told the effect.
    return said if judged.verdict == "not_enough_evidence" else f"{said}{would_have_shown(tree, judged)}"


def change_words(percent: str) -> str:
    """Return `+5 %` for a planned change in percent."""
    return f"{MINUS if percent.startswith('-') else '+'}{percent.lstrip('-')} %"


def _p(value: float) -> str:
    return f"{value:.3f}" if value >= 0.0005 else "below 0.001"


def _claims(count: int) -> str:
    return f"{count:,} claim{'' if count == 1 else 's'}"
