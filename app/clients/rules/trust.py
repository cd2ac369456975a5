"""What a client is not trusted with while it says itself what it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from app.clients.errors import SelfDescribed
from app.clients.rules.values import Problems, texts
from app.clients.types import PLATFORM_SCOPE_PREFIX


def check_trust(fields: Mapping[str, object], *, is_dynamic: bool) -> Problems:
    """Refuse what would be anybody's who later holds the client's registration token or serves its document.

    Users are not asked about first-party clients, and the scopes of the platform open its own API: both need redirect
    URIs that only operators write.
    """
    if not is_dynamic:
        return []
    problems = Problems()
    if fields["is_first_party"]:
        problems.append(SelfDescribed("is_first_party"))
    if any(scope.startswith(PLATFORM_SCOPE_PREFIX) for scope in texts(fields["scopes"])):
        problems.append(SelfDescribed("scopes"))
    return problems
