"""Claims about a user: which scope carries which, and what a `claims` parameter asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from app.oidc.types import RequestedClaims, Scope
from app.users.types import User

MAX_CLAIMS_BYTES = 4_096

# OIDC Core §5.4, as far as a user has them.
SCOPE_CLAIMS: Mapping[str, tuple[str, ...]] = {
    Scope.PROFILE: ("name", "preferred_username", "picture", "locale", "zoneinfo", "updated_at"),
    Scope.EMAIL: ("email", "email_verified"),
}
_CARRIER = {claim: scope for scope, claims in SCOPE_CLAIMS.items() for claim in claims}


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """A `claims` parameter: names to release, the subject and authentication class it insists on."""

    names: RequestedClaims
    subject: str | None
    acr_values: tuple[str, ...]


def scopes_of(claims: Iterable[str]) -> tuple[str, ...]:
    """The scopes that carry these claims: a user consents to a claim as to its scope."""
    return tuple(dict.fromkeys(_CARRIER[claim] for claim in claims if claim in _CARRIER))


def released(user: User, scope: Iterable[str], requested: Iterable[str]) -> dict[str, object]:
    """Claims about the user that the scope carries or that were asked for one by one; absent ones left out."""
    names = [name for word in scope for name in SCOPE_CLAIMS.get(word, ())]
    values = _values(user)
    return {name: values[name] for name in dict.fromkeys([*names, *requested]) if values.get(name) is not None}


def parse_claims(text: str) -> ClaimsRequest | None:
    """Read a `claims` parameter (OIDC Core §5.5); None when it is not one. Unknown claims are ignored."""
    if len(text.encode()) > MAX_CLAIMS_BYTES:
        return None
    try:
        request = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(request, dict):
        return None
    members = [{} if request.get(name) is None else request[name] for name in ("id_token", "userinfo")]
    if not all(_is_member(member) for member in members):
        return None
    id_token, userinfo = members
    return ClaimsRequest(
        RequestedClaims(_known(id_token), _known(userinfo)),
        _value_of(id_token, "sub") or _value_of(userinfo, "sub"),
        _essential_values(id_token, "acr"),
    )


def _values(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "preferred_username": user.username,
        "picture": user.picture,
        "locale": user.locale,
        "zoneinfo": user.zoneinfo,
        "updated_at": int(user.updated_at.timestamp()),
        "email": user.email,
        "email_verified": user.email_verified,
    }


def _is_member(member: object) -> bool:
    return isinstance(member, dict) and all(value is None or isinstance(value, dict) for value in member.values())


def _known(member: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(name for name in member if name in _CARRIER)


def _value_of(member: Mapping[str, Mapping[str, object] | None], name: str) -> str | None:
    value = (member.get(name) or {}).get("value")
    return value if isinstance(value, str) else None


def _essential_values(member: Mapping[str, Mapping[str, object] | None], name: str) -> tuple[str, ...]:
    wish = member.get(name) or {}
    if wish.get("essential") is not True:
        return ()
    values = wish.get("values", [wish.get("value")])
    return tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else ()
