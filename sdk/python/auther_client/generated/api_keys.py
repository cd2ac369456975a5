"""Results of the documents in `graphql/api_keys`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from pydantic import JsonValue

from auther_client.generated.fragments import (
    ApiKeyDetailFields,
    ApiKeyRowFields,
    PageFields,
    SubjectFields,
    TupleFields,
    UserErrorFields,
)
from auther_client.models import Result


class ApiKeyResultTuples(Result):
    """One page of a list."""

    nodes: tuple[TupleFields, ...]
    """The items."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class ApiKeyResultPermissions(Result):
    """The permissions of a subject on the types of one client, as a token would hold them."""

    permissions: JsonValue
    """`{type: [action], type:id: [action]}`; a bare type is every entity of it. A JSON object."""
    abac_required: JsonValue
    """The same shape: of these, what a live check has to decide with the attributes of the resource."""
    is_truncated: bool
    """Whether grants on single entities are left out: there are too many."""


class ApiKeyResult(ApiKeyDetailFields):
    """A key for a machine: a subject of its own. Its secret was shown once, and never again."""

    tuples: ApiKeyResultTuples
    """The tuples that name it as subject, oldest first."""
    permissions: ApiKeyResultPermissions
    """What a token of it for a client would hold; without a client, what guards Auther itself."""


class ApiKeyData(Result):
    """The whole answer."""

    api_key: ApiKeyResult | None
    """One API key, null if there is none. One's own need no permission."""


class ApiKeyCreateResult(Result):
    """The outcome of making an API key."""

    api_key: ApiKeyDetailFields | None
    """The key; null when something is wrong."""
    secret: str | None
    """The whole key, `ak_…`, shown this once; null for a repeat under the same idempotency key. Who lost it asks `apiKeyRotate` for another."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ApiKeyCreateData(Result):
    """The whole answer."""

    api_key_create: ApiKeyCreateResult
    """Make an API key; its secret is in the answer and never again. One's own need no permission; a client's need `clients.manage_access` on it. A key is given nothing that its maker does not hold."""


class ApiKeyDeleteResult(Result):
    """The outcome of deleting an API key."""

    deleted_id: str | None
    """The id that is gone."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ApiKeyDeleteData(Result):
    """The whole answer."""

    api_key_delete: ApiKeyDeleteResult
    """Delete an API key and its tuples: it and its tokens stop working. One's own need no permission."""


class ApiKeyDisableResult(Result):
    """The outcome of switching an API key off."""

    api_key: ApiKeyDetailFields | None
    """The key as it is now."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ApiKeyDisableData(Result):
    """The whole answer."""

    api_key_disable: ApiKeyDisableResult
    """Switch an API key off: it and its tokens stop working. One's own need no permission."""


class ApiKeyEnableResult(Result):
    """The outcome of switching an API key on."""

    api_key: ApiKeyDetailFields | None
    """The key as it is now."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ApiKeyEnableData(Result):
    """The whole answer."""

    api_key_enable: ApiKeyEnableResult
    """Switch an API key on again. One's own need no permission."""


class ApiKeyRotateResult(Result):
    """The outcome of giving an API key a new secret."""

    api_key: ApiKeyDetailFields | None
    """The key as it is now."""
    secret: str | None
    """The whole new key, `ak_…`, shown this once."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ApiKeyRotateData(Result):
    """The whole answer."""

    api_key_rotate: ApiKeyRotateResult
    """Give an API key a new secret, shown once; the one in force works on for the overlap. Who is not the owner has to hold what the key holds."""


class ApiKeyUpdateResult(Result):
    """The outcome of changing an API key."""

    api_key: ApiKeyDetailFields | None
    """The key as it is now."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ApiKeyUpdateData(Result):
    """The whole answer."""

    api_key_update: ApiKeyUpdateResult
    """Change an API key. One's own need no permission; a client's need `clients.manage_access` on it."""


class ApiKeysResultNodes(ApiKeyRowFields):
    """A key for a machine: a subject of its own. Its secret was shown once, and never again."""

    owner: SubjectFields | None = None
    """Whose it is, a user or a client: its tokens name the owner."""


class ApiKeysResult(Result):
    """One page of a list."""

    nodes: tuple[ApiKeysResultNodes, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class ApiKeysData(Result):
    """The whole answer."""

    api_keys: ApiKeysResult
    """A page of API keys. With a filter for oneself, or for an owner whose keys the caller manages, it needs no permission."""


class ClientApiKeysResultApiKeys(Result):
    """One page of a list."""

    nodes: tuple[ApiKeyRowFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class ClientApiKeysResult(Result):
    """An application that lets users sign in here, or calls APIs."""

    id: str
    """The id, with a prefix that tells the kind."""
    api_keys: ClientApiKeysResultApiKeys
    """The API keys that belong to the client, newest first. `clients.manage_access` on it is enough."""


class ClientApiKeysData(Result):
    """The whole answer."""

    client: ClientApiKeysResult | None
    """One client, null if there is none."""


class OwnApiKeysResultApiKeys(Result):
    """One page of a list."""

    nodes: tuple[ApiKeyRowFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class OwnApiKeysResult(Result):
    """The caller."""

    api_keys: OwnApiKeysResultApiKeys
    """The API keys that belong to the user or client that calls, newest first."""


class OwnApiKeysData(Result):
    """The whole answer."""

    viewer: OwnApiKeysResult
    """The caller."""


class UserApiKeysResultApiKeys(Result):
    """One page of a list."""

    nodes: tuple[ApiKeyRowFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class UserApiKeysResult(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    api_keys: UserApiKeysResultApiKeys
    """The API keys that belong to the user, newest first. One's own need no permission."""


class UserApiKeysData(Result):
    """The whole answer."""

    user: UserApiKeysResult | None
    """One user, null if there is none. Oneself needs no permission."""
