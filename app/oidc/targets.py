"""Whom a token is meant for besides us: `resource` names protected resources, `audience` a client.

A resource is a client that operators registered URIs for (`resource_uris`). Whoever asks a user may ask for any of
them: the user agrees to each. Who asks without a user has to be let, as with `audience`.

Source: RFC 8707, RFC 8693 §2.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.clients.rules import is_resource_uri
from app.clients.service import find_resources
from app.clients.types import Resource
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
        names_issuer: whether Auther itself was named by `audience`.
        requires_mfa: whether one of the clients wants a second factor of its users.
    """

    uris: tuple[str, ...] = ()
    client_ids: tuple[str, ...] = ()
    names_issuer: bool = False
    requires_mfa: bool = False

    @property
    def claim(self) -> str | list[str]:
        """`aud` of an access token: a resource finds its URI there, or its id."""
        named = list(dict.fromkeys((settings().issuer, *self.uris, *self.client_ids)))
        return named if len(named) > 1 else named[0]

    @property
    def consent_words(self) -> tuple[str, ...]:
        """What a user agrees to besides a scope: each resource that is not Auther itself, told apart from any scope."""
        return tuple(f"{CONSENT_PREFIX}{uri}" for uri in self.uris if uri != settings().issuer)

    def limit(self, scope: Iterable[str], asking: str | None) -> tuple[str, ...]:
        """The scope of a token for them: one that is for others opens no API of ours (RFC 8707 §2.2, RFC 8693 §2.1).

        Args:
            asking: who gets the token. To name oneself by `audience` is to name nobody else.
        """
        is_for_others = bool(self.uris) or not set(self.client_ids) <= {asking}
        if not is_for_others or self.names_issuer or settings().issuer in self.uris:
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
    found = await _find_others(uris)
    targets = _name(uris, found)
    if len(targets) < len(set(uris)):
        raise invalid_target()
    return _collect(targets, found)


async def find_remaining(uris: Sequence[str], *, is_strong: bool) -> Targets:
    """Those of the granted resources that can still be had, in at most one statement.

    Args:
        uris: resources as they were registered.
        is_strong: whether the user proved a second factor; where not, resources that want one are left out.

    Raises:
        EndpointError: `invalid_target`: none is left of some.
    """
    found = await _find_others(uris)
    usable = {uri: each for uri, each in found.items() if is_strong or not each.client.require_mfa}
    targets = _name(uris, usable)
    if uris and not targets:
        raise invalid_target()
    return _collect(targets, usable)


async def _find_others(uris: Sequence[str]) -> Mapping[str, Resource]:
    others = [uri for uri in uris if not is_own_resource(uri)]
    return await find_resources(others) if others else {}


def _name(uris: Sequence[str], found: Mapping[str, Resource]) -> dict[str, str]:
    """What each URI is registered as; those that are not are left out."""
    issuer = settings().issuer
    return {uri: found[uri].uri if uri in found else issuer for uri in uris if uri in found or is_own_resource(uri)}


def _collect(names: Mapping[str, str], found: Mapping[str, Resource]) -> Targets:
    clients = [found[uri].client for uri in names if uri in found]
    return Targets(
        uris=tuple(dict.fromkeys(names.values())),
        client_ids=tuple(dict.fromkeys(client.id for client in clients)),
        requires_mfa=any(client.require_mfa for client in clients),
    )


async def find_named(call: Call) -> Targets:
    """What a call names by `resource` and `audience`, whether it may or not.

    Raises:
        EndpointError: `invalid_target`, as `find_targets`, also for too many of both.
    """
    found, asked, issuer = await find_targets(call.params.resources), call.params.audiences, settings().issuer
    client_ids = tuple(dict.fromkeys((*found.client_ids, *(each for each in asked if each != issuer))))
    if len(client_ids) > MAX_RESOURCES:
        raise invalid_target()
    if client_ids == (call.client.id,) and set(found.uris) <= {issuer}:
        # Whoever names only itself gets what it gets without naming anybody.
        client_ids = ()
    return replace(found, client_ids=client_ids, names_issuer=issuer in asked)


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
