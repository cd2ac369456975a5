"""Accounts at providers and whose they are here."""

from __future__ import annotations

from collections.abc import Sequence

from app.contexts.rules import make_entry
from app.contexts.service import welcome
from app.credentials.service import has_password
from app.factors.service import find_factors_of, has_factor, require_fresh_proof
from app.kit.actor import Actor, ActorKind
from app.kit.guard import guard, has_permission, reach_of, require_sign_in
from app.kit.ids import new_id
from app.kit.paging import MAX_PAGE, Page, PageRequest, make_page
from app.upstream import queries, rules
from app.upstream.errors import (
    AccountExists,
    AccountMissing,
    AddressMissing,
    AddressUnproved,
    IdentityNotFound,
    IdentityTaken,
    LastWayIn,
)
from app.upstream.service.notices import tell
from app.upstream.types import (
    IDENTITY_PREFIX,
    IDENTITY_SORT,
    Identity,
    IdentityLinked,
    IdentityUnlinked,
    Person,
    Provider,
    Return,
)
from app.users.service import find_by_email, get_user, register_user
from app.users.types import NewUser, User


async def recognise(actor: Actor, came: Return, *, client_id: str | None = None, origin: str | None = None) -> User:
    """Whose account this is: linked before, linked now by a proved address, or new. In a unit of work.

    Args:
        client_id, origin: of the application that sent them; who is new gets what registration contexts give.

    Raises:
        AddressUnproved: the provider's word on the address is none, or does not count here.
        AccountExists: the address is that of an account which an address alone does not open: it did not prove it
            here, has a second factor, or a permission on the platform.
        AccountMissing: nobody is known so, and the provider may make no accounts.
        AddressMissing: an account would be made, but has no address.
    """
    provider, person = came.provider, came.person
    known = await queries.find_identity(provider.id, person.subject)
    if known is not None:
        await queries.use_identity(known.id, person.email)
        return await get_user(known.user_id)
    if person.email is not None and not (person.is_verified and provider.trusts_email):
        # Before anybody is looked for: else whoever claims an address learns whether it has an account.
        raise AddressUnproved(provider.name)
    same = await find_by_email(person.email) if person.email else None
    if same is not None:
        if not await _may_link_by_address(person, same):
            raise AccountExists(provider.name)
        await _link(actor, provider, person, same)
        return same
    if not provider.can_sign_up:
        raise AccountMissing(provider.name)
    user = await _sign_up(actor, provider, person)
    await welcome(actor, user.id, make_entry(user, [client_id] if client_id else [], origin))
    return user


async def _may_link_by_address(person: Person, user: User) -> bool:
    """Whether an address that the provider calls proved is enough to link this account."""
    # Both sides have to have proved it: else who claims an address first gets into the account of its owner.
    if not user.email_verified or not rules.is_same_address(person.email or "", user.email):
        return False
    # Who sets providers up, or runs one, must not get further by the word of a provider than they are.
    await queries.lock_links(user.id)
    return not await has_factor(user.id) and not await reach_of(Actor(ActorKind.USER, user.id))


async def _sign_up(actor: Actor, provider: Provider, person: Person) -> User:
    if person.email is None:
        raise AddressMissing(provider.name)
    user = await register_user(
        actor,
        NewUser(
            email=person.email,
            email_verified=True,
            name=person.name,
            picture=person.picture,
            locale=person.locale,
        ),
    )
    await _link(actor, provider, person, user)
    return user


async def link_own(actor: Actor, came: Return) -> Identity:
    """Link what somebody proved at a provider to their own account, which they proved here just now. In a unit of work.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired. IdentityTaken.
        IdentityNotFound: another person is signed in than the one who went.
    """
    user = await require_fresh_proof(actor)
    if came.errand.user_id != user.id:
        raise IdentityNotFound
    return await _link(actor, came.provider, came.person, user)


