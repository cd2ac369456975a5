"""Users, clients and keys with ids as a test likes them: bare rows, for tuples that name them."""

from __future__ import annotations

from typing import Final

from app.authz.service.tuples import write_tuples
from app.authz.types import RelationTuple, TupleKey
from app.authz.types.writes import TupleWrite, WriteResult
from app.kit import db
from app.kit.actor import SYSTEM
from tests.support import commit

_ROWS: Final = {
    "user": """
INSERT INTO users_user (id, email, email_verified, attributes, created_at, updated_at)
VALUES ($1::text, $1::text || '@named.example', TRUE, '{}', now(), now()) ON CONFLICT DO NOTHING
""",
    "client": """
INSERT INTO clients_client (id, name, kind, is_enabled, is_first_party, is_declared, redirect_uris,
    post_logout_redirect_uris, origins, grant_types, scopes, token_endpoint_auth_method, require_pkce, contacts,
    created_at, updated_at)
VALUES ($1::text, $1::text, 'machine', TRUE, FALSE, FALSE, '{}', '{}', '{}', '{}', '{}', 'none', FALSE, '{}',
    now(), now())
ON CONFLICT DO NOTHING
""",
    "apikey": """
INSERT INTO api_keys_key (id, name, user_id, created_by_kind, uses, scopes, allowed_addresses, is_enabled, secret_hash,
    hint, version, created_at, updated_at)
VALUES ($1::text, $1::text, 'usr_key_owner', 'system', '{}', '{}', '{}', TRUE,
    sha256(convert_to($1::text, 'utf8')), '', 1, now(), now())
ON CONFLICT DO NOTHING
""",
}
_PLACES: Final = {"users": "user", "clients": "client", "api_keys": "apikey"}


async def exist(*named: str) -> None:
    """Let these be there: `user:ann`, `client:cli_app`, `apikey:key_1`."""
    for each in named:
        kind, _, identifier = each.partition(":")
        if kind == "apikey":
            await db.execute(_ROWS["user"], "usr_key_owner")
        await db.execute(_ROWS[kind], identifier)


async def exist_for(*keys: TupleKey) -> None:
    """Let all users, clients and keys be there that tuples name as subjects, or are about."""
    pairs = [(key.subject_type, key.subject_id) for key in keys if not key.subject_relation]
    pairs += [(_PLACES[key.entity_type], key.entity_id) for key in keys if key.entity_type in _PLACES]
    await exist(*(f"{kind}:{each}" for kind, each in pairs if kind in _ROWS and each != "*"))


async def give(*tuples: TupleKey | RelationTuple) -> WriteResult:
    """Write tuples whose users, clients and keys are there."""
    made = tuple(each if isinstance(each, RelationTuple) else RelationTuple(each) for each in tuples)
    await exist_for(*(each.key for each in made))
    return await commit(write_tuples(SYSTEM, TupleWrite(touch=made)))
