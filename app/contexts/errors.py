"""What can go wrong with registration contexts."""

from __future__ import annotations

from app.kit.errors import Conflict, InvalidInput, NotFound


class ContextNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("contexts_not_found", "There is no such registration context.", field=("id",))


class ContextClientUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__("contexts_client_not_found", "There is no such client.", field=("client_id",))


class SlugTaken(Conflict):
    def __init__(self) -> None:
        super().__init__("contexts_slug_taken", "Another registration context has this slug.", field=("slug",))


class IdempotencyMismatch(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "contexts_idempotency_mismatch",
            "This idempotency key was used for a different registration context.",
            field=("idempotencyKey",),
        )


class InvalidContext(InvalidInput):
    """One field of a registration context is wrong."""

    def __init__(self, reason: str, *field: str) -> None:
        super().__init__("contexts_invalid", reason, field=field)


class GrantForeign(InvalidInput):
    """A client's context may give relations on that client's own types only."""

    def __init__(self, client_id: str, type_name: str, *field: str) -> None:
        super().__init__(
            "contexts_grant_foreign",
            f"{type_name} is no type of {client_id}: the context of a client gives nothing of the platform, "
            "and nothing of other clients.",
            field=field,
        )
