"""What reading a source gave besides values: how much there was, and everything that was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from metrics.errors import NorthstarError

MOST_PROBLEMS = 1_000


class SourceError(NorthstarError):
    """A source as a whole can't be read; the sentence says what to do."""


@dataclass(frozen=True)
class Problem:
    """Something in a file that was left out. It is never repaired silently.

    `row` counts as a spreadsheet does: 1 is the first row of the file, blank rows count. `column` is its name, with
    its letter where the file was a sheet: `signups (column C)`. `value` is the text in the
    file, `what` says what is wrong with it, `write` what to write instead. `metric` is the id of the metric that lacks
    a value; None where a whole row was left out.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    what: str
    write: str
    metric: str | None = None


@dataclass(frozen=True)
class Report:
    """What was read of one source.

    `rows`, `first_day` and `last_day` cover every row with a readable date, also those that no metric asked for.
    `problems` holds the first 1,000 in file order, `problem_count` counts all. `failed` gives, by the number of the
    series, a sentence for each series that got no row. `notes` are facts worth knowing about values that were read.
    `columns` are the names in the headers of all files, in order, each once. `column_of` gives, by the number of the
    series, what messages call the column of its values.
    """

    source: str
    files: tuple[str, ...]
    rows: int
    first_day: date | None
    last_day: date | None
    problems: tuple[Problem, ...]
    problem_count: int
    failed: Mapping[int, str]
    notes: tuple[str, ...]
    columns: tuple[str, ...] = ()
    column_of: Mapping[int, str] = field(default_factory=dict)
