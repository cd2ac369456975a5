"""Use cases of the account room."""

from app.account.service.address import (
    confirm_email_change,
    find_pending_email,
    read_email_change,
    send_own_verification,
    start_email_change,
    withdraw_email_change,
)
from app.account.service.password import change_own_password, prepare_own_password
from app.account.service.profile import change_own_profile, count_username

__all__ = [
    "change_own_password",
    "change_own_profile",
    "confirm_email_change",
    "count_username",
    "find_pending_email",
    "prepare_own_password",
    "read_email_change",
    "send_own_verification",
    "start_email_change",
    "withdraw_email_change",
]
