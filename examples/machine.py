"""A machine that works without anybody: `python examples/machine.py CLIENT_ID CLIENT_SECRET API_KEY [ISSUER]`.

Three ways to the same end. An API key is exchanged for a token, which is used until a minute before it ends. The
standard way is a client of the kind `machine` with client credentials; requests-oauth2client renews by itself. And for
one question only, the key asks the live check directly, without a token.
"""

from __future__ import annotations

import json
import sys
import time

import httpx
import requests
from requests_oauth2client import ClientSecretBasic, OAuth2Client, OAuth2ClientCredentialsAuth

SPARE_SECONDS = 60


class ExchangedKey:
    """An API key as authentication of httpx: each request carries a token that has a minute to live at least."""

    def __init__(self, issuer: str, key: str) -> None:
        self.issuer, self.key = issuer, key
        self.exchanges = 0
        self._token, self._ends_at = "", 0.0

    def __call__(self, request: httpx.Request) -> httpx.Request:
        if time.time() > self._ends_at - SPARE_SECONDS:
            answer = httpx.post(f"{self.issuer}/api/auth/api-key/exchange", headers={"x-api-key": self.key})
            told = answer.raise_for_status().json()
            self._token, self._ends_at = told["token"], time.time() + told["expiresIn"]
            self.exchanges += 1
        request.headers["authorization"] = f"Bearer {self._token}"
        return request


def main(client_id: str, secret: str, key: str, issuer: str) -> None:
    exchanged = ExchangedKey(issuer, key)
    with httpx.Client(base_url=issuer, auth=exchanged) as http:
        question = {"entityType": "users", "entityId": "*", "permission": "view"}
        answers = [http.post("/api/auth/check-permission", json=question).raise_for_status().json() for _ in range(2)]
    asked = httpx.post(f"{issuer}/api/auth/check-permission", headers={"x-api-key": key}, json=question)

    provider = OAuth2Client.from_discovery_endpoint(
        issuer=issuer, auth=ClientSecretBasic(client_id, secret), testing=issuer.startswith("http://localhost")
    )
    with requests.Session() as session:
        session.auth = OAuth2ClientCredentialsAuth(provider, leeway=SPARE_SECONDS)
        mine = session.post(f"{issuer}/api/auth/check-permission", json=question, timeout=10)

    print(
        json.dumps(
            {
                "exchanges": exchanged.exchanges,
                "with a token of the key": [answer["allowed"] for answer in answers],
                "with the key itself": asked.raise_for_status().json()["allowed"],
                "with client credentials": mine.json()["allowed"],
                "subjects": [answers[0]["subjectType"], mine.json()["subjectType"]],
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(f"usage: python {sys.argv[0]} CLIENT_ID CLIENT_SECRET API_KEY [ISSUER]")
    main(*sys.argv[1:4], sys.argv[4] if len(sys.argv) > 4 else "http://localhost:8000")
