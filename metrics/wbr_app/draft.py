"""A translated deck as the files of a workspace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metrics.calendar import MONTHS, WEEKDAYS
from metrics.starter.spelling import comment, yaml_text
from metrics.wbr_app.deck import Block, Remark
from metrics.wbr_app.translation import Translated, Translation
from metrics.wbr_app.values import DATE

_SOURCE = "deck"
_TEAM = "team_1"
_NAME = "Weekly business review"
_RULES = """\
- A week, a month or a year to date in which days are absent is marked incomplete. A sum over it is shown, and changes
  that would use it are blank; the app compares it all the same.
- A missing operand makes a sum of metrics blank; the app counts it as zero.
- A change from zero or from less than zero is blank.
- `last` and `first` on a day with several different values are a fault that `northstar check` lists.
"""


def tree_text(translation: Translation, file: str, date_format: str | None) -> str:
    """Return `northstar.yaml`; `file` is the name of the CSV file beside it."""
    return (
        "\n".join([*_top(translation), *_source(file, date_format), *_metrics(translation), *_deck(translation)]) + "\n"
    )


def import_text(translation: Translation, file: str, remarks: Sequence[Remark], events: int) -> str:
    """Return IMPORT.md: what became of the deck, and what has no counterpart."""
    deck = translation.deck
    lines = [
        f"# What became of {deck.file}",
        "",
        f"Its values are those of `{file}`. The week of the deck: `northstar figures . --week-ending"
        f" {deck.week_ending}` in this folder.",
        "",
        "## What has no counterpart, or another one",
        "",
        *([_line(deck.file, remark) for remark in remarks] or ["Everything has one."]),
        "",
        "## Metrics",
        "",
        "| in the deck | here |",
        "|---|---|",
    ]
    became = {name: f"`{own}`" if own else "a target" for name, own in translation.ids.items()}
    lines += [f"| {comment(name).replace('|', '/')} | {own} |" for name, own in became.items()]
    if deck.blocks:
        lines += ["", "## Blocks", "", "| line | block | shows |", "|---|---|---|"]
        lines += [_block(block) for block in deck.blocks]
    if events:
        lines += [
            "",
            "## Events",
            "",
            "`northstar notes import-events events.csv .` in this folder makes a note of each.",
        ]
    lines += ["", "## Rules that differ", "", _RULES.rstrip()]
    return "\n".join(lines) + "\n"


def _block(block: Block) -> str:
    shown = ", ".join(comment(shown.metric) for shown in block.shown)
    title = comment(block.title) or "no title"
    return f"| {block.line} | {comment(block.kind, 30)}: {title} | {shown or '-'} |"


def strategy_text(translation: Translation) -> str:
    """Return a short strategy.md."""
    return (
        "# How we think our business works\n\n"
        f"The metrics come from the deck {comment(translation.deck.file)}. It says what is reviewed each week, and not"
        " what drives what.\nWrite here which one number sums up the value that customers get, what moves it, and what"
        " must not suffer.\n"
    )


def _line(file: str, remark: Remark) -> str:
    place = f" ({file}, line {remark.line})" if remark.line else ""
    return f"- {comment(remark.text, 300)}{place}"


def _top(translation: Translation) -> Iterator[str]:
    deck = translation.deck
    yield f"# From the WBR App's deck {comment(deck.file)}. IMPORT.md says what became of what."
    if translation.remarks:
        yield "#"
        yield "# No counterpart, or another one:"
        yield from (f"#   {comment(remark.text, 240)}" for remark in translation.remarks)
    yield "northstar: 1"
    yield f"name: {yaml_text(deck.title or _NAME)}"
    yield ""
    yield "calendar:"
    yield f"  week_ends_on: {WEEKDAYS[deck.week_ending.weekday()]}"
    yield f"  fiscal_year_starts: {MONTHS[deck.fiscal_year_starts - 1]}"
    yield ""
    yield "teams:"
    yield f"  {_TEAM}:"
    yield "    name: Our team"
    yield "    # lead: ana@team.example  # owns every metric that names no owner"
    yield ""


def _source(file: str, date_format: str | None) -> Iterator[str]:
    yield "sources:"
    yield f"  {_SOURCE}:"
    yield "    type: csv"
    yield f"    path: {yaml_text(file)}"
    yield f"    date: {DATE}"
    if date_format is not None:
        yield f"    date_format: {yaml_text(date_format)}  # the app takes the month first where either is possible"
    yield ""


def _metrics(translation: Translation) -> Iterator[str]:
    yield "metrics:"
    for metric in translation.metrics:
        yield f"  {metric.id}:"
        yield f"    name: {yaml_text(metric.name)}"
        yield f"    team: {_TEAM}"
        yield from _values(metric)
        if metric.unit != "number":
            yield f"    unit: {metric.unit}"


def _values(metric: Translated) -> Iterator[str]:
    if metric.formula is not None:
        yield f"    formula: {metric.formula}"
        return
    if metric.column is None:
        yield "    # The deck's filter or aggregate has no counterpart: without source: it stays blank."
        return
    yield f"    source: {_SOURCE}"
    yield f"    column: {yaml_text(metric.column)}"
    if metric.where:
        pairs = ", ".join(f"{yaml_text(column)}: {yaml_text(text)}" for column, text in metric.where)
        yield f"    where: {{{pairs}}}"
    yield f"    aggregate: {metric.aggregate}"
    if metric.target is not None:
        yield f"    target: {{column: {yaml_text(metric.target)}}}"


def _deck(translation: Translation) -> Iterator[str]:
    if not translation.sections:
        return
    yield ""
    yield "deck:"
    for name, ids in translation.sections:
        yield f"  - section: {yaml_text(name)}"
        yield "    metrics:"
        yield from (f"      - {own}" for own in ids)
