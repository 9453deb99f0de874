"""Sources: where observations come from."""
