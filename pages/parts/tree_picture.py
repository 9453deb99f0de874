"""The tree's picture as a Streamlit component."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

import metrics.charts
from metrics.charts.tree_picture import TreePicture

_DRAWING = Path(metrics.charts.__file__).parent
_component = st.components.v2.component(
    "northstar_tree",
    html='<div class="tree"></div>',
    css=(_DRAWING / "tree.css").read_text(encoding="utf-8"),
    js=(_DRAWING / "tree.js").read_text(encoding="utf-8"),
)


def show_tree(picture: TreePicture, links: Mapping[str, str], key: str = "tree") -> str | None:
    """Draw the tree; return the id of the metric that was just opened, else None.

    `links` maps ids to the URLs that a card opens in another tab.
    """
    data = {**picture.as_dict(), "links": dict(links)}
    opened = _component(key=key, data=data, on_metric_change=lambda: None).metric
    return str(opened) if opened else None