async def _link(actor: Actor, provider: Provider, person: Person, user: User) -> Identity:
    made = await queries.insert_identity(new_id(IDENTITY_PREFIX), provider.id, person.subject, user.id, person.email)
    if made is None:
        known = await queries.find_identity(provider.id, person.subject)
        if known is None or known.user_id != user.id:
            raise IdentityTaken(provider.name)
        return known
    after = {"provider_id": provider.id, "provider": provider.name, "subject": person.subject, "user_id": user.id}
    event = IdentityLinked(target_id=made.id, about_user_id=user.id, after=after)
    await tell(actor, user, event, "identity_linked", provider=provider.name)
    return made


async def unlink(actor: Actor, identity_id: str) -> Identity:
    """Take a link away: one's own after a fresh proof, anybody's with `users.update`.

    Raises:
        Unauthenticated, Forbidden. OwnSessionRequired, StepUpRequired.
        IdentityNotFound. LastWayIn: there is no other way to sign in to one's own account.
    """
    require_sign_in(actor)
    identity = (await queries.find_identities([identity_id])).get(identity_id)
    if identity is not None and _is_own(actor, identity.user_id):
        await require_fresh_proof(actor)
        await _require_another_way(identity)
    else:
        await guard(actor, "users.update")
    if identity is None:
        raise IdentityNotFound
    await queries.delete_identity(identity.id)
    before = {"provider_id": identity.provider_id, "subject": identity.subject, "user_id": identity.user_id}
    event = IdentityUnlinked(target_id=identity.id, about_user_id=identity.user_id, before=before)
    user = await get_user(identity.user_id)
    provider = (await queries.find_providers([identity.provider_id]))[identity.provider_id]
    await tell(actor, user, event, "identity_unlinked", provider=provider.name)
    return identity


async def read_visible(actor: Actor, identity_id: str) -> Identity:
    """A link that the actor may know of: their own, others' with `users.view`.

    Raises:
        Unauthenticated. IdentityNotFound: also where others' are not to be seen.
    """
    require_sign_in(actor)
    identity = (await queries.find_identities([identity_id])).get(identity_id)
    if identity is None or not await may_view_link(actor, identity):
        raise IdentityNotFound
    return identity


async def guard_links_of(actor: Actor, user_id: str) -> None:
    """Let the actor see a user's links: their own, others' with `users.view`.

    Raises:
        Unauthenticated, Forbidden.
    """
    require_sign_in(actor)
    if not _is_own(actor, user_id):
        await guard(actor, "users.view")


async def may_view_link(actor: Actor, identity: Identity) -> bool:
    """Whether the actor may see this link: their own, others' with `users.view`."""
    return _is_own(actor, identity.user_id) or await has_permission(actor, "users.view")


async def get_links(ids: Sequence[str]) -> dict[str, Identity]:
    """Those that exist, by id, in one statement. No guard: for dataloaders, before `may_view_link`."""
    return await queries.find_identities(ids)


async def list_links_of(user_ids: Sequence[str], page: PageRequest) -> dict[str, Page[Identity]]:
    """The same page of links for each user, newest first. No guard: behind `guard_links_of`.

    Raises:
        InvalidInput, LimitReached: the page is not well-formed.
    """
    found = await queries.list_identities(user_ids, page)
    return {
        each: make_page(IDENTITY_SORT, page, rows, lambda row: (row.created_at, row.id)) for each, rows in found.items()
    }


async def count_links_of(user_ids: Sequence[str]) -> dict[str, int]:
    """How many links each user has. No guard: behind `guard_links_of`."""
    return await queries.count_identities(user_ids)


async def links_of(user_id: str) -> list[Identity]:
    """The links of a user that a page shows. No guard: for pages about oneself."""
    return (await queries.list_identities([user_id], PageRequest(first=MAX_PAGE)))[user_id][:MAX_PAGE]


async def _require_another_way(identity: Identity) -> None:
    user_id = identity.user_id
    await queries.lock_links(user_id)
    others = await queries.count_other_ways(user_id, identity.id)
    if not (others or await has_password(user_id) or (await find_factors_of(user_id)).passkeys):
        raise LastWayIn


def _is_own(actor: Actor, user_id: str) -> bool:
    return actor.kind is ActorKind.USER and actor.id == user_id
