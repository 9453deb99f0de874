"""How Google Sheets is asked: gspread's calls, with bounded patience, over one session of our own."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests
from google.auth.exceptions import GoogleAuthError, RefreshError
from gspread.http_client import HTTPClient
from requests import exceptions as faults

from metrics.sources.report import SourceError
from metrics.sources.service_account import Account, is_loopback, is_safe
from metrics.sources.sheet_answer import Answer, Trouble, read_json, retry_after, trouble
from metrics.sources.sheet_refusal import Refusal, refusal, token_refused

ENDPOINT_VARIABLE = "NORTHSTAR_SHEETS_ENDPOINT"

_GOOGLE = "https://sheets.googleapis.com"
_ASKED_AGAIN = (408, 429, 500, 502, 503, 504)
_LONGEST_WAIT = 16.0
_MOST_BYTES = 400_000_000
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Patience:
    """How long one fetch may take, in seconds, all its questions and waits together, and how often each is asked."""

    tries: int = 5
    total: float = 60.0
    connect: float = 10.0
    read: float = 30.0
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


PATIENCE = Patience()


class _Bearer(requests.auth.AuthBase):
    """Puts the token on a question; as an object of its own, so that no .netrc replaces it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _NoAuth(requests.auth.AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class SheetsClient(HTTPClient):
    """Asks for one account. Raises Refusal where the answer is no, SourceError where none comes or no token does.

    A question is repeated, at most `patience.tries` times, where it was refused for now (429, after `Retry-After`), the
    server is out of order, or the answer broke off: all questions only read. The token is fetched by google-auth over
    the same session, without the thread in which google-auth's own session would ask for more.
    """

    def __init__(self, account: Account, patience: Patience | None = None) -> None:
        self._endpoint = os.environ.get(ENDPOINT_VARIABLE, "").strip().rstrip("/") or _GOOGLE
        if not is_safe(self._endpoint):
            raise SourceError(
                f"{ENDPOINT_VARIABLE} must be an https address, or http on this machine: change it, or unset it to ask"
                " Google."
            )
        self._account = account
        self._credentials = account.credentials()
        self._patience = patience or PATIENCE
        self._until = self._patience.now() + self._patience.total
        self._token: str | None = None
        super().__init__(auth=None, session=requests.Session())  # type: ignore[arg-type]
        if is_loopback(self._endpoint):
            self.session.trust_env = False

    def close(self) -> None:
        """Close the connections."""
        self.session.close()

    def request(  # noqa: D102
        self,
        method: str,
        endpoint: str,
        params: Any = None,
        data: bytes | None = None,
        json: Mapping[str, Any] | None = None,
        files: Any = None,
        headers: Any = None,
    ) -> requests.Response:
        url = self._endpoint + endpoint.removeprefix(_GOOGLE)
        fresh = self._token is None
        answer = self._ask(method, url, _Bearer(self._token or self._new_token()), params=params)
        if answer.status_code == 401 and not fresh:
            answer = self._ask(method, url, _Bearer(self._new_token()), params=params)
        if answer.status_code != 200:
            raise refusal(self._host(url), answer.status_code, answer.parsed, 1, None)
        return answer

    def _new_token(self) -> str:
        def exchange(url: str, method: str = "POST", body: Any = None, headers: Any = None, **_: Any) -> Answer:
            return self._ask(method, url, _NoAuth(), data=body, headers=headers)

        try:
            self._credentials.refresh(exchange)  # type: ignore[no-untyped-call]
        except RefreshError as error:
            said = error.args[1] if len(error.args) > 1 else None
            said = said if isinstance(said, dict) else {}
            name, description = said.get("error") or "", said.get("error_description") or ""
            raise token_refused(self._account, str(name), str(description)) from None
        except Refusal as refused:
            raise SourceError(
                f"{refused.host}, which gives the tokens, is out of order at the moment (answer {refused.status}, tried"
                f" {refused.tries} times): refresh again later."
            ) from None
        except (GoogleAuthError, ValueError, TypeError, AttributeError):
            raise token_refused(self._account, "", "") from None
        if not isinstance(self._credentials.token, str) or not self._credentials.token.isprintable():
            raise token_refused(self._account, "", "")
        self._token = self._credentials.token
        return self._token

    def _ask(self, method: str, url: str, auth: requests.auth.AuthBase, **content: Any) -> Answer:
        """Return the first answer that is worth having; raises Refusal or SourceError where there was none in time."""
        patience, host = self._patience, self._host(url)
        tried = 0
        while True:
            tried += 1
            asked_to_wait = None
            try:
                answer = self._ask_once(method, url, auth, content)
                if answer.status_code not in _ASKED_AGAIN:
                    return answer
                asked_to_wait = retry_after(answer.headers)
                give_up: Exception = refusal(host, answer.status_code, answer.parsed, tried, asked_to_wait)
                again = patience.tries
            except Trouble as fault:
                times = "" if tried == 1 else f" (tried {tried} times)"
                give_up, again = SourceError(f"{host} {fault.what}{times}: {fault.do}."), fault.again
            wait = min(_LONGEST_WAIT, 2.0 ** (tried - 1)) * random.uniform(0.5, 1.0)
            if asked_to_wait is not None:
                wait = asked_to_wait + random.uniform(0.0, 0.5)
            if tried >= min(again, patience.tries) or patience.now() + wait >= self._until:
                raise give_up from None
            patience.sleep(wait)

    def _ask_once(self, method: str, url: str, auth: requests.auth.AuthBase, content: Mapping[str, Any]) -> Answer:
        left = self._until - self._patience.now()
        if left <= 0:
            self._too_slow()
        timeout = (min(self._patience.connect, left), min(self._patience.read, left))
        try:
            with self.session.request(
                method, url, auth=auth, timeout=timeout, stream=True, allow_redirects=False, **content
            ) as response:
                body = bytearray()
                for chunk in response.iter_content(_CHUNK):
                    body += chunk
                    if len(body) > _MOST_BYTES:
                        raise Trouble("sent more than 400 MB", "name a smaller range", 1)
                    if self._patience.now() > self._until:
                        self._too_slow()
                answer = Answer(response.status_code, response.headers, bytes(body))
        except faults.RequestException as error:
            raise trouble(error, timeout[1]) from None
        answer.parsed = read_json(answer)
        return answer

    def _too_slow(self) -> NoReturn:
        raise Trouble(
            f"is too slow: there was no whole answer within {self._patience.total:.0f} seconds",
            "refresh again later, or name a smaller range",
            1,
        )

    def _host(self, url: str) -> str:
        return urlsplit(url).netloc
