"""The answer: an authorization code."""

from __future__ import annotations

from datetime import timedelta

from app.contexts.rules import make_entry, trusted_origin
from app.contexts.types import NO_ENTRY, Entry
from app.kit import clock
from app.kit.crypto import hash_token, new_token
from app.kit.runtime import settings
from app.oidc.authorize.attempt import Attempt
from app.oidc.authorize.interactions import finish
from app.oidc.consents import note_use
from app.oidc.queries import codes
from app.oidc.types import CODE_PREFIX, Approval, Redirect

FAPI_CODE_TTL = timedelta(seconds=60)


async def give_code(attempt: Attempt) -> Redirect:
    """Store a code's hash with everything that its redemption must repeat, and answer with the code.

    Who comes for the first time gets what registration contexts give.

    Raises:
        InteractionOver: the request was answered already, in another tab.

    Source: RFC 6749 §4.1.2, RFC 7636 §4.4, RFC 9449 §10.
    """
    await finish(attempt)
    code = new_token(CODE_PREFIX)
    await codes.insert(
        hash_token(code),
        _approval(attempt),
        redirect_uri=attempt.params.get("redirect_uri"),
        code_challenge=attempt.code_challenge,
        nonce=attempt.params.get("nonce"),
        expires_at=clock.now() + _life(attempt),
        jkt=attempt.jkt,
    )
    await note_use(attempt.asked.actor, attempt.session.user.id, attempt.client.id, _entry(attempt))
    return Redirect(attempt.reply, {"code": code})


def _entry(attempt: Attempt) -> Entry:
    """How the user comes, for registration contexts; an operator who acts as the user is not the user."""
    if attempt.asked.actor.impersonator_id is not None:
        return NO_ENTRY
    clients = (attempt.client.id, *attempt.targets.client_ids)
    return make_entry(attempt.session.user, clients, trusted_origin(attempt.client, attempt.reply.redirect_uri))


def _life(attempt: Attempt) -> timedelta:
    """FAPI 2.0 Security Profile §5.3.2.2: a minute at most."""
    chosen = settings().code_ttl
    return min(chosen, FAPI_CODE_TTL) if attempt.client.require_pushed_authorization_requests else chosen


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
        resources=attempt.targets.uris,
    )
