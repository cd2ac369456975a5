"""A real server process on a data directory of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess:
    """`auther dev` (or another command) as a person would start it."""

    def __init__(
        self,
        data_dir: Path,
        *,
        command: str = "dev",
        port: int | None = None,
        core: int | None = None,
        **environment: str,
    ) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.output: list[str] = []
        self._command = command
        self._core = core
        self._environment = environment
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._is_ready = threading.Event()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def password(self) -> str:
        """The operator's password, as printed."""
        found = re.search(r"^\s*Password\s+(\S+)$", "\n".join(self.output), re.MULTILINE)
        assert found, "\n".join(self.output)
        return found.group(1)

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTHER_")}
        return {
            **kept,
            "AUTHER_DATA_DIR": str(self.data_dir),
            "AUTHER_PORT": str(self.port),
            "AUTHER_PUBLIC_URL": self.url,
            "AUTHER_CONTEXT": "local",
            "PYTHONUNBUFFERED": "1",
            **self._environment,
        }

    def run(self, *arguments: str) -> str:
        """Run an `auther` command on the same data directory; its standard output."""
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=True,
        )
        return done.stdout

    def start(self) -> ServerProcess:
        self._is_ready.clear()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *self._command.split()],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=self._pin if self._core is not None else None,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        assert self._is_ready.wait(START_SECONDS), "\n".join(self.output)
        assert self._process.poll() is None, "\n".join(self.output)
        return self

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(STOP_SECONDS)
        self._finish_reading()

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(STOP_SECONDS)
        self._finish_reading()
        return code

    def _pin(self) -> None:
        assert self._core is not None
        os.sched_setaffinity(0, {self._core})

    def _finish_reading(self) -> None:
        assert self._reader is not None
        self._reader.join(STOP_SECONDS)

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self.output.append(line.rstrip("\n"))
                if "Password" in line:
                    self._is_ready.set()
        self._is_ready.set()
