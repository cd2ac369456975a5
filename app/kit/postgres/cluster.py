"""The cluster on disk: made whole or not at all, and never touched by another major version.

It has one database `auther`, owned by the role `auther`. That role is no superuser: it cannot read
files or run programs, but as owner of the database it may create the trusted extensions (pg_trgm,
citext, …); CREATEDB serves restores and tests, pg_monitor `auther doctor`. The superuser `postgres`
has a password that nobody knows; who owns the files can still be it (`postgres --single`).
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from pathlib import Path

from app.kit.postgres.binaries import read_major
from app.kit.postgres.errors import EmbeddedPostgresError, disk_full, from_output
from app.kit.postgres.files import read_if_there, sync_directory, write_private
from app.kit.postgres.layout import Layout
from app.kit.postgres.processes import run_program
from app.kit.postgres.server import SETTINGS, Server

ROLE = "auther"
DATABASE = "auther"
SWITCHES = "auther.conf.d"  # inside the cluster; PostgreSQL reads the files named `*.conf` in it
NEEDED_BYTES = 512 * 1024 * 1024  # a new cluster (47 MB), and more than what `space` keeps free
_PASSWORD_BYTES = 32
_DRAFT_PREFIX = "cluster.draft-"


def ensure_cluster(server: Server) -> None:
    """Make the cluster if there is none. INVARIANT: the caller holds the start lock, no server runs.

    It is made under another name and renamed when it is complete, so a start that was interrupted
    leaves nothing but a draft, which the next one removes.

    Raises:
        EmbeddedPostgresError: see `errors`.
    """
    layout = server.layout
    _remove_drafts(layout)
    if layout.cluster.exists():
        _require_same_major(server)
        if read_if_there(layout.password) is None:
            _renew_password(server)
        return
    layout.account.require_name()
    if shutil.disk_usage(layout.base).free < NEEDED_BYTES:
        raise disk_full(layout.base, f"a new cluster needs {NEEDED_BYTES} bytes")
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT_PREFIX, dir=layout.base))
    _give(draft, layout)
    password = _make_cluster(server, draft)
    write_private(layout.password, f"{password}\n")
    draft.rename(layout.cluster)
    sync_directory(layout.base)


def _make_cluster(server: Server, draft: Path) -> str:
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    _run_initdb(server, draft)
    with open(draft / "postgresql.conf", "a") as configuration:
        configuration.write(f"\ninclude_dir '{SWITCHES}'\n")
    switches = draft / SWITCHES
    switches.mkdir(mode=0o700)
    _give(switches, server.layout)
    write_private(switches / "read_only.off", "default_transaction_read_only = on\n")
    statements = [
        f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'",
        f"GRANT pg_monitor TO {ROLE}",
        f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
    ]
    _run_statements(server, draft, statements)
    return password


def _run_initdb(server: Server, draft: Path) -> None:
    layout = server.layout
    unknown = draft.with_name(f"{draft.name}.password")
    write_private(unknown, secrets.token_urlsafe(_PASSWORD_BYTES))
    _give(unknown, layout)
    command = [str(server.programs / "initdb"), "-D", str(draft), "-U", "postgres", f"--pwfile={unknown}"]
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    command += ["--auth=scram-sha-256", *([] if server.is_durable else ["--no-sync"])]
    try:
        outcome = run_program(command, layout.account)
    finally:
        unknown.unlink()
    if outcome.exit_status != 0:
        _raise_init_failed(layout, outcome.output)


def _renew_password(server: Server) -> None:
    claim = server.claim()
    try:
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        _run_statements(server, server.layout.cluster, [f"ALTER ROLE {ROLE} PASSWORD '{password}'"])
        write_private(server.layout.password, f"{password}\n")
    finally:
        claim.close()


def _run_statements(server: Server, directory: Path, statements: list[str]) -> None:
    """Run SQL without a server, one statement a line, from standard input: no password in `ps`."""
    command = [str(server.programs / "postgres"), "--single", "-D", str(directory), "-c", "exit_on_error=true"]
    command += ["-c", "log_min_error_statement=panic", *([] if server.is_durable else ["-c", "fsync=off"])]
    outcome = run_program([*command, "postgres"], server.layout.account, stdin="\n".join([*statements, ""]))
    if outcome.exit_status != 0:
        _raise_init_failed(server.layout, outcome.output)


def _raise_init_failed(layout: Layout, output: str) -> None:
    message = f"The database in {layout.base} could not be set up."
    raise from_output("postgres_init_failed", message, path=layout.base, output=output)


def _require_same_major(server: Server) -> None:
    there = read_if_there(server.layout.cluster / "PG_VERSION")
    if there is None:
        raise EmbeddedPostgresError(
            "postgres_cluster_damaged",
            f"{server.layout.cluster} is not a complete PostgreSQL cluster. Restore it from a backup, or move it "
            "away to begin with an empty database.",
        )
    ours = read_major(server.programs, server.layout.account)
    if there != ours:
        raise EmbeddedPostgresError(
            "postgres_major_mismatch",
            f"The database in {server.layout.cluster} was made by PostgreSQL {there} and this Auther brings "
            f"{ours}. Dump it with the release that made it (pg_dump), move the directory away, start, and restore.",
        )


def _remove_drafts(layout: Layout) -> None:
    for draft in layout.base.glob(f"{_DRAFT_PREFIX}*"):
        if draft.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink(missing_ok=True)


def _give(path: Path, layout: Layout) -> None:
    if layout.account.is_other:
        os.chown(path, layout.account.uid, layout.account.gid)
