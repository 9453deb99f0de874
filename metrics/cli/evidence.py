"""`northstar evidence`: what the weeks say on the claims of a quarter, and on the yearly claim."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metrics.cli.commands import FIRST_YEAR, LAST_YEAR, AsJson, AsOf, WorkspaceFolder
from metrics.cli.output import say, say_json, table, tell
from metrics.errors import NorthstarError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from metrics.cli.opened import Opened
    from metrics.evidence.judged import Judged
    from metrics.evidence.quarter import QuarterEvidence
    from metrics.evidence.weeks import WeeklyValues
    from metrics.ledger.note import Note
    from metrics.tree.tree import Tree
    from metrics.workspace import Workspace

_HEADER = ("Input", "Metric", "Lag", "Verdict", "Correlation", "95 % interval", "Weeks", "More needed", "Naive")
_OUTCOME_HEADER = ("Outcome", "Verdict", "Lead", "Gain", "p", "Compared")
_QUARTER = re.compile(r"(19|20|21)\d\d[Qq][1-4]")
_YEAR = re.compile(r"(19|20|21)\d\d")


def _quarter(text: str) -> str:
    if not _QUARTER.fullmatch(text):
        raise typer.BadParameter(f"'{text}' is no quarter: write it as 2026Q3.")
    return text.upper()


def _fiscal_year(text: str) -> int:
    if not _YEAR.fullmatch(text):
        raise typer.BadParameter(f"'{text}' is no year from {FIRST_YEAR} to {LAST_YEAR}: write it as 2026.")
    return int(text)


def evidence(
    workspace: WorkspaceFolder = None,
    quarter: Annotated[
        str | None,
        typer.Option(
            parser=_quarter,
            metavar="QUARTER",
            show_default="the one that the review's week is in",
            help="The fiscal quarter up to whose end the weeks count, such as 2026Q3.",
        ),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(
            parser=_fiscal_year,
            metavar="YEAR",
            help="Check instead what the North Star predicts, up to the end of this fiscal year.",
        ),
    ] = None,
    all_inputs: Annotated[
        bool,
        typer.Option(
            "--all-inputs", help="Also test every other input against the North Star, at lags of 0 to 8 weeks."
        ),
    ] = False,
    no_refresh: Annotated[
        bool, typer.Option("--no-refresh", help="Use the values of the last refresh, also if a source changed.")
    ] = False,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Test the claims of the tree: do the inputs move what they are said to move?

    With --year: does the North Star lead the outcomes that it is said to predict? Sources that changed are read first.

    Example: northstar evidence shop --quarter 2026Q3 --json
    """
    from metrics.cli.opened import opened, refreshed, workspace_at

    if year is not None and (quarter is not None or all_inputs):
        raise typer.BadParameter("Leave out --quarter and --all-inputs, or --year.", param_hint="'--year'")
    found = workspace_at(workspace)
    if not no_refresh and as_of is None:
        refreshed(found)
    with opened(found, as_of) as now:
        notes = _marking_notes(found, now.moment if as_of is not None else None)
        if year is not None:
            _year(now, notes, year, as_json)
        else:
            _claims(now, notes, quarter or _present_quarter(now), all_inputs, as_json)
        for error in now.errors:
            tell(error)
        if now.errors:
            raise typer.Exit(1)


def _marking_notes(workspace: Workspace, moment: datetime | None) -> list[Note]:
    """Return the notes that mark weeks as exceptional, now or at a moment: those are left out, as on the screen."""
    from metrics.evidence.annotated import marking_notes
    from metrics.ledger.ledger import Ledger

    if not Ledger.is_there(workspace.state):
        return []
    with Ledger.open(workspace.state) as ledger:
        return marking_notes(ledger, moment)


def _weekly(now: Opened, notes: list[Note], last_day: date) -> WeeklyValues:
    """Return the weekly values up to a day, less the weeks that people have marked."""
    from metrics.evidence.annotated import annotated_weeks
    from metrics.evidence.weeks import read_weeks

    weekly = read_weeks(now.warehouse, last_day)
    return replace(weekly, left_out=annotated_weeks(now.tree, notes, weekly.weeks))


def _present_quarter(now: Opened) -> str:
    week = now.review_week
    if week is None:
        raise NorthstarError("\n".join([*now.errors, "There are no values to test yet."]))
    return now.tree.calendar.fiscal_quarter(week)


