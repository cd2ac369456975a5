"""Routes of the hosted pages."""

from __future__ import annotations

from starlette.routing import BaseRoute

from app.login.pages import change, confirm, forgot, reset, sign_in, sign_out, sign_up

routes: list[BaseRoute] = [
    *sign_in.routes,
    *sign_up.routes,
    *confirm.routes,
    *forgot.routes,
    *reset.routes,
    *change.routes,
    *sign_out.routes,
]
