"""From what was written to the tree: every default filled in. Only for a draft without errors."""

from __future__ import annotations

from metrics.calendar import MONTHS, WEEKDAYS, Calendar
from metrics.tree import written
from metrics.tree.deck import default_deck
from metrics.tree.draft import Draft, items
from metrics.tree.formula import Formula
from metrics.tree.tree import (
    Access,
    Checks,
    Claim,
    Goal,
    Metric,
    Prediction,
    Section,
    Source,
    Target,
    Team,
    Tree,
)
from metrics.tree.week_time import weekday_and_time

MANUAL = "manual"
DEFAULT_NAME = "Northstar"


def resolve(draft: Draft) -> Tree:
    """Return the tree of a draft without errors."""
    workspace = draft.workspace
    metrics = {metric_id: _metric(draft, metric_id, metric) for metric_id, metric in draft.metrics.items()}
    sources = {source_id: _source(source_id, source) for source_id, source in draft.sources.items()}
    used = {metric.source for metric in metrics.values()}
    used |= {metric.target.source for metric in metrics.values() if metric.target}
    if MANUAL in used and MANUAL not in sources:
        sources[MANUAL] = Source(MANUAL, "manual", grain="weekly")
    sections = (
        Section(section.section or "", tuple(name for _, name in items(section.metrics)), section.minutes)
        for _, section in items(workspace.deck)
    )
    return Tree(
        name=workspace.name or DEFAULT_NAME,
        calendar=_calendar(workspace.calendar),
        teams={team_id: _team(team_id, team) for team_id, team in draft.teams.items()},
        sources=sources,
        metrics=metrics,
        deck=tuple(section for section in sections if section.metrics) or default_deck(metrics),
        goals=tuple(_goal(goal) for _, goal in items(workspace.goals)),
        access=_access(workspace.access),
        refresh_minutes=workspace.refresh_minutes,
    )


def words(name: str) -> str:
    """Return an id as words: `activation_rate` is "Activation rate"."""
    return name.replace("_", " ").strip().capitalize()


def _calendar(calendar: written.Calendar | None) -> Calendar:
    default = Calendar()
    if calendar is None:
        return default
    ends, starts = calendar.week_ends_on, calendar.fiscal_year_starts
    return Calendar(
        WEEKDAYS.index(ends.strip().lower()) if ends else default.week_ends_on,
        MONTHS.index(starts.strip().lower()) + 1 if starts else default.fiscal_year_starts,
        calendar.timezone or default.timezone,
    )


def _team(team_id: str, team: written.Team) -> Team:
    members = tuple(member for _, member in items(team.members))
    return Team(team_id, team.name or words(team_id), team.lead or None, members)


def _source(source_id: str, source: written.Source) -> Source:
    assert source.type  # else a rule has found an error
    return Source(
        id=source_id,
        type=source.type,
        path=source.path.strip() if source.path else None,
        date=source.date,
        date_format=source.date_format,
        layout=source.layout or "wide",
        metric=source.metric,
        value=source.value,
        grain=source.grain or ("weekly" if source.type == "manual" else None),
        absent=source.absent or "missing",
        arrives=weekday_and_time(source.arrives) if source.arrives else None,
        spreadsheet=source.spreadsheet,
        worksheet=source.worksheet,
        range=source.range,
        credentials=source.credentials,
        url=source.url,
        query=source.query,
        table=source.table,
        row_limit=source.row_limit or Source.row_limit,
        timeout_seconds=source.timeout_seconds or Source.timeout_seconds,
    )


def _metric(draft: Draft, metric_id: str, metric: written.Metric) -> Metric:
    path = ("metrics", metric_id)
    formula = draft.formulas.get(metric_id)
    role = metric.role or "output"
    team = draft.teams.get(metric.team or "")
    return Metric(
        id=metric_id,
        name=metric.name or words(metric_id),
        role=role,
        definition=metric.definition,
        team=metric.team,
        owner=metric.owner or (team.lead if team else None) or None,
        source=metric.source,
        column=(metric.column or metric_id) if metric.source is not None else None,
        where=tuple((column, draft.document.written((*path, "where", column))) for column in metric.where or ()),
        aggregate=metric.aggregate or "sum",
        additive=metric.additive is not False,
        scale=1.0 if metric.scale is None else metric.scale,
        formula=formula if isinstance(formula, Formula) else None,
        unit=metric.unit or "number",
        currency=metric.currency,
        good=metric.good or ("down" if role == "guardrail" else "up"),
        target=_target(metric),
        denominator=metric.denominator,
        limits=metric.limits,
        checks=Checks(metric.checks.min, metric.checks.max) if metric.checks else Checks(),
        inputs=tuple(
            Claim(claim.metric, claim.sign or "positive", claim.lag_weeks or 0, claim.because)
            for _, claim in items(metric.inputs)
        ),
        predicts=tuple(
            Prediction(prediction.metric, prediction.lead_weeks, prediction.effect, prediction.because)
            for _, prediction in items(metric.predicts)
        ),
        line=draft.line(path),
    )


def _target(metric: written.Metric) -> Target | None:
    target = metric.target
    if target is None:
        return None
    if target.column is None:
        return Target(level=target.level)
    return Target(column=target.column, source=target.source or metric.source)


def _goal(goal: written.Goal) -> Goal:
    assert goal.team and goal.metric and goal.quarter and goal.end is not None  # else a rule has found an error
    return Goal(goal.team, goal.metric, goal.quarter, goal.start, goal.end)


def _access(access: written.Access | None) -> Access:
    if access is None:
        return Access()
    readers = access.readers
    return Access(
        readers.domain if readers else None,
        tuple(person for _, person in items(readers.people if readers else None)),
        tuple(person for _, person in items(access.editors)),
    )
