"""The PostgreSQL server process: its settings, how it is started, probed and stopped."""

from __future__ import annotations

import os
import signal
import socket
import struct
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app.kit.postgres.errors import EmbeddedPostgresError, from_output
from app.kit.postgres.files import FileLock, own_like_parent
from app.kit.postgres.layout import Layout, server_lock
from app.kit.postgres.processes import (
    Postmaster,
    command_of,
    disown_stale_pid_file,
    find_postmaster,
    is_postmaster,
    read_postmaster,
    start_server,
)

HOST = "127.0.0.1"
START_TIMEOUT = timedelta(minutes=5)  # recovery after a crash replays at most max_wal_size
_STOP_TIMEOUT = timedelta(seconds=60)  # a fast shutdown writes at most shared_buffers
_QUIT_TIMEOUT = timedelta(seconds=10)
ORPHANS_TIMEOUT = timedelta(seconds=30)  # backends of a killed server end with their statement
_PROBE_TIMEOUT_SECONDS = 5.0
_POLL_SECONDS = 0.01
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # PostgreSQL 18, §54.7 SSLRequest

MAX_WAL_BYTES = 256 * 1024 * 1024
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": f"{MAX_WAL_BYTES // 1024}kB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements, parameters and row values are personal data and secrets: none is logged, save the
    # statement that crashes a backend. Errors of statements are the application's to log.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
_FAST_AND_LOSSY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Server:
    """How to run the server of one cluster.

    Args:
        programs: directory with `postgres`.
        is_durable: False gives up safety against power cuts for speed (tests).
    """

    layout: Layout
    programs: Path
    is_durable: bool

    def command(self, port: int) -> list[str]:
        """The command line that serves the cluster on this port."""
        settings = {**SETTINGS, **({} if self.is_durable else _FAST_AND_LOSSY), "port": str(port)}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.layout.cluster), *words]

    def is_as_wanted(self, running: Postmaster) -> bool:
        """Whether a running server has our programs and settings."""
        return command_of(running.pid) == " ".join(self.command(running.port))

    def is_unsafe(self, running: Postmaster) -> bool:
        """Whether durability is wanted, and a running server does without."""
        return self.is_durable and " fsync=off " in command_of(running.pid)

    def launch(self, port: int) -> Postmaster:
        """Start the server and wait until it takes connections.

        Raises:
            EmbeddedPostgresError: `postgres_port_taken`, `postgres_in_use`, `postgres_disk_full`,
                `postgres_permission_denied`, `postgres_start_failed`.
        """
        disown_stale_pid_file(self.layout.cluster)
        beginning = self.layout.log.stat().st_size if self.layout.log.exists() else 0
        started = self.wait_ready(self._spawn(port))
        if started is None:
            raise self._failed(port, self.layout.log.read_bytes()[beginning:].decode(errors="replace"))
        return started

    def claim(self) -> FileLock:
        """The lock that every process of a server of this cluster holds, to be held alone.

        INVARIANT: one server per cluster. The lock is inherited by the server and its backends, so it
        is free only when none of them is left, be it orphaned or in a container that we cannot see.

        Raises:
            EmbeddedPostgresError: `postgres_in_use`.
        """
        lock = FileLock(server_lock(self.layout.home))
        if lock.wait_exclusive(ORPHANS_TIMEOUT):
            return lock
        lock.leave_to_children()
        raise EmbeddedPostgresError(
            "postgres_in_use",
            f"A server that this process cannot see uses {self.layout.cluster}, perhaps in another "
            "container. Stop it, or give each container its own AUTHER_DATA_DIR.",
        )

    def _spawn(self, port: int) -> int:
        claim = self.claim()
        try:
            with open(self.layout.log, "ab", opener=_open_private) as log:
                own_like_parent(self.layout.log)
                command, account = self.command(port), self.layout.account
                return start_server(command, account, self.layout.cluster, log=log, inherited=claim.descriptor)
        finally:
            claim.leave_to_children()

    def wait_ready(self, pid: int) -> Postmaster | None:
        """Wait until this server takes connections; None when it ends instead.

        Raises:
            EmbeddedPostgresError: `postgres_start_failed`, it takes longer than START_TIMEOUT.
        """
        deadline = time.monotonic() + START_TIMEOUT.total_seconds()
        while is_postmaster(pid, self.layout.cluster):
            said = read_postmaster(self.layout.cluster)
            if said is not None and said.pid == pid and said.status == "ready":
                return said
            if time.monotonic() > deadline:
                raise self._failed(0, "not ready in time")
            time.sleep(_POLL_SECONDS)
        return None

    def _failed(self, port: int, output: str) -> EmbeddedPostgresError:
        if "Address already in use" in output:
            return EmbeddedPostgresError(
                "postgres_port_taken", f"Another program listens on the database's port {port}.", detail=output
            )
        return from_output(
            "postgres_start_failed",
            f"The database does not start. The end of {self.layout.log} says why.",
            path=self.layout.cluster,
            output=output,
        )

    def stop(self) -> None:
        """Shut the server down in order, if it runs: open transactions are rolled back.

        Raises:
            EmbeddedPostgresError: `postgres_stop_failed`.
        """
        running = find_postmaster(self.layout.cluster)
        if running is None:
            return
        for sign, timeout in ((signal.SIGINT, _STOP_TIMEOUT), (signal.SIGQUIT, _QUIT_TIMEOUT)):
            os.kill(running.pid, sign)
            if self._wait_gone(running.pid, timeout):
                return
        raise EmbeddedPostgresError(
            "postgres_stop_failed", f"The database (process {running.pid}) does not end. See {self.layout.log}."
        )

    def _wait_gone(self, pid: int, timeout: timedelta) -> bool:
        deadline = time.monotonic() + timeout.total_seconds()
        while is_postmaster(pid, self.layout.cluster):
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def is_answering(port: int) -> bool:
    """Whether a PostgreSQL server answers on this port of the loopback address."""
    try:
        with socket.create_connection((HOST, port), timeout=_PROBE_TIMEOUT_SECONDS) as connection:
            connection.sendall(_SSL_REQUEST)
            return connection.recv(1) in {b"N", b"S"}
    except OSError:
        return False


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
