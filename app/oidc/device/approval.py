"""A person types the code of a device, and decides whether to let it in (RFC 8628 §3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.clients.service import find_client
from app.clients.types import Client
from app.contexts.rules import make_entry
from app.contexts.service import enter
from app.events.service import emit
from app.kit.actor import Actor
from app.kit.limits import RateLimit, address_bucket, release_hit, require_room
from app.oidc.consents import grant_consent, note_use
from app.oidc.device.codes import hash_user_code, read_user_code
from app.oidc.errors import DeviceOver, EndpointError, UserCodeUnknown
from app.oidc.queries import devices
from app.oidc.targets import Targets, find_remaining
from app.oidc.types import Approval, Device, DeviceAllowed, DeviceRefused, RequestedClaims
from app.sessions.service import begin_flow
from app.sessions.types import ACR_MFA, NewFlow, ResolvedSession

# Wrong codes. With a thousand devices waiting, a guess is right once in 25 million.
PER_ACCOUNT: Final = RateLimit("oidc.user_code_account", hits=10, window=timedelta(minutes=15))
PER_ADDRESS: Final = RateLimit("oidc.user_code_address", hits=60, window=timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Question:
    """A device that a person is asked about.

    Attributes:
        targets: those of the resources that can be had now.
    """

    device: Device
    client: Client
    session: ResolvedSession
    targets: Targets

    @property
    def asked(self) -> tuple[str, ...]:
        """What the person has to agree to: the scope, and each resource."""
        return self.device.scope + Targets(self.device.resources).consent_words


async def count_guess(session: ResolvedSession, actor: Actor) -> None:
    """Count a code that is typed, before it is looked at. Not inside a unit of work: each guess counts.

    Raises:
        TooMany: `kit_rate_limited`, too many wrong codes from this account or address.
    """
    await require_room(PER_ACCOUNT, session.user.id)
    await require_room(PER_ADDRESS, address_bucket(actor.origin.ip))


async def enter_code(text: str, session: ResolvedSession, actor: Actor) -> Device:
    """Find the device whose code this is, and bind it to the session that typed it. It no longer counts as a guess.

    Whoever types the code later takes the place of who typed it before.

    Raises:
        UserCodeUnknown: no device waits under this code.
    """
    code = read_user_code(text)
    device = await devices.enter(hash_user_code(code), session.session.id) if code else None
    if device is None:
        raise UserCodeUnknown
    await release_hit(PER_ACCOUNT, session.user.id)
    await release_hit(PER_ADDRESS, address_bucket(actor.origin.ip))
    return device


async def review_device(device_id: str, session: ResolvedSession) -> Question:
    """The device that this session typed the code of, and the client that it belongs to.

    Raises:
        DeviceOver: it does not wait any more, another session typed its code, or its client is switched off.
    """
    device = await devices.find_entered(device_id, session.session.id)
    client = await find_client(device.client_id) if device else None
    if device is None or client is None or not client.is_enabled:
        raise DeviceOver
    try:
        targets = await find_remaining(device.resources, is_strong=True)
    except EndpointError as error:
        raise DeviceOver from error
    return Question(device, client, session, targets)


def lacks_factor(question: Question) -> bool:
    """Whether the device's client, or a resource that it wants, wants a second factor that this session lacks."""
    requires_mfa = question.client.require_mfa or question.targets.requires_mfa
    return requires_mfa and question.session.session.acr != ACR_MFA


async def ask_for_factor(question: Question, browser_id: str) -> str:
    """Begin a sign-in that makes the session stronger and comes back to the question; its page."""
    new = NewFlow(
        browser_id=browser_id,
        return_to=f"/device/{question.device.id}",
        client_id=question.client.id,
        client_name=question.client.name,
        requires_mfa=True,
    )
    return f"/signin?flow={(await begin_flow(new)).id}"


async def let_in(question: Question, actor: Actor) -> None:
    """Let the device have what it asked for.

    Raises:
        DeviceOver: somebody else typed its code or decided meanwhile, or the session is too weak.
    """
    client, user = question.client, question.session.user
    if lacks_factor(question) or not await devices.allow(question.device.id, _approval(question)):
        raise DeviceOver
    if client.is_first_party:
        await note_use(actor, user.id, client.id)
    else:
        await grant_consent(actor, user.id, client.id, question.asked)
    await _enter(question, actor)
    event = DeviceAllowed(target_id=client.id, about_user_id=user.id, after=_describe(question))
    await emit(actor, event)


async def _enter(question: Question, actor: Actor) -> None:
    """Apply registration contexts, unless an operator acts as the user. A device comes from no origin."""
    if actor.impersonator_id is None:
        clients = [question.client.id, *question.targets.client_ids]
        user = question.session.user
        await enter(actor, user.id, make_entry(user, clients))


async def turn_away(question: Question, actor: Actor) -> None:
    """Do not let the device in: it hears so at its next poll.

    Raises:
        DeviceOver: somebody else typed its code or decided meanwhile.
    """
    if not await devices.refuse(question.device.id, question.session.session.id):
        raise DeviceOver
    event = DeviceRefused(
        target_id=question.client.id,
        about_user_id=question.session.user.id,
        reason="oidc_device_refused",
        after=_describe(question),
    )
    await emit(actor, event)


def _describe(question: Question) -> dict[str, object]:
    return {"scope": " ".join(question.asked), "device_ip": question.device.ip}


def _approval(question: Question) -> Approval:
    session = question.session.session
    return Approval(
        client_id=question.client.id,
        user_id=session.user_id,
        session_id=session.id,
        scope=question.device.scope,
        claims=RequestedClaims(),
        auth_time=session.auth_time,
        acr=session.acr,
        amr=session.amr,
        resources=question.device.resources,
    )
