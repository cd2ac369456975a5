"""Whether an operator acts as a user in a browser, now: asked at every request that says so."""

from __future__ import annotations

from app.impersonation.service.permitting import find_refusal
from app.impersonation.types import Acting
from app.kit.actor import Actor, ActorKind, Origin
from app.kit.db import unit_of_work
from app.sessions.acting import end_acting, holder_of, look_at_session, resolve_acting


async def find_acting(own_token: str, acting_token: str, origin: Origin) -> Acting | None:
    """Who acts as whom by these two cookies; None when either is over or they do not belong together.

    Where the operator may not any more, or the user became stronger or cannot sign in, the session ends by that.
    The operator's own session is not used by it.

    Raises:
        Unavailable: the database cannot be asked now.
    """
    own, resolved = await look_at_session(own_token), await resolve_acting(acting_token)
    if own is None or resolved is None or resolved.session.parent_id != own.session.id:
        return None
    operator = Actor(ActorKind.USER, own.user.id, session_id=own.session.id, origin=origin)
    actor = holder_of(resolved.session, operator)
    refusal = await find_refusal(operator, resolved.user)
    if refusal is None:
        return Acting(resolved, own.user, actor)
    async with unit_of_work():
        await end_acting(actor, resolved.session.id, f"impersonation_{refusal}")
    return None
