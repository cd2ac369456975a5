"""Routes of the hosted pages."""

from __future__ import annotations

from starlette.routing import BaseRoute

from app.login.pages import (
    again,
    change,
    confirm,
    enrol,
    external,
    forgot,
    leaving,
    mailed,
    mailed_link,
    reset,
    second,
    security,
    sign_in,
    sign_out,
    sign_up,
    unlock,
)

routes: list[BaseRoute] = [
    *sign_in.routes,
    *again.routes,
    *unlock.routes,
    *external.routes,
    *mailed.routes,
    *mailed_link.routes,
    *second.routes,
    *enrol.routes,
    *leaving.routes,
    *security.routes,
    *sign_up.routes,
    *confirm.routes,
    *forgot.routes,
    *reset.routes,
    *change.routes,
    *sign_out.routes,
]
