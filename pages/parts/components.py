"""What is drawn by our own JavaScript rather than by a Streamlit widget.

Nothing happens on import: Streamlit may run a file in `pages/` as a page before the router has spoken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import streamlit as st

from metrics.charts.block import Block
from metrics.charts.claim_table import ClaimTable
from metrics.charts.tree_picture import TreePicture
from metrics.charts.week_marks import WeekMarks

View = Literal["blocks", "table"]


@cache
def _component(name: str, html: str | None = None, own_style: bool = True) -> Any:
    """Register the component of NAME.js and NAME.css, once a process. Its JavaScript can use what `follow.js` has.

    Without `own_style` its styles are those of the whole page.
    """
    own = files("pages.parts")
    folder = own if own.joinpath(f"{name}.js").is_file() else files("metrics.charts")
    styles = folder.joinpath(f"{name}.css")
    scripts = (own.joinpath("follow.js"), folder.joinpath(f"{name}.js"))
    return st.components.v2.component(
        f"northstar_{name}",
        html=html,
        js="\n".join(script.read_text(encoding="utf-8") for script in scripts),
        css=styles.read_text(encoding="utf-8") if styles.is_file() else None,
        isolate_styles=own_style,
    )


def app_style() -> None:
    """Give the page what the theme can't say, and let links in its text open in the same tab.

    To be the first thing drawn: then the browser fetches what our components need before it fetches the widgets, and
    the wall, which takes longest to draw, does not wait for them.
    """
    _component("app", own_style=False)(key="app_style")


def go(url: str, key: str) -> None:
    """Let the browser go to a page of the app, as a link does: with one entry in its history to come back from."""
    _component("go")(key=key, data={"url": url})


def remember_name(cookie: str, name: str, key: str) -> None:
    """Let the browser keep a visitor's name."""
    _component("remember_name")(key=key, data={"cookie": cookie, "name": name})


def let_paste() -> None:
    """Let cells be pasted into grids over plain http too."""
    _component("let_paste")(key="let_paste")


def block_wall(
    sections: Sequence[tuple[str, Sequence[Block]]],
    view: View,
    key: str,
    links: Mapping[str, str],
    marks: Mapping[str, WeekMarks] | None = None,
    weeks: Sequence[date] = (),
) -> None:
    """Draw named sections of blocks, as blocks or as rows. `links` gives the URL that a click on a metric opens.

    `marks` are the signals and notes of metrics; None says that there is no place for any. With `weeks`, the last days
    of the weeks that the blocks show, a click on a week's point opens the URL with `about`, that week.
    """
    frame = json.dumps(
        {
            "view": view,
            "links": dict(links),
            "marks": None if marks is None else {metric_id: one.as_dict() for metric_id, one in marks.items()},
            "weeks": [week.isoformat() for week in weeks],
        }
    )
    drawn = ",".join(
        f'{{"name":{json.dumps(name)},"blocks":[{",".join(block.json for block in blocks)}]}}'
        for name, blocks in sections
    )
    # Bytes, since Streamlit would write an object as JSON twice in every run.
    _component("block")(key=key, data=f'{frame[:-1]}, "sections": [{drawn}]}}'.encode())


def claim_table(table: ClaimTable, links: Mapping[str, str], key: str) -> None:
    """Draw the claims of a quarter. `links` gives the URL that brings a claim into focus."""
    _component("claim_table", '<div class="claims"></div>')(key=key, data={**table.as_dict(), "links": dict(links)})


def tree(picture: TreePicture, links: Mapping[str, str], key: str) -> None:
    """Draw the tree. `links` gives the URL that a click on a card opens."""
    _component("tree", '<div class="tree"></div>')(key=key, data={**picture.as_dict(), "links": dict(links)})
