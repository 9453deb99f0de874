"""The declared tree: from what was written in `northstar.yaml` to frozen, resolved values."""
