"""Use cases of the credentials room."""

from app.credentials.service.attempts import clear_attempt, open_attempt, release_attempt, unlock_account
from app.credentials.service.links import consume_link, new_link, new_sign_up_link, read_link
from app.credentials.service.passwords import (
    adopt_password,
    check_password,
    has_password,
    is_password_of,
    is_still_current,
    prepare_password,
    require_password_change,
    set_password,
)
from app.credentials.service.sweeping import sweep_credentials

__all__ = [
    "adopt_password",
    "check_password",
    "clear_attempt",
    "consume_link",
    "has_password",
    "is_password_of",
    "is_still_current",
    "new_link",
    "new_sign_up_link",
    "open_attempt",
    "prepare_password",
    "read_link",
    "release_attempt",
    "require_password_change",
    "set_password",
    "sweep_credentials",
    "unlock_account",
]
