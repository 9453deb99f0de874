"""Decks of the Working Backwards WBR App: read, and written again as a workspace."""
