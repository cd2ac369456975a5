"""Codes, names and what a proof is worth. Pure."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import pyotp
import segno

from app.factors.errors import PasskeyNameInvalid, StepUpRequired
from app.factors.types import ACR_MFA
from app.kit.crypto import is_same

TOTP_STEP_SECONDS: Final = 30
# RFC 6238 §5.2: a clock may be one step behind or ahead.
TOTP_DRIFT_STEPS: Final = 1
TOTP_DIGITS: Final = 6
RECOVERY_CODES: Final = 10
# Crockford's alphabet: nothing that looks like something else.
CODE_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
CODE_LENGTH: Final = 12
_CODE_GROUP: Final = 4
MAX_PASSKEYS: Final = 20
MAX_NAME: Final = 60
MAX_TYPED: Final = 64
# How long a proof counts as fresh where factors are added and removed.
FRESH_FOR: Final = timedelta(minutes=10)
_LOOKALIKES: Final = str.maketrans({"o": "0", "i": "1", "l": "1"})


def clean_code(typed: str) -> str:
    """What was meant by a typed code: blanks and hyphens are for the eye, O and I are misread digits."""
    if len(typed) > MAX_TYPED:
        return ""
    return "".join(character for character in typed.lower() if character.isalnum()).translate(_LOOKALIKES)


def is_totp_shaped(code: str) -> bool:
    """Whether a cleaned code can be one of an authenticator app."""
    return len(code) == TOTP_DIGITS and code.isascii() and code.isdigit()


def find_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step that a code belongs to, one step of drift allowed; None when it is wrong (RFC 6238 §5.2)."""
    totp = pyotp.TOTP(secret, interval=TOTP_STEP_SECONDS, digits=TOTP_DIGITS)
    present = int(now.timestamp()) // TOTP_STEP_SECONDS
    steps = range(present - TOTP_DRIFT_STEPS, present + TOTP_DRIFT_STEPS + 1)
    # Each is compared, so the time taken does not tell which one it was.
    right = [step for step in steps if is_same(totp.generate_otp(step), code)]
    return right[-1] if right else None


def totp_uri(secret: str, account: str, issuer: str) -> str:
    """What an authenticator app reads (`otpauth://totp/…`)."""
    totp = pyotp.TOTP(secret, interval=TOTP_STEP_SECONDS, digits=TOTP_DIGITS)
    return totp.provisioning_uri(name=account, issuer_name=issuer)


def draw_qr(text: str) -> str:
    """A QR code as inline SVG, black on white in every colour scheme, since not every camera reads the reverse."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, nl=False, border=3, dark="#000", light="#fff", omitsize=True,
        svgclass=None, lineclass=None,
    )  # fmt: skip
    return drawn.getvalue().decode()


def format_recovery_code(code: str) -> str:
    """As people write it: `7m2k-x9pd-04ea`."""
    return "-".join(code[start : start + _CODE_GROUP] for start in range(0, len(code), _CODE_GROUP))


def check_name(name: str) -> str:
    """A passkey's name, without blanks around it.

    Raises:
        PasskeyNameInvalid.
    """
    trimmed = " ".join(name.split())
    if not 1 <= len(trimmed) <= MAX_NAME or not trimmed.isprintable():
        raise PasskeyNameInvalid(MAX_NAME)
    return trimmed


def user_handle(user_id: str) -> bytes:
    """What authenticators keep of a user: 32 bytes that tell nothing (WebAuthn §14.6.1)."""
    return sha256(b"auther user handle|" + user_id.encode()).digest()


def passkey_amr(*, is_backup_eligible: bool) -> tuple[str, ...]:
    """RFC 8176: a key that may be copied is one of software; the user was verified, so there are two factors."""
    return ("swk" if is_backup_eligible else "hwk", "user", "mfa")


def check_fresh(auth_time: datetime | None, acr: str | None, *, has_factors: bool, now: datetime) -> None:
    """Whether a session's proof is fresh, and as strong as its user can give.

    Raises:
        StepUpRequired.
    """
    if auth_time is None or not is_fresh(auth_time, now) or (has_factors and acr != ACR_MFA):
        raise StepUpRequired


def is_fresh(auth_time: datetime, now: datetime) -> bool:
    """Whether a proof is young enough to add and remove factors with."""
    return now - auth_time <= FRESH_FOR
