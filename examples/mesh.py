"""Services that trust a token: `python examples/mesh.py CLIENT_ID [ISSUER] [PORT] [NEXT]`.

Each service verifies the user's token by itself, with keys that it fetched once, and relays it to the next one. No
call is made for a decision, except where the token says `abac_required`: that depends on the resource at hand, so the
live check is asked, with the user's own token.

`GET /documents/42?permission=read` answers 200 or 403; with NEXT (the address of another service), what that one says.
"""

from __future__ import annotations

import sys
import time

import httpx
import uvicorn
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ALGORITHMS = ["RS256", "ES256", "Ed25519", "EdDSA"]
KEYS_SECONDS = 300
SEARCH_SECONDS = 10


class Service:
    """One service. It holds no secret: it only verifies."""

    def __init__(self, client_id: str, issuer: str, next_url: str | None) -> None:
        self.client_id, self.issuer, self.next_url = client_id, issuer, next_url
        self.http = httpx.AsyncClient(timeout=10)
        self.keys, self.fetched_at = KeySet([]), 0.0
        self.live_checks = 0

    async def read(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            claims = await self.verify(token)
        except (JoseError, ValueError):
            return Response(status_code=401, headers={"www-authenticate": "Bearer"})
        if self.next_url is not None:
            url = f"{self.next_url}{request.url.path}?{request.url.query}"
            answer = await self.http.get(url, headers={"authorization": f"Bearer {token}"})
            return Response(answer.content, answer.status_code, media_type="application/json")
        permission = request.query_params["permission"]
        is_allowed = await self.may(claims, token, request.path_params["id"], permission)
        told = {"allowed": is_allowed, "liveChecks": self.live_checks}
        return JSONResponse(told, 200 if is_allowed else 403)

    async def may(self, claims: dict, token: str, entity_id: str, permission: str) -> bool:
        """Absent: denied. There and not in `abac_required`: allowed. Else, or if the map was cut: the live check."""
        kind = f"{self.client_id}:document"
        names = (kind, f"{kind}:{entity_id}")
        is_granted = any(permission in claims["permissions"].get(name, ()) for name in names)
        is_certain = any(
            permission in claims["permissions"].get(name, ())
            and permission not in claims["abac_required"].get(name, ())
            for name in names
        )
        if is_certain:
            return True
        if not is_granted and not claims.get("permissions_truncated"):
            return False
        self.live_checks += 1
        question = {
            "entityType": "document",
            "entityId": entity_id,
            "permission": permission,
            "resource": {"attributes": {"state": "draft" if entity_id.startswith("draft-") else "final"}},
        }
        bearer = {"authorization": f"Bearer {token}"}
        answer = await self.http.post(f"{self.issuer}/api/auth/check-permission", json=question, headers=bearer)
        return answer.status_code == 200 and answer.json()["allowed"] is True

    async def verify(self, token: str) -> dict:
        """The claims of an access token (RFC 9068). Keys are kept for minutes; an unknown one is looked for at once."""
        if time.time() - self.fetched_at > KEYS_SECONDS:
            await self.fetch_keys()
        try:
            read = jwt.decode(token, self.keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if time.time() - self.fetched_at < SEARCH_SECONDS:
                raise
            await self.fetch_keys()
            read = jwt.decode(token, self.keys, algorithms=ALGORITHMS)
        claims = read.claims
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        is_ours = read.header.get("typ") == "at+jwt" and claims["iss"] == self.issuer and self.issuer in audience
        if not is_ours or claims["exp"] <= time.time() or claims["client_id"] != self.client_id:
            raise ValueError("no access token of this application, or not any more")
        return claims

    async def fetch_keys(self) -> None:
        answer = await self.http.get(f"{self.issuer}/.well-known/jwks.json")
        self.keys, self.fetched_at = KeySet.import_key_set(answer.raise_for_status().json()), time.time()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(f"usage: python {sys.argv[0]} CLIENT_ID [ISSUER] [PORT] [NEXT]")
    issuer = sys.argv[2] if len(sys.argv) > 2 else "http://localhost:8000"
    port = int(sys.argv[3]) if len(sys.argv) > 3 else 4000
    service = Service(sys.argv[1], issuer, sys.argv[4] if len(sys.argv) > 4 else None)
    app = Starlette(routes=[Route("/documents/{id}", service.read)])
    uvicorn.run(app, port=port, log_level="warning")
