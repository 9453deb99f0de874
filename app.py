"""The router: opens the workspace and names the pages. Started by `northstar run`."""

from pathlib import Path

import streamlit as st

from pages.parts import components, guard, opening, visitor

ROOT = Path(__file__).parent


def home() -> None:
    """Send a visitor of `/` to this week's review; a page that is the default has no URL of its own."""
    st.switch_page("pages/weekly/week.py", query_params=st.query_params.to_dict())


def main() -> None:
    """Run the page that the URL names."""
    st.set_page_config(
        page_title=f"Northstar · {opening.title()}",
        page_icon=ROOT / "static" / "favicon.png",
        layout="wide",
    )
    page = st.navigation(
        [
            st.Page(home, title="Home", default=True, visibility="hidden"),
            st.Page("pages/weekly/week.py", title="This week", url_path="week"),
            st.Page("pages/weekly/metric.py", title="Metric", url_path="metric"),
            st.Page("pages/anytime/tree.py", title="Tree", url_path="tree"),
            st.Page("pages/quarterly/quarter.py", title="Quarter", url_path="quarter"),
            st.Page("pages/quarterly/year.py", title="Year", url_path="year"),
            st.Page("pages/anytime/notes.py", title="Notes", url_path="notes"),
            st.Page("pages/anytime/data.py", title="Data", url_path="data"),
        ],
        position="top",
    )
    visitor.arrive(page.url_path)
    components.app_style()
    with guard.routed():
        page.run()


if __name__ == "__main__":
    main()
