"""URLs of the app and links to them, made here and nowhere else. Relative, so that they hold behind any base path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote_plus, urlencode

import streamlit as st

from pages.parts.text import plain

WEEK = "pages/weekly/week.py"
METRIC = "pages/weekly/metric.py"
TREE = "pages/anytime/tree.py"
DATA = "pages/anytime/data.py"
NOTES = "pages/anytime/notes.py"
QUARTER = "pages/quarterly/quarter.py"
YEAR = "pages/quarterly/year.py"


@dataclass(frozen=True)
class Link:
    """A link to a page of the app, with what is said of it."""

    label: str
    url: str
    said: str = ""

    @property
    def markdown(self) -> str:
        """The link alone, as Markdown; `app.js` opens it in the same tab."""
        return f"[{plain(self.label)}]({self.url})"


def show(links: Sequence[Link], inline: bool = False) -> None:
    """Draw links with what is said of them, one below the other or side by side."""
    between, before = ("\u2002·\u2002", " ") if inline else ("\n\n", "  \n")
    said = [f"{before}:small[{plain(one.said)}]" if one.said else "" for one in links]
    st.markdown(between.join(one.markdown + rest for one, rest in zip(links, said, strict=True)))


def metric_link(name: str, metric_id: str, week_ending: date | None, said: str = "") -> Link:
    """Return the link to a metric's page."""
    return Link(name, metric_url(metric_id, week_ending), said)


def metric_url(metric_id: str, week_ending: date | None) -> str:
    """Return the URL of a metric's page."""
    return f"metric?{urlencode(_parameters(metric_id, week_ending))}"


def metric_urls(metric_ids: Iterable[str], week_ending: date | None) -> dict[str, str]:
    """Return the URLs of many metrics' pages, by metric."""
    first, *rest = _parameters("", week_ending).items()
    query = f"&{urlencode(rest)}" if rest else ""
    return {metric_id: f"metric?{first[0]}={quote_plus(metric_id)}{query}" for metric_id in metric_ids}


def week_url(week_ending: date | None, as_of: str | None = None) -> str:
    """Return the URL of a week's review, with `as_of` as it was known then."""
    parameters = {"week": week_ending.isoformat() if week_ending else "", "as_of": as_of or ""}
    return f"week?{urlencode({name: value for name, value in parameters.items() if value})}"


def claim_url(claim: str, quarter: str, scope: str | None = None) -> str:
    """Return the URL of a claim in focus on a quarter's page."""
    as_of = {"as_of": st.query_params["as_of"]} if "as_of" in st.query_params else {}
    parameters = {"quarter": quarter, "claim": claim, **({"scope": scope} if scope else {}), **as_of}
    return f"quarter?{urlencode(parameters)}"


def _parameters(metric_id: str, week_ending: date | None) -> dict[str, str]:
    week = {"week": week_ending.isoformat()} if week_ending else {}
    as_of = {"as_of": st.query_params["as_of"]} if "as_of" in st.query_params else {}
    return {"metric": metric_id, **week, **as_of}
