"""What a person wrote in `northstar.yaml`: its shape, key by key. Everything may be missing; defaults come later."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from metrics.calendar import MONTHS, WEEKDAYS
from metrics.tree.tree import Aggregate, Good, Grain, Role, Sign, SourceType, Unit

VERSION = 1
MOST_WEEKS = 104
ID_PATTERN = "^[a-z][a-z0-9_]*$"
EMAIL_PATTERN = r"^[^@\s]+@[^@\s]+$"
DOMAIN_PATTERN = r"^[^@\s]+$"

Text = str  # strict: a number is refused, so that a column called 01 is never read as 1
# A month's or day's number goes on to the rule that knows the words.
Word = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]
Email = Annotated[str, WithJsonSchema({"type": "string", "pattern": EMAIL_PATTERN})]
Domain = Annotated[str, WithJsonSchema({"type": "string", "pattern": DOMAIN_PATTERN})]
Layout = Literal["wide", "long"]
Absent = Literal["missing", "zero"]


def _any_case(words: tuple[str, ...]) -> dict[str, Any]:
    return {"enum": [*words, *(word.capitalize() for word in words), None]}


class Written(BaseModel):
    """A block of keys; a key that is not declared here is a fault."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Short(Written):
    """A block that may also be written as one bare value, which then stands for one of its keys."""

    bare_key: ClassVar[str]
    bare_types: ClassVar[tuple[type, ...]]
    bare_schema: ClassVar[dict[str, Any]]

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, value: Any) -> Any:
        bare = isinstance(value, cls.bare_types) and not isinstance(value, bool)
        return {cls.bare_key: value} if bare else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        long = handler.resolve_ref_schema(handler(core_schema))
        return {
            "anyOf": [dict(cls.bare_schema), {key: value for key, value in long.items() if key != "description"}],
            "description": long.get("description", ""),
        }


class Calendar(Written):
    """How the workspace cuts time."""

    week_ends_on: Word | None = Field(
        None, description="The weekday on which a week ends. Default: sunday.", json_schema_extra=_any_case(WEEKDAYS)
    )
    fiscal_year_starts: Word | None = Field(
        None,
        description="The month in which the fiscal year starts. Default: january.",
        json_schema_extra=_any_case(MONTHS),
    )
    timezone: Text | None = Field(None, description="Such as Europe/London. Default: UTC.")


class Team(Written):
    """People who own metrics together."""

    name: Text | None = Field(None, description="Default: the team's id in words.")
    lead: Email | None = Field(None, description="E-mail address; owns the team's metrics that name no owner.")
    members: list[Email | None] | None = Field(None, description="E-mail addresses.")


class Needing(Written):
    """A block some of whose keys must be there. A rule says which are missing, so that the others are looked at too."""

    needed: ClassVar[tuple[str, ...]]

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        made = handler.resolve_ref_schema(handler(core_schema))
        for name in cls.needed:
            key = made["properties"][name]
            key |= key.pop("anyOf")[0]  # the second is null
        return {**made, "required": list(cls.needed)}


class Source(Needing):
    """Where values come from."""

    needed = ("type",)

    type: SourceType | None = Field(None, description="csv, excel, parquet, google_sheet, sql or manual.")
    path: Text | None = Field(
        None, description="csv, excel, parquet: a file or a glob, below the workspace. csv: or an https address."
    )
    date: Text | None = Field(None, description="The column that holds the date.")
    date_format: Text | None = Field(None, description="Such as %d/%m/%Y. Default: found from the dates.")
    layout: Layout | None = Field(None, description="wide: a column a metric. long: a row a metric. Default: wide.")
    metric: Text | None = Field(None, description="layout long: the column that holds the metric's name.")
    value: Text | None = Field(None, description="layout long: the column that holds the value.")
    grain: Grain | None = Field(None, description="How often values come. Default: found from the dates.")
    absent: Absent | None = Field(
        None, description="What a day without a row means: missing or zero. Default: missing."
    )
    arrives: Text | None = Field(None, description="When the last week should be in, such as tuesday 09:00.")
    spreadsheet: Text | None = Field(None, description="google_sheet: its key or URL.")
    worksheet: Text | None = Field(
        None, description="google_sheet, excel: the name of the sheet. excel: default the first."
    )
    range: Text | None = Field(None, description="google_sheet, excel: a range such as Weekly!A3:H, or a named one.")
    credentials: Text | None = Field(
        None, description="google_sheet: the service account's JSON file. Default: taken from the environment."
    )
    url: Text | None = Field(None, description="sql: ${NAME}, taken from the environment.")
    query: Text | None = Field(None, description="sql: the statement whose rows are the values.")
    table: Text | None = Field(None, description="sql: a table or view whose rows are the values, instead of query.")
    row_limit: int | None = Field(None, gt=0, description="sql: more rows are an error. Default: 2000000.")
    timeout_seconds: int | None = Field(
        None, gt=0, le=3600, description="sql: how long the statement may take. Default: 60."
    )


