"""An operator gets a token of a user, to see what that user sees.

The operator shows an access token with the scope of Auther's API, and holds `users.impersonate`; whoever holds a
permission on the platform that the operator lacks cannot be impersonated. The token hangs from the operator's
session, names the operator, never opens Auther's own API, and gives no refresh token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from app.authz.types import SubjectRef
from app.clients.types import Client
from app.events.denials import record_denial
from app.events.service import emit
from app.impersonation.service import find_refusal
from app.impersonation.types import ImpersonationRefused, UserImpersonated
from app.kit import clock
from app.kit.actor import Actor, ActorKind
from app.kit.ids import new_id
from app.oidc import tokens
from app.oidc.client_auth import Call
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.queries import grants
from app.oidc.subjects import subject_for
from app.oidc.targets import Targets
from app.oidc.trade.delegate import (
    find_trade_targets,
    narrow,
    new_claims,
    require_access_token,
    require_strength,
)
from app.oidc.trade.present import present_actor
from app.oidc.trade.types import Presented, TokenType, act_for, not_tradable
from app.oidc.types import (
    GRANT_PREFIX,
    Approval,
    Grant,
    RequestedClaims,
    Scope,
)
from app.users.service import find_user
from app.users.types import User


@dataclass(frozen=True, slots=True)
class Impersonation:
    """Who shall act as whom, where, and with what."""

    call: Call
    operator: Presented
    user: User
    targets: Targets
    scope: tuple[str, ...]


async def prove_operator(call: Call) -> Impersonation:
    """Check everything that an impersonation needs; a refusal is audited with its reason.

    Raises:
        EndpointError: `invalid_request`, `access_denied`, `invalid_target`, `invalid_scope`.
    """
    require_access_token(call)
    operator = await present_actor(call)
    if operator is None:
        raise EndpointError(ErrorCode.INVALID_REQUEST, "actor_token is missing: show who acts.")
    user_id = call.require("subject_token")
    user = await find_user(user_id)
    refusal = await _find_refusal(operator, user)
    if refusal is not None:
        event = ImpersonationRefused(target_id=user.id if user else None, reason=refusal)
        await record_denial(operator.holder, event)
        raise EndpointError(ErrorCode.ACCESS_DENIED, "This operator may not act as this user.")
    if user is None:
        raise not_tradable("subject_token")
    scope = tuple(word for word in narrow(call, operator.scope) if word != Scope.AUTHER_API)
    targets = await find_trade_targets(call)
    require_strength(call, targets, operator)
    return Impersonation(call, operator, user, targets, scope)


async def act_as(asked: Impersonation) -> dict[str, object]:
    """Open a grant that hangs from the operator's session, tell of it, and answer; inside a unit of work.

    Raises:
        EndpointError: `invalid_request`, the operator's session ended meanwhile.
    """
    operator, client, now = asked.operator, asked.call.client, clock.timestamp()
    end = min(now + int(client.access_token_ttl.total_seconds()), operator.expires_at)
    grant = await _open_grant(asked, end)
    claims: dict[str, object] = {
        "sub": await subject_for(client, asked.user.id),
        "grant_id": grant.id,
        **new_claims(asked.call, asked.targets, asked.scope),
        "exp": end,
        "act": act_for(operator.party, operator.claims.get("act")),
        "impersonator": await _name_operator(client, operator.holder),
    }
    subject = SubjectRef(ActorKind.USER, asked.user.id)
    claims |= await tokens.permissions_of(subject, asked.targets.readers(client.id), asked.scope)
    audience = " ".join(asked.targets.client_ids) or None
    after = {"client_id": client.id, "audience": audience, "scope": " ".join(asked.scope)}
    event = UserImpersonated(target_id=asked.user.id, about_user_id=asked.user.id, after=after)
    await emit(operator.holder, event)
    return {**await tokens.sign_answer(claims), "issued_token_type": TokenType.ACCESS_TOKEN}


async def _find_refusal(operator: Presented, user: User | None) -> str | None:
    actor = operator.holder
    if Scope.AUTHER_API not in actor.scopes:
        return "oidc_impersonation_scope_missing"
    refusal = await find_refusal(actor, user)
    return None if refusal is None else f"oidc_impersonation_{refusal}"


async def _open_grant(asked: Impersonation, end: int) -> Grant:
    holder, now = asked.operator.holder, clock.now()
    session_id = holder.session_id or ""
    if holder.kind is ActorKind.USER:
        # The operator's session is locked, so that whoever ends it meanwhile finds the grant.
        current = await grants.find_holder(holder.id or "", session_id)
        if current is None or not current.may_go_on:
            raise not_tradable("actor_token")
    approval = Approval(
        client_id=asked.call.client.id,
        user_id=asked.user.id,
        session_id=session_id,
        scope=asked.scope,
        claims=RequestedClaims(),
        auth_time=holder.auth_time or now,
        acr=holder.acr or "",
        amr=holder.amr,
    )
    grant = Grant(
        id=new_id(GRANT_PREFIX),
        approval=approval,
        created_at=now,
        expires_at=datetime.fromtimestamp(end, UTC),
        jkt=asked.call.jkt,
    )
    await grants.insert(grant, refresh_hash=None, refresh_expires_at=None)
    return grant


async def _name_operator(client: Client, operator: Actor) -> str:
    assert operator.id is not None  # whoever holds a token is somebody
    return await subject_for(client, operator.id) if operator.kind is ActorKind.USER else operator.id
