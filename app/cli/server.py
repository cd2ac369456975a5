"""`auther serve`, `dev`, `worker`, `migrate`."""

from __future__ import annotations

import asyncio
import os

import typer

from app.cli.apart import run_apart
from app.cli.bootstrap import Operator, ensure_dev_operator, ensure_operator, with_own_clients
from app.cli.demo import Demo, seed_demo
from app.cli.greeting import describe_demo, describe_server
from app.cli.listener import listen
from app.cli.output import print_json
from app.cli.stores import read_settings, running_database, work
from app.clients.service import declare_clients
from app.kit import db
from app.kit.migrate import list_pending
from app.kit.migrate import migrate as run_migrations
from app.kit.settings import Settings
from app.tables import APPS
from app.worker import run_worker


def serve(
    host: str = typer.Option(None, help="Address to listen on (AUTHER_HOST)."),
    port: int = typer.Option(None, help="Port to listen on (AUTHER_PORT)."),
    workers: int = typer.Option(None, help="Server processes (AUTHER_WORKERS)."),
    no_worker: bool = typer.Option(False, "--no-worker", help="Leave background jobs to `auther worker`."),
) -> None:
    """Run the server. The first start makes the secret, the database and an operator account."""
    given = {"host": host, "port": port, "workers": workers, "run_worker": False if no_worker else None}
    settings = read_settings(**{name: value for name, value in given.items() if value is not None})
    with running_database(settings) as (ready, instance):
        operator = run_apart(lambda: asyncio.run(_prepare(ready)))
        listen(ready, instance, describe_server(ready, operator))


def dev(port: int = typer.Option(None, help="Port to listen on (AUTHER_PORT).")) -> None:
    """Run everything for trying it out: demo users and clients, open sign-up, mail kept in the outbox."""
    given: dict[str, object] = {} if os.environ.get("AUTHER_SIGNUP_POLICY") else {"signup_policy": "open"}
    if port is not None:
        given["port"] = port
        if not os.environ.get("AUTHER_PUBLIC_URL"):
            given["public_url"] = f"http://localhost:{port}"
    with running_database(read_settings(**given)) as (ready, instance):
        operator, demo = run_apart(lambda: asyncio.run(_prepare_demo(ready)))
        listen(ready, instance, describe_server(ready, operator) + describe_demo(demo))


def worker() -> None:
    """Run background jobs only; use it beside `auther serve --no-worker`."""
    with running_database(read_settings()) as (settings, _):
        asyncio.run(run_worker(settings))


def migrate(
    check: bool = typer.Option(False, "--check", help="Change nothing; exit 1 when migrations are pending."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Bring the database schema up to date (the server does this by itself at start)."""
    with running_database(read_settings()) as (settings, _):
        names = asyncio.run(_migrate(settings, is_check=check))
    if as_json:
        print_json(names)
    else:
        typer.echo("\n".join(names) or "The schema is up to date.")
    if check and names:
        raise typer.Exit(1)


async def _migrate(settings: Settings, *, is_check: bool) -> list[str]:
    assert settings.database_url is not None
    await db.open_database(db.tortoise_config(settings.database_url.get_secret_value(), APPS, command_timeout=None))
    try:
        return await (list_pending(APPS) if is_check else run_migrations(APPS))
    finally:
        await db.close_database()


async def _prepare(settings: Settings) -> Operator:
    async with work(settings):
        await declare_clients(with_own_clients(settings))
        return await ensure_operator(must_change=True)


async def _prepare_demo(settings: Settings) -> tuple[Operator, Demo]:
    async with work(settings):
        await declare_clients(with_own_clients(settings))
        return await ensure_dev_operator(settings.data_dir), await seed_demo(settings)
