"""What can go wrong in front of the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.kit.errors import InvalidInput, NotFound, Unauthenticated, Unavailable

# Stands for the database of this machine, wherever a context can be named.
LOCAL: Final = "local"


class NeedsServer(InvalidInput):
    def __init__(self) -> None:
        super().__init__("cli_server_needed", "This needs a server: give --url, or sign in with `auther login`.")


class NeedsDatabase(InvalidInput):
    """A command that works beside the database, when a server was named."""

    def __init__(self, what: str, url: str) -> None:
        super().__init__(
            "cli_database_needed",
            f"{what} works beside the database, not through {url}. Run it there, with --context {LOCAL}.",
        )


class SignInEnded(Unauthenticated):
    def __init__(self, context: str) -> None:
        super().__init__("cli_sign_in_ended", f"The sign-in of {context} has ended. Sign in again with: auther login")


class AccountUnknown(NotFound):
    def __init__(self, text: str) -> None:
        super().__init__("cli_account_unknown", f"There is no user {text:.200}, or you may not see it.")


class ThingUnknown(NotFound):
    def __init__(self, kind: str, text: str) -> None:
        super().__init__("cli_thing_unknown", f"There is no {kind} {text:.200}, or you may not see it.")


class ContextUnknown(NotFound):
    def __init__(self, name: str) -> None:
        super().__init__("cli_context_unknown", f"There is no context {name:.64}. See them with: auther context list")


class ContextNameInvalid(InvalidInput):
    def __init__(self) -> None:
        super().__init__(
            "cli_context_name_invalid",
            f"A context's name has up to 64 letters, digits and . _ -, and is not {LOCAL}.",
        )


class ContextsUnreadable(Unavailable):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__("cli_contexts_unreadable", f"{path} cannot be used: {reason}.")
