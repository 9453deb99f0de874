"""From a deck to what a workspace declares: metric by metric, block by block, and what is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from metrics.errors import NorthstarError, nearest, shorten
from metrics.starter.spelling import Ids
from metrics.tree.tree import Unit
from metrics.wbr_app.blocks import SECTION, base_of_change
from metrics.wbr_app.config import OTHER_AGGREGATES
from metrics.wbr_app.deck import Deck, DeckMetric, Remark, Shown
from metrics.wbr_app.query import Equal, equalities
from metrics.wbr_app.targets import targets_of
from metrics.wbr_app.values import Values

_SIGNS = {"divide": " / ", "difference": " - ", "product": " * ", "sum": " + "}
_DEFAULT_SECTION = "Weekly business review"


@dataclass(frozen=True)
class Translated:
    """One metric of the workspace. `column` and `formula` are both None where the deck's has no counterpart."""

    id: str
    name: str
    deck_name: str
    unit: Unit
    column: str | None = None
    aggregate: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    formula: str | None = None
    target: str | None = None


@dataclass(frozen=True)
class Translation:
    """What a workspace declares. `ids` gives the id of each of the deck's metrics, None where it is a target now."""

    deck: Deck
    metrics: tuple[Translated, ...]
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    ids: Mapping[str, str | None]
    remarks: tuple[Remark, ...]


def translate(deck: Deck, values: Values) -> Translation:
    """Return a deck as a workspace.

    Raises NorthstarError, one line a fault, where the deck asks for columns or a week that the CSV file has not.
    """
    return _Translator(deck, values).translation()


