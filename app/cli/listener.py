"""The HTTP listener: uvicorn with our settings, one process or several."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from types import FrameType

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from app.kit.errors import Unavailable
from app.kit.listening import admin_address, public_address
from app.kit.postgres import EmbeddedPostgres, supervise_postgres
from app.kit.settings import Settings
from app.main import build_app
from app.metrics.rest import build_port_app
from app.metrics.service import share_metrics

GRACEFUL_STOP_SECONDS = 15
KEEP_ALIVE_SECONDS = 65
BACKLOG = 2_048
# Scrapers are few.
METRICS_CONNECTIONS = 16


class _AnnouncingServer(uvicorn.Server):
    """Says something once it accepts connections."""

    def __init__(self, config: uvicorn.Config, greeting: Sequence[str]) -> None:
        super().__init__(config)
        self._greeting = greeting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            typer.echo("\n".join(self._greeting))


def listen(settings: Settings, instance: EmbeddedPostgres | None, greeting: Sequence[str]) -> None:
    """Serve until told to stop (SIGINT, SIGTERM): requests in flight end first.

    Args:
        instance: the embedded database to look after meanwhile.

    Raises:
        Unavailable: `cli_port_taken`.
    """
    listeners = _bind_all(settings)
    share_metrics(settings)
    _serve_metrics(settings)
    if instance is not None:
        watch = threading.Thread(target=asyncio.run, args=(supervise_postgres(instance),), daemon=True)
        watch.start()
    _end_cleanly_on_signals()
    if settings.workers == 1:
        _AnnouncingServer(_config(build_app(settings)), greeting).run(listeners)
        return
    os.environ.update(_environment_of(settings))
    typer.echo("\n".join(greeting))
    config = _config("app.main:app_factory", workers=settings.workers, factory=True)
    Multiprocess(config, sockets=listeners).run()


def _bind_all(settings: Settings) -> list[socket.socket]:
    """The public listener, and the operators' if they have one."""
    bound = [_bind(*public_address(settings), option="--port")]
    own = admin_address(settings)
    if own is not None:
        bound.append(_bind(*own, option="AUTHER_ADMIN_HOST or AUTHER_ADMIN_PORT"))
    return bound


def _serve_metrics(settings: Settings) -> None:
    """The metrics' own port, in a thread: with several server processes this one serves nothing else."""
    if settings.metrics_port is None:
        return
    listener = _bind(settings.metrics_host, settings.metrics_port, option="AUTHER_METRICS_PORT")
    server = uvicorn.Server(_config(build_port_app(settings), limit_concurrency=METRICS_CONNECTIONS))
    threading.Thread(target=server.run, args=([listener],), daemon=True, name="metrics").start()


def _end_cleanly_on_signals() -> None:
    """uvicorn stops gracefully and then raises the signal again: let our callers clean up, too."""

    def _leave(number: int, frame: FrameType | None) -> None:
        sys.exit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)


def _config(app: object, **options: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        ws_max_size=1_048_576,
        # Its memory is a quarter of a megabyte for each socket; messages are short.
        ws_per_message_deflate=False,
        timeout_worker_healthcheck=30,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_STOP_SECONDS,
        **options,  # type: ignore[arg-type]
    )


def _bind(host: str, port: int, *, option: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise Unavailable(
            "cli_port_taken",
            f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with {option}.",
        ) from error
    listener.set_inheritable(True)
    return listener


def _environment_of(settings: Settings) -> dict[str, str]:
    """What the server processes must know that is not in their environment yet."""
    assert settings.database_url is not None
    assert settings.secret is not None
    return {
        "AUTHER_DATABASE_URL": settings.database_url.get_secret_value(),
        "AUTHER_SECRET": settings.secret.get_secret_value(),
        "AUTHER_PUBLIC_URL": settings.public_url,
        "AUTHER_SIGNUP_POLICY": settings.signup_policy,
        "AUTHER_PORT": str(settings.port),
        "AUTHER_WORKERS": str(settings.workers),
        "AUTHER_RUN_WORKER": str(settings.run_worker).lower(),
    }
