"""The relying party of `flows/openid_client.mjs`, talked to line by line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

FLOW = Path(__file__).parent / "flows" / "openid_client.mjs"


class RelyingParty:
    def __init__(
        self, issuer: str, client_id: str, secret: str, redirect_uri: str, scope: str, post_logout_uri: str
    ) -> None:
        self.redirect_uri = redirect_uri
        self._process = subprocess.Popen(
            ["node", str(FLOW), issuer, client_id, secret, redirect_uri, scope, post_logout_uri],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.authorize_url: str = self._read()["authorize"]

    def take_callback(self, url: str) -> dict[str, Any]:
        """What came of the answer: claims, userinfo, a refresh, and where to sign out."""
        return self._ask(url)

    def refresh_after_sign_out(self) -> str:
        outcome: str = self._ask("after sign-out")["afterSignOut"]
        return outcome

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _ask(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(self._process.communicate()[1])
        answer: dict[str, Any] = json.loads(line)
        return answer
