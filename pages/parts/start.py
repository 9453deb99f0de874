"""Starts Streamlit with the arguments of this process. `northstar run` becomes this."""

import runpy
import socket
from typing import Any

from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.server.starlette import starlette_app, starlette_server

# Until a first visitor has come to the router, Streamlit takes the files in pages/ for pages of its own, and tells who
# comes by a link to one of our pages that there is none. Ours are named by the router alone.
PagesManager.uses_pages_directory = False


def _serve_sooner() -> None:
    """Let a page be there sooner. Streamlit promises neither function: without them, all is as it was, only later."""
    bind = getattr(starlette_server, "_bind_socket", None)
    of_streamlit = getattr(starlette_app, "create_streamlit_middleware", None)

    def bind_without_delay(*place: Any) -> socket.socket:
        # Else the second part of each answer waits until the browser has confirmed the first, which it puts off for
        # 40 ms.
        bound: socket.socket = bind(*place)
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return bound

    def middleware() -> list[Middleware]:
        from pages.parts.front import Front  # found once Streamlit knows where the app is

        return [Middleware(Front), *of_streamlit()]

    if bind:
        starlette_server._bind_socket = bind_without_delay
    if of_streamlit:
        starlette_app.create_streamlit_middleware = middleware


_serve_sooner()
runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