class Link(Short):
    """A metric and why it is joined to another. A bare id is a link without details."""

    bare_key = "metric"
    bare_types = (str,)
    bare_schema: ClassVar[dict[str, Any]] = {"type": "string", "pattern": ID_PATTERN}

    metric: Text = Field(description="The id of the metric.")
    because: Text | None = Field(None, description="Why it should be so.")


class Claim(Link):
    """A declared influence: this input moves the metric that lists it."""

    sign: Sign | None = Field(None, description="positive or negative. Default: positive.")
    lag_weeks: int | None = Field(None, ge=0, le=MOST_WEEKS, description="Weeks until the effect shows. Default: 0.")


class Prediction(Link):
    """The North Star's yearly claim about a business result."""

    lead_weeks: int | None = Field(None, ge=0, le=MOST_WEEKS, description="Weeks by which the North Star leads.")
    effect: float | None = Field(None, description="Percent that the outcome grows for a percent of the North Star.")


class Target(Short):
    """What the metric should reach: a week's level, or a series in a column. A bare number is a level."""

    bare_key = "level"
    bare_types = (int, float)
    bare_schema: ClassVar[dict[str, Any]] = {"type": "number"}

    level: float | None = Field(None, description="A week's level.")
    column: Text | None = Field(None, description="The column (layout long: the name) that holds the target.")
    source: Text | None = Field(None, description="The source of the column. Default: the metric's own.")


class Checks(Written):
    """Bounds that the values should keep."""

    min: float | None = Field(None, description="No value should be lower.")
    max: float | None = Field(None, description="No value should be higher.")


Cell = Annotated[Any, WithJsonSchema({"type": ["string", "number", "boolean"]})]


class Metric(Written):
    """One number that a team watches, read from a source or computed by a formula."""

    name: Text | None = Field(None, description="Default: the id in words.")
    role: Role | None = Field(None, description="What it is in the tree. Default: output.")
    definition: Text | None = Field(None, description="What is counted, in a sentence.")
    team: Text | None = Field(None, description="The id of the team that it belongs to.")
    owner: Email | None = Field(None, description="E-mail of who answers for it. Default: the team's lead.")
    source: Text | None = Field(None, description="The id of the source, or manual for values typed by hand.")
    column: Text | None = Field(None, description="The column (layout long: the name). Default: the metric's id.")
    where: dict[str, Cell] | None = Field(
        None, description="Only rows whose other columns hold these values, such as {country: US}."
    )
    aggregate: Aggregate | None = Field(None, description="How days become a week. Default: sum.")
    additive: bool | None = Field(
        None, description="false: weeks do not add up to months (distinct counts). Default: true."
    )
    scale: float | None = Field(
        None, description="Multiplies raw values. Default: 1.", json_schema_extra={"not": {"const": 0}}
    )
    formula: Text | None = Field(None, description="Metric ids and numbers with + - * / and parentheses.")
    unit: Unit | None = Field(None, description="How it is shown. Default: number.")
    currency: Text | None = Field(
        None,
        description="unit currency: the three-letter code, such as EUR.",
        json_schema_extra={"pattern": "^[A-Z]{3}$"},
    )
    good: Good | None = Field(None, description="The good direction. Default: up, for a guardrail down.")
    target: Target | None = Field(None, description="A week's level, or {column: ...} for a series.")
    denominator: Text | None = Field(None, description="The id of the metric that a mean or share rests on.")
    limits: Literal["xmr"] | None = Field(None, description="xmr: the textbook process behaviour chart.")
    checks: Checks | None = Field(None, description="Bounds that the values should keep.")
    inputs: list[Claim | None] | None = Field(None, description="What drives it: ids or claims.")
    predicts: list[Prediction | None] | None = Field(
        None, description="North Star only: the business results that it leads."
    )


