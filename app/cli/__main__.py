"""`python -m app.cli` is `auther`."""

from app.cli.root import main

main()
