"""CSV files over https, for real on loopback: what is read, what is refused, and that no key in an address gets out."""

# ruff: noqa: E501 (what is said is kept on one line, as the user reads it)

import gzip
import logging
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event
from traceback import format_exception

import duckdb
import pytest
from web_server import Answer, WebServer, body, made_certificate, raw, served, status

from metrics.sources import https
from metrics.sources.fetch import fetch, local_fingerprint
from metrics.sources.read import read_fetched
from metrics.sources.report import SourceError
from metrics.sources.series import Series
from metrics.tree.tree import Source

CSV = "day,a\n2021-01-01,5\n2021-01-02,6\n"
READ = {"2021-01-01": 5.0, "2021-01-02": 6.0}
SECRET = "s3cr3t"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("NETRC", "/dev/null")


@pytest.fixture
def server() -> Iterator[WebServer]:
    with served() as found:
        yield found


def download(folder: Path, url: str) -> dict[str, float | None]:
    source = Source("shop", "csv", path=url, date="day")
    fetched = fetch(source, folder, folder, "UTC")
    with duckdb.connect() as connection:
        connection.execute("CREATE TEMP TABLE reading(series INTEGER, day DATE, value DOUBLE)")
        read_fetched(connection, source, [Series(0, "a", "a")], fetched, "UTC")
        return {str(day): value for _, day, value in connection.execute("FROM reading ORDER BY day").fetchall()}


def refused(folder: Path, url: str) -> str:
    with pytest.raises(SourceError) as error:
        download(folder, url)
    assert SECRET not in "".join(format_exception(error.value))
    return str(error.value)


def told(server: WebServer, path: str = "/shared/sales.csv") -> str:
    """What messages call a file of the server."""
    *above, last = path.strip("/").split("/")
    return f"127.0.0.1/{'…/' if above else ''}{last}"


# What is read


@pytest.mark.parametrize(
    "answer",
    [
        body(CSV),
        body("\ufeff" + CSV),
        body(CSV.replace(",", ";").replace("\n", "\r\n")),
        body(CSV, "application/octet-stream"),
        body(CSV, "text/html"),
        body(gzip.compress(CSV.encode()), Content_Encoding="gzip"),
        body(gzip.compress(CSV[:9].encode()) + gzip.compress(CSV[9:].encode()), Content_Encoding="x-gzip"),
        body(zlib.compress(CSV.encode()), Content_Encoding="deflate"),
        raw(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"%x\r\n" % len(CSV)
            + CSV.encode()
            + b"\r\n0\r\n\r\n"
        ),
        raw(b"HTTP/1.0 200 OK\r\n\r\n" + CSV.encode()),
    ],
)
def test_a_file_is_read_however_it_is_sent(server: WebServer, tmp_path: Path, answer: Answer) -> None:
    server.answers["/sales.csv"] = answer
    assert download(tmp_path, f"{server.url}/sales.csv") == READ


def test_a_file_over_https_is_read_where_the_certificate_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = made_certificate(tmp_path)
    with served(certificate) as server:
        server.answers["/sales.csv"] = body(CSV)
        assert refused(tmp_path, f"{server.url}/sales.csv").startswith(
            "127.0.0.1/sales.csv has a certificate that can't be trusted (self-signed certificate)"
        )
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
        assert download(tmp_path, f"{server.url}/sales.csv") == READ


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"host": "lumen.example"}, "not valid for '127.0.0.1'"), ({"days": -1}, "certificate has expired")],
)
def test_a_certificate_of_another_host_or_time_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, int], reason: str
) -> None:
    certificate = made_certificate(tmp_path, **options)  # type: ignore[arg-type]
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    with served(certificate) as server:
        server.answers["/sales.csv"] = body(CSV)
        assert reason in refused(tmp_path, f"{server.url}/sales.csv?token={SECRET}")
        assert server.asked == []