class _Translator:
    def __init__(self, deck: Deck, values: Values) -> None:
        self._deck, self._values = deck, values
        self._remarks = list(deck.remarks)
        self._faults: list[tuple[int, str]] = []
        self._columns: dict[str, str] = {}

    def translation(self) -> Translation:
        self._check_columns()
        self._check_week()
        if self._faults:
            lines = [f"{self._deck.file}:{line}: {sentence}" for line, sentence in sorted(self._faults)]
            raise NorthstarError("\n".join(lines))
        targets = self._targets
        kept = [metric for metric in self._deck.metrics if not self._only_a_target(metric)]
        ids = Ids("metric")
        own = {metric.name: ids.new(metric.name) for metric in kept}
        translated = tuple(self._metric(metric, own, targets.get(metric.name)) for metric in kept)
        for owner, target in targets.items():
            self._remark(target.line, f"{target.name} is now the target of {owner}.")
        sections = self._sections(own)
        self._note_weekly()
        return Translation(
            self._deck,
            translated,
            sections,
            {metric.name: own.get(metric.name) for metric in self._deck.metrics},
            tuple(sorted(self._remarks, key=lambda remark: remark.line or 0)),
        )

    def _remark(self, line: int | None, text: str) -> None:
        self._remarks.append(Remark(line, text))

    def _check_columns(self) -> None:
        """Find the column of each metric; one such as `sales.Revenue` may be called Revenue in the file."""
        for metric in self._deck.metrics:
            if metric.column is None:
                continue
            bare = metric.column.partition(".")[2]
            if self._values.has(metric.column):
                self._columns[metric.name] = metric.column
            elif bare and self._values.has(bare):
                self._columns[metric.name] = bare
                self._remark(metric.column_line, f"{shorten(metric.column)} is read from the column {shorten(bare)}.")
            else:
                self._faults.append((metric.column_line, self._values.missing(metric.column)))
            for equal in equalities(metric.query or "") or ():
                if not self._values.has(equal.column):
                    self._faults.append((metric.line, self._values.missing(equal.column)))

    def _check_week(self) -> None:
        days = sorted(self._values.days.by_text.values())
        last = self._deck.week_ending
        line = self._deck.week_ending_line
        name = self._values.path.name
        if not days:
            self._faults.append((line, f"{name} has no readable day in its column Date. Write days as 2021-09-25."))
        elif not any(0 <= (last - day).days < 7 for day in days):
            sentence = (
                f"{name} has no day in the week that ends on {last:%A} {last}: its days are from {days[0]} to"
                f" {days[-1]}. Correct week_ending."
            )
            self._faults.append((line, sentence))

    @cached_property
    def _shown(self) -> list[Shown]:
        return [shown for block in self._deck.blocks for shown in block.shown]

    @cached_property
    def _targets(self) -> dict[str, DeckMetric]:
        return targets_of(self._deck)

    def _only_a_target(self, metric: DeckMetric) -> bool:
        """Whether a metric is nothing but the target of another one."""
        if all(metric is not target for target in self._targets.values()):
            return False
        if any(metric.name in other.operands for other in self._deck.metrics):
            return False
        return not any(
            (shown.metric == metric.name and not shown.is_target) or self._base(shown.metric) == metric.name
            for shown in self._shown
        )

    def _base(self, name: str) -> str | None:
        return base_of_change(name, [metric.name for metric in self._deck.metrics])

    def _metric(self, metric: DeckMetric, ids: Mapping[str, str], target: DeckMetric | None) -> Translated:
        name = self._names.get(metric.name, metric.name)
        unit: Unit = "percent" if metric.method == "bps" else "number"
        if unit == "number" and any(
            "%" in (shown.scaling or "") for shown in self._shown if shown.metric == metric.name
        ):
            text = f"{metric.name} is shown in percent and compared in percent; here it is a plain number, so that its"
            self._remark(metric.line, f"{text} changes are the deck's. With unit: percent they are in basis points.")
        if metric.function is not None:
            formula = _SIGNS[metric.function].join(ids[operand] for operand in metric.operands)
            return Translated(ids[metric.name], name, metric.name, unit, formula=formula)
        own = Translated(ids[metric.name], name, metric.name, unit)
        if metric.aggf in OTHER_AGGREGATES:
            text = f"{metric.name} has aggf {metric.aggf}, which has no counterpart: it is declared without values."
            self._remark(metric.line, text)
            return own
        where = self._where(metric)
        if where is None:
            text = f"{metric.name} has the filter {shorten(metric.query or '')}, which has no counterpart: only equal"
            self._remark(metric.line, f"{text} values joined by and have one. It is declared without values.")
            return own
        column = self._columns[metric.name]
        reached = self._columns[target.name] if target else None
        return Translated(own.id, name, metric.name, unit, column, metric.aggf, where, None, reached)

    @cached_property
    def _names(self) -> dict[str, str]:
        """The legends of metrics that have but one, where no two are alike."""
        legends: dict[str, set[str]] = {metric.name: set() for metric in self._deck.metrics}
        for shown in self._shown:
            if shown.legend and shown.metric in legends:
                legends[shown.metric].add(shown.legend.strip())
        names = {name: found.pop() if len(found) == 1 else name for name, found in legends.items()}
        folded = [name.casefold() for name in names.values()]
        return {name: legend for name, legend in names.items() if folded.count(legend.casefold()) == 1}

    def _where(self, metric: DeckMetric) -> tuple[tuple[str, str], ...] | None:
        if metric.query is None:
            return ()
        found = equalities(metric.query)
        if found is None:
            return None
        pairs = []
        for equal in found:
            texts = self._texts(equal)
            if len(texts) > 1:
                return None
            if not texts:
                known = sorted(set(self._values.cells(equal.column)))
                close = nearest(equal.text or "", known)
                hint = f" Did the deck mean '{close}'?" if close else ""
                text = f"No row of {self._values.path.name} has what the filter of {metric.name} asks for:"
                self._remark(metric.line, f"{text} {shorten(metric.query)}.{hint}")
            pairs.append((equal.column, texts[0] if texts else equal.text or f"{equal.number:g}"))
        return tuple(pairs)

    def _texts(self, equal: Equal) -> Sequence[str]:
        """Return the different texts in the file that hold the value: 5 and 5.0 are two."""
        return sorted({cell for cell in self._values.cells(equal.column) if equal.holds(cell)})

    def _sections(self, ids: Mapping[str, str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        title = self._deck.title or _DEFAULT_SECTION
        sections: list[tuple[str, list[str]]] = [(title, [])]
        placed: set[str] = set()
        targets = {target.name for target in self._targets.values()}
        for block in self._deck.blocks:
            if block.kind == SECTION and block.title:
                sections.append((block.title, []))
            if block.months == "fiscal_year":
                text = f"The block '{shorten(block.title)}' shows the fiscal year. Pages show the last twelve months;"
                self._remark(block.line, f"{text} northstar figures --fiscal prints the fiscal year's.")
            for shown in block.shown:
                base = self._base(shown.metric)
                if base is not None:
                    series = shown.metric[len(base) :].lower()
                    text = f"{shown.metric} is no metric here: northstar figures --series {series} prints it."
                    self._remark(shown.line, text)
                name = base or shown.metric
                if name not in ids or (shown.is_target and name in targets):
                    continue
                if name in placed:
                    if base is None:
                        self._remark(shown.line, f"{name} stands in the deck once, where it is first.")
                    continue
                placed.add(name)
                sections[-1][1].append(ids[name])
        for name, found in sections[1:]:
            if not found:
                self._remark(None, f"The section '{shorten(name)}' has no metric of its own, and is left out.")
        return tuple((name, tuple(found)) for name, found in sections if found)

    def _note_weekly(self) -> None:
        """Say which metrics have a value a week in a file of days: their weeks would count as incomplete."""
        daily = len(set(self._values.days.by_text.values()))
        for metric in self._deck.metrics:
            column = self._columns.get(metric.name)
            if column is None or metric.aggf != "sum":
                continue
            days = self._values.days_with_value(column)
            gaps = [(after - before).days for before, after in pairwise(days)]
            if len(gaps) > 2 and median(gaps) >= 6 and daily > 3 * len(days):
                text = (
                    f"{metric.name} has a value on one day in {median(gaps):g}, so its weeks are marked incomplete and"
                )
                self._remark(metric.line, f"{text} not compared. Give it a source of its own with grain: weekly.")
