"""Trading a token for a narrower one, for another audience, or for one that somebody else acts with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from app.authz.types import SubjectRef
from app.clients.service import find_client
from app.clients.types import Client
from app.kit import clock
from app.kit.actor import ActorKind
from app.kit.ids import new_id
from app.kit.runtime import settings
from app.oidc.client_auth import Call
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.retelling import retell
from app.oidc.rules import is_strong_enough, narrow_scope, split_scope
from app.oidc.targets import Targets, find_named, invalid_target
from app.oidc.tokens import confirmation, permissions_of, sign_answer
from app.oidc.trade.present import present_actor, present_subject
from app.oidc.trade.types import Presented, TokenType, act_for
from app.oidc.types import TOKEN_ID_PREFIX, Scope
from app.signing.types import Claims

# What tells whose the token is and what it hangs from: the new one ends with the grant and session of the old one.
_CARRIED: Final = (
    "sub", "sub_type", "grant_id", "sid", "auth_time", "acr", "amr", "impersonator", "api_key_id", "api_key_version",
)  # fmt: skip


async def delegate_token(call: Call) -> dict[str, object]:
    """The answer to an exchange, in the order of these checks: tokens, target, scope.

    Source: RFC 8693 §2.
    """
    require_access_token(call)
    subject, actor = await present_subject(call), await present_actor(call)
    targets = await find_trade_targets(call)
    require_strength(call, targets, subject)
    scope = targets.limit(narrow(call, subject.scope), call.client.id)
    given = await retell(subject.claims, call.client)
    now = clock.timestamp()
    ends = (subject.expires_at, *([actor.expires_at] if actor else []))
    claims: dict[str, object] = {
        **{name: given[name] for name in _CARRIED if name in given},
        **new_claims(call, targets, scope),
        "exp": min(now + int(call.client.access_token_ttl.total_seconds()), *ends),
        **_act(call.client, given, actor),
    }
    claims |= await permissions_of(_subject(subject), targets.readers(call.client.id), scope)
    return {**await sign_answer(claims), "issued_token_type": TokenType.ACCESS_TOKEN}


def require_access_token(call: Call) -> None:
    """Refuse who wants anything but an access token.

    Raises:
        EndpointError: `invalid_request`.
    """
    if call.params.get("requested_token_type") not in {None, TokenType.ACCESS_TOKEN, TokenType.JWT}:
        raise EndpointError(ErrorCode.INVALID_REQUEST, "Only access tokens are given for a token.")


async def find_trade_targets(call: Call) -> Targets:
    """What the token shall be for; nobody else for the caller itself. Each other client must have opted in.

    Raises:
        EndpointError: `invalid_target`, the same for an unknown one and for one that did not.
    """
    named, requires_mfa = await find_named(call), False
    for client_id in named.client_ids:
        target = await find_client(client_id)
        if target is None or not target.is_enabled:
            raise invalid_target()
        if call.client.id not in {client_id, *target.token_exchange_clients}:
            raise invalid_target()
        requires_mfa = requires_mfa or target.require_mfa
    return replace(named, requires_mfa=requires_mfa)


def require_strength(call: Call, targets: Targets, proved: Presented) -> None:
    """Refuse a token of somebody who proved one factor to whom a second one is required of.

    Raises:
        EndpointError: `invalid_target`.
    """
    requires_mfa = targets.requires_mfa or call.client.require_mfa
    if not is_strong_enough(proved.holder.acr or "", requires_mfa=requires_mfa):
        raise invalid_target()


def narrow(call: Call, given: tuple[str, ...]) -> tuple[str, ...]:
    """The new token's scope: what was given and this client may have, or less if it asks for less.

    Raises:
        EndpointError: `invalid_scope`, it asks for more.
    """
    possible = tuple(word for word in narrow_scope(given, call.client.scopes) if word != Scope.OFFLINE_ACCESS)
    asked = call.params.get("scope")
    if asked is None:
        return possible
    words = split_scope(asked)
    if words is None or not set(words) <= set(possible):
        raise EndpointError(ErrorCode.INVALID_SCOPE, "The scope is malformed, or wider than what can be given.")
    return words


def new_claims(call: Call, targets: Targets, scope: tuple[str, ...]) -> Mapping[str, object]:
    """What is new in an exchanged token (RFC 9068 §2.2): it is bound to the key that the exchange proves, if any."""
    return {
        "iss": settings().issuer,
        "aud": targets.claim,
        "iat": clock.timestamp(),
        "jti": new_id(TOKEN_ID_PREFIX),
        "client_id": call.client.id,
        "scope": " ".join(scope),
        **confirmation(call.jkt),
    }


def _act(client: Client, given: Claims, actor: Presented | None) -> dict[str, object]:
    """Who acts: the actor that was presented; else this client, unless it only narrows a token of its own."""
    prior = given.get("act")
    if actor is not None:
        return {"act": act_for(actor.party, prior)}
    if given["client_id"] != client.id:
        return {"act": act_for({"sub": client.id, "sub_type": ActorKind.CLIENT.value}, prior)}
    return {} if prior is None else {"act": prior}


def _subject(subject: Presented) -> SubjectRef:
    holder = subject.holder
    assert holder.id is not None  # whoever holds a token is somebody
    return SubjectRef(holder.kind.value, holder.id)
