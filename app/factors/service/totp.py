"""Authenticator apps (RFC 6238): set up with a first code, each code used once."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import pyotp

from app.factors import queries, rules
from app.factors.errors import CodeWrong, SetupOver, TotpNotFound
from app.factors.service.notices import tell
from app.factors.service.recovery import make_first_codes
from app.factors.service.removal import require_another
from app.factors.types import FactorAdded, FactorRemoved, TotpSetup
from app.kit import clock, db
from app.kit.actor import Actor
from app.kit.crypto import b64url, b64url_decode
from app.kit.errors import Unavailable
from app.kit.runtime import keyring, settings
from app.users.types import User

SETUP_TTL: Final = timedelta(minutes=30)
_SEAL: Final = "factors-totp"
_SETUP: Final = "factors-totp-setup"
_MAX_TOKEN: Final = 1_024


def begin_totp(user: User, token: str | None = None) -> TotpSetup:
    """A new secret to be put into an app. Nothing is stored before `confirm_totp`.

    Args:
        token: of a setup that is under way: the same secret again, if it is still good.
    """
    secret = (_open_setup(user.id, token) if token else None) or pyotp.random_base32()
    uri = rules.totp_uri(secret, user.email, settings().product_name)
    return TotpSetup(_seal_setup(user.id, secret), secret, uri, rules.draw_qr(uri))


async def confirm_totp(actor: Actor, user: User, token: str, code: str) -> tuple[str, ...]:
    """Take the app that shows this code for the user's, in place of a former one. No guard: see `own`.

    Returns:
        Recovery codes, if the user had none.

    Raises:
        SetupOver: the setup is too old or somebody else's.
        CodeWrong.
    """
    secret = _open_setup(user.id, token)
    if secret is None:
        raise SetupOver
    now = clock.now()
    step = rules.find_step(secret, rules.clean_code(code), now)
    if step is None:
        raise CodeWrong
    await queries.lock_user(user.id)
    await queries.store_totp(user.id, keyring().seal(secret.encode(), purpose=_SEAL), step, now)
    after = {"kind": "totp"}
    event = FactorAdded(target_id=user.id, about_user_id=user.id, after=after, snapshot={"id": user.id, **after})
    await tell(actor, user, event, "totp_added")
    return await make_first_codes(actor, user)


async def use_totp(user_id: str, code: str) -> None:
    """Use a code of the user's app up; of many at once exactly one succeeds.

    Raises:
        CodeWrong: wrong, too old, used already, or there is no app.
    """
    stored = await queries.read_totp(user_id)
    cleaned = rules.clean_code(code)
    if stored is None or not rules.is_totp_shaped(cleaned):
        raise CodeWrong
    secret, now = keyring().open(stored.sealed, purpose=_SEAL).decode(), clock.now()
    step = rules.find_step(secret, cleaned, now)
    if step is None or not await queries.use_step(user_id, stored.sealed, step, now):
        raise CodeWrong


async def remove_totp(actor: Actor, user: User) -> None:
    """Take the user's app away. No guard: see `own`.

    Raises:
        TotpNotFound.
        LastFactor: it is the last factor, and one is required.
    """
    await queries.lock_user(user.id)
    if not await queries.delete_totp(user.id):
        raise TotpNotFound
    await require_another(user.id)
    before = {"kind": "totp"}
    event = FactorRemoved(target_id=user.id, about_user_id=user.id, before=before, snapshot={"id": user.id, **before})
    await tell(actor, user, event, "totp_removed")


def _seal_setup(user_id: str, secret: str) -> str:
    until = int((clock.now() + SETUP_TTL).timestamp())
    return b64url(keyring().seal(db.dump_json([user_id, secret, until]).encode(), purpose=_SETUP))


def _open_setup(user_id: str, token: str) -> str | None:
    if len(token) > _MAX_TOKEN:
        return None
    try:
        owner, secret, until = db.load_json(keyring().open(b64url_decode(token), purpose=_SETUP))
    except (ValueError, Unavailable):
        return None
    return str(secret) if owner == user_id and until > clock.timestamp() else None
