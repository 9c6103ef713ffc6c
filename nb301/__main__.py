"""`python -m nb301` is the command `nb301`."""

from nb301.cli import main

main()
