"""The service account that reads Google Sheets: where its key is found, and what is wrong with one that is no key."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from metrics.errors import shorten
from metrics.sources.report import SourceError

if TYPE_CHECKING:
    from google.oauth2.service_account import Credentials

SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
OWN_VARIABLE, GOOGLE_VARIABLE = "NORTHSTAR_GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_MAKE_ONE = "Make a key for a service account in the Google Cloud console (IAM, Service accounts, Keys, JSON)"
_OTHER_KINDS = {
    "installed": "the key of an OAuth client, with which people sign in",
    "web": "the key of an OAuth client, with which people sign in",
    "authorized_user": "what a person's own sign-in left behind",
    "external_account": "the settings of a workload identity",
    "impersonated_service_account": "the settings of an impersonation",
}


@dataclass(frozen=True)
class Account:
    """A service account. `origin` says where its key was found; `info` is the key itself and never printed."""

    email: str
    project: str | None
    origin: str
    info: Mapping[str, str] = field(repr=False)

    def credentials(self) -> Credentials:
        """Return what signs for the account, to read only; raises SourceError where the private key is broken."""
        from google.auth.exceptions import GoogleAuthError
        from google.oauth2.service_account import Credentials

        try:
            made = Credentials.from_service_account_info(self.info, scopes=[SCOPE])  # type: ignore[no-untyped-call]
        except (ValueError, TypeError, GoogleAuthError):
            # What the library says may quote the key.
            raise SourceError(
                f"The private key in {self.origin} is broken: it was cut or changed on the way. Download the JSON file"
                f" of {self.email} again, or make a new key for it."
            ) from None
        assert isinstance(made, Credentials)
        return made


def find_account(declared: str | None, folder: Path, environment: Mapping[str, str] = os.environ) -> Account:
    """Return the account that a source's `credentials:` names, else the one that the environment names.

    A declared file is relative to the workspace's `folder`, or begins with `${NAME}`. Raises SourceError where there
    is none, or none that is the key of a service account; no part of the key is in the sentence.
    """
    if declared:
        if declared.strip().startswith(("{", "AIza", "-----")) or "\n" in declared.strip():
            # It is not repeated in the message: it is a secret.
            raise SourceError(
                f"The source's 'credentials:' holds a key, which everyone who reads the file sees: make a new key, set"
                f" it in the environment as {OWN_VARIABLE}, and delete 'credentials:'."
            )
        expanded = _expanded(declared.strip(), environment)
        if expanded.startswith("{"):
            return _account(expanded, shorten(declared))
        path = Path(expanded)
        if "${" not in declared and (PurePath(declared).is_absolute() or ".." in PurePath(declared).parts):
            raise SourceError(
                f"The credentials {shorten(declared)} lie outside the workspace: write a file below its folder, or"
                f" ${{NAME}} and set NAME in the environment."
            )
        return _account(_text(folder / path, f"the file {shorten(declared)}"), shorten(declared))
    if value := environment.get(OWN_VARIABLE, "").strip():
        if value.startswith(("{", '"', "[")) or "\n" in value:
            return _account(value, OWN_VARIABLE)
        if value.startswith(("AIza", "ya29.")) or len(value) > 1_000:
            return _account(value, OWN_VARIABLE)
        return _account(_text(Path(value).expanduser(), f"the file that {OWN_VARIABLE} names"), OWN_VARIABLE)
    if value := environment.get(GOOGLE_VARIABLE, "").strip():
        return _account(_text(Path(value).expanduser(), f"the file that {GOOGLE_VARIABLE} names"), GOOGLE_VARIABLE)
    raise SourceError(
        f"There are no credentials for Google Sheets. {_MAKE_ONE}, and write 'credentials:' and its file in the"
        f" source, or set {OWN_VARIABLE} to the file or to its content."
    )


def is_safe(address: str) -> bool:
    """Whether an address is https, or http on this machine."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        )
    except ValueError:
        return False


def is_loopback(address: str) -> bool:
    """Whether an address is on this machine."""
    return urlsplit(address).hostname in _LOOPBACK


def _expanded(declared: str, environment: Mapping[str, str]) -> str:
    for name in _VARIABLE.findall(declared):
        if not environment.get(name, "").strip():
            raise SourceError(f"The credentials are ${{{name}}}, and {name} is not set in the environment: set it.")
    return _VARIABLE.sub(lambda found: environment[found[1]].strip(), declared)


def _text(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        reason = "does not exist"
    except IsADirectoryError:
        reason = "is a folder"
    except PermissionError:
        reason = "can't be opened: give Northstar the right to read it"
    except UnicodeError:
        reason = "is not text"
    except (OSError, ValueError):
        reason = "can't be read"
    raise SourceError(f"No credentials for Google Sheets: {what} {reason}. Name the service account's JSON file.")


def _account(text: str, origin: str) -> Account:
    where = f"the credentials in {origin}"
    if not text.strip():
        raise SourceError(f"There is nothing in {where}. {_MAKE_ONE}, and put it there.")
    if text.strip().strip('"').startswith("AIza"):
        raise SourceError(f"What is in {where} is an API key, which opens no private sheet. {_MAKE_ONE}.")
    try:
        info = json.loads(text)
    except (ValueError, RecursionError):
        raise SourceError(
            f"What is in {where} is not JSON. Use the file as Google gave it: {_MAKE_ONE[0].lower()}{_MAKE_ONE[1:]}."
        ) from None
    if not isinstance(info, dict):
        raise SourceError(f"What is in {where} is not the key of a service account. {_MAKE_ONE}.")
    kind = info.get("type")
    other = next((what for name, what in _OTHER_KINDS.items() if name in info or kind == name), None)
    if other:
        raise SourceError(f"What is in {where} is {other}, not the key of a service account. {_MAKE_ONE}.")
    needed = ("client_email", "private_key", "token_uri")
    lacking = [name for name in needed if not isinstance(info.get(name), str) or not info[name].strip()]
    if kind != "service_account" or lacking:
        lack = f" It has no {', no '.join(lacking)}." if lacking else ""
        raise SourceError(f"What is in {where} is not the key of a service account.{lack} {_MAKE_ONE}.")
    if not is_safe(info["token_uri"]):
        raise SourceError(f"The token_uri in {where} is no https address. Use the file as Google gave it.")
    # A shell or a settings page may have written the ends of lines as \n.
    key = info["private_key"].replace("\\n", "\n")
    project = info.get("project_id")
    return Account(
        email=shorten(info["client_email"], 120),
        project=project if isinstance(project, str) and project else None,
        origin=origin,
        info={**info, "private_key": key},
    )
