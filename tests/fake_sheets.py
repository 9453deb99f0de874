"""A stand-in of the Google Sheets API v4 and of Google's token endpoint, over real HTTP on loopback.

It holds spreadsheets as Google does (typed cells, a locale, hidden rows, merges, named ranges), exchanges signed
requests of a service account for tokens as Google does, and has the faults that the real one has.
"""

import base64
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

EMAIL = "reader@northstar-demo.iam.gserviceaccount.com"
PROJECT = "northstar-demo"
SCOPE = "https://www.googleapis.com/auth/spreadsheets.readonly"
AUDIENCE = "https://oauth2.googleapis.com/token"
KEY = "1NorthstarDemoSpreadsheetKey_0123456789-abcd"

Cell = str | float | bool | date | None


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    """A key that lives as long as the tests; another one for each name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(name: str = "first") -> str:
    return (
        private_key(name)
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


@dataclass
class Tab:
    """A worksheet. Cells that are dates are real dates of the sheet."""

    title: str
    rows: Sequence[Sequence[Cell]]
    gid: int = 0
    row_count: int | None = None
    column_count: int = 26
    kind: str = "GRID"
    hidden: bool = False
    hidden_rows: Sequence[int] = ()
    filtered_rows: Sequence[int] = ()
    merges: Sequence[Mapping[str, int]] = ()

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of the grid."""
        return self.row_count or max(1000, len(self.rows)), max([self.column_count, *map(len, self.rows)])


@dataclass
class Book:
    """A spreadsheet."""

    tabs: list[Tab]
    title: str = "Growth 2026"
    locale: str = "en_US"
    time_zone: str = "America/Los_Angeles"
    named: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    shared: bool = True


@dataclass
class Fault:
    """What is answered instead, `times` times, to a question of a kind: token, metadata or values.

    To any such question, or to those on one `spreadsheet`.
    """

    kind: str
    spreadsheet: str | None = None
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 10**6
    change: Callable[[Any], Any] | None = None
    raw: Callable[[bytes], bytes] | None = None
    drop: bool = False
    cut: bool = False
    hang: bool = False
    drip: float = 0.0
    content_type: str = "application/json; charset=UTF-8"

    def fits(self, kind: str, path: str) -> bool:
        return self.kind == kind and (self.spreadsheet or "") in path


def google_error(code: int, status: str, message: str, reason: str | None = None) -> dict[str, Any]:
    """The body of an error as Google writes it."""
    error: dict[str, Any] = {"code": code, "message": message, "status": status}
    if reason:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    return {"error": error}


