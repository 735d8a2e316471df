"""`python -m screening` is the command `screening`."""

from screening.cli.app import main

main()
