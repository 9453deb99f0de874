"""Starts Streamlit with the arguments of this process. `northstar run` becomes this."""

import runpy

from streamlit.runtime.pages_manager import PagesManager

# Until a first visitor has come to the router, Streamlit takes the files in pages/ for pages of its own, and tells who
# comes by a link to one of our pages that there is none. Ours are named by the router alone.
PagesManager.uses_pages_directory = False

runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
