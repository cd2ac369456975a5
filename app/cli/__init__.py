"""The `auther` command: run the server, look after it, and script it.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage or configuration.
It must never hold a use case: commands call the rooms' services as the system's own actor.
"""

from app.cli.root import main

__all__ = ["main"]
