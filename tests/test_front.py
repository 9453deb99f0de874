"""What the app answers before Streamlit does, and how its server is started."""

import asyncio
import re
import runpy
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.file_util import get_static_dir
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.server.starlette import starlette_app, starlette_server

from pages.parts.front import PAGES, Front

ROOT = Path(__file__).parents[1]
STATIC = Path(get_static_dir())
SCRIPTS = re.compile(r'"\./static/js/([\w.-]+)"')
Answer = Callable[..., tuple[dict[str, str], bytes] | None]


@pytest.fixture
def answer() -> Answer:
    """Ask for a path; gives headers and body, None where the question was left to Streamlit."""

    def ask(path: str, kind: str = "http", method: str = "GET") -> tuple[dict[str, str], bytes] | None:
        left, sent = [], []

        async def streamlit(*_: Any) -> None:
            left.append(path)

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.disconnect"}

        asked = {"type": kind, "method": method, "path": path, "headers": []}
        with ThreadPoolExecutor() as apart:  # in this thread a browser's loop may be running
            apart.submit(lambda: asyncio.run(Front(streamlit)(asked, receive, send))).result()
        assert bool(left) != bool(sent)
        if left:
            return None
        assert sent[0]["status"] == 200
        return {name.decode(): value.decode() for name, value in sent[0]["headers"]}, sent[1]["body"]

    return ask


def test_the_pages_are_those_of_the_router() -> None:
    assert {name for name in PAGES if name} == set(re.findall(r'url_path="(\w+)"', (ROOT / "app.py").read_text()))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_that_of_streamlit_and_names_the_scripts_of_our_widgets(page: str, answer: Answer) -> None:
    found = answer(f"/{page}")
    assert found
    headers, body = found
    html, own = body.decode(), (STATIC / "index.html").read_text()
    assert headers["content-type"].startswith("text/html") and headers["cache-control"] == "no-cache"
    before, after = own.split("</head>")
    assert html.startswith(before) and html.endswith(f"</head>{after}")
    named, named_there = SCRIPTS.findall(html), SCRIPTS.findall(own)
    assert len(named) == len(set(named)) > len(named_there) > 10
    assert [name for name in named if not (STATIC / "static/js" / name).is_file()] == []
    assert {"BidiComponent", "Selectbox", "TextInput", "ButtonGroup", "PageLink", "Button"} <= {
        name.partition(".")[0] for name in named
    }


def test_every_script_that_a_named_one_imports_is_named(answer: Answer) -> None:
    found = answer("/week")
    assert found
    named = set(SCRIPTS.findall(found[1].decode()))
    texts = [(STATIC / "static/js" / name).read_text(encoding="utf-8") for name in named]
    imported = {name for text in texts for name in re.findall(r'(?:from|import)"\./([\w.-]+\.js)"', text)}
    assert imported - named == set()


def test_files_are_those_of_streamlit(answer: Answer) -> None:
    kinds = {"js": "text/javascript", "css": "text/css", "media": "font/woff2"}
    for folder, kind in kinds.items():
        path = next(path for path in sorted((STATIC / "static" / folder).iterdir()) if path.suffix != ".ttf")
        found = answer(f"/static/{folder}/{path.name}")
        assert found
        assert found[1] == path.read_bytes()
        assert folder == "media" or found[0]["content-type"].startswith(kind)
        assert "immutable" in found[0]["cache-control"]


@pytest.mark.parametrize(
    "path",
    ["/weekly", "/week/", "/static", "/static/js", "/static/js/none.js", "/static/../index.html", "/_stcore/health"],
)
def test_all_else_is_left_to_streamlit(path: str, answer: Answer) -> None:
    assert answer(path) is None


def test_what_is_no_plain_question_is_left_to_streamlit(answer: Answer) -> None:
    assert answer("/week", method="POST") is None
    assert answer("/week", kind="websocket") is None


def test_behind_a_path_of_its_own_the_app_answers_there_alone(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"server.baseUrlPath": "/north/", "client.allowedOrigins": ["https://a.example/<script>"]}
    monkeypatch.setattr(st, "get_option", options.__getitem__)
    assert answer("/week") is None
    assert answer("/northweek") is None
    found = answer("/north/week")
    assert found and b"example/<script>" not in found[1]


def test_what_the_server_writes_is_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for place, name in (
        (PagesManager, "uses_pages_directory"),
        (starlette_server, "_bind_socket"),
        (starlette_app, "create_streamlit_middleware"),
    ):
        monkeypatch.setattr(place, name, getattr(place, name))  # so that it is put back
    monkeypatch.setattr(runpy, "run_module", lambda *_, **__: None)
    runpy.run_path(str(ROOT / "pages/parts/start.py"))
    with (
        starlette_server._bind_socket("127.0.0.1", 0, 5) as listening,
        socket.create_connection(listening.getsockname()),
    ):
        listening.settimeout(10)
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert starlette_app.create_streamlit_middleware()[0].cls.__name__ == "Front"