def test_an_address_may_come_from_the_environment_whole_or_in_part(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers["/sales.csv"] = body(CSV)
    monkeypatch.setenv("SALES_URL", f" {server.url}/sales.csv?key={SECRET} ")
    monkeypatch.setenv("SALES_KEY", SECRET)
    assert download(tmp_path, "${SALES_URL}") == READ
    assert download(tmp_path, f"{server.url}/sales.csv?key=${{SALES_KEY}}") == READ
    assert [path for path, _ in server.asked] == [f"/sales.csv?key={SECRET}"] * 2


def test_a_redirect_is_followed_and_the_sign_in_stays_with_its_host(server: WebServer, tmp_path: Path) -> None:
    with served() as other:
        server.answers["/old.csv"] = status(302, Location="/new.csv")
        server.answers["/new.csv"] = status(307, Location=f"{other.url}/far.csv")
        other.answers["/far.csv"] = body(CSV)
        url = server.url.replace("//", f"//ana:{SECRET}@")
        assert download(tmp_path, f"{url}/old.csv") == READ
        assert ["Authorization" in headers for _, headers in server.asked] == [True, True]
        assert ["Authorization" in headers for _, headers in other.asked] == [False]


def test_the_same_content_has_the_same_fingerprint(server: WebServer, tmp_path: Path) -> None:
    source = Source("shop", "csv", path=f"{server.url}/sales.csv", date="day")
    server.answers["/sales.csv"] = [body(CSV), body(CSV), body(CSV + "2021-01-03,7\n")]
    first, second, third = (fetch(source, tmp_path, tmp_path, "UTC").fingerprint for _ in range(3))
    assert first == second != third
    assert local_fingerprint(source, tmp_path) is None


# What is refused


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (status(401), "may not be read: allow it for everyone with the link, or put an address with a key in 'path:' (HTTP 401 Unauthorized)."),
        (status(403), "may not be read: allow it for everyone with the link, or put an address with a key in 'path:' (HTTP 403 Forbidden)."),
        (status(404), "is not there: check the address in 'path:' (HTTP 404 Not Found)."),
        (status(410), "was taken away for good: write the new address in 'path:' (HTTP 410 Gone)."),
        (status(500), "can't be had, because its server is in trouble: refresh again later, or tell who runs it (HTTP 500 Internal Server Error)."),
        (status(503, Retry_After="0"), "can't be had, because its server is in trouble: refresh again later, or tell who runs it (HTTP 503 Service Unavailable)."),
        (status(429, Retry_After="0"), "asks to be read less often: refresh again later (HTTP 429 Too Many Requests)."),
        (status(429, Retry_After="3600"), "asks to be read less often, and to wait 3600 seconds: refresh again later (HTTP 429 Too Many Requests)."),
        (status(418), "was answered in an unknown way: check the address in 'path:' (HTTP 418 I'm a Teapot)."),
        (status(599), "can't be had, because its server is in trouble: refresh again later, or tell who runs it (HTTP 599)."),
        (status(204), "was answered in an unknown way: check the address in 'path:' (HTTP 204 No Content)."),
        (body(""), "sent nothing: check what stands at that address."),
        (body("<!DOCTYPE html><title>Sign in</title>", "text/html"), "sends a web page, often one to sign in: give the address of the CSV file, which opens without a sign-in."),
        (body("\n <HTML><body>Sign in</body></HTML>", "text/csv"), "sends a web page, often one to sign in: give the address of the CSV file, which opens without a sign-in."),
        (body("<?xml version='1.0'?><x/>", "text/csv"), "sends XML: give the address of a CSV file."),
        (body('{"error": "no"}', "application/json; charset=utf-8"), "sends JSON: give the address of a CSV file."),
        (body(b"PK\x03\x04rest"), "sends a zip archive or a workbook: give the address of a CSV file."),
        (body(gzip.compress(b"day,a")), "sends a compressed file: give the address of the CSV file itself."),
        (body(b"%PDF-1.7"), "sends a PDF document: give the address of a CSV file."),
        (body(b"PAR1rest"), "sends a Parquet file: save it in the workspace, and write type: parquet."),
        (body(CSV.encode("utf-16")), "is UTF-16, not UTF-8: save it as CSV UTF-8."),
        (body("day,a\n2021-01-01,5 €\n".encode("cp1252"), "text/csv; charset=windows-1252"), "is not UTF-8 (line 2): save it as CSV UTF-8."),
        (body(b"not packed", Content_Encoding="gzip"), "comes packed in a way that can't be unpacked: tell who runs it."),
        (body(b"x", Content_Encoding="br"), "comes packed as br, which is not read: send gzip."),
        (body(gzip.compress(CSV.encode() * 99)[:-20], Content_Encoding="gzip", Content_Length="9999"), "broke off before its end: refresh again."),
        (body(CSV, Content_Length="9999"), "broke off before its end: refresh again."),
        (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nday,a\n"), "broke off before its end: refresh again."),
        (raw(b""), "can't be reached: check the address and the network."),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "can't be reached: check the address and the network."),
        (status(302), "was answered in an unknown way: check the address in 'path:' (HTTP 302 Found)."),
        (status(302, Location="/shared/sales.csv"), "leads on from address to address: give the one where the file lies."),
        (status(302, Location="http://lumen.example/x.csv"), "leads on to lumen.example without https: give the address where the file lies."),
        (status(302, Location="file:///etc/passwd"), "leads on to an address without https: give the address where the file lies."),
        (body("x,y\n1,2\n"), "has no column 'day'. It has: x, y. Check 'date:' and the first row."),
    ],
)  # fmt: skip
def test_a_refusal_says_what_to_do(server: WebServer, tmp_path: Path, answer: Answer, sentence: str) -> None:
    server.answers["/shared/sales.csv"] = answer
    url = f"{server.url}/shared/sales.csv?token={SECRET}".replace("//", f"//ana:{SECRET}@")
    assert refused(tmp_path, url) == f"{told(server)} {sentence}"


