"""`/account/security`: a signed-in person's factors, without JavaScript except where passkeys need it."""

from __future__ import annotations

from starlette.routing import BaseRoute

from app.login.pages.security import authenticator, linked, overview, passkeys, recovery

routes: list[BaseRoute] = [*overview.routes, *authenticator.routes, *passkeys.routes, *recovery.routes, *linked.routes]
