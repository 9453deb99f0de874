"""Where a database is: the address that `url:` gives, filled in from the environment, and its driver."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from metrics.errors import nearest, shorten
from metrics.sources.report import SourceError
from metrics.tree.tree import Source

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Dialect

EXAMPLE = "postgresql://reader:password@host:5432/database"

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET_KEYS = re.compile(r"pass|pwd|token|secret|key|credential", re.IGNORECASE)
_SHORT = 4

_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "mssql": "mssql+pymssql",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "sqlite": "sqlite",
}
_EXTRAS = {
    "postgresql+psycopg": "postgres",
    "postgres+psycopg": "postgres",
    "mysql+pymysql": "mysql",
    "mariadb+pymysql": "mysql",
    "mssql+pymssql": "mssql",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
}


@dataclass(frozen=True)
class Address:
    """A database's address. What it may show of itself holds no secret: neither `repr` nor `clean` gives one away.

    `named` is where it is written, for messages; `place` the host and port, or the file; `file` is that of SQLite.
    """

    url: URL = field(repr=False)
    named: str
    place: str
    secrets: tuple[str, ...] = field(repr=False)
    file: Path | None = None

    @property
    def user(self) -> str:
        """The user's name in quotes, or a description where the address has none."""
        return f"'{self.clean(self.url.username)}'" if self.url.username else f"of {self.named}"

    def clean(self, text: str) -> str:
        """Return a text of the database or its driver on one line, without any secret of this address."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            # A password of one letter must not turn every word into stars.
            edges = (r"(?<!\w)", r"(?!\w)") if len(secret) < _SHORT else ("", "")
            text = re.sub(re.escape(secret).join(edges), "***", text)
        return " ".join(re.sub(r"://[^\s/@]*@", "://***@", text).split())


def read_address(source: Source, folder: Path) -> Address:
    """Return the address of a source's database; SQLite's file is relative to the workspace's `folder`.

    Raises SourceError where a variable is missing, or the address can't be read or needs what is not installed.
    """
    from sqlalchemy.engine import URL

    written = (source.url or "").strip()
    named = _named(written)
    text = _filled_in(source.id, written)
    _refuse_what_is_no_address(text, named)
    url = _parsed(text)
    if url is None:
        raise SourceError(
            f"The address in {named} can't be read: write it as {EXAMPLE}, with %40 for an @, %2F for a / and %3A for a"
            " : in the password."
        )
    assert isinstance(url, URL)
    name = url.drivername.lower()
    url = url.set(drivername=_DRIVERS.get(name, name))
    if url.get_backend_name() == "sqlite":
        file = _sqlite_file(url, named, folder, from_environment=bool(_VARIABLE.search(written)))
        return Address(url, named, _shown(file, folder), (), file)
    if any("@" in (part or "") for part in (url.host, url.database)) or not _is_name(url.host):
        raise SourceError(
            f"The address in {named} can't be read, most likely for a sign in its password: write %40 for an @, %2F for"
            " a / and %3A for a : there."
        )
    _refuse_missing_driver(url, name, named)
    port = f":{url.port}" if url.port else ""
    return Address(url, named, f"{url.host}{port}" if url.host else "this machine", _secrets(url, text))


def _named(written: str) -> str:
    names = _VARIABLE.findall(written)
    return names[0] if len(names) == 1 else "'url:'"


def _filled_in(source_id: str, written: str) -> str:
    """Return `url:` with the variables' values in the place of their names.

    A value that is a part of the address is taken as it is, so a password needs no %40 there.
    """
    if not written:
        raise SourceError(f"Source '{source_id}' names no database: write 'url: ${{{source_id[:40].upper()}_URL}}'.")
    if "${" in _VARIABLE.sub("", written) or "$" in _VARIABLE.sub("", written).partition("://")[0]:
        raise SourceError(f"The variable in 'url:' of '{source_id}' can't be read: write it as ${{NAME}}.")
    parts: list[str] = []
    end = 0
    for found in _VARIABLE.finditer(written):
        value = _in_its_place(_value(source_id, found[1]), written[: found.start()], written[found.end() :])
        parts += [written[end : found.start()], value]
        end = found.end()
    return "".join([*parts, written[end:]]).strip()


def _in_its_place(value: str, before: str, after: str) -> str:
    """Return a variable's value with codes for the signs that would end the part of the address in which it stands."""
    inside = before.partition("://")[2]
    if "://" not in before:
        return value
    if "@" in after or "?" in inside:
        return quote(value, safe="")
    return quote(value, safe="/\\:") if "/" in inside.rpartition("@")[2] else value


