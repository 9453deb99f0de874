"""The Google Sheets source: the sources of one spreadsheet, fetched with one look at it and one batch of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metrics.sources.fetched import Fetched, TextFile, write_cells
from metrics.sources.report import SourceError
from metrics.sources.service_account import Account, find_account
from metrics.sources.sheet_cells import sheet_texts
from metrics.sources.sheet_locale import Locale
from metrics.sources.sheet_place import Place, known_key, place_of, spreadsheet_key
from metrics.sources.sheet_refusal import Refusal, explain
from metrics.sources.spreadsheet import FIELDS, Spreadsheet, half_an_answer, read_spreadsheet
from metrics.tree.tree import Source

if TYPE_CHECKING:
    from metrics.sources.sheets_client import Patience

__all__ = ["fetch_sheets", "sheet_header", "spreadsheet_key"]

Results = dict[str, Fetched | SourceError]


def fetch_sheets(
    sources: Sequence[Source], folder: Path, scratch: Path, timezone: str, patience: Patience | None = None
) -> Results:
    """Fetch the sources of one spreadsheet; return for each, by its id, what was fetched or why it could not be.

    Google is asked for the spreadsheet's metadata, and once for the values of all sources together (again only for
    sources with other credentials, or where it refuses the range of one). The texts are written to `scratch`; `folder`
    is the workspace's.
    """
    results: Results = {}
    groups: dict[tuple[str, str | None], list[Source]] = {}
    for source in sources:
        try:
            groups.setdefault((known_key(source), source.credentials), []).append(source)
        except SourceError as error:
            results[source.id] = error
    for (key, credentials), group in groups.items():
        try:
            account = find_account(credentials, folder)
            results |= _Fetch(key, account, patience, scratch, timezone).results(group)
        except SourceError as error:
            results |= {source.id: error for source in group}
    return {source.id: results[source.id] for source in sources}


def sheet_header(spreadsheet: str, worksheet: str | None, folder: Path, scratch: Path) -> Fetched:
    """Fetch a worksheet of a spreadsheet, by its key or address; None: the one that the address names, else the first.

    Its first line, counted from the header, names the columns; `date` is the column of dates, if one was found. Raises
    SourceError.
    """
    found = fetch_sheets(
        [Source("sheet", "google_sheet", spreadsheet=spreadsheet, worksheet=worksheet)], folder, scratch, "UTC"
    )["sheet"]
    if isinstance(found, SourceError):
        raise found
    return found


class _Fetch:
    """One fetch of one spreadsheet for one account."""

    def __init__(self, key: str, account: Account, patience: Patience | None, scratch: Path, timezone: str) -> None:
        from metrics.sources.sheets_client import SheetsClient

        self._key = key
        self._account = account
        self._client = SheetsClient(account, patience)
        self._scratch = scratch
        self._timezone = timezone

    def results(self, sources: Sequence[Source]) -> Results:
        """Return what was fetched for each source; raises SourceError where none could be."""
        results: Results = {}
        places: dict[str, Place] = {}
        try:
            spreadsheet = self._spreadsheet()
            for source in sources:
                try:
                    places[source.id] = place_of(source, spreadsheet)
                except SourceError as error:
                    results[source.id] = error
            values, refused = self._values(list(dict.fromkeys(place.a1 for place in places.values())))
        finally:
            self._client.close()
        for source in sources:
            place = places.get(source.id)
            if place is None:
                continue
            try:
                if place.a1 in refused:
                    raise refused[place.a1]
                results[source.id] = self._fetched(source, place, values[place.a1], spreadsheet)
            except SourceError as error:
                results[source.id] = error
        return results

    def _spreadsheet(self) -> Spreadsheet:
        try:
            return read_spreadsheet(self._client.fetch_sheet_metadata(self._key, {"fields": FIELDS}))
        except Refusal as refused:
            raise explain(refused, self._account, self._key) from None
        except (ValueError, TypeError, AttributeError):
            raise half_an_answer("metadata that make no sense") from None

    def _values(self, ranges: list[str]) -> tuple[dict[str, list[list[object]]], dict[str, SourceError]]:
        """Return the values of ranges, and the errors of those that Google refuses."""
        refused: dict[str, SourceError] = {}
        while ranges:
            try:
                options: dict[str, Any] = {
                    "majorDimension": "ROWS",
                    "valueRenderOption": "UNFORMATTED_VALUE",
                    "dateTimeRenderOption": "SERIAL_NUMBER",
                }
                return _value_ranges(self._client.values_batch_get(self._key, ranges, options), ranges), refused
            except Refusal as error:
                blamed = [one for one in ranges if error.status == 400 and one in error.message]
                sentence = explain(error, self._account, self._key)
                if not blamed:
                    raise sentence from None
                # The worksheet was renamed or shortened since the metadata came.
                refused |= dict.fromkeys(blamed, sentence)
                ranges = [one for one in ranges if one not in blamed]
        return {}, refused

    def _fetched(self, source: Source, place: Place, values: list[list[object]], spreadsheet: Spreadsheet) -> Fetched:
        texts = sheet_texts(values, source, place, Locale(spreadsheet.locale), self._timezone)
        path = self._scratch / f"{source.id}.csv"
        area = place.area
        file = TextFile(path, place.name, area.first_row, area.first_column)
        content = repr((write_cells(texts.rows, path), place.a1, place.name, texts.date, texts.notes))
        return Fetched((file,), sha256(content.encode()).hexdigest()[:16], texts.date, texts.notes)


def _value_ranges(answer: Mapping[str, Any], ranges: Sequence[str]) -> dict[str, list[list[object]]]:
    """Return the values of each range asked for; raises SourceError where one lacks or is not what was asked for."""
    found = answer.get("valueRanges")
    if not isinstance(found, list) or len(found) != len(ranges):
        count = len(found) if isinstance(found, list) else 0
        raise half_an_answer(f"{count} of {len(ranges)} ranges")
    values: dict[str, list[list[object]]] = {}
    for asked, one in zip(ranges, found, strict=True):
        rows = one.get("values", []) if isinstance(one, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise half_an_answer(f"no values of {asked}")
        if _start(one.get("range")) != _start(asked):
            raise half_an_answer(f"not the range {asked}")
        if any(isinstance(value, dict | list) for row in rows for value in row):
            raise half_an_answer(f"cells in {asked} that are neither numbers nor text")
        values[asked] = rows
    return values


def _start(a1: object) -> str | None:
    """Return the worksheet and the first cell of a range, however its name is quoted."""
    if not isinstance(a1, str):
        return None
    title, _, cells = a1.rpartition("!")
    if title[:1] == "'" == title[-1:]:
        title = title[1:-1].replace("''", "'")
    return f"{title}!{cells.partition(':')[0]}"
