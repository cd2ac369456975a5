"""Clients as what others ask for."""

from __future__ import annotations

from dataclasses import dataclass

from app.clients.types.clients import Client


@dataclass(frozen=True, slots=True)
class Resource:
    """A client as a protected resource (RFC 8707), and the URI that it is registered under."""

    uri: str
    client: Client
