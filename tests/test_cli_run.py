"""`northstar run` as a process: it answers, takes the workspace along, and ends when it is told to."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from loopback_servers import free_port
from typer.testing import CliRunner

from metrics.cli import app

ROOT = Path(__file__).parents[1]
PATIENCE = 60


@contextmanager
def running(*arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("NORTHSTAR_", "STREAMLIT_"))
    }
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "metrics", "run", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def answer(port: int, process: subprocess.Popen[bytes], path: str = "_stcore/health") -> str:
    """What the app says, once it does."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5) as response:
                return str(response.read().decode())
        except OSError:
            time.sleep(0.1)
    return ""


@pytest.mark.skipif(os.name != "posix", reason="stops the process by a signal")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_run_answers_until_it_is_stopped(stop: signal.Signals, tmp_path: Path) -> None:
    CliRunner().invoke(app, ["new", str(tmp_path / "shop")])
    (tmp_path / "shop" / "northstar.yaml").write_text("northstar: 1\nmetrics: [this is a fault]\n")
    port, log = free_port(), tmp_path / "log"
    with running(str(tmp_path / "shop"), "--port", str(port), "--no-browser", log=log) as process:
        assert answer(port, process) == "ok", log.read_text()
        assert f"{tmp_path / 'shop'} at http://127.0.0.1:{port}" in log.read_text()
        process.send_signal(stop)
        assert process.wait(PATIENCE) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_run_tells_when_the_port_is_taken(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["new", str(tmp_path / "shop")])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["run", str(tmp_path / "shop"), "--port", str(port)])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Port {port} is taken")


def test_run_tells_when_the_address_is_wrong(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["new", str(tmp_path / "shop")])
    result = CliRunner().invoke(app, ["run", str(tmp_path / "shop"), "--address", "256.1.1.1", "--port", "8501"])
    assert result.exit_code == 1
    assert "'256.1.1.1' can't be opened" in result.stderr
