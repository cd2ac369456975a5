"""Routes of the hosted pages."""

from __future__ import annotations

from starlette.routing import BaseRoute

from app.login.pages import (
    change,
    confirm,
    enrol,
    external,
    forgot,
    reset,
    second,
    security,
    sign_in,
    sign_out,
    sign_up,
)

routes: list[BaseRoute] = [
    *sign_in.routes,
    *external.routes,
    *second.routes,
    *enrol.routes,
    *security.routes,
    *sign_up.routes,
    *confirm.routes,
    *forgot.routes,
    *reset.routes,
    *change.routes,
    *sign_out.routes,
]
