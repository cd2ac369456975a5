"""Where the embedded database keeps its files.

`<data_dir>/postgres/` holds `password` (0600), `port`, `postgres.log`, the lock files, `ballast` (see
`space`) and `cluster/` (PostgreSQL's own directory, 0700). When root starts Auther and the account of the
database cannot pass through the directories above, nothing above is changed: `cluster/` goes to a
directory of its own in `/var/lib/auther`, or among the temporary files if the data directory is one
of them. The file `location` names it; the file `home` there names the way back.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from app.kit.postgres.account import Account, choose_account
from app.kit.postgres.errors import EmbeddedPostgresError
from app.kit.postgres.files import make_directory, own_like_parent, read_if_there, write_private

STATE_ROOT = Path("/var/lib/auther")
_BASE_PREFIX = "auther-postgres-"
_OUR_FILES = re.compile(r"secret|\.secret\..*|postgres")
_PASSABLE = 0o711
_PRIVATE = 0o700


_log = structlog.get_logger("auther.postgres")


@dataclass(frozen=True)
class Layout:
    """The paths of one embedded database.

    Args:
        home: `<data_dir>/postgres`, read and written by Auther itself.
        base: holds `cluster` and, if needed, a copy of the binaries; reachable by `account`.
        account: whom the database runs as.
    """

    home: Path
    base: Path
    account: Account

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory."""
        return self.base / "cluster"

    @property
    def password(self) -> Path:
        return self.home / "password"

    @property
    def port(self) -> Path:
        return self.home / "port"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"


def start_lock(home: Path) -> Path:
    """Held alone by whoever starts or stops the server."""
    return home / "start.lock"


def users_lock(home: Path) -> Path:
    """Shared by every process that uses the server; who can hold it alone is the last one."""
    return home / "users.lock"


def server_lock(home: Path) -> Path:
    """Held by the server and all its backends, whatever container or user they run in."""
    return home / "server.lock"


def make_home(data_dir: Path) -> Path:
    """Make `<data_dir>/postgres`, and the data directory if there is none.

    As root, a data directory that is root's alone and holds nothing but Auther's own files becomes
    passable (0711), so that the account of the database reaches its cluster in there.
    """
    mode = _PASSABLE if os.geteuid() == 0 else _PRIVATE
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    make_directory(data_dir, mode)
    if os.geteuid() == 0 and _is_ours_alone(data_dir):
        data_dir.chmod(_PASSABLE)
    home = data_dir / "postgres"
    make_directory(home, mode)
    own_like_parent(home)
    return home


def _is_ours_alone(data_dir: Path) -> bool:
    status = data_dir.stat()
    is_private = status.st_uid == 0 and stat.S_IMODE(status.st_mode) == _PRIVATE
    return is_private and all(map(_OUR_FILES.fullmatch, os.listdir(data_dir)))


def find_layout(home: Path, state_root: Path | None) -> Layout:
    """Choose account and place. The caller holds the start lock.

    Args:
        home: what `make_home` made.
        state_root: where an unreachable cluster goes; None for the usual place.

    Raises:
        EmbeddedPostgresError: `postgres_account_missing`, `postgres_data_unreachable`,
            `postgres_data_missing`.
    """
    named = read_if_there(home / "location")
    base = Path(named) if named else home
    if not base.exists():
        raise EmbeddedPostgresError(
            "postgres_data_missing",
            f"The database is said to be in {base}, which is gone. Bring it back, or delete {home} to begin anew.",
        )
    account = choose_account((base / "cluster", home.parent))
    if not account.can_reach(base):
        if named or (base / "cluster").exists():
            raise _unreachable(base)
        base = _make_base(home, account, state_root)
        write_private(home / "location", f"{base}\n")
        _log.warning("postgres.outside_data_dir", path=str(base), reason="its user cannot reach the data directory")
    return Layout(home, base, account)


def _make_base(home: Path, account: Account, state_root: Path | None) -> Path:
    temporary = Path(tempfile.gettempdir()).resolve()
    if state_root is None and home.is_relative_to(temporary):
        _remove_abandoned(temporary)
        state_root = temporary
    root = state_root or STATE_ROOT
    root.parent.mkdir(parents=True, exist_ok=True)
    make_directory(root, _PASSABLE)
    if not account.can_reach(root):
        raise _unreachable(root)
    base = Path(tempfile.mkdtemp(prefix=_BASE_PREFIX, dir=root))
    write_private(base / "home", f"{home}\n")
    base.chmod(_PASSABLE)
    return base


def _remove_abandoned(temporary: Path) -> None:
    """Delete clusters of temporary data directories that are gone. Never done elsewhere: a disk may return."""
    for base in temporary.glob(f"{_BASE_PREFIX}*"):
        with suppress(FileNotFoundError):  # another process tidies up at the same moment
            home = read_if_there(base / "home") if base.stat().st_uid == os.geteuid() else None
            if home is not None and not Path(home).exists():
                shutil.rmtree(base, ignore_errors=True)


def _unreachable(path: Path) -> EmbeddedPostgresError:
    return EmbeddedPostgresError(
        "postgres_data_unreachable",
        f"The user that the database runs as cannot pass through the directories to {path}. Choose an "
        "AUTHER_DATA_DIR that it can reach, or run Auther as an ordinary user who owns its data directory.",
    )
