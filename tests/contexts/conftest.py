"""A person signed in, an application, browsers, and a provider on loopback."""

from __future__ import annotations

from tests.login.conftest import stranger, visitor
from tests.oidc.conftest import keys, party, session, third_party, user
from tests.upstream.conftest import upstream

__all__ = ["keys", "party", "session", "stranger", "third_party", "upstream", "user", "visitor"]
