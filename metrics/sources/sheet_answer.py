"""One answer over HTTP: a whole one with its JSON, or what was wrong with it."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import requests
from requests import exceptions as faults
from urllib3 import exceptions as causes

_OFTEN = 100
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class Trouble(Exception):
    """No whole answer came. `what` goes on after the host's name; `again` is how often it is worth asking."""

    def __init__(self, what: str, do: str, again: int) -> None:
        super().__init__(what)
        self.what = what
        self.do = do
        self.again = again


class Answer(requests.Response):
    """A whole answer, with its JSON read once; `data` and `status` are what google-auth reads."""

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        super().__init__()
        self.status_code = status
        self.headers.update(headers)
        self.raw = io.BytesIO(content)
        self.data = content
        self.parsed: Any = None

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.status_code

    def json(self, **_: Any) -> Any:
        """Return the answer's JSON."""
        return self.parsed


def read_json(answer: Answer) -> Any:
    """Return the JSON of an answer; None where one that is no has none. Raises Trouble where a good one has none."""
    try:
        parsed = json.loads(answer.data.decode("utf-8-sig"), parse_constant=_no_number)
        if _SURROGATE.search(answer.data):
            # No file can hold half of a pair.
            whole = json.dumps(parsed, ensure_ascii=False).encode("utf-8", "replace")
            parsed = json.loads(whole)
    except (ValueError, RecursionError):
        parsed = None
    if answer.status_code != 200 or isinstance(parsed, dict):
        return parsed
    if answer.data.lstrip()[:1] == b"<" or "html" in answer.headers.get("content-type", ""):
        raise Trouble(
            "answered with a web page instead of data",
            "a proxy or the sign-in page of a network stands between; sign in to the network, or set HTTPS_PROXY",
            1,
        )
    raise Trouble("gave half an answer", "refresh again later", _OFTEN)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def trouble(error: faults.RequestException, seconds: float) -> Trouble:
    """Return what a fault of the connection means."""
    inner: Any = error.args[0] if error.args else error
    inner = getattr(inner, "reason", None) or inner
    network = "check the network, and HTTPS_PROXY if it has a proxy, and refresh again"
    if isinstance(error, faults.SSLError):
        return Trouble(
            "shows a certificate that is not trusted here",
            "check the network; behind a company's proxy, set REQUESTS_CA_BUNDLE to its certificates",
            1,
        )
    if isinstance(error, faults.ProxyError):
        return Trouble("can't be reached through the proxy", "check HTTPS_PROXY, and refresh again", 2)
    if isinstance(error, faults.ConnectTimeout):
        return Trouble("can't be reached: nothing answers", network, 3)
    if isinstance(error, faults.ReadTimeout) or isinstance(inner, causes.ReadTimeoutError):
        return Trouble(f"gave no answer within {seconds:.3g} seconds", "refresh again later", _OFTEN)
    if isinstance(inner, causes.NameResolutionError):
        return Trouble("can't be found: its name leads nowhere", network, 2)
    if isinstance(inner, causes.NewConnectionError):
        return Trouble("can't be reached: it takes no connection", network, 2)
    return Trouble("broke off before its answer was complete", "refresh again later", _OFTEN)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an answer asks to wait, from a number or a date."""
    text = (headers.get("retry-after") or "").strip()
    if text.isdecimal() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
