"""Set up a service with several tenants: `python examples/saas_setup.py API_KEY [ISSUER] [PORT] NAME=DOMAIN …`.

For each tenant, such as `acme=acme.example`: a client that stands for the tenant's API and is known by a URI (RFC
8707), a model of its own, what members of the tenant may do, and a registration context, which makes a member of
everybody who proved an address at the tenant's domain. And one client for the web application that all of them use.
The key belongs to an operator and may be used directly. What `saas.py` needs is printed as JSON.
"""

from __future__ import annotations

import json
import sys

import httpx

MODEL = """model
  schema 1.1

type user

type org
  relations
    define member: [user]

type invoice
  relations
    define viewer: [user, org#member]
    define approver: [user, org#member, org#member with small]
  permissions
    define read: viewer
    define approve: approver

condition small(amount: int) {
  amount <= 1000
}
"""
CREATE_CLIENT = """mutation ($input: ClientCreateInput!) {
  clientCreate(input: $input) { client { id } clientSecret errors { field message } }
}"""
SAVE_MODEL = "mutation ($input: ModelSaveInput!) { modelSave(input: $input) { errors { field message } } }"
WRITE_TUPLES = "mutation ($input: TuplesWriteInput!) { tuplesWrite(input: $input) { errors { field message } } }"
CREATE_CONTEXT = """mutation ($input: RegistrationContextCreateInput!) {
  registrationContextCreate(input: $input) { registrationContext { id } errors { field message } }
}"""


class Auther:
    """The GraphQL API, with a key."""

    def __init__(self, issuer: str, key: str) -> None:
        self.http = httpx.Client(base_url=issuer, headers={"x-api-key": key}, timeout=30)

    def ask(self, query: str, **given: object) -> dict:
        answer = self.http.post("/graphql", json={"query": query, "variables": {"input": given}}).json()
        if "errors" in answer:
            raise SystemExit(answer["errors"][0]["message"])
        [payload] = answer["data"].values()
        if payload["errors"]:
            raise SystemExit(payload["errors"])
        return payload


def make_tenant(auther: Auther, name: str, domain: str, app_url: str) -> dict[str, str]:
    resource = f"https://{name}.api.example"
    made = auther.ask(CREATE_CLIENT, name=f"API of {name}", kind="MACHINE", resourceUris=[resource])
    client_id = made["client"]["id"]
    auther.ask(SAVE_MODEL, clientId=client_id, source=MODEL)
    members = {"type": f"{client_id}:org", "id": name, "relation": "member"}
    invoices = {"type": f"{client_id}:invoice", "id": "*"}
    auther.ask(
        WRITE_TUPLES,
        writes=[
            {"entity": invoices, "relation": "viewer", "subject": members},
            {"entity": invoices, "relation": "approver", "subject": members, "condition": {"name": "small"}},
        ],
        reason=f"what members of {name} may do",
    )
    auther.ask(
        CREATE_CONTEXT,
        slug=f"{name}-members",
        name=f"Members of {name}",
        clientId=client_id,
        grants=[{"entityType": f"{client_id}:org", "entityId": name, "relation": "member"}],
        allowedDomains=[domain],
        allowedOrigins=[app_url],
    )
    return {"client_id": client_id, "resource": resource}


def main(key: str, issuer: str, port: int, tenants: dict[str, str]) -> None:
    auther, app_url = Auther(issuer, key), f"http://localhost:{port}"
    made = {name: make_tenant(auther, name, domain, app_url) for name, domain in tenants.items()}
    app = auther.ask(
        CREATE_CLIENT, name="Invoices", kind="WEB", isFirstParty=True, redirectUris=[f"{app_url}/callback"]
    )
    print(json.dumps({"client_id": app["client"]["id"], "secret": app["clientSecret"], "tenants": made}))


if __name__ == "__main__":
    named = dict(each.split("=", 1) for each in sys.argv[2:] if "=" in each)
    rest = [each for each in sys.argv[2:] if "=" not in each]
    if not named or len(rest) > 2:
        sys.exit(f"usage: python {sys.argv[0]} API_KEY [ISSUER] [PORT] NAME=DOMAIN …")
    main(sys.argv[1], rest[0] if rest else "http://localhost:8000", int(rest[1]) if len(rest) > 1 else 3000, named)
