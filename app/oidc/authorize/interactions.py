"""Requests that wait: for the sign-in pages, or for a consent."""

from __future__ import annotations

from datetime import timedelta

from app.contexts.rules import trusted_origin
from app.kit import clock
from app.kit.ids import new_id
from app.kit.limits import RateLimit, address_bucket, require_room
from app.oidc.authorize.attempt import Asked, Attempt
from app.oidc.authorize.strength import needs_mfa
from app.oidc.consents import grant_consent
from app.oidc.errors import ErrorCode, InteractionOver
from app.oidc.params import restore_params
from app.oidc.queries import interactions, pushed
from app.oidc.types import INTERACTION_PREFIX, Interaction, Prompt, Visit
from app.sessions.service import begin_flow, find_flow
from app.sessions.types import NewFlow

INTERACTION_TTL = timedelta(hours=1)
# Requests that wait are rows that anybody can have written. A large office behind one address begins its day in this.
PER_ADDRESS = RateLimit("oidc.authorize_address", hits=1_000, window=timedelta(minutes=10))
# The sign-in pages keep and show a hint of this length; a longer one is none.
_MAX_HINT = 254
_MAX_LOCALES = 200


async def resume(interaction_id: str, asked: Asked) -> Asked:
    """The request that waited, with who completed the sign-in.

    Raises:
        InteractionOver: it is finished, too old, or began in another browser.
    """
    waiting = await interactions.find(interaction_id, asked.browser_id)
    if waiting is None:
        raise InteractionOver
    flow = await find_flow(waiting.flow_id, asked.browser_id) if waiting.flow_id else None
    return Asked(
        params=restore_params(waiting.params),
        browser_id=asked.browser_id,
        actor=asked.actor,
        session=asked.session,
        resumed=waiting,
        finished_by=flow.session_id if flow else None,
        pushed_id=waiting.pushed_id,
    )


async def send_to_sign_in(attempt: Attempt) -> Visit:
    """Keep the request, and begin a sign-in that comes back to it.

    Raises:
        SentToClient: `login_required`, where an operator acts as the user: nobody signs in there.
        TooMany: `kit_rate_limited`, for the address that asks.
    """
    if attempt.asked.actor.impersonator_id is not None:
        raise attempt.refuse(ErrorCode.LOGIN_REQUIRED, "An operator acts as this user, and cannot sign in for them.")
    await _require_room(attempt)
    waiting = await _keep(attempt)
    flow = await begin_flow(
        NewFlow(
            browser_id=waiting.browser_id,
            return_to=f"/oauth2/authorize/{waiting.id}",
            client_id=attempt.client.id,
            client_name=attempt.client.name,
            login_hint=_at_most(attempt.params.get("login_hint"), _MAX_HINT),
            ui_locales=_at_most(attempt.params.get("ui_locales"), _MAX_LOCALES),
            is_sign_up=Prompt.CREATE in attempt.prompt,
            must_reauthenticate=_must_reauthenticate(attempt),
            must_choose_account=Prompt.SELECT_ACCOUNT in attempt.prompt,
            min_auth_time=None if attempt.max_age is None else clock.now() - attempt.max_age,
            requires_mfa=needs_mfa(attempt),
            origin=trusted_origin(attempt.client, attempt.reply.redirect_uri),
        )
    )
    await interactions.set_flow(waiting.id, flow.id)
    return Visit(f"/signin?flow={flow.id}")


async def send_to_consent(attempt: Attempt) -> Visit:
    """Keep the request until the user answered the consent page.

    Raises:
        SentToClient: `consent_required`, where an operator acts as the user: only the user agrees.
        TooMany: `kit_rate_limited`, for the address that asks.
    """
    if attempt.asked.actor.impersonator_id is not None:
        raise attempt.refuse(ErrorCode.CONSENT_REQUIRED, "An operator acts as this user, and cannot agree for them.")
    await _require_room(attempt)
    return Visit(f"/oauth2/consent/{(await _keep(attempt)).id}")


async def allow(attempt: Attempt) -> None:
    """Remember the user's yes to what the request wants now, for this request and for later ones."""
    user_id = attempt.session.user.id
    await grant_consent(attempt.asked.actor, user_id, attempt.client.id, attempt.consent_scope)
    await interactions.set_consent(_waiting(attempt).id, user_id, attempt.consent_scope)


async def give_up(attempt: Attempt) -> None:
    """End a request that the user refused.

    Raises:
        InteractionOver: it was answered already.
    """
    _waiting(attempt)
    await finish(attempt)


async def finish(attempt: Attempt) -> None:
    """The request is answered now, and no other time: in this tab, from this browser.

    A pushed request that was opened several times counts once (FAPI 2.0 Security Profile §5.3.2.2): when it is
    answered, so that a sign-in page may be loaded again.

    Raises:
        InteractionOver: it was answered already.
    """
    asked = attempt.asked
    if asked.resumed is not None and not await interactions.delete(asked.resumed.id):
        raise InteractionOver
    if asked.pushed_id is not None and not await pushed.use(asked.pushed_id):
        raise InteractionOver


async def _require_room(attempt: Attempt) -> None:
    await require_room(PER_ADDRESS, address_bucket(attempt.asked.actor.origin.ip))


def _waiting(attempt: Attempt) -> Interaction:
    if attempt.asked.resumed is None:
        raise LookupError("this request did not wait")
    return attempt.asked.resumed


def _must_reauthenticate(attempt: Attempt) -> bool:
    if Prompt.LOGIN in attempt.prompt or attempt.max_age is not None:
        return True
    return attempt.asked.session is not None and attempt.subject not in {None, attempt.session.user.id}


def _at_most(text: str | None, length: int) -> str | None:
    return text if text is not None and len(text) <= length else None


async def _keep(attempt: Attempt) -> Interaction:
    if attempt.asked.resumed is not None:
        return attempt.asked.resumed
    now = clock.now()
    waiting = Interaction(
        id=new_id(INTERACTION_PREFIX),
        browser_id=attempt.asked.browser_id,
        client_id=attempt.client.id,
        params=attempt.params.store(),
        pushed_id=attempt.asked.pushed_id,
        flow_id=None,
        consented_by=None,
        created_at=now,
        expires_at=now + INTERACTION_TTL,
    )
    await interactions.insert(waiting)
    return waiting
