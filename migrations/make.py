"""Write the migrations that the models ask for: `python -m migrations.make [--check] [room …]`.

With `--check` nothing is written; the exit code is 1 when models and migrations differ.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tortoise.cli.cli import tortoise_cli_context
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.writer import MigrationWriter

from app.kit.db import tortoise_config
from app.tables import APPS

_NO_DATABASE = "postgres://nobody@localhost/none"


async def find_changes() -> list[MigrationWriter]:
    """What the models of all rooms have that their migrations lack."""
    present = {room: app for room, app in APPS.items() if Path("app", room, "models.py").exists()}
    for room in present:
        package = Path("migrations", room)
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
    async with tortoise_cli_context(tortoise_config(_NO_DATABASE, present)) as context:
        if context.apps is None:
            raise SystemExit("no models found")
        return await MigrationAutodetector(context.apps, present).changes()


def main(arguments: list[str]) -> int:
    rooms = {argument for argument in arguments if not argument.startswith("-")}
    writers = [w for w in asyncio.run(find_changes()) if not rooms or w.app_label in rooms]
    for writer in writers:
        if "--check" in arguments:
            sys.stdout.write(f"{writer.app_label}: models and migrations differ; run `make migration`\n")
        else:
            sys.stdout.write(f"wrote {writer.write()}\n")
    return 1 if writers and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