def test_a_gzip_that_is_cut_off_is_never_half_a_file(server: WebServer, tmp_path: Path) -> None:
    lines = "".join(f"2021-01-01,{number * 7919 % 10_000}\n" for number in range(2_000))
    packed = gzip.compress(b"day,a\n" + lines.encode())
    server.answers["/sales.csv"] = body(packed[: len(packed) // 2], Content_Encoding="gzip")
    assert refused(tmp_path, f"{server.url}/sales.csv") == (
        "127.0.0.1/sales.csv broke off before its end: refresh again."
    )


def test_a_busy_server_is_asked_once_more(server: WebServer, tmp_path: Path) -> None:
    server.answers["/sales.csv"] = [status(429, Retry_After="0"), body(CSV)]
    assert download(tmp_path, f"{server.url}/sales.csv") == READ
    server.answers["/sales.csv"] = [status(503, Retry_After="Mon, 01 Jan 2001 00:00:00 GMT"), status(503), body(CSV)]
    assert "server is in trouble" in refused(tmp_path, f"{server.url}/sales.csv")
    assert len(server.asked) == 4


def test_a_large_file_is_refused_whether_announced_or_not(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(https, "MOST_BYTES", 1_000_000)
    rows = "2021-01-01,5\n" * 100_000
    for answer in (
        body("day,a\n" + rows),
        body(gzip.compress(("day,a\n" + rows).encode()), Content_Encoding="gzip"),
        raw(b"HTTP/1.0 200 OK\r\n\r\nday,a\n" + rows.encode()),
    ):
        server.answers["/sales.csv"] = answer
        assert refused(tmp_path, f"{server.url}/sales.csv") == (
            "127.0.0.1/sales.csv is larger than 1 MB: ask for fewer rows, or save it in the workspace."
        )


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\nday,a\n"])
def test_a_server_that_takes_for_ever_is_left(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    """It sends one sign after another, each well within the time limit of a read."""
    monkeypatch.setattr(https, "TOTAL_SECONDS", 0.5)
    left = Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(before)
        while not left.wait(0.02):
            request.wfile.write(b"x")

    server.answers["/sales.csv"] = drip
    try:
        assert refused(tmp_path, f"{server.url}/sales.csv") == (
            "127.0.0.1/sales.csv took longer than 0.5 seconds: refresh again later, or ask for a smaller file."
        )
    finally:
        left.set()


def test_a_port_where_nobody_answers_is_told(tmp_path: Path) -> None:
    with served() as gone:
        url = gone.url
    assert refused(tmp_path, f"{url}/sales.csv?token={SECRET}") == (
        "127.0.0.1/sales.csv can't be reached: check the address and the network."
    )


def test_a_server_without_https_is_told(server: WebServer, tmp_path: Path) -> None:
    assert refused(tmp_path, server.url.replace("http:", "https:") + f"/sales.csv?token={SECRET}") == (
        "127.0.0.1/sales.csv speaks no https that can be read: check host and port of the address."
    )


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (f"http://lumen.example/a.csv?{SECRET}", "The address in the environment variable SALES_URL does not begin with https://: write one that does."),
        (f"ftp://lumen.example/{SECRET}", "The address in the environment variable SALES_URL does not begin with https://: write one that does."),
        ("file:///etc/passwd", "What stands in the environment variable SALES_URL is not a web address: write https://, a host and a path."),
        (SECRET, "What stands in the environment variable SALES_URL is not a web address: write https://, a host and a path."),
        (f"https://[{SECRET}/a", "What stands in the environment variable SALES_URL is not a web address: write https://, a host and a path."),
        (f"https://lumen.example:{SECRET}/a", "What stands in the environment variable SALES_URL is not a web address: write https://, a host and a path."),
        ("", "The environment has no variable SALES_URL, which 'path:' of 'shop' names. Set it to the address of the CSV file."),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_told_without_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, sentence: str
) -> None:
    monkeypatch.setenv("SALES_URL", value)
    assert refused(tmp_path, "${SALES_URL}") == sentence


def test_a_key_in_an_address_gets_into_no_log_and_no_name(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("KEY", SECRET)
    server.answers[f"/{SECRET}"] = body("day,a\n2021-01-01,five\n")
    with caplog.at_level(logging.DEBUG):
        address = server.url.replace("//", f"//ana:{SECRET}@") + f"/${{KEY}}?key={SECRET}"
        assert refused(tmp_path, address) == (
            "127.0.0.1/${KEY}: no readable value. The first that could not be: 127.0.0.1/${KEY}, row 2, a:"
            " five is not a number. Write a plain number such as 1234.5, or leave the cell empty."
        )
    assert SECRET not in caplog.text
    assert [path for path in tmp_path.rglob("*") if SECRET in path.name] == []
