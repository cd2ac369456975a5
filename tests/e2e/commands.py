"""Many `auther` commands in one process and on one database: starting both for each would cost seconds.

Run as a script it reads a JSON list of commands (lists of arguments) from standard input and writes a list of
results, each with the exit code and all that was printed.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 180


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    output: str

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.output.splitlines()]


def run_commands(
    folder: Path, commands: Sequence[Sequence[str]], *, environment: Mapping[str, str] | None = None
) -> list[Ran]:
    """Run commands one after the other in a folder, on the data directory `data` in it.

    Args:
        environment: instead, where they run in, without a database.
    """
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps([list(command) for command in commands]),
        env=environment or _environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [Ran(**each) for each in json.loads(done.stdout)]


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTHER_")}
    return {
        **kept,
        "AUTHER_DATA_DIR": str(folder / "data"),
        "AUTHER_LOG_LEVEL": "error",
        "AUTHER_CONTEXT": "local",
        "PYTHONPATH": str(ROOT),
    }


def _run(arguments: list[str]) -> Ran:
    from app.cli import main

    printed = io.BytesIO()
    output = io.TextIOWrapper(printed, "utf-8", write_through=True)
    sys.argv = ["auther", *arguments]
    code = 0
    with redirect_stdout(output), redirect_stderr(output):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
    return Ran(code, printed.getvalue().decode())


def _main() -> None:
    from app.kit.log import configure_logging
    from app.kit.postgres import start_postgres, stop_postgres

    configure_logging(level="error", is_json=False)
    commands = json.loads(sys.stdin.read())
    if os.environ.get("AUTHER_CONTEXT") != "local":
        sys.stdout.write(json.dumps([asdict(_run(arguments)) for arguments in commands]))
        return
    instance = start_postgres(Path(os.environ["AUTHER_DATA_DIR"]), durable=False)
    os.environ["AUTHER_DATABASE_URL"] = instance.dsn
    try:
        results = [asdict(_run(arguments)) for arguments in commands]
    finally:
        stop_postgres(instance)
    sys.stdout.write(json.dumps(results))


if __name__ == "__main__":
    _main()
