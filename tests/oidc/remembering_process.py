"""A process that remembers access tokens (run by `test_remembered_tokens`)."""

from __future__ import annotations

import asyncio

from app.oidc.service import find_access_token
from tests.remembering import remember

if __name__ == "__main__":
    asyncio.run(remember(find_access_token, "oidc_grant"))
