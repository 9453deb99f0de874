"""What Google's refusals mean, and what to do about each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from metrics.errors import shorten
from metrics.sources.report import SourceError
from metrics.sources.service_account import Account

# Anything long without a space may be a key or a token that an answer repeats.
_SECRET = re.compile(r"[A-Za-z0-9_+/=.\-]{40,}")
_PROJECT = re.compile(r"\bproject (\S+)")
_QUOTA = ("RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED", "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded")


@dataclass(eq=False)
class Refusal(Exception):
    """An answer that is no: its HTTP `status`, what it says, and how often was asked. `wait` is in seconds."""

    host: str
    status: int
    message: str = ""
    reason: str = ""
    tries: int = 1
    wait: float | None = None

    def __str__(self) -> str:
        return f"{self.host} answered {self.status}"


def refusal(host: str, status: int, answer: Any, tries: int, wait: float | None) -> Refusal:
    """Return what an answer's JSON (None where it had none) says of its refusal."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, str):  # the token endpoint's form
        return Refusal(host, status, str(answer.get("error_description") or ""), error, tries, wait)
    if not isinstance(error, dict):
        return Refusal(host, status, "", "", tries, wait)
    reasons = [str(error.get("status") or "")]
    for key in ("details", "errors"):
        entries = error.get(key)
        if isinstance(entries, list):
            reasons += [str(entry["reason"]) for entry in entries if isinstance(entry, dict) and "reason" in entry]
    return Refusal(host, status, str(error.get("message") or ""), " ".join(filter(None, reasons)), tries, wait)


def quoted(text: str) -> str:
    """Return what an answer says, on one line, without anything that may be secret."""
    return shorten(_SECRET.sub("…", text), 160).rstrip(".")


def token_refused(account: Account, error: str, description: str) -> SourceError:
    """Return why Google gave no token for an account's key."""
    said = quoted(f"{error}: {description}" if description else error)
    where, text = f"the key in {account.origin}", description.lower()
    if error == "invalid_grant" and ("timeframe" in text or "iat" in text or "exp" in text.split()):
        sentence = (
            "This computer's clock is wrong, so Google takes no token request from it: set its date and time, best by"
            " itself from the network"
        )
    elif error == "invalid_grant" and "account not found" in text:
        sentence = f"There is no service account {account.email} any more: make one, and a key for it"
    elif error == "invalid_grant":
        sentence = (
            f"Google does not take {where}: it was deleted, or is not of {account.email}. Make a new key for the"
            " service account"
        )
    elif error in ("disabled_client", "deleted_client", "unauthorized_client", "invalid_client"):
        sentence = f"The service account {account.email} is switched off or deleted: switch it on, or make another"
    else:
        sentence = f"Google gave no token for {account.email}: make a new key if it stays so"
    return SourceError(f"{sentence} ({said})." if said else f"{sentence}.")


def explain(refused: Refusal, account: Account, key: str) -> SourceError:
    """Return the sentence for a refusal of the spreadsheet `key`: what is wrong, and what to do."""
    said = f" ({quoted(refused.message)})" if refused.message.strip() else ""
    reason = refused.reason
    if refused.status == 429 or any(word in reason for word in _QUOTA):
        wait = f" It asks to wait {refused.wait:.0f} seconds." if refused.wait else ""
        return SourceError(
            f"Google Sheets has had too many questions for now (tried {_times(refused.tries)}).{wait} Refresh again in"
            " some minutes, and less often if this comes back."
        )
    if 400 <= refused.status < 500 and not (refused.message or reason):
        return SourceError(
            f"{refused.host} refused the question with answer {refused.status} and did not say why, as Google does: a"
            " proxy stands between. Let it pass, or set HTTPS_PROXY to another."
        )
    if refused.status == 401:
        return SourceError(
            f"Google does not take the token of {account.email}{said}: check this computer's clock, and make a new key"
            " for the service account if it stays so."
        )
    if refused.status == 403 and ("SERVICE_DISABLED" in reason or "accessNotConfigured" in reason or "API" in said):
        named = _PROJECT.search(refused.message)
        project = account.project or (named[1] if named else None)
        return SourceError(
            f"The Google Sheets API is not switched on in the project {project or 'of the service account'}: switch it"
            " on in the Google Cloud console (APIs and services, Google Sheets API, Enable), wait some minutes, and"
            " refresh."
        )
    if refused.status == 403:
        return SourceError(
            f"{account.email} may not read the spreadsheet {shorten(key)}: open it, press Share, and add"
            f" {account.email} as a viewer."
        )
    if refused.status == 404:
        return SourceError(
            f"There is no spreadsheet with the key {shorten(key)}: copy its address from the browser into"
            " 'spreadsheet:'. If the address is right, the spreadsheet was deleted."
        )
    if refused.status == 400 and ("not supported for this document" in refused.message or "PRECONDITION" in reason):
        return SourceError(
            f"{shorten(key)} is not a Google spreadsheet but a file in Drive, such as one of Excel: open it, choose"
            " File, Save as Google Sheets, and write the key of the new one."
        )
    if refused.status in (408, 500, 502, 503, 504):
        return SourceError(
            f"Google Sheets is out of order at the moment (answer {refused.status}, tried {_times(refused.tries)}):"
            " refresh again later."
        )
    if 300 <= refused.status < 400:
        return SourceError(
            f"{refused.host} sends on to another address (answer {refused.status}), which Google does not: a proxy or"
            " the sign-in page of a network stands between. Sign in to the network, or set HTTPS_PROXY."
        )
    return SourceError(f"{refused.host} refused the question with answer {refused.status}{said}: refresh again later.")


def _times(tries: int) -> str:
    return "once" if tries == 1 else f"{tries} times"
