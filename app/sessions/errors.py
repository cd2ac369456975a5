"""What can go wrong with sessions."""

from __future__ import annotations

from app.kit.errors import NotFound


class SessionNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("sessions_not_found", "There is no such session.", field=("id",))
