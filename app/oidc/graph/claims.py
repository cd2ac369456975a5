"""What tokens hold, in the API."""

from __future__ import annotations

import strawberry
from strawberry import field

from app.clients import service as clients
from app.graph.context import Info
from app.graph.scalars import JSON
from app.oidc.preview import preview_claims
from app.users.graph import load_visible_user


@strawberry.type(
    description="Claims of the tokens that a user's sign-in to a client would give now. What only the sign-in gives a "
    "value is left out: `jti`, `sid`, `auth_time`, `acr`, `amr`, `grant_id`, `at_hash`, `nonce`."
)
class TokenClaims:
    access_token: JSON = field(description="Claims of the access token (RFC 9068), a JSON object.")
    id_token: JSON | None = field(
        description="Claims of the ID token (OpenID Connect), a JSON object; null without the scope `openid`."
    )


async def load_claims(info: Info, user_id: str, client_id: str, scopes: list[str] | None) -> TokenClaims | None:
    """Claims of a user's tokens for a client, None if there is no such client. Call a guard for the client before.

    Args:
        scopes: of those that the client may ask for; all of them when None.

    Raises:
        Forbidden: about others, without `users.view`.
        UserNotFound.
    """
    user = await load_visible_user(info, user_id)
    client = await info.context.loaders.load(clients.get_clients, client_id)
    if client is None:
        return None
    asked = tuple(each for each in client.scopes if scopes is None or each in scopes)
    claims = await preview_claims(user, client, asked)
    id_token = None if claims.id_token is None else JSON(dict(claims.id_token))
    return TokenClaims(access_token=JSON(dict(claims.access_token)), id_token=id_token)
