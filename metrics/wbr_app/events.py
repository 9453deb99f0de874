"""The events of a deck: files with Date, MetricName and EventDescription, put together into one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from metrics.errors import NorthstarError, nearest, shorten
from metrics.sources.files import look_at
from metrics.sources.header import BLANKS, no_column

COLUMNS = ("Date", "MetricName", "EventDescription")


@dataclass(frozen=True)
class Events:
    """The events as one CSV text, how many there are, and what is wrong with some of them."""

    text: str
    count: int
    remarks: tuple[str, ...]


def read_events(paths: Sequence[Path], ids: Mapping[str, str | None]) -> Events:
    """Return the events of some files, with the ids of the workspace's metrics for the names in the deck.

    Raises NorthstarError where a file can't be read or has not the three columns.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    count, remarks = 0, []
    for path in paths:
        for line, day, metric, what in event_rows(path):
            if metric not in ids:
                close = nearest(metric, ids)
                hint = f" Did you mean '{close}'?" if close else ""
                remarks.append(f"{path.name}, line {line}: no metric is '{shorten(metric)}'.{hint}")
            writer.writerow((day, ids.get(metric) or metric, what))
            count += 1
    return Events(written.getvalue(), count, tuple(remarks))


def event_rows(path: Path) -> Iterator[tuple[int, str, str, str]]:
    """Yield line, day, metric and description of each event; raises NorthstarError where the file can't be read."""
    look_at(path, path.name)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, skipinitialspace=True)
        try:
            names = [name.strip(BLANKS) for name in next(rows, [])]
            for name in COLUMNS:
                if name not in names:
                    raise NorthstarError(f"{no_column(path.name, name, names)} Events need {', '.join(COLUMNS)}.")
            places = [names.index(name) for name in COLUMNS]
            for row in rows:
                day, metric, what = (row[place].strip(BLANKS) if place < len(row) else "" for place in places)
                if day or metric or what:
                    yield rows.line_num, day, metric, what
        except csv.Error:  # a cell of 128 KB
            place = f"{path.name}, line {rows.line_num}"
            raise NorthstarError(f"{place}: a quotation mark opens before here and is never closed.") from None
