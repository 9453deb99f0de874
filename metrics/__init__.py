"""Northstar: a North Star metric tree and its weekly business review."""

__version__ = "0.1.0"
