"""A CSV file that comes over https: one bounded download, and a sentence for each way in which it can fail."""

from __future__ import annotations

import logging
import ssl
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from threading import Event, Thread
from urllib.parse import unquote, urljoin, urlsplit

import requests
import urllib3

from metrics.errors import shorten
from metrics.sources.fetched import Fetched, TextFile
from metrics.sources.report import SourceError
from metrics.sources.web_address import WebAddress, is_safe, web_address
from metrics.tree.tree import Source

TOTAL_SECONDS = 60.0
MOST_BYTES = 200_000_000
LONGEST_WAIT = 20.0

_CONNECT_AND_READ = (10.0, 20.0)
_MOST_REDIRECTS = 5
_CHUNK = 1 << 16
_HEADERS = {"Accept": "text/csv, text/plain;q=0.9, */*;q=0.5", "Accept-Encoding": "gzip"}
_ENCODINGS = ("", "identity", "gzip", "x-gzip", "deflate")
_ANY_HEADER = zlib.MAX_WBITS + 32  # gzip's or zlib's
_TRY_AGAIN = (429, 502, 503, 504)
_SIGNATURES = {
    b"PK\x03\x04": "a zip archive or a workbook: give the address of a CSV file",
    b"\x1f\x8b": "a compressed file: give the address of the CSV file itself",
    b"%PDF": "a PDF document: give the address of a CSV file",
    b"PAR1": "a Parquet file: save it in the workspace, and write type: parquet",
    b"\xd0\xcf\x11\xe0": "an Excel file: give the address of a CSV file",
}

# What urllib3 logs of a download holds its whole address, and so the keys in it.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class _Late(Exception):
    """The time for the whole download is over."""


def fetch_https(source: Source, scratch: Path) -> Fetched:
    """Download the CSV file of a source to `scratch`; raises SourceError, in which no secret of the address is told."""
    address = web_address(source)
    target = scratch / "download.csv"
    outcome: list[Fetched | SourceError] = []
    stop = Event()
    deadline = time.monotonic() + TOTAL_SECONDS

    def download() -> None:
        try:
            outcome.append(_Download(address, target, deadline, stop).run())
        except SourceError as error:
            outcome.append(error)

    # A server can send one sign of a header every few seconds, for ever: no time limit of the library sees that.
    worker = Thread(target=download, name=f"download of {source.id}", daemon=True)
    worker.start()
    worker.join(TOTAL_SECONDS)
    stop.set()
    found = outcome[0] if outcome else SourceError(_too_slow(address))
    if isinstance(found, SourceError):
        raise found
    return found


def _too_slow(address: WebAddress) -> str:
    return (
        f"{address.shown} took longer than {TOTAL_SECONDS:g} seconds: refresh again later, or ask for a smaller file."
    )


