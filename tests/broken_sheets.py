"""Broken Google sheets and broken answers of Google, each with what must be said of it.

A scene starts whole: a shared spreadsheet with one worksheet of six weeks, and a key that opens it. What breaks it is a
function that changes the scene; `says` are parts of the sentence that must come of it, `left` the values that can still
be read (None: the source as a whole fails, and the values from before stay).
"""

import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from fake_sheets import EMAIL, KEY, PROJECT, Book, FakeSheets, Fault, Tab, google_error

WEEKS = [date(2026, 1, 4) + timedelta(weeks=number) for number in range(6)]
WHOLE = {week.isoformat(): 100.0 + number for number, week in enumerate(WEEKS)}
OWN, GOOGLE = "NORTHSTAR_GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"
ENDPOINT = "NORTHSTAR_SHEETS_ENDPOINT"


@dataclass
class Scene:
    """What a refresh meets: the server, its spreadsheet, the environment, the workspace and the declared source."""

    fake: FakeSheets
    folder: Path
    book: Book
    rows: list[list[Any]]
    environment: dict[str, str]
    source: dict[str, Any]
    key: str = KEY
    prefix: str = ""
    column: str = "Signups"
    read: float = 20.0
    total: float = 60.0

    @property
    def tab(self) -> Tab:
        return self.book.tabs[0]

    def file(self, name: str, content: str | bytes) -> None:
        """Write a file in the workspace, and declare it as the credentials."""
        name = f"{self.prefix}{name}"
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.source["credentials"] = name

    def account(self, *lacking: str, **changes: Any) -> None:
        """Declare a key of the service account with changes, without some parts."""
        account = self.fake.account(**changes)
        self.file("key.json", json.dumps({name: value for name, value in account.items() if name not in lacking}))

    def fault(self, kind: str, **what: Any) -> None:
        """Have the server answer otherwise to questions of a kind; to those on this spreadsheet, but for tokens."""
        self.fake.faults.append(Fault(kind, spreadsheet=None if kind == "token" else self.key, **what))

    def cell(self, address: str, value: Any) -> None:
        """Write a cell, such as B4."""
        column, row = ord(address[0]) - ord("A"), int(address[1:]) - 1
        while len(self.rows) <= row:
            self.rows.append([])
        line = self.rows[row]
        line += [None] * (column + 1 - len(line))
        line[column] = value

    def texts(self, *days: str) -> None:
        """Write dates that are text."""
        for row, day in enumerate(days, 2):
            self.cell(f"A{row}", day)


Break = Callable[[Scene], Any]


@dataclass(frozen=True)
class Broken:
    """What breaks a scene, and what must come of it; `series`: the metric fails, but not its source."""

    breaks: Break
    says: tuple[str, ...]
    left: Mapping[str, float] | None = None
    series: bool = False

    def lacking(self, said: str, scene: Scene) -> list[str]:
        """The parts that a sentence lacks."""
        own = (part.replace(KEY, scene.key).replace("key.json", f"{scene.prefix}key.json") for part in self.says)
        return [part for part in own if part not in said]


def whole(fake: FakeSheets, folder: Path, key: str = KEY, prefix: str = "") -> Scene:
    """The scene before anything breaks; `prefix` goes before the names of its files."""
    rows: list[list[Any]] = [["Week", "Signups", "Revenue"]]
    rows += [[week, 100 + number, 1000.5 + number] for number, week in enumerate(WEEKS)]
    book = Book([Tab("Weekly", rows), Tab("Daily numbers", [["Day", "Visits"], [date(2026, 1, 1), 5]], gid=7)])
    fake.books[key] = book
    environment = {ENDPOINT: fake.url, OWN: json.dumps(fake.account())}
    return Scene(fake, folder, book, rows, environment, {"spreadsheet": key, "worksheet": "Weekly"}, key, prefix)


def without(*weeks: int) -> dict[str, float]:
    """The values without those of some weeks, 0 being the first."""
    return {day: value for number, (day, value) in enumerate(WHOLE.items()) if number not in weeks}


def _no_credentials(scene: Scene) -> None:
    scene.environment.pop(OWN)


def _named_file(scene: Scene, variable: str, path: str) -> None:
    scene.environment.pop(OWN)
    scene.environment[variable] = path


def _other(scene: Scene, content: Any) -> None:
    scene.file("key.json", json.dumps(content))


