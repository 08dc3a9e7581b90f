"""`python -m flows.cli`: the command `casehub`, where no script of that name is at hand."""

from . import main

main()
