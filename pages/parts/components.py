"""What is drawn by our own JavaScript rather than by a Streamlit widget.

Nothing happens on import: Streamlit may run a file in `pages/` as a page before the router has spoken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import streamlit as st

from metrics.charts.block import Block

View = Literal["blocks", "table"]


@cache
def _component(name: str) -> Any:
    """Register the component that `metrics/charts/NAME.js` and `NAME.css` make, once a process."""
    folder = files("metrics.charts")
    return st.components.v2.component(
        f"northstar_{name}",
        js=folder.joinpath(f"{name}.js").read_text(encoding="utf-8"),
        css=folder.joinpath(f"{name}.css").read_text(encoding="utf-8"),
    )


def block_wall(
    sections: Sequence[tuple[str, Sequence[Block]]],
    view: View,
    key: str,
    links: Mapping[str, str],
) -> str | None:
    """Draw named sections of blocks, as blocks or as rows; return the id of the metric clicked, once.

    `links` gives each metric's URL, for those who open it in another tab.
    """
    data = {
        "view": view,
        "sections": [{"name": name, "blocks": [block.as_dict() for block in blocks]} for name, blocks in sections],
        "links": dict(links),
    }
    result = _component("block")(key=key, data=data, on_opened_change=lambda: None)
    return result.opened["metric"] if result.opened else None
