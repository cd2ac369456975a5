from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.kit.postgres import EmbeddedPostgres, start_postgres, stop_postgres
from app.kit.postgres.processes import find_postmaster

_REPOSITORY = Path(__file__).parents[3]
_PATIENCE_SECONDS = 20

Start = Callable[..., EmbeddedPostgres]
StartUser = Callable[..., "UserProcess"]


def wait_dead(pid: int) -> None:
    """Wait until a process of anybody ends."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([descriptor], [], [], _PATIENCE_SECONDS)[0], f"process {pid} lives on"
    finally:
        os.close(descriptor)


def kill_and_wait(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_dead(pid)


def remove_database(data_dir: Path) -> None:
    """End whatever serves this data directory and delete all of it."""
    cluster = data_dir / "postgres" / "cluster"
    location = data_dir / "postgres" / "location"
    if location.exists():
        cluster = Path(location.read_text().strip()) / "cluster"
    end_server(cluster)
    shutil.rmtree(data_dir)


def end_server(cluster: Path) -> None:
    running = find_postmaster(cluster)
    if running is not None:
        os.kill(running.pid, signal.SIGQUIT)
        wait_dead(running.pid)
        assert find_postmaster(cluster) is None  # collects it, if it is a child of ours


@pytest.fixture
def empty_dir() -> Iterator[Path]:
    """A directory that any user can pass through, as pytest's own is not."""
    path = Path(tempfile.mkdtemp(prefix="auther-test-"))
    path.chmod(0o711)
    yield path
    for child in path.iterdir():
        if child.is_dir():
            remove_database(child)
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="auther-test-"))
    path.chmod(0o711)
    stop_postgres(start_postgres(path / "data", durable=False))
    yield path / "data"
    shutil.rmtree(path)


@pytest.fixture
def data_dir(made_once: Path) -> Iterator[Path]:
    """A data directory with a stopped database. It is the same for all tests, for speed."""
    assert find_postmaster(made_once / "postgres" / "cluster") is None
    yield made_once
    end_server(made_once / "postgres" / "cluster")


@pytest.fixture
def start() -> Iterator[Start]:
    """`start_postgres` without durability, stopped at the end of the test unless the test did."""
    started: list[EmbeddedPostgres] = []

    def run(data_dir: Path, *, durable: bool = False, **others: Path) -> EmbeddedPostgres:
        started.append(start_postgres(data_dir, durable=durable, **others))
        return started[-1]

    yield run
    for instance in started:
        if not instance.users.is_closed:
            stop_postgres(instance)


@dataclass
class UserProcess:
    process: subprocess.Popen[str]

    def read(self) -> dict[str, object]:
        assert self.process.stdout is not None
        return dict(json.loads(self.process.stdout.readline()))

    def stop(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("stop\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == '"stopped"\n'
        self.process.wait()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def skip_unless_reachable(uid: int) -> None:
    """A clone below a directory of mode 0700 is nothing that another user could run."""
    probe = ["test", "-r", str(_REPOSITORY / "pyproject.toml")]
    if subprocess.run(probe, user=uid, group=uid, extra_groups=[], check=False).returncode != 0:
        pytest.skip("another user cannot reach this checkout")


@pytest.fixture
def start_user() -> Iterator[StartUser]:
    """Another process that starts or adopts the database: `start_user(data_dir, uid=None)`."""
    processes: list[UserProcess] = []

    def run(data_dir: Path, uid: int | None = None) -> UserProcess:
        if uid is not None:
            skip_unless_reachable(uid)
        command = [sys.executable, Path(__file__).with_name("user_process.py"), data_dir]
        processes.append(
            UserProcess(
                subprocess.Popen(
                    [*command, *([] if uid is None else [str(uid)])],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env={**os.environ, "PYTHONPATH": str(_REPOSITORY)},
                    start_new_session=True,
                )
            )
        )
        return processes[-1]

    yield run
    for user in processes:
        user.kill()
        assert user.process.stdin is not None
        assert user.process.stdout is not None
        user.process.stdin.close()
        user.process.stdout.close()
