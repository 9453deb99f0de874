"""Servers on loopback that misbehave: some say nothing, some nonsense, some cut a real server's answer short."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

Behaviour = Callable[[socket.socket], None]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


class LoopbackServer:
    """Listens on a port of its own and does the same to each that connects, until it is closed."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._open.append(connection)
                threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with suppress(OSError):
            self._behaviour(connection)

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        for opened in (self._listening, *self._open):
            with suppress(OSError):
                opened.close()
        self._thread.join(5)


def silent(connection: socket.socket) -> None:
    """Takes all that comes, and never answers."""
    while connection.recv(4096):
        pass


def hanging_up(connection: socket.socket) -> None:
    """Ends each connection at once."""
    connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def web_server(connection: socket.socket) -> None:
    """Answers as a web server does to what it does not understand."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    connection.close()


def between(port: int, most: int, then: Behaviour) -> Behaviour:
    """Passes everything on to the server at `port` and `most` bytes of its answers back, then does `then`."""

    def behaviour(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port), 5) as server:
            server.settimeout(None)
            threading.Thread(target=_pass, args=(connection, server), daemon=True).start()
            passed = 0
            while passed < most and (data := server.recv(4096)):
                connection.sendall(data)
                passed += len(data)
            then(connection)

    return behaviour


def stalling(connection: socket.socket) -> None:
    """Leaves the connection open, and passes nothing more."""
    threading.Event().wait(20)


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(4096):
            target.sendall(data)
