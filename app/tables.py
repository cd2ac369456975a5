"""Where the tables are: each room is a Tortoise app with migrations of its own."""

from __future__ import annotations

from typing import Any

# Rooms that own tables, lowest floor first.
ROOMS = (
    "kit", "jobs", "events", "mail", "users", "signing", "policies", "authz", "clients", "credentials", "factors",
    "sessions", "impersonation", "mailed", "api_keys", "contexts", "upstream", "oidc",
)  # fmt: skip

APPS: dict[str, dict[str, Any]] = {
    room: {"models": [f"app.{room}.models"], "migrations": f"migrations.{room}", "default_connection": "default"}
    for room in ROOMS
}
