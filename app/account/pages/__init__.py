"""Routes of the account pages. `/account/security` and what is below it stand in `app.login.pages.security`."""

from __future__ import annotations

from starlette.routing import BaseRoute

from app.account.pages import apps, data, email, keys, profile, sessions

routes: list[BaseRoute] = [
    *profile.routes,
    *email.routes,
    *sessions.routes,
    *apps.routes,
    *keys.routes,
    *data.routes,
]
