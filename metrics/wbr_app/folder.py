"""Importing a deck: its files in, the files of a workspace out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from metrics.errors import NorthstarError, shorten
from metrics.tree.load import FILE_NAME
from metrics.wbr_app.config import read_deck
from metrics.wbr_app.deck import Deck, Remark
from metrics.wbr_app.draft import import_text, strategy_text, tree_text
from metrics.wbr_app.events import Events, read_events
from metrics.wbr_app.translation import Translation, translate
from metrics.wbr_app.values import read_values

EVENTS = "events.csv"
REPORT = "IMPORT.md"
STRATEGY = "strategy.md"


@dataclass(frozen=True)
class Imported:
    """A workspace made of a deck: its files by name, as text or the file to copy, and what has no counterpart."""

    translation: Translation
    files: Mapping[str, str | Path]
    remarks: tuple[Remark, ...]
    events: int


def import_deck(config: Path, values: Path, events: Path | None) -> Imported:
    """Return the workspace of a deck of the WBR App: its YAML, its CSV file, and its events where there are any.

    Without `events`, the files that the deck's `annotations` name are read where they lie on this machine. Raises
    NorthstarError with a sentence for each fault.
    """
    for path, what in ((config, "the deck's YAML"), (values, "its CSV file"), (events, "its events")):
        if path is not None and not path.is_file():
            kind = "is a folder" if path.is_dir() else "is not there"
            raise NorthstarError(f"{path} {kind}: name {what}.")
    deck = read_deck(config)
    table = read_values(values)
    translation = translate(deck, table)
    files, remarks = ([events], []) if events is not None else _annotations(deck, config.parent)
    noted = read_events(files, translation.ids) if files else Events("", 0, ())
    remarks += [Remark(None, text) for text in noted.remarks]
    told = (*translation.remarks, *remarks)
    name = values.name if values.name not in (FILE_NAME, EVENTS, REPORT, STRATEGY) else f"deck_{values.name}"
    written: dict[str, str | Path] = {
        FILE_NAME: tree_text(translation, name, table.date_format),
        name: values,
        STRATEGY: strategy_text(translation),
        REPORT: import_text(translation, name, told, noted.count),
    }
    if noted.count:
        written[EVENTS] = noted.text
    return Imported(translation, written, told, noted.count)


def _annotations(deck: Deck, beside: Path) -> tuple[Sequence[Path], list[Remark]]:
    files, remarks = [], []
    for name in deck.annotations:
        path = beside / name
        if "://" in name:
            text = f"The events at {shorten(name)} were not fetched: download them and write --events FILE."
            remarks.append(Remark(None, text))
        elif path.is_file():
            files.append(path)
        else:
            remarks.append(Remark(None, f"There is no file {shorten(name)} with events: write --events FILE."))
    return files, remarks
