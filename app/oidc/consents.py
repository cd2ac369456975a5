"""What users allowed applications to do."""

from __future__ import annotations

from app.contexts.service import apply_contexts
from app.contexts.types import NO_ENTRY, Entry
from app.events.service import emit
from app.impersonation.rules import refuse_acting
from app.kit.actor import Actor
from app.kit.guard import guard, require_sign_in
from app.oidc.errors import ConsentNotFound
from app.oidc.queries import codes, consents, devices, grants
from app.oidc.queries.consents import Consent
from app.oidc.types import ClientAuthorized, ConsentGranted, ConsentWithdrawn


async def note_use(actor: Actor, user_id: str, client_id: str, entry: Entry = NO_ENTRY) -> None:
    """Note that a user goes to an application; audited the first time.

    Args:
        entry: how they come: registration contexts that mean them are applied.
    """
    is_new, pending = await consents.note_use(user_id, client_id, entry)
    if is_new:
        await emit(actor, ClientAuthorized(target_id=client_id, about_user_id=user_id))
    await apply_contexts(actor, user_id, pending, entry)


async def grant_consent(actor: Actor, user_id: str, client_id: str, scope: tuple[str, ...]) -> None:
    """Remember what the user just allowed, in addition to what was allowed before."""
    if await consents.add(user_id, client_id, scope):
        await emit(actor, ClientAuthorized(target_id=client_id, about_user_id=user_id))
    event = ConsentGranted(target_id=client_id, about_user_id=user_id, after={"scope": " ".join(scope)})
    await emit(actor, event)


async def list_consents(actor: Actor, user_id: str) -> list[Consent]:
    """Applications that a user has used, the latest first, 200 at most: one's own, or with `users.view`.

    Raises:
        Unauthenticated, Forbidden.
    """
    require_sign_in(actor)
    if actor.id != user_id:
        await guard(actor, "users.view")
    return await consents.list_of_user(user_id)


async def withdraw_consent(actor: Actor, user_id: str, client_id: str) -> None:
    """Forget what was allowed; codes, refresh tokens and userinfo of that application end at once.

    One's own, or anybody's with `users.update`.

    Raises:
        Unauthenticated, Forbidden. NotWhileActing: an operator acts as the user.
        ConsentNotFound: the user never used that application.
    """
    require_sign_in(actor)
    refuse_acting(actor)
    if actor.id != user_id:
        await guard(actor, "users.update")
    scope = await consents.delete(user_id, client_id)
    if scope is None:
        raise ConsentNotFound
    await codes.delete_of_client(user_id, client_id)
    await devices.delete_of_client(user_id, client_id)
    await grants.revoke_of_client(user_id, client_id)
    event = ConsentWithdrawn(target_id=client_id, about_user_id=user_id, before={"scope": " ".join(scope)})
    await emit(actor, event)
