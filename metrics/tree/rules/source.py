"""Rules about sources: each type has its own keys, files stay in the workspace, secrets stay out of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metrics.errors import shorten
from metrics.tree.draft import Draft
from metrics.tree.faults import Fault
from metrics.tree.resolve import MANUAL
from metrics.tree.week_time import weekday_and_time

_TABLE = frozenset(("date", "date_format", "layout", "metric", "value"))
OWN = {
    "csv": frozenset(("path",)) | _TABLE,
    "excel": frozenset(("path", "worksheet", "range")) | _TABLE,
    "parquet": frozenset(("path",)) | _TABLE,
    "google_sheet": frozenset(("spreadsheet", "worksheet", "range", "credentials")) | _TABLE,
    "sql": frozenset(("url", "query", "table", "row_limit", "timeout_seconds")) | _TABLE,
    "manual": frozenset[str](),
}
_OF_SOME_TYPE = sorted(frozenset[str]().union(*OWN.values()))
NEEDED = {
    "csv": {"path": "sales.csv", "date": "day"},
    "excel": {"path": "sales.xlsx"},
    "parquet": {"path": "sales.parquet"},
    "google_sheet": {"spreadsheet": "and its key or URL"},
    "sql": {"url": "${NAME}"},
    "manual": {},
}
LONG = {"metric": "and the column of names", "value": "and the column of values"}
_OTHER_FILES = {".xlsx": "excel", ".xlsm": "excel", ".parquet": "parquet"}
_LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?/")
_DIRECTIVES = "aAbBdHIjmMpSfyYzGuUVWcxX%"
_YEARS, _PARTS_OF_A_YEAR = frozenset("YyGcx"), frozenset("mbBjUVWcx")
_ENVIRONMENT = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_CREDENTIALS = re.compile(r"[^:/@]*:([^@]*)@")
_PASSWORD = re.compile(r"[?&;](?:password|passwd|pwd|token|secret)=([^&;\s]*)", re.IGNORECASE)


def keys_fit_type(draft: Draft) -> Iterator[Fault]:
    """A source has only the keys of its type."""
    for source_id, source in draft.sources.items():
        if source.type is None:
            continue
        for key in _OF_SOME_TYPE:
            if key not in OWN[source.type] and getattr(source, key) is not None:
                owners = [name for name, own in OWN.items() if key in own]
                yield draft.error(
                    ("sources", source_id, key),
                    f"'{key}' belongs to a source of type {' or '.join(owners)}, and this is {source.type}.",
                    f"Delete {key}, or write type: {owners[0]}.",
                    key=True,
                )


def has_what_it_needs(draft: Draft) -> Iterator[Fault]:
    """A source has the keys without which nothing can be read."""
    for source_id, source in draft.sources.items():
        for key, example in NEEDED[source.type].items() if source.type else ():
            if not draft.wrote("sources", source_id, key):
                message = f"The source '{source_id}' (type {source.type}) has no '{key}'."
                yield draft.error(("sources", source_id), message, f"Write {key}: {example}.", key=True)
        sheet = draft.wrote("sources", source_id, "worksheet") or draft.wrote("sources", source_id, "range")
        sheet = sheet or "gid=" in (source.spreadsheet or "")
        if source.type == "google_sheet" and not sheet:
            message = f"The source '{source_id}' does not say which sheet."
            yield draft.error(("sources", source_id), message, "Write worksheet: and its name, or range:.", key=True)
        if source.type == "sql":
            asked = [key for key in ("query", "table") if draft.wrote("sources", source_id, key)]
            if not asked:
                message = f"The source '{source_id}' (type sql) has no 'query'."
                hint = "Write query: select day, signups from daily, or table: and its name."
                yield draft.error(("sources", source_id), message, hint, key=True)
            elif len(asked) == 2:
                message = f"The source '{source_id}' has both a query and a table."
                yield draft.error(("sources", source_id, "table"), message, "Delete one of them.", key=True)


def type_fits_file(draft: Draft) -> Iterator[Fault]:
    """An Excel or Parquet file is not declared as CSV, nor the other way round."""
    for source_id, source in draft.sources.items():
        name = (source.path or "").strip().lower()
        fits = next((kind for ending, kind in _OTHER_FILES.items() if name.endswith(ending)), None)
        if source.type == "csv" and fits and "://" not in name:
            what = "an Excel" if fits == "excel" else "a Parquet"
            message = f"The path '{shorten(name)}' is {what} file, and the source is of type csv."
            yield draft.error(("sources", source_id, "type"), message, f"Write type: {fits}.")
        elif source.type in ("excel", "parquet") and name.endswith((".csv", ".tsv", ".txt")):
            message = f"The path '{shorten(name)}' is a text file, and the source is of type {source.type}."
            yield draft.error(("sources", source_id, "type"), message, "Write type: csv.")
        elif source.type == "excel" and name.endswith(".xls"):
            message = f"The path '{shorten(name)}' is a file of the old Excel format."
            yield draft.error(("sources", source_id, "path"), message, "Save it as .xlsx.")


def layout_fits_columns(draft: Draft) -> Iterator[Fault]:
    """layout long names its two columns; layout wide has neither."""
    for source_id, source in draft.sources.items():
        path = ("sources", source_id)
        for key, example in LONG.items():
            if source.layout == "long" and source.type != MANUAL and not draft.wrote(*path, key):
                message = f"The source '{source_id}' has layout long, but no '{key}'."
                yield draft.error(path, message, f"Write {key}: {example}.", key=True)
            wide = source.layout == "wide" or not draft.wrote(*path, "layout")
            if wide and getattr(source, key) is not None and source.type != MANUAL:
                message = f"'{key}' belongs to layout long, and the source '{source_id}' is wide."
                yield draft.error((*path, key), message, f"Write layout: long, or delete {key}.", key=True)


def path_stays_inside(draft: Draft) -> Iterator[Fault]:
    """A file is named relative to the workspace and lies in it; a glob may stand for several. CSV may come by https."""
    for source_id, source in draft.sources.items():
        if source.path is None:
            continue
        written = source.path.strip()
        parts = re.split(r"[/\\]", written)
        message, hint = "", "Write it relative to the workspace, such as data/sales.csv."
        if not written or not written.isprintable():
            message = "The path is not a file's name."
        elif source.type == "csv" and _ENVIRONMENT.fullmatch(written):
            pass
        elif "://" in written:
            if source.type not in ("csv", None):
                message = f"The path is a web address, and a source of type {source.type} reads files only."
                hint = "Save the file in the workspace."
            elif not written.startswith("https://") and not _LOOPBACK.match(written):
                message = f"The web address '{shorten(written)}' does not begin with https://."
                hint = "Write https://, so that nobody on the way can change the numbers."
        elif written.startswith(("/", "\\", "~")) or re.match("[A-Za-z]:", written):
            message = f"The path '{shorten(written)}' does not begin in the workspace."
        elif ".." in parts:
            message = f"The path '{shorten(written)}' leads out of the workspace."
        elif "\\" in written:
            message, hint = f"The path '{shorten(written)}' has backslashes.", f"Write {shorten('/'.join(parts))}."
        if message:
            yield draft.error(("sources", source_id, "path"), message, hint)


def date_format_has_directives(draft: Draft) -> Iterator[Fault]:
    """A date format is made of % directives that are known and name a day."""
    for source_id, source in draft.sources.items():
        if source.date_format is None:
            continue
        path, text = ("sources", source_id, "date_format"), shorten(source.date_format, 40)
        signs = re.findall(r"%[-#]?(.?)", source.date_format)
        unknown = [sign for sign in signs if sign not in _DIRECTIVES or not sign]
        if "%" not in source.date_format:
            meant = _directives_of(source.date_format)
            yield draft.error(path, f"The date format '{text}' has no % in it.", f"Write {meant or '%d/%m/%Y'}.")
        elif unknown:
            message = f"'%{unknown[0]}' in the date format '{text}' is not known."
            yield draft.error(path, message, "Write such as %d/%m/%Y or %a, %d-%b-%Y.")
        elif not _YEARS & set(signs):
            yield draft.error(path, f"The date format '{text}' has no year.", "Write %Y for 2026, or %y for 26.")
        elif not _PARTS_OF_A_YEAR & set(signs):
            hint = "Write %m for 11, or %b for Nov." + (" %M are minutes." if "M" in signs else "")
            yield draft.error(path, f"The date format '{text}' has no month.", hint)


def _directives_of(pattern: str) -> str | None:
    """Return a pattern such as DD/MM/YYYY or yyyy-mm-dd in % directives."""
    words = {"dddd": "%A", "ddd": "%a", "dd": "%d", "d": "%d", "mmmm": "%B", "mmm": "%b", "mm": "%m", "m": "%m",
             "yyyy": "%Y", "yy": "%y"}  # fmt: skip
    meant = re.sub(r"[dmy]+", lambda run: words.get(run[0], "?"), pattern[:40].lower())
    return meant if "%" in meant and not re.search(r"[?a-z]", re.sub("%[A-Za-z]", "", meant)) else None


def arrives_is_a_time(draft: Draft) -> Iterator[Fault]:
    """`arrives` is a weekday and a time of day."""
    for source_id, source in draft.sources.items():
        if source.arrives is not None and weekday_and_time(source.arrives) is None:
            message = f"'{shorten(source.arrives, 30)}' is not a weekday and a time."
            yield draft.error(("sources", source_id, "arrives"), message, "Write such as tuesday 09:00.")


def no_password(draft: Draft) -> Iterator[Fault]:
    """An address holds no password; it is taken from the environment."""
    for source_id, source in draft.sources.items():
        for key in ("url", "path"):
            address = getattr(source, key) or ""
            credentials = _CREDENTIALS.match(address.partition("://")[2])
            secrets = [credentials[1] if credentials else "", *_PASSWORD.findall(address)]
            if any(secret and not _ENVIRONMENT.fullmatch(secret) for secret in secrets):
                name = re.sub(r"[^A-Z0-9]+", "_", source_id[:40].upper()) + "_URL"
                yield draft.error(
                    ("sources", source_id, key),
                    f"The {key} of '{source_id}' holds a password, which everyone who reads this file sees.",
                    f"Write ${{{name}}} and set {name} in the environment.",
                )


RULES = (
    keys_fit_type, has_what_it_needs, type_fits_file, layout_fits_columns, path_stays_inside,
    date_format_has_directives, arrives_is_a_time, no_password,
)  # fmt: skip
