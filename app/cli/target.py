"""Whom a command talks to: a server by its address, one of the contexts, or the database of this machine.

A command's work is the same in each case: it is given the API's methods. Without a server the documents run in this
process, as the system's own actor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from app.cli.contexts import CLI_CLIENT_ID, Contexts, Credential, ServerContext, locked, read_contexts, write_contexts
from app.cli.errors import LOCAL, NeedsDatabase, NeedsServer, SignInEnded
from auther_client import Bearer, Calls, Credentials, HttpTransport, Operations, Renewing, SignInFailed
from auther_client.oauth import Tokens, open_oauth

Result = TypeVar("Result")
Work = Callable[[Operations], Awaitable[Result]]

_MARGIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the command line and the environment say. `url` and `context` exclude each other."""

    url: str | None = None
    key: str | None = field(default=None, repr=False)
    context: str | None = None
    allow_plain_http: bool = False


@dataclass(frozen=True, slots=True)
class Server:
    """A server and who calls; `context` is where the credentials came from."""

    url: str
    credentials: Credentials | None = field(repr=False)
    allow_plain_http: bool = False
    context: str | None = None


_NOTHING_SAID = Choice()
_choice: ContextVar[Choice] = ContextVar("choice")


def choose(choice: Choice) -> None:
    """Remember what was said for the command that follows."""
    _choice.set(choice)


def find_server() -> Server | None:
    """The server that the command is for; None for the database of this machine.

    Raises:
        ContextUnknown, ContextsUnreadable.
    """
    choice = _choice.get(_NOTHING_SAID)
    if choice.url is not None:
        return _find_by_url(choice, choice.url)
    if choice.context == LOCAL:
        return None
    contexts = read_contexts()
    name = choice.context or contexts.current
    return None if name == LOCAL else _open_context(name, contexts.find(name))


def chosen_url() -> str | None:
    """The address that was given for this command."""
    return _choice.get(_NOTHING_SAID).url


def require_server() -> Server:
    """The server that the command is for.

    Raises:
        NeedsServer: `cli_server_needed`, it is for the database of this machine.
    """
    server = find_server()
    if server is None:
        raise NeedsServer
    return server


def describe_target() -> str:
    """Whom the command talks to, for questions."""
    server = find_server()
    return server.url if server else "this machine's database"


def require_local(what: str) -> None:
    """Refuse a command that works on the database, when a server was named.

    Raises:
        NeedsDatabase: `cli_database_needed`.
    """
    server = find_server()
    if server is not None:
        raise NeedsDatabase(what, server.url)


def ask(work: Work[Result]) -> Result:
    """Do a command's work with the API of whom it is for."""
    server = find_server()
    if server is not None:
        return asyncio.run(_ask_there(work, server))
    # The whole server: seconds to import, which calls of another one need not spend.
    from app.cli.in_process import ask_here

    return ask_here(work)


async def _ask_there(work: Work[Result], server: Server) -> Result:
    transport = HttpTransport(server.url, server.credentials, allow_plain_http=server.allow_plain_http)
    async with transport:
        return await work(Operations(Calls(transport)))


def _find_by_url(choice: Choice, url: str) -> Server:
    if choice.key:
        return Server(url, Bearer(choice.key), choice.allow_plain_http)
    for name, context in read_contexts().by_name.items():
        if context.url.rstrip("/") == url.rstrip("/"):
            return _open_context(name, context)
    return Server(url, None, choice.allow_plain_http)


def _open_context(name: str, context: ServerContext) -> Server:
    credential = context.credential
    credentials: Credentials | None = None
    if credential.key:
        credentials = Bearer(credential.key)
    elif credential.refresh_token or credential.access_token:
        credentials = Renewing(lambda refused: _fetch_token(name, refused))
    return Server(context.url, credentials, context.allow_plain_http, name)


async def _fetch_token(name: str, refused: str | None) -> str:
    """An access token of a context: the one that is kept while it lasts, else a fresh one.

    Raises:
        SignInEnded: `cli_sign_in_ended`.
    """
    with locked():
        contexts = read_contexts()
        context = contexts.find(name)
        kept = context.credential
        if kept.access_token and kept.access_token != refused and _lasts(kept):
            return kept.access_token
        if kept.refresh_token is None:
            raise SignInEnded(name)
        try:
            async with open_oauth(context.url, CLI_CLIENT_ID, allow_plain_http=context.allow_plain_http) as oauth:
                tokens = await oauth.refresh(kept.refresh_token)
        except SignInFailed as error:
            if error.code == "invalid_grant":
                _keep(contexts, name, Credential())
                raise SignInEnded(name) from error
            raise
        _keep(contexts, name, to_credential(tokens, kept.refresh_token))
        return tokens.access_token


def _lasts(kept: Credential) -> bool:
    return kept.access_token_expires_at is not None and kept.access_token_expires_at > datetime.now(UTC) + _MARGIN


def _keep(contexts: Contexts, name: str, credential: Credential) -> None:
    context = contexts.find(name).model_copy(update={"credential": credential})
    write_contexts(contexts.put(name, context))


def to_credential(tokens: Tokens, before: str | None = None) -> Credential:
    """What is kept of a sign-in; without a new refresh token the one before stays."""
    return Credential(
        refresh_token=tokens.refresh_token or before,
        access_token=tokens.access_token,
        access_token_expires_at=datetime.now(UTC) + timedelta(seconds=tokens.expires_in_seconds),
    )