def _claims(now: Opened, notes: list[Note], quarter: str, search: bool, as_json: bool) -> None:
    from metrics.charts.evidence_words import claim_sentence
    from metrics.evidence.export import quarter_json
    from metrics.evidence.quarter import evidence, remarks
    from metrics.evidence.weeks import last_day_of_quarter

    weekly = _weekly(now, notes, last_day_of_quarter(now.tree.calendar, quarter))
    found = evidence(now.tree, weekly, search=search)
    sentences = [claim_sentence(now.tree, judged) for judged in found.claims]
    if as_json:
        exported = quarter_json(quarter, found, sentences)
        for claim, judged in zip(exported["claims"], found.claims, strict=True):
            claim["remarks"] = remarks(now.tree, found, judged.measured.question)
        say_json(exported)
        return
    for line in _quarter_lines(now.tree, quarter, found, sentences):
        say(line)


def _quarter_lines(tree: Tree, quarter: str, found: QuarterEvidence, sentences: list[str]) -> Iterator[str]:
    yield _heading(tree, quarter, found.weeks)
    if not found.claims and not found.refused:
        yield ""
        yield "The tree has no claims to test: write them as `inputs` of a metric."
        return
    for is_declared, title in ((True, ""), (False, "Not claimed by anybody: inputs against the North Star")):
        shown = [
            (judged, sentence)
            for judged, sentence in zip(found.claims, sentences, strict=True)
            if judged.measured.question.is_declared == is_declared
        ]
        if not shown:
            continue
        yield ""
        if title:
            yield title
        yield from table(_HEADER, [_row(tree, judged) for judged, _ in shown], texts=(0, 1, 3))
        yield ""
        for judged, sentence in shown:
            question = judged.measured.question
            yield f"{tree.metrics[question.input].name} and {tree.metrics[question.metric].name}: {_plain(sentence)}"
    if found.refused:
        yield ""
        yield "Not tested"
        for refusal in found.refused:
            yield refusal.sentence


def _row(tree: Tree, judged: Judged) -> list[str]:
    from metrics.charts.evidence_words import VERDICTS, correlation

    measured = judged.measured
    question = measured.question
    row = [tree.metrics[question.input].name, tree.metrics[question.metric].name, str(measured.lag_weeks)]
    row.append(VERDICTS[judged.verdict])
    if judged.smallest is None:
        row += ["", ""]
    else:
        low, high = measured.link.interval(0.95)
        row += [correlation(measured.link.correlation), f"{correlation(low)} to {correlation(high)}"]
    row += [str(measured.joint_weeks), "" if judged.weeks_needed is None else str(judged.weeks_needed)]
    return [*row, correlation(measured.naive)]


def _year(now: Opened, notes: list[Note], year: int, as_json: bool) -> None:
    from metrics.charts.evidence_words import VERDICTS, lead_time, outcome_sentence, time_with_both
    from metrics.evidence.export import year_json
    from metrics.evidence.months import read_months
    from metrics.evidence.outcome import check_outcomes
    from metrics.evidence.weeks import last_day_of_year

    last_day = last_day_of_year(now.tree.calendar, year)
    weekly = _weekly(now, notes, last_day)
    monthly = read_months(now.warehouse, now.tree, weekly, min(last_day, now.today))
    found, refused = check_outcomes(now.tree, weekly, monthly)
    sentences = [outcome_sentence(now.tree, one) for one in found]
    if as_json:
        exported = year_json(year, found, refused)
        for outcome, sentence in zip(exported["outcomes"], sentences, strict=True):
            outcome["sentence"] = sentence
        say_json(exported)
        return
    say(_heading(now.tree, f"fiscal year {year}", weekly.weeks))
    say()
    if not found and not refused:
        say("The North Star predicts nothing yet: write it as `predicts`.")
    if found:
        rows = []
        for one in found:
            row = [now.tree.metrics[one.prediction.metric].name, VERDICTS[one.verdict]]
            row += [lead_time(one, one.forward) if one.forward else ""]
            row += [f"{one.trial.gain * 100:.0f} %" if one.trial else "", f"{one.forward.p:.3f}" if one.forward else ""]
            rows.append([*row, time_with_both(one)])
        for line in table(_OUTCOME_HEADER, rows, texts=(0, 1)):
            say(line)
        say()
    for sentence in [*sentences, *(refusal.sentence for refusal in refused)]:
        say(_plain(sentence))


def _heading(tree: Tree, period: str, weeks: Any) -> str:
    if not weeks:
        return f"{tree.name}, {period}: there are no weeks up to its end."
    return f"{tree.name}, {period}: {len(weeks):,} weeks up to {weeks[-1]}"


def _plain(text: str) -> str:
    """Write the narrow space before a unit as one that every terminal has."""
    from metrics.charts.numbers import THIN

    return text.replace(THIN, " ")
