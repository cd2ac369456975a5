"""The answer: an authorization code."""

from __future__ import annotations

from app.kit import clock
from app.kit.crypto import hash_token, new_token
from app.kit.runtime import settings
from app.oidc.authorize.attempt import Attempt
from app.oidc.consents import note_use
from app.oidc.errors import InteractionOver
from app.oidc.queries import codes, interactions
from app.oidc.types import CODE_PREFIX, Approval, Redirect


async def give_code(attempt: Attempt) -> Redirect:
    """Store a code's hash with everything that its redemption must repeat, and answer with the code.

    Raises:
        InteractionOver: the request was answered already, in another tab.

    Source: RFC 6749 §4.1.2, RFC 7636 §4.4.
    """
    resumed = attempt.asked.resumed
    if resumed is not None and not await interactions.delete(resumed.id):
        raise InteractionOver
    code = new_token(CODE_PREFIX)
    await codes.insert(
        hash_token(code),
        _approval(attempt),
        redirect_uri=attempt.params.get("redirect_uri"),
        code_challenge=attempt.code_challenge,
        nonce=attempt.params.get("nonce"),
        expires_at=clock.now() + settings().code_ttl,
    )
    await note_use(attempt.asked.actor, attempt.session.user.id, attempt.client.id)
    return Redirect(attempt.reply, {"code": code})


def _approval(attempt: Attempt) -> Approval:
    session = attempt.session.session
    return Approval(
        client_id=attempt.client.id,
        user_id=session.user_id,
        session_id=session.id,
        scope=attempt.scope,
        claims=attempt.claims,
        auth_time=session.auth_time,
        acr=session.acr,
        amr=session.amr,
    )
