"""Processes of the database: run as its account, in sessions of their own, and recognised again.

A session of its own keeps Ctrl-C in a terminal away from the database, so that our server can
finish its requests first.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.kit.postgres.account import Account

_PRIVATE_UMASK = 0o077
_PROC = Path("/proc")


@dataclass(frozen=True)
class Postmaster:
    """What `postmaster.pid` says. `status` is PostgreSQL's word: starting, ready, stopping, or empty."""

    pid: int
    port: int
    status: str


@dataclass(frozen=True)
class _Child:
    process: subprocess.Popen[bytes]
    cluster: Path


_children: dict[int, _Child] = {}


@dataclass(frozen=True)
class Outcome:
    """How a program ended; `output` is standard output and error together."""

    exit_status: int
    output: str


def run_program(command: list[str], account: Account, *, stdin: str = "") -> Outcome:
    """Run a program to its end; it is killed if this call is interrupted."""
    process = _open(command, account, stdin=subprocess.PIPE, output=subprocess.PIPE)
    try:
        output, _ = process.communicate(stdin.encode())
    except BaseException:
        process.kill()
        process.communicate()
        raise
    return Outcome(process.returncode, output.decode(errors="replace"))


def start_server(command: list[str], account: Account, cluster: Path, *, log: IO[bytes], inherited: int) -> int:
    """Start a server that goes on after this process ends; its process id.

    Args:
        cluster: what it serves.
        log: where its output goes.
        inherited: a file descriptor that it and its children keep open.
    """
    process = _open(command, account, stdin=subprocess.DEVNULL, output=log, inherited=(inherited,))
    _children[process.pid] = _Child(process, cluster)
    return process.pid


def forget_server(pid: int) -> None:
    """Leave a running server to whoever else uses it."""
    child = _children.pop(pid, None)
    if child is not None and child.process.poll() is None:
        child.process.returncode = 0  # or Popen warns when it is collected


def read_postmaster(cluster: Path) -> Postmaster | None:
    """What `postmaster.pid` says, whether or not that process still lives."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].isdigit():
        return None
    lines += [""] * 8
    return Postmaster(int(lines[0]), int(lines[3] or 0), lines[7].strip())


def find_postmaster(cluster: Path) -> Postmaster | None:
    """The living server of this cluster. A process that merely got the same id does not count."""
    found = read_postmaster(cluster)
    return found if found is not None and is_postmaster(found.pid, cluster) else None


def is_postmaster(pid: int, cluster: Path) -> bool:
    """Whether this process lives and is the server of this cluster."""
    child = _children.get(pid)
    if child is None:
        return f" -D {cluster} " in command_of(pid)
    # The command line of a child may still be empty: exec lets go of our pipe before it is there.
    if child.process.poll() is not None:
        del _children[pid]
    return pid in _children and child.cluster == cluster


def command_of(pid: int) -> str:
    """The command line of a process, its words joined by spaces; empty when it is dead."""
    if not _PROC.joinpath("self").exists():
        return subprocess.run(  # noqa: S603
            ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True
        ).stdout.strip()
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return words.rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")


def disown_stale_pid_file(cluster: Path) -> None:
    """Let PostgreSQL start although the process id in a left-over `postmaster.pid` is in use again.

    PostgreSQL takes such a file for stale when it names the parent of the new server, so it gets
    our id. The file is not deleted: it also leads PostgreSQL to the shared memory by which it sees
    that orphaned backends still write to the cluster.

    Source: PostgreSQL, `CreateLockFile` in miscinit.c.
    """
    path = cluster / "postmaster.pid"
    if find_postmaster(cluster) is None and read_postmaster(cluster) is not None:
        _, _, rest = path.read_text().partition("\n")
        path.write_text(f"{os.getpid()}\n{rest}")


def _open(
    command: list[str], account: Account, *, stdin: int, output: int | IO[bytes], inherited: tuple[int, ...] = ()
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        command,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        start_new_session=True,
        umask=_PRIVATE_UMASK,
        pass_fds=inherited,
        user=account.uid if account.is_other else None,
        group=account.gid if account.is_other else None,
        extra_groups=[] if account.is_other else None,
    )
