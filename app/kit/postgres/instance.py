"""Start, share and stop the embedded database.

Who may use it and who stops it: every process holds a shared lock on the data directory from
`start_postgres` to `stop_postgres`, or until it dies. The first one starts the server, later ones
adopt it, whoever leaves last stops it, whether or not it had started it. After a SIGKILL of all of
them the server lives on and the next start adopts it; if it has other settings or programs than
wanted, and nobody uses it, it is restarted. Starting, restarting and stopping happen under a second,
exclusive lock.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from app.kit.postgres.binaries import find_programs, remove_other_copies
from app.kit.postgres.cluster import DATABASE, ROLE, ensure_cluster
from app.kit.postgres.errors import EmbeddedPostgresError, told_by_cause
from app.kit.postgres.files import FileLock, held, read_if_there, write_private
from app.kit.postgres.layout import find_layout, make_home, start_lock, users_lock
from app.kit.postgres.processes import Postmaster, find_postmaster, forget_server
from app.kit.postgres.server import HOST, START_TIMEOUT, Server, is_answering, is_free
from app.kit.postgres.space import guard_space

_LOCK_TIMEOUT = START_TIMEOUT + timedelta(minutes=1)
# Below the range that Linux and macOS give to outgoing connections, so that the port is still ours
# after a restart.
_FIRST_PORT, _PORT_COUNT = 20_000, 12_000
_PORT_ATTEMPTS = 50
_ROTATE_ABOVE_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class EmbeddedPostgres:
    """A running database that this process uses.

    Args:
        dsn: `postgresql://auther:…@127.0.0.1:<port>/auther`; holds the password.
        pid: the server's process when it was started or adopted.
        data_dir: the data directory that was asked for.
        is_owner: whether this process started it, rather than adopted it.
    """

    dsn: str = field(repr=False)
    pid: int
    data_dir: Path
    is_owner: bool
    server: Server = field(repr=False)
    users: FileLock = field(repr=False, compare=False)

    @property
    def port(self) -> int:
        """The TCP port on the loopback address, the same for the life of this instance."""
        return int(self.dsn.rpartition(":")[2].partition("/")[0])


def start_postgres(data_dir: Path, *, durable: bool = True, state_root: Path | None = None) -> EmbeddedPostgres:
    """Start the database in `data_dir/postgres`, or adopt the one that runs there. Blocks.

    Args:
        data_dir: made if there is none.
        durable: False trades safety against power cuts for speed (tests).
        state_root: where a cluster goes that root's database account could not reach in the data
            directory; None for the usual place, see `layout`.

    Raises:
        EmbeddedPostgresError: its `code` is stable, its message names the fix.
    """
    data_dir = data_dir.resolve()
    with told_by_cause(data_dir):
        home = make_home(data_dir)
        with held(start_lock(home), _LOCK_TIMEOUT), _joined(users_lock(home)) as (users, is_alone):
            layout = find_layout(home, state_root)
            server = Server(layout, find_programs(layout), durable)
            adopted = _adopt(server, is_alone)
            running = adopted or _start(server, is_alone)
            dsn = f"postgresql://{ROLE}:{read_if_there(layout.password)}@{HOST}:{running.port}/{DATABASE}"
            return EmbeddedPostgres(dsn, running.pid, data_dir, adopted is None, server, users)


def stop_postgres(instance: EmbeddedPostgres) -> None:
    """Leave the database; the last process to leave stops it. Blocks. A second call does nothing.

    Raises:
        EmbeddedPostgresError: `postgres_busy`, `postgres_stop_failed`.
    """
    layout = instance.server.layout
    with told_by_cause(layout.home), held(start_lock(layout.home), _LOCK_TIMEOUT):
        if instance.users.is_closed:
            return
        try:
            if instance.users.try_exclusive():
                instance.server.stop()
            elif (running := find_postmaster(layout.cluster)) is not None:
                forget_server(running.pid)
        finally:
            instance.users.close()


def restart_if_dead(instance: EmbeddedPostgres) -> bool:
    """Start the server again on its port if it died; whether that was done. Blocks.

    After `stop_postgres` nothing is started, so a supervisor that is late does no harm.

    Raises:
        EmbeddedPostgresError: as `start_postgres`; `postgres_port_taken` while another program
            listens on the port.
    """
    server = instance.server
    if find_postmaster(server.layout.cluster) is not None:
        return False
    with told_by_cause(server.layout.home), held(start_lock(server.layout.home), _LOCK_TIMEOUT):
        if instance.users.is_closed or find_postmaster(server.layout.cluster) is not None:
            return False
        server.launch(instance.port)
        return True


@contextmanager
def _joined(path: Path) -> Iterator[tuple[FileLock, bool]]:
    users = FileLock(path)
    try:
        is_alone = users.try_exclusive()
        yield users, is_alone
        users.share()
    except BaseException:
        users.close()
        raise


def _adopt(server: Server, is_alone: bool) -> Postmaster | None:
    running = find_postmaster(server.layout.cluster)
    if running is None:
        return None
    ready = None if running.status == "stopping" else server.wait_ready(running.pid)
    if ready is not None and _is_usable(server, ready, is_alone):
        return ready
    if ready is not None and not is_alone:
        raise EmbeddedPostgresError(
            "postgres_settings_conflict",
            f"Other processes use the database in {server.layout.home} without durability, or its password "
            "file is gone. Stop them first.",
        )
    server.stop()
    return None


def _is_usable(server: Server, ready: Postmaster, is_alone: bool) -> bool:
    if read_if_there(server.layout.password) is None:
        return False
    if is_alone:
        return server.is_as_wanted(ready) and is_answering(ready.port)
    return not server.is_unsafe(ready)


def _start(server: Server, is_alone: bool) -> Postmaster:
    layout = server.layout
    remove_other_copies(layout, server.programs)
    ensure_cluster(server)
    guard_space(layout)
    rotate_log(layout.log)
    kept = read_if_there(layout.port)
    if kept is not None and not is_alone:
        return server.launch(int(kept))  # others have connections to this port
    for port in _ports(kept):
        try:
            started = server.launch(port)
        except EmbeddedPostgresError as error:
            if error.code != "postgres_port_taken":
                raise
            continue
        write_private(layout.port, f"{port}\n")
        return started
    raise EmbeddedPostgresError("postgres_port_taken", "No free port was found for the database.")


def rotate_log(log: Path) -> None:
    """Keep PostgreSQL's log and one former one, some 10 MB each. The server appends, so it may run."""
    if log.exists() and log.stat().st_size > _ROTATE_ABOVE_BYTES:
        write_private(log.with_name(f"{log.name}.1"), log.read_text(errors="replace"))
        log.write_text("")


def _ports(kept: str | None) -> Iterator[int]:
    if kept is not None and kept.isdigit() and is_free(int(kept)):
        yield int(kept)
    for _ in range(_PORT_ATTEMPTS):
        port = _FIRST_PORT + secrets.randbelow(_PORT_COUNT)
        if is_free(port):
            yield port
