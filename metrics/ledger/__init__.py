"""The ledger: all that people wrote, every value that changed, and what was shown. It can't be rebuilt.

`ledger.py` opens it. Values typed by hand, refreshes, changed definitions, audits, notes, replies, follow-ups and
limits each have a module that stores them and one with their plain types, which doesn't import SQLAlchemy.
"""