def _value(source_id: str, variable: str) -> str:
    value = os.environ.get(variable)
    if value is None:
        close = nearest(variable, [name for name in os.environ if name.isidentifier()])
        hint = f" Did you mean {close}?" if close else ""
        raise SourceError(
            f"The environment has no variable {variable}, which 'url:' of '{source_id}' names.{hint} Set it to the"
            f" database's address, such as {EXAMPLE}, or to the part of it that belongs there."
        )
    if not value.strip():
        raise SourceError(
            f"The variable {variable}, which 'url:' of '{source_id}' names, is empty: set it, such as {EXAMPLE}."
        )
    return value.strip()


def _refuse_what_is_no_address(text: str, named: str) -> None:
    if not text.isprintable() or " " in text.partition("://")[0]:
        raise SourceError(f"The address in {named} holds a line break or another sign that no address has: {_again()}")
    if text.lower().startswith("jdbc:"):
        raise SourceError(f"The address in {named} is one for Java: leave out jdbc:, and write it as {EXAMPLE}.")
    scheme = text.partition("://")[0].lower()
    if "://" not in text or not re.fullmatch(r"[a-z][a-z0-9_+.-]*", scheme):
        raise SourceError(f"{named} is not the address of a database: {_again()}")
    if scheme in ("http", "https", "ftp", "file", "s3", "gs"):
        raise SourceError(f"The address in {named} begins with {scheme}://, which is no database: {_again()}")


def _again() -> str:
    return f"write one such as {EXAMPLE}."


def _parsed(text: str) -> URL | None:
    """Return the address in its parts, or None: why not is not told, for the reason would quote the address."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        return None


def _is_name(host: str | None) -> bool:
    return host is None or re.fullmatch(r"[\w.:%-]*", host) is not None


def _refuse_missing_driver(url: URL, written: str, named: str) -> None:
    """Raise SourceError, with what to install, where SQLAlchemy has no driver for an address."""
    dialect = _dialect(url)
    if dialect is None:
        extra = _EXTRAS.get(url.drivername)
        if extra:
            raise SourceError(
                f'What reads {written}:// is not installed: run pip install "northstar[{extra}]", which brings it.'
            )
        backend, _, driver = written.partition("+")
        if driver and backend in _DRIVERS:
            raise SourceError(
                f"The driver {shorten(driver)} in {named} is not there: write {backend}://, for which Northstar"
                " chooses one."
            )
        close = nearest(backend, _DRIVERS)
        hint = f" Did you mean {close}://?" if close else ""
        listed = ", ".join(f"{known}://" for known in _DRIVERS)
        raise SourceError(f"{named} begins with {shorten(written)}://, which is not known.{hint} Known are {listed}.")
    if dialect.is_async:
        raise SourceError(f"{named} names an asynchronous driver: write {url.get_backend_name()}:// alone.")


def _dialect(url: URL) -> type[Dialect] | None:
    """Return SQLAlchemy's dialect for an address if its driver can be imported, else None."""
    from sqlalchemy.exc import NoSuchModuleError

    try:
        dialect = url.get_dialect()
        dialect.import_dbapi()
    except (NoSuchModuleError, ImportError):
        return None
    return dialect


def _sqlite_file(url: URL, named: str, folder: Path, from_environment: bool) -> Path:
    name = url.database or ""
    if not name or name == ":memory:" or name.startswith("file:") or url.host:
        raise SourceError(f"The address in {named} names no file: write sqlite:///data/events.db.")
    path = PurePosixPath(name)
    if not from_environment and (path.is_absolute() or ".." in path.parts):
        raise SourceError(
            f"The file {shorten(name)} in 'url:' lies outside of the workspace: write it relative to the workspace, or"
            " take the address from the environment, such as ${EVENTS_URL}."
        )
    file = folder / name
    if file.is_dir():
        raise SourceError(f"{_shown(file, folder)} is a folder: write the file of the database.")
    if not file.is_file():
        known = _databases(file.parent) if file.parent.is_dir() else []
        close = nearest(file.name, known)
        hint = f" Did you mean '{close}'?" if close else " Put it there, or change 'url:'."
        raise SourceError(f"There is no file {_shown(file, folder)}.{hint}")
    return file


def _databases(folder: Path) -> Sequence[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir() if entry.is_file() and entry.name.isprintable())
    except OSError:
        return []


def _shown(file: Path, folder: Path) -> str:
    return shorten(file.relative_to(folder).as_posix() if file.is_relative_to(folder) else str(file), 120)


def _secrets(url: URL, text: str) -> tuple[str, ...]:
    """Return all that no message may hold: the password and the like, as written and as meant, and the address."""
    values = [url.password] if url.password else []
    for key, value in url.query.items():
        if _SECRET_KEYS.search(key):
            values += [value] if isinstance(value, str) else value
    forms = {form for value in map(str, values) for form in (value, quote(value, safe=""), quote(value), repr(value))}
    authority = re.match(r"[^:]+://([^/?]*@)", text)
    forms.update({text, *(authority.groups() if authority else ())})
    return tuple(sorted(form for form in forms if form))
