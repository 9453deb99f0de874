"""`northstar run`: opens the app."""

from __future__ import annotations

import errno
import os
import re
import runpy
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from metrics.cli.commands import WorkspaceFolder
from metrics.cli.output import say, tell
from metrics.errors import NorthstarError

_FIRST_PORT = 8501
_LAST_PORT = 65535
_PORTS_TRIED = 100
_EVERYWHERE = ("0.0.0.0", "::", "")


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= _LAST_PORT:
        raise typer.BadParameter(f"'{text}' is no port: write a number from 1 to {_LAST_PORT}, such as {_FIRST_PORT}.")
    return int(text)


def run(
    workspace: WorkspaceFolder = None,
    port: Annotated[
        int | None,
        typer.Option(
            envvar="STREAMLIT_SERVER_PORT",
            metavar="PORT",
            parser=_port,
            show_default="the first free one from 8501 on",
            help="Where the browser finds the app on this machine.",
        ),
    ] = None,
    address: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            envvar="STREAMLIT_SERVER_ADDRESS",
            help="Who may connect. 127.0.0.1 is this machine alone; 0.0.0.0 is everyone who can reach this machine "
            "over the network, and whoever connects sees the whole workspace.",
        ),
    ] = "127.0.0.1",
    no_browser: Annotated[
        bool,
        typer.Option(
            "--no-browser",
            "--headless",
            envvar="STREAMLIT_SERVER_HEADLESS",
            help="Open no browser window, as on a server.",
        ),
    ] = False,
) -> None:
    """Open the app in the browser.

    It shows this week's review, every metric and the tree, and reads the sources when it starts. Ctrl-C stops it.

    Example: northstar run shop --port 8600
    """
    from metrics.app_root import app_root
    from metrics.cli.opened import workspace_at

    found = workspace_at(workspace)
    app = app_root() / "app.py"
    if not app.is_file():
        raise NorthstarError(f"The app is not where it should be, at {app}. Install Northstar again.")
    port = _free_port(address, port)
    os.environ["NORTHSTAR_WORKSPACE"] = str(found.folder)
    os.environ["NORTHSTAR_STATE"] = str(found.state)
    host = "localhost" if address in _EVERYWHERE else f"[{address}]" if ":" in address else address
    say(f"Northstar opens {found.folder} at http://{host}:{port} (Ctrl-C stops it)")
    if address in _EVERYWHERE:
        tell("Everyone who can reach this machine over the network can open it, and sees the whole workspace.")
    sys.stdout.flush()
    _run_streamlit(
        app,
        {
            "server.port": str(port),
            "server.address": address,
            "server.headless": "true" if no_browser or not _has_browser() else "false",
            "server.showEmailPrompt": "false",
            "logger.hideWelcomeMessage": "true",
        },
    )


def _run_streamlit(app: Path, options: dict[str, str]) -> None:
    """Become `streamlit run`, in this process: its exit code is ours, and no child outlives us."""
    words = [part for name, value in options.items() for part in (f"--{name}", value)]
    sys.argv = ["streamlit", "run", str(app), *words]
    runpy.run_path(str(app.parent / "pages" / "parts" / "start.py"), run_name="__main__")


def _has_browser() -> bool:
    """Whether somebody sits in front of this: a terminal, on a machine with a screen."""
    has_screen = sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return has_screen and sys.stdout.isatty()


def _free_port(address: str, wanted: int | None) -> int:
    """Return the port that was asked for, or the first free one; raises NorthstarError where it can't be had."""
    for port in [wanted] if wanted else range(_FIRST_PORT, _FIRST_PORT + _PORTS_TRIED):
        try:
            family, kind, protocol, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, kind, protocol) as probe:
                if os.name == "posix":
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
                return port
        except (OSError, UnicodeError) as error:
            if getattr(error, "errno", None) == errno.EADDRINUSE:
                continue
            reason = getattr(error, "strerror", None) or error
            raise NorthstarError(f"Port {port} of the address '{address}' can't be opened: {reason}.") from None
    if wanted:
        raise NorthstarError(f"Port {wanted} is taken by another program. Write another, such as --port {wanted + 1}.")
    last = _FIRST_PORT + _PORTS_TRIED - 1
    raise NorthstarError(f"All ports from {_FIRST_PORT} to {last} are taken. Write one that is free with --port.")
