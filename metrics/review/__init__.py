"""The weekly review: its week, its figures, its deck."""
