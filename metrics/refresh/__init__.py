"""Refresh: fetch the sources side by side, read what changed into a new warehouse file, and publish it.

The one place that brings sources, ledger and warehouse together.
"""

from metrics.refresh.fingerprints import changed
from metrics.refresh.run import StateError, refresh
from metrics.refresh.summary import Outcome, Progress, SourceResult, Summary

__all__ = ["Outcome", "Progress", "SourceResult", "StateError", "Summary", "changed", "refresh"]
