"""A PostgreSQL server for tests: on loopback, as an unprivileged user, with a password, gone when the tests end.

`postgres_url` is the address of a new and empty database.
"""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from loopback_servers import free_port

USER = "northstar"
PASSWORD = "s3cret/of:the@tests"
_PATIENCE = 60
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",  # the tests kill processes, not the machine
    "max_connections": "100",
    "shared_buffers": "32MB",
    "logging_collector": "off",
}
_DIE_WITH_PARENT = 1


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`, as tools/postgres finds it but without installing anything."""
    folders = [Path(named)] if (named := os.environ.get("NORTHSTAR_POSTGRES")) else []
    if config := shutil.which("pg_config"):
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True).stdout.strip()
        folders += [Path(told)] if told else []
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    if in_path := shutil.which("initdb"):
        folders.append(Path(in_path).parent)
    return next(
        (folder for folder in folders if all((folder / name).exists() for name in ("initdb", "postgres"))), None
    )


@dataclass(frozen=True)
class Server:
    """A running server: the process that was started, and where it listens."""

    process: subprocess.Popen[bytes]
    port: int

    def url(self, database: str) -> str:
        password = PASSWORD.replace("/", "%2F").replace(":", "%3A").replace("@", "%40")
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5)


def _unprivileged() -> dict[str, object]:
    """How to start a program that refuses to run as root."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    pytest.skip("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as")


def _ends_with_the_tests() -> None:
    """In the new process: ends the server in good order even when the tests are killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGINT)


def _started(folder: Path, bin: Path, data: Path, user: dict[str, object]) -> Server:
    for _ in range(5):
        port = free_port()
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        with (folder / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [bin / "postgres", "-D", data, f"--port={port}", *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                preexec_fn=_ends_with_the_tests,
                **user,  # type: ignore[call-overload]
            )
        server = Server(process, port)
        until = time.monotonic() + _PATIENCE
        while process.poll() is None and time.monotonic() < until:
            try:
                server.connect().close()
                return server
            except psycopg.OperationalError:
                time.sleep(0.05)
        stop(process)
    raise AssertionError((folder / "server.log").read_text(errors="replace")[-2000:])


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End the server that was started, in good order if it lets itself."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One server for all tests of a run, started by the first that wants it."""
    bin = programs()
    if bin is None:
        pytest.skip("no server programs of PostgreSQL were found: tools/postgres installs them")
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="northstar-postgres-"))
    try:
        if user:
            os.chown(folder, int(str(user["user"])), int(str(user["group"])))
        data, password = folder / "data", folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        with_password = ["-U", USER, f"--pwfile={password}", "-A", "scram-sha-256"]
        made = subprocess.run(
            [bin / "initdb", "-D", data, *with_password, "-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions"],
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=_PATIENCE * 2,
            **user,  # type: ignore[call-overload]
        )
        assert made.returncode == 0, made.stderr
        server = _started(folder, bin, data, user)
        try:
            yield server
        finally:
            stop(server.process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_database(postgres_server: Server) -> Iterator[Callable[[], str]]:
    """Makes databases, each new and empty, and gives their addresses; they go when the test ends."""
    made: list[str] = []
    numbers = count(1)

    def make() -> str:
        name = f"test_{secrets.token_hex(4)}_{next(numbers)}"
        with postgres_server.connect() as connection:
            connection.execute(f"create database {name} template template0")
        made.append(name)
        return postgres_server.url(name)

    yield make
    with postgres_server.connect() as connection:
        for name in made:
            connection.execute(f"drop database if exists {name} with (force)")


@pytest.fixture
def postgres_url(postgres_database: Callable[[], str]) -> str:
    """The address of a new and empty database."""
    return postgres_database()
