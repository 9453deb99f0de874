"""Where a file on the web is, and what of its address may be told: the rest may be a key to it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from metrics.errors import nearest, shorten
from metrics.sources.report import SourceError
from metrics.tree.tree import Source

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True)
class WebAddress:
    """An address. `shown` is what may be told of it, host and last part of the path; `place` says where it stands."""

    url: str
    shown: str
    place: str


def web_address(source: Source) -> WebAddress:
    """Return the address that a source's `path` gives, filled in from the environment.

    Raises SourceError where it is none, or is not safe.
    """
    written = (source.path or "").strip()
    url, names = _filled(written, source.id)
    url = url.strip()
    place = f"the environment variable {names[0]}" if names else "'path:'"
    try:
        # Where only a part comes from the environment, that part is a key.
        parts, told = urlsplit(url), urlsplit(written if "://" in written else url)
        host, _ = told.hostname, told.port
    except ValueError:
        parts = told = urlsplit("")
        host = None
    if not host or not url.isprintable() or " " in url:
        raise SourceError(f"What stands in {place} is not a web address: write https://, a host and a path.")
    if not is_safe(parts.scheme, parts.hostname):
        raise SourceError(f"The address in {place} does not begin with https://: write one that does.")
    *above, last = unquote(told.path).strip("/").split("/")
    return WebAddress(url, f"{host}/{'…/' if above else ''}{shorten(last, 40)}", place)


def is_safe(scheme: str, host: str | None) -> bool:
    """Return whether nobody on the way can read or change what comes: https, or this machine itself."""
    if scheme == "https":
        return True
    try:
        return scheme == "http" and (host == "localhost" or ip_address(host or "").is_loopback)
    except ValueError:
        return False


def _filled(written: str, source_id: str) -> tuple[str, list[str]]:
    """Return a text with the values of the environment variables in it, and their names."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if not os.environ.get(name, "").strip():
            close = nearest(name, [known for known in os.environ if known.isidentifier()])
            hint = f" Did you mean {close}?" if close and close != name else ""
            raise SourceError(
                f"The environment has no variable {name}, which 'path:' of '{source_id}' names.{hint} Set it to the"
                " address of the CSV file."
            )
        return os.environ[name].strip()

    return _VARIABLE.sub(value, written), _VARIABLE.findall(written)
