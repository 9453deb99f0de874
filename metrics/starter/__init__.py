"""What a new workspace begins with: the made-up shop, or a first `northstar.yaml` guessed from a table."""
