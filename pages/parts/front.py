"""What a browser fetches before the app can draw: Streamlit's first page and its scripts, answered from memory.

Streamlit reads each of its sixty scripts anew for each visitor, looks for its server below the page's own path first,
and asks for the scripts of a widget only when the widget has come. Here the scripts are kept, and our pages say from
the start where the server is and which scripts they will need. All else is Streamlit's to answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from mimetypes import guess_type
from pathlib import Path

import streamlit as st
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.file_util import get_static_dir

PAGES = ("", "week", "metric", "tree", "quarter", "year", "notes", "data")

_WIDGETS = ("BidiComponent", "Selectbox", "TextInput", "ButtonGroup", "PageLink", "Button")
_NAMED = re.compile(r"static/js/([\w.-]+\.js)")
_IMPORTED = re.compile(r'(?:from|import)"\./([\w.-]+\.js)"')
_FOREVER = {"Cache-Control": "public, immutable, max-age=31536000"}  # each file has its version in its name
_NOT_KEPT = {"Cache-Control": "no-cache"}


class Front:
    """A layer around Streamlit's server that answers what it knows."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._folder = Path(get_static_dir())
        below = st.get_option("server.baseUrlPath").strip("/")
        self._base = f"/{below}/" if below else "/"
        self._files = {
            path.relative_to(self._folder).as_posix(): path for path in (self._folder / "static").glob("*/*.*")
        }
        self._kept: dict[str, Response] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let Streamlit do it."""
        known = self._answer(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        await (known or self._app)(scope, receive, send)

    def _answer(self, path: str) -> Response | None:
        if not path.startswith(self._base):
            return None
        name = path.removeprefix(self._base)
        if name in PAGES:
            return self._page
        if name in self._files and name not in self._kept:
            kind, _ = guess_type(name)
            self._kept[name] = Response(self._files[name].read_bytes(), media_type=kind, headers=_FOREVER)
        return self._kept.get(name)

    @cached_property
    def _page(self) -> Response:
        html = (self._folder / "index.html").read_text(encoding="utf-8")
        host = json.dumps({"allowedOrigins": st.get_option("client.allowedOrigins"), "useExternalAuthToken": False})
        known = f'{{BACKEND_BASE_URL: new URL(".", location).href, HOST_CONFIG: {host}}}'.replace("<", "\\u003c")
        head = [
            f"<script>window.__streamlit = {known}</script>",
            *(f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in self._needed(html)),
        ]
        html = html.replace("</head>", "\n".join([*head, "</head>"]), 1)
        return Response(html, media_type="text/html", headers=_NOT_KEPT)

    def _needed(self, html: str) -> Iterator[str]:
        """Name the scripts of our widgets and all that they import, less those that Streamlit's page names itself."""
        scripts = self._folder / "static" / "js"
        named = set(_NAMED.findall(html))
        left = [path.name for widget in _WIDGETS for path in scripts.glob(f"{widget}.*.js")]
        while left:
            name = left.pop()
            if name not in named:
                named.add(name)
                yield name
                left += _IMPORTED.findall((scripts / name).read_text(encoding="utf-8"))