class Goal(Needing):
    """A quarter's goal of a team."""

    needed = ("team", "metric", "quarter", "to")

    team: Text | None = Field(None, description="The id of the team.")
    metric: Text | None = Field(None, description="The id of the metric.")
    quarter: Text | None = Field(
        None, description="The fiscal quarter, such as 2026Q4.", json_schema_extra={"pattern": "^[0-9]{4}Q[1-4]$"}
    )
    start: float | None = Field(None, alias="from", description="Where the metric stood. May be left out.")
    end: float | None = Field(None, alias="to", description="Where it should get to.")


class Section(Needing):
    """A part of the deck."""

    needed = ("section", "metrics")

    section: Text | None = Field(None, description="The section's title.")
    minutes: int | None = Field(None, gt=0, description="How long the meeting plans to spend on it.")
    metrics: list[Text | None] | None = Field(None, description="The ids of its metrics, in order.")


class Readers(Short):
    """Who may read. A bare domain stands for everyone who has an address there."""

    bare_key = "domain"
    bare_types = (str,)
    bare_schema: ClassVar[dict[str, Any]] = {"type": "string", "pattern": DOMAIN_PATTERN}

    domain: Domain | None = Field(None, description="Everyone with an address there may read.")
    people: list[Email | None] | None = Field(None, description="E-mail addresses of others who may read.")


class Access(Written):
    """Who may read and edit, once sign-in is on."""

    readers: Readers | None = Field(None, description="Who may read.")
    editors: list[Email | None] | None = Field(None, description="E-mail addresses of those who may edit.")


class Workspace(Written):
    """The whole of `northstar.yaml`."""

    northstar: int | None = Field(
        None, description="The version of this format: 1.", json_schema_extra={"const": VERSION}
    )
    name: Text | None = Field(None, description="The workspace's name. Default: Northstar.")
    calendar: Calendar | None = Field(None, description="How time is cut.")
    teams: dict[str, Team | None] | None = Field(None, description="Teams by id.")
    sources: dict[str, Source] | None = Field(None, description="Sources by id.")
    metrics: dict[str, Metric | None] | None = Field(None, description="Metrics by id.")
    refresh_minutes: int | None = Field(
        None, gt=0, description="How often the open app reads the sources by itself. Default: when it starts."
    )
    goals: list[Goal | None] | None = Field(None, description="A quarter's goals, open to all.")
    deck: list[Section | None] | None = Field(
        None, description="The order of the review. Default: inputs before what they drive."
    )
    access: Access | None = Field(None, description="Who may read and edit, once sign-in is on.")


def keys_of(model: type[Written]) -> tuple[str, ...]:
    """Return the keys of a block as they are written."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


@cache
def blocks() -> dict[tuple[str, ...], type[Written]]:
    """Return every block by its path, in which `*` stands for any id or any item of a list."""
    found: dict[tuple[str, ...], type[Written]] = {(): Workspace}
    open_paths: list[tuple[str, ...]] = [()]
    while open_paths:
        path = open_paths.pop()
        for name, field in found[path].model_fields.items():
            for below, model in _models(field.annotation, (*path, field.alias or name)):
                found[below] = model
                open_paths.append(below)
    return found


def _models(annotation: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], type[Written]]]:
    """Yield the models that an annotation holds, with the path at which each stands."""
    if isinstance(annotation, type) and issubclass(annotation, Written):
        yield path, annotation
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            if part is not NoneType:
                yield from _models(part, path)
    elif get_origin(annotation) in (list, dict):
        yield from _models(get_args(annotation)[-1], (*path, "*"))
