"""The command line as a person uses it against a server elsewhere: a home of its own, no database at hand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.commands import ROOT, Ran, run_commands

PATIENCE_SECONDS = 60


class Terminal:
    """Runs commands in a home that holds nothing at first."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def contexts(self) -> Path:
        return self.home / "config" / "auther" / "contexts.json"

    def environment(self, **given: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTHER_")}
        here = {"HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / "config"), "PYTHONPATH": str(ROOT)}
        # A browser that does nothing: the tests are the browser.
        return {**kept, **here, "BROWSER": "true", "AUTHER_DATA_DIR": str(self.home / "none"), **given}

    def run(self, *commands: Sequence[str], **environment: str) -> list[Ran]:
        """Run commands one after the other in one process."""
        return run_commands(self.home, commands, environment=self.environment(**environment))

    def start(self, *arguments: str) -> Running:
        """Start a command that waits for somebody."""
        return Running(self, arguments)


class Running:
    """A command at work."""

    def __init__(self, terminal: Terminal, arguments: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *arguments],
            env=terminal.environment(),
            cwd=terminal.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._watchdog = threading.Timer(PATIENCE_SECONDS, self._process.kill)
        self._watchdog.start()
        self.told = ""

    def read(self, pattern: str) -> str:
        """The first group of a pattern, once it was printed on standard error."""
        assert self._process.stderr is not None
        while not (found := re.search(pattern, self.told)):
            line = self._process.stderr.readline()
            assert line, self.told
            self.told += line
        return found.group(1)

    def finish(self) -> Ran:
        output, errors = self._process.communicate(timeout=PATIENCE_SECONDS)
        self._watchdog.cancel()
        return Ran(self._process.returncode, self.told + errors + output)
