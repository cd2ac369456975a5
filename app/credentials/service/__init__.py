"""Use cases of the credentials room."""

from app.credentials.service.attempts import (
    clear_attempt,
    open_address_attempt,
    open_attempt,
    open_code_attempt,
    release_attempt,
    unlock_account,
)
from app.credentials.service.breaches import require_breached_list
from app.credentials.service.links import (
    consume_link,
    end_change_link,
    find_change_link,
    new_change_link,
    new_link,
    new_sign_up_link,
    read_link,
)
from app.credentials.service.passwords import (
    adopt_hashes,
    adopt_password,
    check_password,
    find_hash_problem,
    has_password,
    is_password_of,
    is_still_current,
    must_change_password,
    prepare_password,
    read_version,
    require_password_change,
    set_password,
)
from app.credentials.service.sweeping import sweep_credentials

__all__ = [
    "adopt_hashes",
    "adopt_password",
    "check_password",
    "clear_attempt",
    "consume_link",
    "end_change_link",
    "find_change_link",
    "find_hash_problem",
    "has_password",
    "is_password_of",
    "is_still_current",
    "must_change_password",
    "new_change_link",
    "new_link",
    "new_sign_up_link",
    "open_address_attempt",
    "open_attempt",
    "open_code_attempt",
    "prepare_password",
    "read_link",
    "read_version",
    "release_attempt",
    "require_breached_list",
    "require_password_change",
    "set_password",
    "sweep_credentials",
    "unlock_account",
]
