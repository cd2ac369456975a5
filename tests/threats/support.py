"""What attacks have in common."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

Outage = Callable[[], AbstractAsyncContextManager[None]]
FORM_TYPE = "application/x-www-form-urlencoded"

PAGES = (
    "/signin",
    "/signup",
    "/signup/confirm",
    "/email/verify",
    "/password/forgot",
    "/password/reset",
    "/password/set",
    "/password/change",
    "/signout",
    "/oauth2/authorize",
    "/oauth2/authorize/int_x",
    "/oauth2/consent/int_x",
    "/oauth2/logout",
)
POSTED = (
    *(path for path in PAGES if path != "/oauth2/authorize/int_x"),
    "/oauth2/logout/confirm",
    "/oauth2/token",
    "/oauth2/revoke",
    "/oauth2/userinfo",
)
DOCUMENTS = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks.json",
    "/oauth2/jwks",
)
