"""Whom a token is meant for besides us: `resource` names protected resources, `audience` a client.

A resource is a client that operators registered URIs for (`resource_uris`). Whoever asks a user may ask for any of
them: the user agrees to each. Who asks without a user has to be let, as with `audience`.

Source: RFC 8707, RFC 8693 §2.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.clients.rules import is_resource_uri
from app.clients.service import find_resources
from app.kit.runtime import settings
from app.oidc.client_auth import Call
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.own_resource import is_own_resource
from app.oidc.types import Scope

# Each adds to the token: its URI, its id, and what the subject may do there.
MAX_RESOURCES: Final = 5
CONSENT_PREFIX: Final = "resource:"


@dataclass(frozen=True, slots=True)
class Targets:
    """Whom a token is for. Auther itself is always among them: userinfo, introspection and live check answer for it.

    Attributes:
        uris: the resources that were named, as they are registered; our issuer is one.
        client_ids: the clients that these are, or that were named by `audience`.
    """

    uris: tuple[str, ...] = ()
    client_ids: tuple[str, ...] = ()

    @property
    def claim(self) -> str | list[str]:
        """`aud` of an access token: a resource finds its URI there, or its id."""
        named = list(dict.fromkeys((settings().issuer, *self.uris, *self.client_ids)))
        return named if len(named) > 1 else named[0]

    @property
    def consent_words(self) -> tuple[str, ...]:
        """What a user agrees to besides a scope: each resource that is not Auther itself, told apart from any scope."""
        return tuple(f"{CONSENT_PREFIX}{uri}" for uri in self.uris if uri != settings().issuer)

    def limit(self, scope: Iterable[str]) -> tuple[str, ...]:
        """The scope of a token for them: one that is for other resources opens no API of ours (RFC 8707 §2.2)."""
        if not self.uris or settings().issuer in self.uris:
            return tuple(scope)
        return tuple(word for word in scope if word != Scope.AUTHER_API)

    def readers(self, asking: str) -> tuple[str, ...]:
        """The clients whose types are in the token's permissions: those that it is for, else the one that asks."""
        return self.client_ids or (asking,)


async def find_targets(uris: Sequence[str]) -> Targets:
    """The resources that these URIs name, in at most one statement.

    Raises:
        EndpointError: `invalid_target`: one is malformed or unknown, or they are too many.
    """
    if len(uris) > MAX_RESOURCES or not all(is_resource_uri(uri) for uri in uris):
        raise invalid_target()
    issuer = settings().issuer
    others = [uri for uri in uris if not is_own_resource(uri)]
    found = await find_resources(others) if others else {}
    if len(found) < len(others):
        raise invalid_target()
    named = dict.fromkeys(found[uri].uri if uri in found else issuer for uri in uris)
    return Targets(tuple(named), tuple(dict.fromkeys(found[uri].client.id for uri in others)))


async def find_named(call: Call) -> Targets:
    """What a call names by `resource` and `audience`, whether it may or not.

    Raises:
        EndpointError: `invalid_target`, as `find_targets`.
    """
    found = await find_targets(call.params.resources)
    audience, own = call.params.get("audience"), {call.client.id, settings().issuer}
    named = () if audience is None or audience in own else (audience,)
    return Targets(found.uris, tuple(dict.fromkeys((*found.client_ids, *named))))


async def read_targets(call: Call, *, allowed: Iterable[str]) -> Targets:
    """The same, for a client that may name itself and those allowed.

    Raises:
        EndpointError: `invalid_target` (RFC 8693 §2.2.2, RFC 8707 §2).
    """
    targets = await find_named(call)
    if not set(targets.client_ids) <= {call.client.id, *allowed}:
        raise invalid_target()
    return targets


def invalid_target() -> EndpointError:
    """One answer for unknown targets and for those that the caller may not name."""
    return EndpointError(ErrorCode.INVALID_TARGET, "This client may not get tokens for this audience or resource.")
