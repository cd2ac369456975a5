"""`auther doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import asyncio
import shutil
import stat
from dataclasses import dataclass

import typer

from app import wiring
from app.cli.output import Form, Printer
from app.cli.printing import printing
from app.cli.stores import read_settings, running_database
from app.cli.target import require_local
from app.kit import db
from app.kit.errors import AppError
from app.kit.migrate import list_pending
from app.kit.secret_file import FILE_NAME
from app.kit.settings import Settings
from app.rest.console import web_root
from app.signing.service import jwks
from app.tables import APPS

MIN_POSTGRES = 140_000
MIN_FREE_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `fix` says what to do when it is not well."""

    name: str
    is_well: bool
    found: str
    fix: str = ""


@printing
def doctor(out: Printer) -> None:
    """Check configuration, database, schema, keys, disk and console; exit 1 if anything is wrong."""
    require_local("The doctor")
    with running_database(read_settings()) as (settings, _):
        findings = asyncio.run(_examine(settings))
    if out.form is not Form.TABLE:
        out.show_data([_record(finding) for finding in findings])
    else:
        for finding in findings:
            typer.echo(f"{'ok  ' if finding.is_well else 'FAIL'}  {finding.name:<10} {finding.found}")
            if not finding.is_well:
                typer.echo(f"      {'':<10} {finding.fix}")
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


def _record(finding: Finding) -> dict[str, object]:
    return {"name": finding.name, "isWell": finding.is_well, "found": finding.found, "fix": finding.fix}


async def _examine(settings: Settings) -> list[Finding]:
    wiring.wire(settings)
    assert settings.database_url is not None
    findings = [_check_secret(settings), _check_disk(settings), _check_console(), _check_mail(settings)]
    try:
        await db.open_database(db.tortoise_config(settings.database_url.get_secret_value(), APPS))
    except AppError as error:
        return [*findings, Finding("database", False, error.message, "Check AUTHER_DATABASE_URL and that it runs.")]
    try:
        schema = await _check_schema()
        findings += [await _check_database(), schema]
        return [*findings, await _check_keys()] if schema.is_well else findings
    finally:
        await db.close_database()


def _check_secret(settings: Settings) -> Finding:
    path = settings.data_dir / FILE_NAME
    if not path.exists():
        return Finding("secret", True, "configured")
    mode = stat.S_IMODE(path.stat().st_mode)
    return Finding("secret", mode & 0o077 == 0, f"{path}, mode {mode:04o}", f"chmod 600 {path}")


def _check_disk(settings: Settings) -> Finding:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data_dir).free
    return Finding("disk", free > MIN_FREE_BYTES, f"{free // 1_000_000:,} MB free", "Make room on the disk.")


def _check_console() -> Finding:
    try:
        return Finding("console", True, str(web_root()))
    except AppError as error:
        return Finding("console", False, "not built", error.message)


def _check_mail(settings: Settings) -> Finding:
    return Finding(
        "mail", True, "sent by SMTP" if settings.smtp_url else "kept in the outbox (AUTHER_SMTP_URL is not set)"
    )


async def _check_database() -> Finding:
    number = int(await db.fetch_value("SHOW server_version_num"))
    version = await db.fetch_value("SHOW server_version")
    return Finding("database", number >= MIN_POSTGRES, f"PostgreSQL {version}", "Use PostgreSQL 14 or newer.")


async def _check_schema() -> Finding:
    pending = await list_pending(APPS)
    return Finding("schema", not pending, f"{len(pending)} migrations pending", "Run: auther migrate")


async def _check_keys() -> Finding:
    try:
        return Finding("keys", bool((await jwks()).document), "signing keys present")
    except AppError as error:
        return Finding("keys", False, error.message, "Run: auther keys rotate")
