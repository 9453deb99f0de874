"""`python -m metrics`: the same as the command `northstar`."""

from metrics.cli import main

main()
