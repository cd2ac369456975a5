"""The server: `build_app(settings)` puts the rooms together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from app import graph, wiring
from app.account import pages as account_pages
from app.api_keys.service import noting_uses
from app.authz.service.bypasses import tracing_bypasses
from app.authz.service.follower import following
from app.events.denials import counting_denials
from app.graph.streams import hub
from app.impersonation import pages as impersonation_pages
from app.jobs.service import Worker
from app.kit import db, pages
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.garbage import sparing
from app.kit.log import configure_logging
from app.kit.migrate import migrate
from app.kit.recall import hearing
from app.kit.secret_file import ensure_secret
from app.kit.settings import Settings, load_settings
from app.lifecycle import rest as lifecycle_rest
from app.login import pages as login_pages
from app.metrics import rest as metrics_rest
from app.metrics.service import join_metrics, sampling
from app.oidc import rest as oidc_rest
from app.oidc.live import rest as live_rest
from app.policies.service import recording_evaluations
from app.rest import console, health
from app.rest.acting import ClosedToActing
from app.rest.errors import render_app_error, render_fault, render_http_error
from app.rest.exact import ExactRoutes
from app.rest.listeners import PublicPart
from app.rest.middleware import RequestContext
from app.signing.service import ensure_keys
from app.tables import APPS


def build_app(settings: Settings) -> Starlette:
    """The ASGI application. Its lifespan opens the database, migrates, makes keys and runs the worker.

    Args:
        settings: with a secret and a database URL (`app.cli` provides both when they are not set).
    """
    wiring.wire(settings)
    application = Starlette(
        routes=[
            # Routes are tried in their order, and most requests are for this one.
            *graph.routes,
            *health.routes,
            *metrics_rest.routes,
            *oidc_rest.routes,
            *login_pages.routes,
            *account_pages.routes,
            *impersonation_pages.routes,
            *lifecycle_rest.routes,
            *pages.routes,
            *console.build_routes(),
        ],
        middleware=[
            Middleware(RequestContext),
            Middleware(PublicPart),
            Middleware(ExactRoutes, endpoints=live_rest.exact),
            Middleware(pages.BrowserCookie),
            Middleware(ClosedToActing),
        ],
        exception_handlers={AppError: render_app_error, HTTPException: render_http_error, Exception: render_fault},
        lifespan=lambda _application: _running(settings),
    )
    # A redirect that adds a slash would go to whatever Host the request names.
    application.router.redirect_slashes = False
    return application


@asynccontextmanager
async def _running(settings: Settings) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(open_stores(settings))
        background = (
            hearing(), hub.running(), sampling(), tracing_bypasses(), noting_uses(), counting_denials(),
            recording_evaluations(),
        )  # fmt: skip
        for each in background:
            await stack.enter_async_context(each)
        if settings.authz_index:
            await stack.enter_async_context(following())
        if settings.run_worker:
            await stack.enter_async_context(_working())
        stack.enter_context(sparing())
        yield


@asynccontextmanager
async def open_stores(settings: Settings) -> AsyncIterator[None]:
    """The database, migrated and with signing keys, open until the block ends.

    Raises:
        Unavailable: `kit_database_unavailable`.
    """
    if settings.database_url is None:
        raise RuntimeError("no database URL: start the embedded PostgreSQL first")
    dsn = settings.database_url.get_secret_value()
    await _migrate(dsn)
    await db.open_database(db.tortoise_config(dsn, APPS, pool_size=settings.database_pool_size))
    try:
        async with unit_of_work():
            await ensure_keys()
        yield
    finally:
        await db.close_database()


async def _migrate(dsn: str) -> None:
    """On connections of its own: a migration may take longer than any other statement."""
    await db.open_database(db.tortoise_config(dsn, APPS, pool_size=2, command_timeout=None))
    try:
        await migrate(APPS)
    finally:
        await db.close_database()


@asynccontextmanager
async def _working() -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Worker().run(stop), name="worker")
    try:
        yield
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            await task


def app_factory() -> Starlette:
    """What each server process runs; `auther serve` has prepared operator and declared clients before."""
    settings = ensure_secret(load_settings())
    configure_logging(level=settings.log_level, is_json=settings.log_format == "json")
    join_metrics(settings)
    return build_app(settings)
