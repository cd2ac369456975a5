"""Use cases of the hosted pages."""

from app.login.service.arriving import next_step, require_active, strengthen
from app.login.service.invitation import accept_invitation, read_invitation, send_invitation
from app.login.service.keeping import keep_account
from app.login.service.pending import open_pending, seal_pending
from app.login.service.recovery import ask_for_reset, read_reset, reset_password, send_reset
from app.login.service.second_step import (
    begin_code,
    begin_passkey_sign_in,
    complete_with_code,
    complete_with_passkey,
    enrol_app,
    enrol_passkey,
    record_wrong_proof,
    sign_in_with_passkey,
)
from app.login.service.sign_in import (
    begin_sign_in,
    change_password,
    complete_sign_in,
    continue_session,
    record_failure,
    replace_initial_password,
    require_own_strength,
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
from app.login.service.unlocking import read_unlock, send_unlock, unlock_sign_in
from app.login.service.verification import confirm_email, read_verification, send_verification

__all__ = [
    "accept_invitation",
    "answer_sign_up",
    "ask_for_reset",
    "ask_to_sign_up",
    "begin_code",
    "begin_passkey_sign_in",
    "begin_sign_in",
    "change_password",
    "complete_sign_in",
    "complete_with_code",
    "complete_with_passkey",
    "confirm_email",
    "confirm_sign_up",
    "continue_session",
    "enrol_app",
    "enrol_passkey",
    "keep_account",
    "next_step",
    "open_pending",
    "read_applicant",
    "read_invitation",
    "read_reset",
    "read_sign_up",
    "read_unlock",
    "read_verification",
    "record_failure",
    "record_wrong_proof",
    "replace_initial_password",
    "require_active",
    "require_own_strength",
    "require_password_of",
    "require_room_to_ask",
    "reset_password",
    "seal_pending",
    "send_invitation",
    "send_reset",
    "send_unlock",
    "send_verification",
    "sign_in_with_passkey",
    "strengthen",
    "unlock_sign_in",
    "was_asked_by",
]
