"""Which operating-system user the database runs as, and what this user can reach.

PostgreSQL refuses to run as root. Started by root, it runs as the owner of the existing cluster or
of the data directory, else as the system user `auther` if there is one, else as `nobody`.
Started by anybody else, it runs as that user.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.kit.postgres.errors import EmbeddedPostgresError

_SYSTEM_USERS = ("auther", "nobody")


@dataclass(frozen=True)
class Account:
    """A user of the operating system. `is_other`: not the one who runs this process."""

    uid: int
    gid: int
    is_other: bool

    def can_read(self, path: Path) -> bool:
        """Whether this account may read the file, and reach it."""
        return self._may(path, os.R_OK) and self.can_reach(path.parent)

    def can_run(self, path: Path) -> bool:
        """Whether this account may execute the file, and reach it."""
        return self._may(path, os.R_OK | os.X_OK) and self.can_reach(path.parent)

    def can_reach(self, directory: Path) -> bool:
        """Whether this account may pass through the directory and all that lead to it."""
        return not self.is_other or all(self._may(path, os.X_OK) for path in (directory, *directory.parents))

    def _may(self, path: Path, access: int) -> bool:
        if not self.is_other:
            return os.access(path, access)
        status = path.stat()
        if status.st_uid == self.uid:
            shift = 6
        elif status.st_gid == self.gid:
            shift = 3
        else:
            shift = 0
        return status.st_mode >> shift & access == access

    def require_name(self) -> None:
        """Make sure that the user id has a name; initdb does not work without one.

        Raises:
            EmbeddedPostgresError: `postgres_account_missing`.
        """
        try:
            pwd.getpwuid(self.uid)
        except KeyError:
            raise EmbeddedPostgresError(
                "postgres_account_missing",
                f"User id {self.uid} has no name in /etc/passwd, and PostgreSQL needs one. Run Auther as a user "
                "that has one, or set AUTHER_DATABASE_URL.",
            ) from None


def choose_account(owned: Iterable[Path]) -> Account:
    """The user to run the database as.

    Args:
        owned: paths whose owner is taken if it is not root, the first that exists wins.

    Raises:
        EmbeddedPostgresError: `postgres_account_missing`.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), is_other=False)
    for path in owned:
        if path.exists() and (status := path.stat()).st_uid != 0:
            return Account(status.st_uid, status.st_gid, is_other=True)
    for name in _SYSTEM_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, is_other=True)
    raise EmbeddedPostgresError(
        "postgres_account_missing",
        "PostgreSQL does not run as root and there is no user to run it as. Make one with "
        "`useradd --system auther`, run Auther as an ordinary user, or set AUTHER_DATABASE_URL.",
    )
