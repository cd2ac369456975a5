"""The first start: an operator account, made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.authz.service import grant_relation, list_super_admins, super_admin
from app.cli.contexts import CLI_CLIENT_ID
from app.cli.passwords import new_password
from app.clients.types import AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN
from app.credentials.service import check_password, require_password_change, set_password
from app.kit.actor import SYSTEM
from app.kit.settings import Settings
from app.kit.settings_clients import ClientDeclaration
from app.users.service import find_by_login, find_user, register_user
from app.users.types import NewUser

# A browser comes back to any port of the loopback address (RFC 8252 §7.3). It is not first party: whoever asks in its
# name is not proved, so a person is asked (RFC 8252 §8.6).
CLI_CLIENT = ClientDeclaration(
    id=CLI_CLIENT_ID,
    name="Auther CLI",
    kind="native",
    description="The auther command on somebody's machine",
    redirect_uris=("http://127.0.0.1/callback",),
    grant_types=(AUTHORIZATION_CODE, REFRESH_TOKEN, DEVICE_CODE),
    scopes=("openid", "profile", "email", "offline_access", "auther:api"),
)
OPERATOR_EMAIL = "admin@example.com"
OPERATOR_USERNAME = "admin"
PASSWORD_FILE = "operator-password"


def with_own_clients(settings: Settings) -> Settings:
    """The settings with the clients that are part of Auther, unless they declare them in their own way."""
    if any(declared.id == CLI_CLIENT_ID for declared in settings.clients):
        return settings
    return settings.model_copy(update={"clients": (*settings.clients, CLI_CLIENT)})


@dataclass(frozen=True, slots=True)
class Operator:
    """The operator's account. `password` is None when it is not known to us (any more)."""

    email: str
    password: str | None
    is_new: bool
    must_change: bool = False


async def ensure_operator(*, must_change: bool) -> Operator:
    """Make the operator's account unless somebody is super admin already.

    Args:
        must_change: whether the password has to be changed at the first sign-in.
    """
    admins = await list_super_admins()
    if admins:
        user = await find_user(admins[0])
        return Operator(user.email if user else OPERATOR_EMAIL, None, is_new=False)
    password = new_password()
    user = await find_by_login(OPERATOR_EMAIL) or await register_user(
        SYSTEM,
        NewUser(email=OPERATOR_EMAIL, username=OPERATOR_USERNAME, name="Operator", email_verified=True),
    )
    await set_password(SYSTEM, user.id, password)
    if must_change:
        await require_password_change(user.id)
    await grant_relation(SYSTEM, super_admin("user", user.id))
    return Operator(user.email, password, is_new=True, must_change=must_change)


async def ensure_dev_operator(data_dir: Path) -> Operator:
    """As `ensure_operator`, but remember the password beside the demo database while it is still in force."""
    path = data_dir / PASSWORD_FILE
    operator = await ensure_operator(must_change=False)
    if operator.password is not None:
        path.touch(mode=0o600)
        path.write_text(operator.password + "\n")
        return operator
    if not path.exists():
        return operator
    remembered = path.read_text().strip()
    user = await find_by_login(operator.email)
    check = await check_password(user.id if user else None, remembered)
    return Operator(operator.email, remembered if check.is_correct else None, is_new=False)