class FakeSheets:
    """The server. `asked` lists what it was asked, by kind; `books` are its spreadsheets by key.

    Its clock is `ahead` of this computer's by so many seconds. It serves from `start` to `stop`.
    """

    def __init__(self) -> None:
        self.books: dict[str, Book] = {}
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.public_key = private_key("first").public_key()
        self.tokens: dict[str, float] = {}
        self.ahead = 0.0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None: ...

            def do_GET(self) -> None:
                fake._answer(self)

            do_POST = do_GET

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None: ...  # a client that went away

        self._server_class, self._handler_class = Server, Handler
        self.url = "http://127.0.0.1"

    def start(self) -> None:
        self._server = self._server_class(("127.0.0.1", 0), self._handler_class)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def account(self, key: str = "first", **changes: Any) -> dict[str, Any]:
        """The JSON of the service account's key."""
        return {
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": "0123456789abcdef",
            "private_key": pem(key),
            "client_email": EMAIL,
            "client_id": "1234567890",
            "token_uri": f"{self.url}/token",
            **changes,
        }

    def count(self, kind: str) -> int:
        return sum(asked == kind for asked, _ in self.asked)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        address = urlsplit(handler.path)
        path, query = unquote(address.path), parse_qs(address.query)
        with self._lock:
            kind, status, answer = self._route(handler, path, query, body)
            self.asked.append((kind, query))
            fault = next((one for one in self.faults if one.fits(kind, path) and one.times > 0), None)
            if fault is not None:
                fault.times -= 1
        headers: Mapping[str, str] = {}
        content_type = "application/json; charset=UTF-8"
        if fault is not None:
            headers, content_type = fault.headers, fault.content_type
            if fault.hang:
                self._stopping.wait(30)
            if fault.drop or fault.hang:
                handler.connection.shutdown(socket.SHUT_RDWR)
                handler.close_connection = True
                return
            if fault.status != 200 or fault.body is not None:
                status, answer = fault.status, fault.body
            if fault.change is not None:
                answer = fault.change(answer)
        raw = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        if fault is not None and fault.raw is not None:
            raw = fault.raw(raw)
        handler.send_response(status)
        handler.send_header("content-type", content_type)
        handler.send_header("content-length", str(len(raw)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if fault is not None and fault.cut:
            handler.wfile.write(raw[: len(raw) // 2])
            handler.wfile.flush()
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        elif fault is not None and fault.drip:
            for sign in raw:
                handler.wfile.write(bytes([sign]))
                handler.wfile.flush()
                if self._stopping.wait(fault.drip):
                    return
        else:
            handler.wfile.write(raw)

    def _route(
        self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, list[str]], body: bytes
    ) -> tuple[str, int, Any]:
        if path == "/token":
            return "token", *self._token(parse_qs(body.decode()))
        found = re.fullmatch(r"/v4/spreadsheets/([^/:]+)(/values:batchGet)?", path)
        kind = "values" if found and found[2] else "metadata"
        bearer = handler.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(bearer, 0) < time.time():
            return kind, 401, google_error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if handler.command != "GET":
            return kind, 403, google_error(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.")
        book = self.books.get(found[1]) if found else None
        if found is None or book is None:
            return kind, 404, google_error(404, "NOT_FOUND", "Requested entity was not found.")
        if not book.shared:
            return kind, 403, google_error(403, "PERMISSION_DENIED", "The caller does not have permission")
        return kind, *(
            self._values(found[1], book, query) if found[2] else (200, self._metadata(found[1], book, query))
        )

    def _token(self, form: dict[str, list[str]]) -> tuple[int, Any]:
        """Check a signed request as Google does, and give a token for it."""
        if form.get("grant_type") != ["urn:ietf:params:oauth:grant-type:jwt-bearer"]:
            return 400, {"error": "unsupported_grant_type", "error_description": "Invalid grant_type"}
        head, claims, signature = form["assertion"][0].split(".")
        try:
            self.public_key.verify(
                _decoded(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            return 400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
        said, now = json.loads(_decoded(claims)), time.time() + self.ahead
        if json.loads(_decoded(head))["alg"] != "RS256":
            return 400, {"error": "invalid_grant", "error_description": "Invalid JWT Algorithm."}
        if said["iss"] != EMAIL:
            return 400, {"error": "invalid_grant", "error_description": "Invalid grant: account not found"}
        if said["aud"] != AUDIENCE:
            return 400, {"error": "invalid_grant", "error_description": "Invalid JWT: Failed audience check."}
        if not (said["iat"] - 300 <= now < said["exp"] <= said["iat"] + 3600):
            description = (
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your"
                " iat and exp values in the JWT claim."
            )
            return 400, {"error": "invalid_grant", "error_description": description}
        if said["scope"] != SCOPE:
            return 400, {"error": "invalid_scope", "error_description": f"{said['scope']} is not a valid scope."}
        token = f"ya29.token-{len(self.tokens) + 1}"
        self.tokens[token] = time.time() + 3600
        return 200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}

    def _metadata(self, key: str, book: Book, query: Mapping[str, list[str]]) -> dict[str, Any]:
        whole = {
            "spreadsheetId": key,
            "properties": {
                "title": book.title,
                "locale": book.locale,
                "timeZone": book.time_zone,
                "autoRecalc": "HOUR",
            },
            "sheets": [_tab(number, tab) for number, tab in enumerate(book.tabs)],
            "namedRanges": [
                {"namedRangeId": str(number), "name": name, "range": dict(area)}
                for number, (name, area) in enumerate(book.named.items())
            ],
            "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{key}/edit",
        }
        mask = query.get("fields")
        if mask:
            return _masked(whole, _mask(mask[0]))
        for sheet in whole["sheets"]:
            assert isinstance(sheet, dict)
            sheet.pop("data", None)
        return whole

    def _values(self, key: str, book: Book, query: Mapping[str, list[str]]) -> tuple[int, Any]:
        found = []
        for asked in query.get("ranges", []):
            place = _place(asked)
            tab = next((tab for tab in book.tabs if place and tab.title == place[0]), None)
            if place is None or tab is None:
                return 400, google_error(400, "INVALID_ARGUMENT", f"Unable to parse range: {asked}")
            title, first, column, last, last_column = place
            rows, columns = tab.grid
            if last > rows or last_column > columns:
                message = f"Range ({asked}) exceeds grid limits. Max rows: {rows}, max columns: {columns}"
                return 400, google_error(400, "INVALID_ARGUMENT", message)
            render = query.get("valueRenderOption", ["FORMATTED_VALUE"])[0]
            serial = query.get("dateTimeRenderOption", ["SERIAL_NUMBER"])[0] == "SERIAL_NUMBER"
            cells = [
                _stripped([_rendered(cell, render, serial) for cell in row[column - 1 : last_column]])
                for row in tab.rows[first - 1 : last]
            ]
            while cells and not cells[-1]:
                cells.pop()
            plain = re.fullmatch(r"\w+", title)
            shown = asked if not plain else f"{title}!{asked.rpartition('!')[2]}"
            found.append({"range": shown, "majorDimension": "ROWS"} | ({"values": cells} if cells else {}))
        return 200, {"spreadsheetId": key, "valueRanges": found}


@contextmanager
def serving() -> Iterator[FakeSheets]:
    """A server that is stopped in the end."""
    fake = FakeSheets()
    fake.start()
    try:
        yield fake
    finally:
        fake.stop()


def serial_number(day: date) -> float:
    """A day, or a moment, as the sheet counts it: days since 30 December 1899."""
    if isinstance(day, datetime):
        return (day - datetime(1899, 12, 30)).total_seconds() / 86_400
    return (day - date(1899, 12, 30)).days


def _rendered(cell: Cell, render: str, serial: bool) -> Any:
    if cell is None:
        return ""
    if render == "FORMATTED_VALUE":
        return str(cell)
    if isinstance(cell, date):
        return serial_number(cell) if serial else str(cell)
    return cell


def _stripped(row: list[Any]) -> list[Any]:
    """A row without the blank cells at its end, as Google sends it."""
    while row and row[-1] == "":
        row.pop()
    return row


def _tab(number: int, tab: Tab) -> dict[str, Any]:
    rows, columns = tab.grid
    properties: dict[str, Any] = {"sheetId": tab.gid, "title": tab.title, "index": number, "sheetType": tab.kind}
    if tab.kind == "GRID":
        properties["gridProperties"] = {"rowCount": rows, "columnCount": columns}
    if tab.hidden:
        properties["hidden"] = True
    metadata: list[dict[str, Any]] = [{"pixelSize": 21} for _ in range(rows)]
    for row in tab.hidden_rows:
        metadata[row - 1]["hiddenByUser"] = True
    for row in tab.filtered_rows:
        metadata[row - 1]["hiddenByFilter"] = True
    return {
        "properties": properties,
        "merges": [dict(merge) for merge in tab.merges],
        "data": [{"rowMetadata": metadata, "rowData": [{"values": []}]}],
    }


def _mask(text: str) -> dict[str, Any]:
    """A field mask such as `a,b(c,d)` as nested names."""
    found: dict[str, Any] = {}
    name, depth, inner = "", 0, ""
    for sign in text + ",":
        if sign == ")":
            depth -= 1
        if depth:
            inner += sign
        elif sign == ",":
            found[name], name, inner = _mask(inner) if inner else {}, "", ""
        elif sign not in "()":
            name += sign
        if sign == "(":
            depth += 1
    return found


def _masked(value: Any, mask: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_masked(one, mask) for one in value]
    if not mask or not isinstance(value, dict):
        return value
    # Google leaves out what is empty.
    return {name: _masked(value[name], inner) for name, inner in mask.items() if value.get(name) not in (None, [], {})}


def _place(a1: str) -> tuple[str, int, int, int, int] | None:
    found = re.fullmatch(r"(?:'((?:[^']|'')+)'|(\w+))!([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)", a1)
    if found is None:
        return None
    title = found[1].replace("''", "'") if found[1] else found[2]
    return title, int(found[4]), _column(found[3]), int(found[6]), _column(found[5])


def _column(letters: str) -> int:
    number = 0
    for sign in letters:
        number = number * 26 + ord(sign) - 64
    return number


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
