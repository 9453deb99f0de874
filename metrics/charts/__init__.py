"""Charts: geometry and labels computed in Python, drawn elsewhere."""