def _nobody_listens(scene: Scene) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        scene.environment[ENDPOINT] = f"http://127.0.0.1:{closed.getsockname()[1]}"


def _whole_column(scene: Scene, column: str, value: Any) -> None:
    for row in range(2, 8):
        scene.cell(f"{column}{row}", value)


def _date_column(scene: Scene, values: list[Any]) -> None:
    for row, value in enumerate(values, 2):
        scene.cell(f"A{row}", value)


def _pem_without_end(scene: Scene) -> None:
    key = scene.fake.account()["private_key"]
    scene.account(private_key=key[: len(key) // 2])


def _side_by_side(scene: Scene) -> None:
    scene.rows[:] = [["Metric", *WEEKS], ["Signups", *range(100, 106)]]


def _low_header(scene: Scene) -> None:
    scene.source["date"] = "Week"
    scene.rows[:0] = [["A note"] for _ in range(25)]


def _merged(scene: Scene) -> None:
    scene.rows[0] = ["Week", "Acquisition", None]
    scene.tab.merges = [{"startRowIndex": 0, "endRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 3}]


def _renamed_meanwhile(scene: Scene) -> None:
    message = "Unable to parse range: 'Weekly'!A1:Z1000"
    scene.fault("values", status=400, body=google_error(400, "INVALID_ARGUMENT", message), times=1)


def _long(scene: Scene) -> None:
    scene.source |= {"layout": "long", "metric": "Metric", "value": "Value"}
    scene.rows[:] = [["Week", "Metric", "Value"], *([week, "Signups", 1] for week in WEEKS)]


def _set(scene: Scene, **fields: Any) -> None:
    scene.source.update(fields)
    for name in [name for name, value in fields.items() if value is None]:
        del scene.source[name]


def _disabled(scene: Scene) -> None:
    message = (
        "Google Sheets API has not been used in project 123456 before or it is disabled. Enable it by visiting"
        " https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=123456 then retry."
    )
    scene.fault("metadata", status=403, body=google_error(403, "PERMISSION_DENIED", message, "SERVICE_DISABLED"))


def _quota(scene: Scene, after: str) -> None:
    message = "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user'."
    body = google_error(429, "RESOURCE_EXHAUSTED", message, "RATE_LIMIT_EXCEEDED")
    scene.fault("metadata", status=429, body=body, headers={"retry-after": after})


PORTAL = "<!DOCTYPE html><html><body>Please sign in to the guest network</body></html>"
UNAVAILABLE = google_error(503, "UNAVAILABLE", "The service is currently unavailable.")

CREDENTIALS = {
    "no credentials": Broken(_no_credentials, ("no credentials for Google Sheets", "'credentials:'", OWN)),
    "no such file": Broken(lambda s: _set(s, credentials="keys/google.json"), ("keys/google.json does not exist",)),
    "a folder": Broken(
        lambda s: ((s.folder / "keys").mkdir(), _set(s, credentials="keys")), ("the file keys is a folder",)
    ),
    "an empty file": Broken(lambda s: s.file("key.json", ""), ("nothing in the credentials in key.json",)),
    "a picture": Broken(lambda s: s.file("key.json", b"\x89PNG\xff\xfe"), ("the file key.json is not text",)),
    "no JSON": Broken(lambda s: s.file("key.json", "email: x"), ("credentials in key.json is not JSON",)),
    "a list": Broken(lambda s: _other(s, [1]), ("key.json is not the key of a service account",)),
    "an empty object": Broken(lambda s: _other(s, {}), ("not the key of a service account", "no client_email")),
    "an API key": Broken(
        lambda s: s.environment.update({OWN: "AIzaSyD-0000000000000000000000000000000"}), (OWN, "is an API key")
    ),
    "an OAuth client of a program": Broken(
        lambda s: _other(s, {"installed": {"client_id": "x", "client_secret": "GOCSPX-secret"}}),
        ("key.json is the key of an OAuth client",),
    ),
    "an OAuth client of a site": Broken(
        lambda s: _other(s, {"web": {"client_id": "x", "client_secret": "GOCSPX-secret"}}), ("of an OAuth client",)
    ),
    "a person's sign-in": Broken(
        lambda s: _other(s, {"type": "authorized_user", "refresh_token": "1//secret"}), ("a person's own sign-in",)
    ),
    "a workload identity": Broken(lambda s: _other(s, {"type": "external_account"}), ("a workload identity",)),
    "no e-mail": Broken(lambda s: s.account("client_email"), ("It has no client_email",)),
    "no private key": Broken(lambda s: s.account("private_key"), ("It has no private_key",)),
    "no token address": Broken(lambda s: s.account("token_uri"), ("It has no token_uri",)),
    "a private key that is a number": Broken(lambda s: s.account(private_key=7), ("It has no private_key",)),
    "a private key of nonsense": Broken(
        lambda s: s.account(private_key="-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        ("private key in key.json is broken", EMAIL),
    ),
    "half a private key": Broken(_pem_without_end, ("private key in key.json is broken", "Download the JSON file")),
    "a token address in the open": Broken(
        lambda s: s.account(token_uri="http://tokens.example/token"), ("token_uri in the credentials in key.json",)
    ),
    "a key in the open": Broken(
        lambda s: _set(s, credentials=json.dumps(s.fake.account())), ("everyone who reads the file sees", OWN)
    ),
    "an API key in the open": Broken(
        lambda s: _set(s, credentials="AIzaSyD-secret000000000000000000000000"), ("everyone who reads the file sees",)
    ),
    "an unset variable": Broken(
        lambda s: _set(s, credentials="${SHEETS_KEY}"), ("SHEETS_KEY is not set in the environment",)
    ),
    "an absolute path": Broken(lambda s: _set(s, credentials="/etc/key.json"), ("outside the workspace", "${NAME}")),
    "a path upwards": Broken(lambda s: _set(s, credentials="../key.json"), ("outside the workspace",)),
    "a variable that names no file": Broken(
        lambda s: _named_file(s, OWN, "missing/key.json"), (f"the file that {OWN} names does not exist",)
    ),
    "Google's variable names no file": Broken(
        lambda s: _named_file(s, GOOGLE, "missing/key.json"), (f"the file that {GOOGLE} names does not exist",)
    ),
    "a variable with half a key": Broken(
        lambda s: s.environment.update({OWN: s.environment[OWN][:80]}), (f"credentials in {OWN} is not JSON",)
    ),
}

TOKENS = {
    "a deleted key": Broken(
        lambda s: s.account(key="second"),
        ("does not take the key in key.json", "Make a new key", "Invalid JWT Signature"),
    ),
    "a deleted account": Broken(
        lambda s: s.account(client_email="gone@northstar-demo.iam.gserviceaccount.com"),
        ("There is no service account gone@northstar-demo.iam.gserviceaccount.com any more",),
    ),
    "a clock that is slow": Broken(
        lambda s: setattr(s.fake, "ahead", 7200.0), ("This computer's clock is wrong", "set its date and time")
    ),
    "a clock that is fast": Broken(lambda s: setattr(s.fake, "ahead", -7200.0), ("This computer's clock is wrong",)),
    "an account that is switched off": Broken(
        lambda s: s.fault("token", status=401, body={"error": "disabled_client"}), (EMAIL, "switched off")
    ),
    "a scope that is refused": Broken(
        lambda s: s.fault("token", status=400, body={"error": "invalid_scope", "error_description": "Bad scope."}),
        ("gave no token for", "invalid_scope: Bad scope"),
    ),
    "tokens out of order": Broken(
        lambda s: s.fault("token", status=503, body={}), ("gives the tokens", "out of order", "tried 5 times")
    ),
    "a web page for a token": Broken(
        lambda s: s.fault("token", body=PORTAL, content_type="text/html"), ("a web page instead of data", "sign-in")
    ),
    "half a token": Broken(lambda s: s.fault("token", cut=True), ("broke off before its answer was complete",)),
    "an answer without token": Broken(lambda s: s.fault("token", body={"expires_in": 3599}), ("gave no token for",)),
    "a token that is a number": Broken(
        lambda s: s.fault("token", body={"access_token": 5, "expires_in": 3599}), ("gave no token for",)
    ),
    "no answer for a token": Broken(
        lambda s: (setattr(s, "read", 0.1), s.fault("token", hang=True)), ("gave no answer within 0.1 seconds",)
    ),
}

ANSWERS = {
    "not shared": Broken(
        lambda s: setattr(s.book, "shared", False),
        (f"{EMAIL} may not read the spreadsheet {KEY}", "press Share", f"add {EMAIL} as a viewer"),
    ),
    "the API is off": Broken(_disabled, (f"not switched on in the project {PROJECT}", "Enable")),
    "a wrong key": Broken(
        lambda s: _set(s, spreadsheet="1AnotherSpreadsheetKey_0123456789-wxyz"),
        ("no spreadsheet with the key 1AnotherSpreadsheetKey_0123456789-wxyz", "copy its address from the browser"),
    ),
    "half a key": Broken(lambda s: _set(s, spreadsheet="1AbC"), ("1AbC is not a spreadsheet's key",)),
    "a published copy": Broken(
        lambda s: _set(s, spreadsheet="https://docs.google.com/spreadsheets/d/e/2PACX-1vTabcdefghijklmnop/pubhtml"),
        ("is that of a published copy",),
    ),
    "a document": Broken(
        lambda s: _set(s, spreadsheet=f"https://docs.google.com/document/d/{s.key}/edit"),
        ("not that of a spreadsheet",),
    ),
    "another site": Broken(
        lambda s: _set(s, spreadsheet=f"https://sheets.example/d/{s.key}/edit"),
        ("no spreadsheet's key in the address",),
    ),
    "an Excel file in Drive": Broken(
        lambda s: s.fault(
            "metadata",
            status=400,
            body=google_error(400, "FAILED_PRECONDITION", "This operation is not supported for this document"),
        ),
        ("a file in Drive, such as one of Excel", "Save as Google Sheets"),
    ),
    "quota": Broken(lambda s: _quota(s, "2"), ("too many questions", "tried 5 times", "Refresh again in some minutes")),
    "a long wait": Broken(lambda s: _quota(s, "600"), ("too many questions", "It asks to wait 600 seconds")),
    "quota told as 403": Broken(
        lambda s: s.fault(
            "metadata", status=403, body=google_error(403, "PERMISSION_DENIED", "Rate", "rateLimitExceeded")
        ),
        ("too many questions",),
    ),
    "out of order": Broken(
        lambda s: s.fault("metadata", status=500, body=google_error(500, "INTERNAL", "Internal error encountered.")),
        ("out of order at the moment (answer 500, tried 5 times)", "refresh again later"),
    ),
    "values unavailable": Broken(
        lambda s: s.fault("values", status=503, body=UNAVAILABLE), ("answer 503, tried 5 times",)
    ),
    "a gateway's page": Broken(
        lambda s: s.fault("values", status=502, body=PORTAL, content_type="text/html"), ("answer 502, tried 5 times",)
    ),
    "a web page": Broken(
        lambda s: s.fault("metadata", body=PORTAL, content_type="text/html"),
        ("a web page instead of data", "sign in to the network"),
    ),
    "sent elsewhere": Broken(
        lambda s: s.fault("metadata", status=302, body="", headers={"location": "https://portal.example/"}),
        ("sends on to another address (answer 302)",),
    ),
    "a proxy's refusal": Broken(
        lambda s: s.fault("metadata", status=403, body=PORTAL, content_type="text/html"), ("a proxy stands between",)
    ),
    "a token that is not taken": Broken(
        lambda s: s.fault("metadata", status=401, body=google_error(401, "UNAUTHENTICATED", "Invalid credentials")),
        (f"does not take the token of {EMAIL}", "Invalid credentials"),
    ),
    "an unknown refusal": Broken(
        lambda s: s.fault("metadata", status=418, body=google_error(418, "TEAPOT", "I am a teapot")),
        ("answer 418 (I am a teapot)",),
    ),
    "cut JSON": Broken(
        lambda s: s.fault("values", raw=lambda raw: raw[: len(raw) // 2]), ("gave half an answer (tried 5 times)",)
    ),
    "an empty answer": Broken(lambda s: s.fault("metadata", raw=lambda raw: b""), ("gave half an answer",)),
    "numbers that are none": Broken(
        lambda s: s.fault("values", raw=lambda raw: raw.replace(b"100", b"NaN")), ("gave half an answer",)
    ),
    "a list for an answer": Broken(lambda s: s.fault("values", body=[]), ("gave half an answer",)),
    "a cut connection": Broken(
        lambda s: s.fault("values", cut=True), ("broke off before its answer was complete (tried 5 times)",)
    ),
    "a dropped connection": Broken(lambda s: s.fault("metadata", drop=True), ("broke off before its answer",)),
    "no answer": Broken(
        lambda s: (setattr(s, "read", 0.1), s.fault("values", hang=True)),
        ("gave no answer within 0.1 seconds (tried 5 times)",),
    ),
    "drop by drop": Broken(
        lambda s: (setattr(s, "total", 1.5), s.fault("values", drip=0.02)), ("is too slow", "name a smaller range")
    ),
    "nobody listens": Broken(_nobody_listens, ("can't be reached: it takes no connection", "check the network")),
    "no such host": Broken(
        lambda s: s.environment.update({ENDPOINT: "https://sheets.nowhere.invalid"}),
        ("sheets.nowhere.invalid can't be found", "check the network"),
    ),
    "an endpoint in the open": Broken(
        lambda s: s.environment.update({ENDPOINT: "http://sheets.example"}), (f"{ENDPOINT} must be an https address",)
    ),
    "metadata without sheets": Broken(
        lambda s: s.fault("metadata", change=lambda a: {k: v for k, v in a.items() if k != "sheets"}),
        ("half an answer (no sheets)",),
    ),
    "metadata without properties": Broken(
        lambda s: s.fault("metadata", change=lambda a: {k: v for k, v in a.items() if k != "properties"}),
        ("half an answer (no properties)",),
    ),
    "metadata with no sheet": Broken(
        lambda s: s.fault("metadata", change=lambda a: {**a, "sheets": []}), ("half an answer (no worksheets)",)
    ),
    "metadata of nonsense": Broken(
        lambda s: s.fault(
            "metadata",
            change=lambda a: {
                **a,
                "sheets": [{"properties": {"title": "Weekly", "sheetId": "x", "gridProperties": {}}}],
            },
        ),
        ("half an answer (metadata that make no sense)",),
    ),
    "no value ranges": Broken(
        lambda s: s.fault("values", change=lambda a: {"spreadsheetId": KEY}), ("half an answer (0 of 1 ranges)",)
    ),
    "other ranges": Broken(
        lambda s: s.fault("values", change=lambda a: {"valueRanges": [{"range": "Other!A1:B2", "values": [["a"]]}]}),
        ("half an answer (not the range 'Weekly'!A1:Z1000)",),
    ),
    "values that are no rows": Broken(
        lambda s: s.fault("values", change=lambda a: {"valueRanges": [{"range": "Weekly!A1:Z1000", "values": "x"}]}),
        ("half an answer (no values of 'Weekly'!A1:Z1000)",),
    ),
    "cells that are objects": Broken(
        lambda s: s.fault("values", change=lambda a: {"valueRanges": [{"range": "Weekly!A1:Z9", "values": [[{}]]}]}),
        ("neither numbers nor text",),
    ),
}

PLACES = {
    "a misspelt worksheet": Broken(
        lambda s: _set(s, worksheet="Weekley"), ("Growth 2026 has no worksheet 'Weekley'. Did you mean 'Weekly'?",)
    ),
    "no such worksheet": Broken(
        lambda s: _set(s, worksheet="Budget"), ("no worksheet 'Budget'. Its worksheets are: Weekly, Daily numbers.",)
    ),
    "no such number of a worksheet": Broken(
        lambda s: _set(s, spreadsheet=f"https://docs.google.com/spreadsheets/d/{s.key}/edit#gid=99", worksheet=None),
        ("no worksheet with gid=99", "Weekly, Daily numbers"),
    ),
    "a misspelt named range": Broken(
        lambda s: (
            setattr(s.book, "named", {"growth_table": {"startRowIndex": 0, "endRowIndex": 7}}),
            _set(s, worksheet=None, range="growth_tabel"),
        ),
        ("no range 'growth_tabel'. Did you mean 'growth_table'?",),
    ),
    "no such range": Broken(
        lambda s: _set(s, worksheet=None, range="everything"), ("no range 'everything'", "Weekly, Daily numbers")
    ),
    "a named range of a deleted worksheet": Broken(
        lambda s: (setattr(s.book, "named", {"table": {"sheetId": 5}}), _set(s, worksheet=None, range="table")),
        ("The named range table lies in no worksheet any more",),
    ),
    "a worksheet that the range misspells": Broken(
        lambda s: _set(s, worksheet=None, range="Wekly!A1:C"), ("no worksheet 'Wekly'. Did you mean 'Weekly'?",)
    ),
    "below the last row": Broken(
        lambda s: _set(s, range="A2000:C"), ("begins at row 2000", "Weekly ends at row 1000", "change 'range:'")
    ),
    "right of the last column": Broken(
        lambda s: _set(s, range="AB1:AC9"), ("begins at column AB", "Weekly ends at column Z")
    ),
    "cells of nonsense": Broken(
        lambda s: _set(s, worksheet=None, range="Weekly!3A:H9"), ("The range '3A:H9' can't be understood",)
    ),
    "two worksheets": Broken(
        lambda s: _set(s, range="'Daily numbers'!A1:B"),
        ("reads worksheet Weekly, and its range is in Daily numbers", "delete 'worksheet:'"),
    ),
    "a worksheet and a named range elsewhere": Broken(
        lambda s: (setattr(s.book, "named", {"visits": {"sheetId": 7}}), _set(s, range="visits")),
        ("reads worksheet Weekly, and its range is in Daily numbers",),
    ),
    "a chart": Broken(
        lambda s: (
            s.book.tabs.append(Tab("Chart1", [], gid=9, kind="OBJECT")),
            _set(s, worksheet="Chart1"),
        ),
        ("Growth 2026, Chart1 is a chart or the like",),
    ),
    "renamed meanwhile": Broken(_renamed_meanwhile, ("Unable to parse range: 'Weekly'!A1:Z1000",)),
    "an empty worksheet": Broken(lambda s: s.rows.clear(), ("Growth 2026, Weekly is empty", "write a header")),
    "an empty range": Broken(lambda s: _set(s, range="F1:H9"), ("Growth 2026, Weekly is empty",)),
}

_ROW_3 = ("Growth 2026, Weekly, row 3, Signups (column B)",)
_DATE_3 = ("Growth 2026, Weekly, row 3, Week (column A)",)

CELLS = {
    f"a formula's error {error}": Broken(
        lambda s, error=error: s.cell("B3", error),  # type: ignore[misc]
        (*_ROW_3, error, "a spreadsheet's error"),
        without(1),
    )
    for error in ("#REF!", "#N/A", "#DIV/0!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!", "#ERROR!")
} | {
    "still loading": Broken(lambda s: s.cell("B3", "Loading..."), (*_ROW_3, "Loading... is not a number"), without(1)),
    "a tick": Broken(lambda s: s.cell("B3", True), (*_ROW_3, "TRUE is not a number"), without(1)),
    "a word": Broken(lambda s: s.cell("B3", "about 100"), (*_ROW_3, "about 100 is not a number"), without(1)),
    "a dash": Broken(lambda s: s.cell("B3", "–"), (*_ROW_3, "may mean zero or missing"), without(1)),
    "a decimal comma where points are": Broken(
        lambda s: s.cell("B3", "1,5"), (*_ROW_3, "has a decimal comma", "1.5"), without(1)
    ),
    "half a sign": Broken(lambda s: s.cell("B3", "a\ud83d"), (*_ROW_3, "a? is not a number"), without(1)),
    "a number beyond numbers": Broken(
        lambda s: s.fault("values", raw=lambda raw: raw.replace(b" 101,", b" 1e999,")),
        (*_ROW_3, "inf is not a finite number"),
        without(1),
    ),
    "a number with a note": Broken(lambda s: s.cell("B3", "101*"), (*_ROW_3, "101* is not a number"), without(1)),
    "two lines in a cell": Broken(lambda s: s.cell("B3", "101\n(est.)"), (*_ROW_3, "101 (est.) is not"), without(1)),
    "a totals row": Broken(
        lambda s: s.rows.append(["Total", 615, 6018]),
        ("Growth 2026, Weekly, row 8, Week (column A)", "Total is not a date"),
        WHOLE,
    ),
    "no date": Broken(lambda s: s.cell("A3", None), (*_DATE_3, "has no date; the row was left out"), without(1)),
    "an error for a date": Broken(lambda s: s.cell("A3", "#REF!"), (*_DATE_3, "#REF! is not a date"), without(1)),
    "a year for a date": Broken(lambda s: s.cell("A3", 2026), (*_DATE_3, "2026 is not a date"), without(1)),
    "a week for a date": Broken(lambda s: s.cell("A3", "week 2"), (*_DATE_3, "week 2 is not a date"), without(1)),
    "a time for a date": Broken(lambda s: s.cell("A3", 0.5), (*_DATE_3, "0.5 is not a date"), without(1)),
    "a negative date": Broken(lambda s: s.cell("A3", -3), (*_DATE_3, "-3 is not a date"), without(1)),
    "a far date": Broken(
        lambda s: s.cell("A3", 999_999), (*_DATE_3, "999999 is not a day of the calendar"), without(1)
    ),
    "a day that is none": Broken(
        lambda s: s.cell("A3", "31/02/2026"), (*_DATE_3, "is not a day of the calendar"), without(1)
    ),
    "a tick for a date": Broken(lambda s: s.cell("A3", False), (*_DATE_3, "FALSE is not a date"), without(1)),
    "errors only": Broken(
        lambda s: _whole_column(s, "B", "#REF!"), ("no readable value", "row 2, Signups (column B): #REF!")
    ),
    "a header only": Broken(lambda s: s.rows.__delitem__(slice(1, None)), ("Growth 2026, Weekly",)),
    "no column of dates": Broken(
        lambda s: _date_column(s, ["a", "b", "c", "d", "e", "f"]), ("has no column that holds dates", "Write 'date:'")
    ),
    "years only": Broken(
        lambda s: _date_column(s, [2020, 2021, 2022, 2023, 2024, 2025]), ("has no column that holds dates",)
    ),
    "another name for the dates": Broken(
        lambda s: _set(s, date="Weak"), ("Growth 2026, Weekly has no column 'Weak'", "Did you mean 'Week'?")
    ),
    "a header too far down": Broken(_low_header, ("Growth 2026, Weekly has no column 'Week'",)),
    "dates side by side": Broken(_side_by_side, ("stand side by side in row 1", "TRANSPOSE")),
    "days taken for months": Broken(
        lambda s: _date_column(s, [date(2026, 4, 1), date(2026, 11, 1), "18/01/2026", "25/01/2026", date(2026, 1, 2)]),
        (
            "the date 18/01/2026 in A4 is text, because the sheet's locale en_US has the month first",
            "A2 (1 April 2026), may have been taken for another day",
            "File, Settings",
        ),
    ),
    "months taken for days": Broken(
        lambda s: (
            setattr(s.book, "locale", "en_GB"),
            _date_column(s, [date(2026, 4, 1), date(2026, 11, 1), "01/18/2026", "01/25/2026"]),
        ),
        ("the sheet's locale en_GB has the day first", "A2 (1 April 2026)"),
    ),
    "dates in two orders": Broken(
        lambda s: s.texts("04/01/2026", "11/01/2026", "18/01/2026", "01/25/2026", "01/02/2026", "08/02/2026"),
        ("Some dates have the day first (18/01/2026 in Growth 2026, Weekly, row 4)", "write them all in one order"),
    ),
    "dates of an unknown locale": Broken(
        lambda s: (
            setattr(s.book, "locale", "xx_YY"),
            s.texts("01/04/2026", "02/04/2026", "03/04/2026", "04/04/2026", "05/04/2026", "06/04/2026"),
        ),
        ("It is not clear whether 01/04/2026 is", "date_format"),
    ),
    "another name for the values": Broken(
        lambda s: s.cell("B1", "Signup"), ("no column 'Signups'", "Did you mean 'Signup'?"), {}, series=True
    ),
    "values without a name": Broken(
        lambda s: s.cell("B1", None), ("no column 'Signups'", "It has: Week, Revenue"), {}, series=True
    ),
    "a merged header": Broken(
        _merged, ("no column 'Signups'", "It has: Week, Acquisition", "B1:C1 is one merged cell"), {}, series=True
    ),
    "no second column of a name": Broken(
        lambda s: setattr(s, "column", "Signups.1"),
        ("no column 'Signups.1'", "Did you mean 'Signups'?"),
        {},
        series=True,
    ),
    "no column of metrics": Broken(
        lambda s: (_long(s), s.cell("B1", "KPI")), ("Growth 2026, Weekly has no column 'Metric'",)
    ),
    "no column of values": Broken(
        lambda s: (_long(s), s.cell("C1", "Amount")), ("Growth 2026, Weekly has no column 'Value'",)
    ),
    "another metric": Broken(
        lambda s: (_long(s), setattr(s, "column", "Signup")), ("Signup", "Did you mean 'Signups'?"), {}, series=True
    ),
    "a moment that is text": Broken(
        lambda s: s.cell("A3", datetime(2026, 1, 11, 23, 59).strftime("%d at %H h")),
        (*_DATE_3, "is not a date"),
        without(1),
    ),
}

BROKEN: dict[str, Broken] = CREDENTIALS | TOKENS | ANSWERS | PLACES | CELLS
