"""People on their account pages."""

from __future__ import annotations

from app.kit import db
from app.kit.crypto import b64url
from app.kit.runtime import keyring
from app.users.service import get_user
from app.users.types import User
from tests.login.support import Page, Visitor, make_person

PROFILE, EMAIL, SESSIONS = "/account/profile", "/account/email", "/account/sessions"
APPS, DATA, DELETE = "/account/apps", "/account/data", "/account/data/delete"
ROW = "SELECT to_jsonb(u) - 'updated_at' - 'last_sign_in_at' AS row FROM users_user u WHERE id = $1"


async def sign_in_ada(visitor: Visitor, **fields: object) -> User:
    """Ada, signed in by her password just now."""
    user = await make_person(**fields)  # type: ignore[arg-type]
    assert (await visitor.sign_in(user.email)).status == 303
    return user


async def row_of(user: User) -> object:
    """All that is stored of a user, but when it changed and when they signed in."""
    return await db.fetch_value(ROW, user.id)


async def reread(user: User) -> User:
    return await get_user(user.id)


async def post(visitor: Visitor, path: str, **values: str) -> Page:
    """Post what no page of ours offers, with the token that it would have."""
    token = b64url(keyring().sign(f"{visitor.browser_id}|{path}".encode(), purpose="csrf"))
    return Page(await visitor.client.post(path, data={"csrf": token, **values}))
