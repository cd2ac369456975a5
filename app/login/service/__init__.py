"""Use cases of the hosted pages."""

from app.login.service.invitation import accept_invitation, read_invitation, send_invitation
from app.login.service.pending import open_pending, seal_pending
from app.login.service.recovery import ask_for_reset, read_reset, reset_password, send_reset
from app.login.service.sign_in import (
    begin_sign_in,
    change_password,
    complete_sign_in,
    continue_session,
    record_failure,
    replace_initial_password,
    require_active,
)
from app.login.service.sign_up import (
    answer_sign_up,
    ask_to_sign_up,
    confirm_sign_up,
    read_applicant,
    read_sign_up,
    require_password_of,
    require_room_to_ask,
    was_asked_by,
)
from app.login.service.verification import confirm_email, read_verification, send_verification

__all__ = [
    "accept_invitation",
    "answer_sign_up",
    "ask_for_reset",
    "ask_to_sign_up",
    "begin_sign_in",
    "change_password",
    "complete_sign_in",
    "confirm_email",
    "confirm_sign_up",
    "continue_session",
    "open_pending",
    "read_applicant",
    "read_invitation",
    "read_reset",
    "read_sign_up",
    "read_verification",
    "record_failure",
    "replace_initial_password",
    "require_active",
    "require_password_of",
    "require_room_to_ask",
    "reset_password",
    "seal_pending",
    "send_invitation",
    "send_reset",
    "send_verification",
    "was_asked_by",
]