class _Download:
    def __init__(self, address: WebAddress, target: Path, deadline: float, stop: Event) -> None:
        self._address = address
        self._shown = address.shown
        self._target = target
        self._deadline = deadline
        self._stop = stop

    def run(self) -> Fetched:
        """Download the file; raises SourceError."""
        try:
            with requests.Session() as session:
                response = self._answer(session)
                if response.status_code in _TRY_AGAIN:
                    self._wait(response)
                    response = self._answer(session)
                with response:
                    return self._save(response)
        except _Late:
            raise SourceError(_too_slow(self._address)) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError, zlib.error) as error:
            raise SourceError(f"{self._shown} {self._reason(error)}") from None

    def _answer(self, session: requests.Session) -> requests.Response:
        """Return the answer at the end of all redirects."""
        url = self._address.url
        parts = urlsplit(url)
        sign_in = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        for _ in range(_MOST_REDIRECTS + 1):
            self._check_time()
            session.close()  # a server may drop a kept connection just when it is used again; cookies stay
            response = session.get(
                url,
                auth=sign_in,
                stream=True,
                allow_redirects=False,
                timeout=_CONNECT_AND_READ,
                headers=_HEADERS,
            )
            if not response.is_redirect:
                return response
            response.close()
            before, url = urlsplit(url), urljoin(url, response.headers["Location"])
            after = urlsplit(url)
            if not is_safe(after.scheme, after.hostname):
                raise SourceError(
                    f"{self._shown} leads on to {after.hostname or 'an address'} without https: give the address where"
                    " the file lies."
                )
            if (before.scheme, before.hostname, before.port) != (after.scheme, after.hostname, after.port):
                sign_in = None
        raise SourceError(f"{self._shown} leads on from address to address: give the one where the file lies.")

    def _wait(self, response: requests.Response) -> None:
        """Wait as long as the server asks for; raises SourceError where that is too long."""
        response.close()
        seconds = _seconds(response.headers.get("Retry-After", "1"))
        if seconds > min(LONGEST_WAIT, self._deadline - time.monotonic()):
            self._refuse_status(response.status_code, seconds)
        if self._stop.wait(seconds):
            raise _Late

    def _save(self, response: requests.Response) -> Fetched:
        if response.status_code != HTTPStatus.OK:
            self._refuse_status(response.status_code)
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in _ENCODINGS:
            raise SourceError(f"{self._shown} comes packed as {shorten(encoding, 20)}, which is not read: send gzip.")
        if (_announced(response) or 0) > MOST_BYTES:
            self._refuse_size()
        size, digest, start = 0, sha256(), b""
        with self._target.open("wb") as file:
            for chunk in self._unpacked(response, encoding):
                self._check_time()
                if len(start) < 1024:
                    start += chunk[:1024]
                size += len(chunk)
                if size > MOST_BYTES:
                    self._refuse_size()
                digest.update(chunk)
                file.write(chunk)
        self._refuse_other_kinds(start, response.headers.get("Content-Type", ""))
        return Fetched((TextFile(self._target, self._shown),), digest.hexdigest()[:16])

    def _unpacked(self, response: requests.Response, encoding: str) -> Iterator[bytes]:
        """Yield the content as it comes; raises where it ends too early, which the libraries do not all notice."""
        packed = encoding not in ("", "identity")
        unpacker = zlib.decompressobj(_ANY_HEADER)
        size = 0
        while chunk := response.raw.read1(_CHUNK, decode_content=False):
            size += len(chunk)
            if not packed:
                yield chunk
                continue
            yield unpacker.decompress(chunk)
            while unpacker.eof and unpacker.unused_data:  # gzip files can be strung together
                rest, unpacker = unpacker.unused_data, zlib.decompressobj(_ANY_HEADER)
                yield unpacker.decompress(rest)
        if _announced(response) not in (None, size) or (packed and not unpacker.eof):
            raise urllib3.exceptions.ProtocolError

    def _check_time(self) -> None:
        if self._stop.is_set() or time.monotonic() > self._deadline:
            raise _Late

    def _refuse_size(self) -> None:
        raise SourceError(
            f"{self._shown} is larger than {MOST_BYTES / 1e6:g} MB: ask for fewer rows, or save it in the workspace."
        )

    def _refuse_status(self, status: int, seconds: float = 0) -> None:
        """Raise SourceError for an answer that is not the file."""
        place = self._address.place
        match status:
            case 401 | 403:
                what = f"may not be read: allow it for everyone with the link, or put an address with a key in {place}"
            case 404:
                what = f"is not there: check the address in {place}"
            case 410:
                what = f"was taken away for good: write the new address in {place}"
            case 429:
                wait = f", and to wait {seconds:g} seconds" if seconds else ""
                what = f"asks to be read less often{wait}: refresh again later"
            case _ if status >= 500:
                what = "can't be had, because its server is in trouble: refresh again later, or tell who runs it"
            case _:
                what = f"was answered in an unknown way: check the address in {place}"
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
        raise SourceError(f"{self._shown} {what} (HTTP {' '.join(filter(None, (str(status), phrase)))}).")

    def _refuse_other_kinds(self, start: bytes, content_type: str) -> None:
        """Raise SourceError where what came is no text of cells."""
        if not start:
            raise SourceError(f"{self._shown} sent nothing: check what stands at that address.")
        kind = content_type.partition(";")[0].strip().lower()
        text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if text.startswith((b"<!doctype html", b"<html", b"<head", b"<script")) or (
            text.startswith(b"<") and kind == "text/html"
        ):
            what = "a web page, often one to sign in: give the address of the CSV file, which opens without a sign-in"
            if self._shown.startswith("docs.google.com/"):
                what = "a web page: write type: google_sheet, or publish the sheet as CSV and give that address"
        elif text.startswith(b"<?xml") or kind in ("application/xml", "text/xml"):
            what = "XML: give the address of a CSV file"
        elif kind.endswith(("/json", "+json")):
            what = "JSON: give the address of a CSV file"
        else:
            what = next((what for sign, what in _SIGNATURES.items() if start.startswith(sign)), "")
        if what:
            raise SourceError(f"{self._shown} sends {what}.")

    def _reason(self, error: Exception) -> str:
        """Return why a download broke off; never the error's own words, which hold the address."""
        causes = list(_causes(error))
        refused = next((one for one in causes if isinstance(one, ssl.SSLCertVerificationError)), None)
        if refused is not None:
            return (
                f"has a certificate that can't be trusted ({shorten(refused.verify_message, 120)}): tell who runs it; a"
                " company's own authority goes into the environment variable REQUESTS_CA_BUNDLE."
            )
        if isinstance(error, (requests.exceptions.SSLError, ssl.SSLError)):
            return "speaks no https that can be read: check host and port of the address."
        if isinstance(error, requests.exceptions.ProxyError):
            return "can't be reached through the proxy: check HTTPS_PROXY."
        if isinstance(error, requests.exceptions.ConnectTimeout):
            return "can't be reached: no answer in 10 seconds. Check the address and the network."
        if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
            return "stopped answering: refresh again later."
        if isinstance(error, zlib.error):
            return "comes packed in a way that can't be unpacked: tell who runs it."
        if isinstance(error, urllib3.exceptions.HTTPError | requests.exceptions.ChunkedEncodingError):
            return "broke off before its end: refresh again."
        if isinstance(error, requests.ConnectionError):
            return "can't be reached: check the address and the network."
        if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
            return f"can't be kept on this disk: {error.strerror}."
        return f"has an address that can't be used: check {self._address.place}."


def _announced(response: requests.Response) -> int | None:
    text = response.headers.get("Content-Length", "").strip()
    return int(text) if text.isdecimal() else None


def _causes(error: BaseException) -> list[BaseException]:
    """Return an error and all that stand behind it."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found


def _seconds(retry_after: str) -> float:
    """Return how long a Retry-After asks to wait: seconds, or an HTTP date; a second where it is neither."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return 1.0
    return max(0.0, (moment - datetime.now(moment.tzinfo or UTC)).total_seconds())
