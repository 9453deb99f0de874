"""The ledger: all that people wrote, every value that changed, and what was shown. It can't be rebuilt.

`ledger.py` opens it; values typed by hand, refreshes, changed definitions and audits each have a module that stores
them and one with their plain types. The modules of plain types don't import SQLAlchemy.
"""
