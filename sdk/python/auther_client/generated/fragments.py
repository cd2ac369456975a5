"""What documents select again and again.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Discriminator, Field, JsonValue, Tag

from auther_client.generated.enums import (
    AccessChangeKind,
    AnswerSource,
    ApiKeyStatus,
    ApiKeyUse,
    AuditOutcome,
    ClientKind,
    ClientSource,
    Decision,
    IdentityProviderKind,
    MailStatus,
    PolicyVerdict,
    UserErrorCode,
    UserStatus,
)
from auther_client.models import Result, by_typename


class ApiKeyRowFields(Result):
    """An API key as a row of a list."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str
    """What people call it."""
    hint: str
    """The last four characters of its secret."""
    status: ApiKeyStatus
    """Whether it works now."""
    is_enabled: bool
    """Whether it is switched on."""
    uses: tuple[ApiKeyUse, ...]
    """What it may be used for."""
    expires_at: datetime | None
    """When it ends; null for never."""
    last_used_at: datetime | None
    """When it was last used, to a minute or two."""
    created_at: datetime
    """When it was made."""


class PersonFields(Result):
    """What names a user wherever one is mentioned."""

    id: str
    """The id, with a prefix that tells the kind."""
    email: str
    """The e-mail address, unique without regard to case."""
    name: str | None
    """The full name."""
    picture: str | None
    """URL of a picture, https."""


class SubjectFieldsNodeUser(Result):
    """An account of a person."""

    typename: Literal["User"] = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""
    email: str
    """The e-mail address, unique without regard to case."""
    name: str | None
    """The full name."""
    picture: str | None
    """URL of a picture, https."""


class SubjectFieldsNodeClient(Result):
    """An application that lets users sign in here, or calls APIs."""

    typename: Literal["Client"] = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""
    client_name: str
    """The name that users see."""


class SubjectFieldsNodeOther(Result):
    """Something of another type."""

    typename: str = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""


SubjectFieldsNode = Annotated[
    Annotated[SubjectFieldsNodeUser, Tag("User")]
    | Annotated[SubjectFieldsNodeClient, Tag("Client")]
    | Annotated[SubjectFieldsNodeOther, Tag("other")],
    Discriminator(by_typename("User", "Client")),
]


class SubjectFields(Result):
    """A subject, with the user or client that it is."""

    type: str
    """Its type: user, apikey, client, group, or a type of a model."""
    id: str
    """Its id, or `*` for everyone of the type."""
    relation: str
    """Of a userset: the relation that its members have to it; else empty."""
    node: SubjectFieldsNode | None
    """The user, client or API key that it is. Null for everything else, and when it is gone or hidden."""


class ApiKeyDetailFields(ApiKeyRowFields):
    """One API key with everything that can be set."""

    owner: SubjectFields
    """Whose it is, a user or a client: its tokens name the owner."""
    note: str | None
    """What it is for, for people."""
    scopes: tuple[str, ...]
    """What its tokens may carry at most."""
    allowed_addresses: tuple[str, ...]
    """Networks that it may be used from; none is everywhere."""
    rate_limit_per_minute: int | None
    """How often it may be used a minute; null without a limit."""
    rotated_at: datetime | None
    """When it got the present secret, if that is not the first."""
    former_ends_at: datetime | None
    """When the secret before the present one ends."""
    updated_at: datetime
    """When it last changed."""
    created_by: SubjectFields | None
    """Who made it. Null for the server itself."""


class AuditEventFieldsTargetUser(Result):
    """An account of a person."""

    typename: Literal["User"] = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""
    email: str
    """The e-mail address, unique without regard to case."""
    name: str | None
    """The full name."""
    picture: str | None
    """URL of a picture, https."""


class AuditEventFieldsTargetClient(Result):
    """An application that lets users sign in here, or calls APIs."""

    typename: Literal["Client"] = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""
    client_name: str
    """The name that users see."""


class AuditEventFieldsTargetOther(Result):
    """Something of another type."""

    typename: str = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""


AuditEventFieldsTarget = Annotated[
    Annotated[AuditEventFieldsTargetUser, Tag("User")]
    | Annotated[AuditEventFieldsTargetClient, Tag("Client")]
    | Annotated[AuditEventFieldsTargetOther, Tag("other")],
    Discriminator(by_typename("User", "Client")),
]


class AuditEventFields(Result):
    """An audit event as a row of a list, without what changed."""

    id: str
    """The id, with a prefix that tells the kind."""
    action: str
    """What happened, such as `user.banned`."""
    outcome: AuditOutcome
    """How it ended."""
    occurred_at: datetime
    """When."""
    actor_type: str
    """Kind of who did it: user, client, apikey, system or anonymous."""
    actor_id: str | None
    """Id of who did it."""
    actor: PersonFields | None
    """The user who did it. Null for other kinds, and when the account is gone or hidden."""
    impersonator: PersonFields | None
    """The operator who acted as the user."""
    client_id: str | None
    """Id of the client through which it was done."""
    target_type: str | None
    """Kind of what it was done to."""
    target_id: str | None
    """Id of what it was done to."""
    target: AuditEventFieldsTarget | None
    """What it was done to. Null when it is gone, hidden, or nothing with an id."""


class AuditEventDetailFieldsClient(Result):
    """An application that lets users sign in here, or calls APIs."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str
    """The name that users see."""


class AuditEventDetailFields(AuditEventFields):
    """An audit event with what changed and where it came from."""

    client: AuditEventDetailFieldsClient | None
    """The client through which it was done. Null when it is gone or hidden."""
    before: JsonValue | None
    """What changed, as it was. Secrets are redacted."""
    after: JsonValue | None
    """What changed, as it is. Secrets are redacted."""
    ip: str | None
    """The address it came from."""
    user_agent: str | None
    """How the caller's program named itself."""
    request_id: str | None
    """Ties it to log lines and answers."""
    reason: str | None
    """Why, or what was missing."""


class CheckAnswerFieldsProblem(Result):
    """Why nothing was decided, or why the question means nothing."""

    code: str
    """A stable name, such as `authz_type_unknown`."""
    message: str
    """What is wrong, for people."""
    field: tuple[str, ...]
    """Path in the question, outermost first; empty for the whole."""


class CheckAnswerFields(Result):
    """The answer to a check, with why nothing was decided."""

    allowed: bool
    """Whether the decision is ALLOWED."""
    decision: Decision
    """What was decided."""
    source: AnswerSource
    """What answered."""
    checked_at: str
    """Consistency token of the tuples and models that it rests on."""
    problem: CheckAnswerFieldsProblem | None
    """Why nothing was decided. Null when something was."""


class ClientRowFields(Result):
    """An OAuth client as a row of a list."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str
    """The name that users see."""
    description: str | None
    """What it is, for operators."""
    kind: ClientKind
    """What kind of application it is."""
    is_enabled: bool
    """Whether it may sign users in and get tokens."""
    is_first_party: bool
    """Whether it is our own: users are not asked for consent."""
    is_declared: bool
    """Whether it stands in the configuration file: read-only here."""
    source: ClientSource
    """Who says what it is."""
    logo_uri: str | None
    """Its logo."""
    created_at: datetime
    """When it was registered."""


class ClientDetailFieldsRegisteredBy(Result):
    """A token that clients register themselves with (RFC 7591). Its value was shown once, and never again."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str
    """What people call it."""


class ClientDetailFieldsSecrets(Result):
    """A secret of a client. Only its hash is stored; it was shown once."""

    id: str
    """The id of the secret."""
    hint: str
    """Its last four characters."""
    created_at: datetime
    """When it was made."""
    expires_at: datetime | None
    """When it ends; null while it has no end."""
    last_used_at: datetime | None
    """When it was last used, to a few minutes."""


class ClientDetailFields(ClientRowFields):
    """Everything about a client that an operator sees and edits. Secrets show only their last characters."""

    redirect_uris: tuple[str, ...]
    """Where users may be sent back to."""
    post_logout_redirect_uris: tuple[str, ...]
    """Where users may be sent after signing out."""
    grant_types: tuple[str, ...]
    """Grants that it may use (RFC 7591)."""
    response_types: tuple[str, ...]
    """Response types that it may use (RFC 7591)."""
    scopes: tuple[str, ...]
    """Scopes that it may ask for."""
    token_endpoint_auth_method: str
    """How it proves itself (RFC 7591)."""
    token_endpoint_auth_signing_alg: str | None
    """The one algorithm of its assertions; null for any that is offered."""
    jwks: JsonValue | None
    """Its public keys, a JWK Set (RFC 7517)."""
    jwks_uri: str | None
    """Where its public keys are published."""
    allowed_audiences: tuple[str, ...]
    """Clients that may exchange its tokens and introspect them, and that its own ones may be meant for."""
    token_exchange_clients: tuple[str, ...]
    """Clients that may get tokens by exchange that are meant for it (RFC 8693)."""
    id_token_signed_response_alg: str
    """How its ID tokens are signed."""
    access_token_ttl_seconds: int
    """Life of its access tokens, seconds."""
    refresh_token_ttl_seconds: int
    """Life of its refresh tokens, seconds."""
    require_pkce: bool
    """Whether it must use PKCE (RFC 7636)."""
    resource_uris: tuple[str, ...]
    """URIs that it is known by as a protected resource (RFC 8707): tokens for it are asked for by them."""
    require_mfa: bool
    """Whether its users need a second factor."""
    subject_type: str
    """Whether it sees the users' ids (public) or other ids for them (pairwise)."""
    sector_identifier_uri: str | None
    """Its host stands for the client's sector: who shares it sees the same pairwise ids."""
    userinfo_signed_response_alg: str | None
    """UserInfo answers as a JWT signed so: RS256, ES256 or EdDSA; as plain JSON when nothing is said."""
    introspection_signed_response_alg: str | None
    """How its introspection answers are signed when it asks for a JWT (RFC 9701)."""
    request_object_signing_alg: str | None
    """The one algorithm of its request objects (RFC 9101), or none; any that is offered when nothing is said."""
    require_signed_request_object: bool
    """Whether its requests must come as signed request objects (RFC 9101)."""
    require_pushed_authorization_requests: bool
    """Whether its requests must be pushed first (RFC 9126)."""
    request_uris: tuple[str, ...]
    """Addresses that it publishes request objects at, compared to the letter (OpenID Connect Core §6.2)."""
    dpop_bound_access_tokens: bool
    """Whether its tokens are always bound to a key (RFC 9449)."""
    default_max_age: int | None
    """Sign-ins older than so many seconds are asked for again, unless the request says otherwise."""
    default_acr_values: tuple[str, ...]
    """Authentication context classes that it asks for when a request names none."""
    initiate_login_uri: str | None
    """Where a sign-in at the application begins."""
    backchannel_logout_uri: str | None
    """Where it is told, server to server, that a session ended."""
    backchannel_logout_session_required: bool
    """Whether those messages must name the session (`sid`)."""
    frontchannel_logout_uri: str | None
    """The page of it that the sign-out page shows in a frame, to end the session there."""
    frontchannel_logout_session_required: bool
    """Whether that address gets `iss` and `sid`."""
    software_id: str | None
    """What software it is, the same for each of its installations."""
    software_version: str | None
    """The version of that software."""
    client_uri: str | None
    """Its home page."""
    tos_uri: str | None
    """Its terms of service."""
    policy_uri: str | None
    """Its privacy policy."""
    contacts: tuple[str, ...]
    """Addresses of the people responsible."""
    updated_at: datetime
    """When it last changed."""
    registered_by: ClientDetailFieldsRegisteredBy | None
    """The token that it registered with. Null for others, and when hidden from the caller."""
    secrets: tuple[ClientDetailFieldsSecrets, ...]
    """Its secrets that work now, without their values."""


class EntityFieldsNodeUser(Result):
    """An account of a person."""

    typename: Literal["User"] = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""
    email: str
    """The e-mail address, unique without regard to case."""
    name: str | None
    """The full name."""
    picture: str | None
    """URL of a picture, https."""


class EntityFieldsNodeClient(Result):
    """An application that lets users sign in here, or calls APIs."""

    typename: Literal["Client"] = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""
    client_name: str
    """The name that users see."""


class EntityFieldsNodeOther(Result):
    """Something of another type."""

    typename: str = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""


EntityFieldsNode = Annotated[
    Annotated[EntityFieldsNodeUser, Tag("User")]
    | Annotated[EntityFieldsNodeClient, Tag("Client")]
    | Annotated[EntityFieldsNodeOther, Tag("other")],
    Discriminator(by_typename("User", "Client")),
]


class EntityFields(Result):
    """An entity, with the user or client that it is."""

    type: str
    """Its type; one that a client owns has the client's id in front, `cli_…:invoice`."""
    id: str
    """Its id in the application, or `*` for every entity of the type."""
    node: EntityFieldsNode | None
    """The user, client or API key that it is. Null for everything else, and when it is gone or hidden."""


class FactorsFieldsTotp(Result):
    """An app that shows codes for one user."""

    created_at: datetime
    """Since when."""
    last_used_at: datetime | None
    """When one of its codes was last used."""


class FactorsFieldsPasskeys(Result):
    """A passkey: a key pair (WebAuthn) that a device or a provider keeps for one user."""

    id: str
    """The id."""
    name: str
    """What the user calls it."""
    aaguid: str
    """The model of the authenticator as it says; zeros when it does not."""
    is_backup_eligible: bool
    """Whether copies of it can be made, so that other devices have it."""
    is_backed_up: bool
    """Whether there are such copies."""
    created_at: datetime
    """When it was registered."""
    last_used_at: datetime | None
    """When it was last used."""


class FactorsFields(Result):
    """All second factors of a user; none of it is a secret."""

    is_protected: bool
    """Whether there is one at all: then a password alone does not open the account."""
    recovery_codes_left: int
    """How many recovery codes can still be used."""
    totp: FactorsFieldsTotp | None
    """The authenticator app."""
    passkeys: tuple[FactorsFieldsPasskeys, ...]
    """The passkeys, oldest first; there are at most 20."""


class FoundSubjectFieldsWay(Result):
    """A relationship: subject has relation to entity."""

    text: str
    """All of it as text, `document:1#viewer@user:anne`."""


class FoundSubjectFields(Result):
    """Somebody who can do something, and the tuples that lead there."""

    subject: SubjectFields
    """The subject; an id of `*` is everyone of the type."""
    is_decided: bool
    """False when a check with more context has the last word."""
    way: tuple[FoundSubjectFieldsWay, ...]
    """The tuples that lead from the entity to it, the entity's own first."""


class IdentityProviderFields(Result):
    """An identity provider as it is set up."""

    id: str
    """The id, with a prefix that tells the kind."""
    slug: str
    """Its name in URLs."""
    name: str
    """What people see on the sign-in page."""
    kind: IdentityProviderKind
    """How it says who somebody is."""
    is_enabled: bool
    """Whether people may sign in through it."""
    issuer: str | None
    """The issuer of an OpenID provider."""
    authorization_endpoint: str | None
    """Where people are sent to; null where discovery tells."""
    token_endpoint: str | None
    """Where codes are redeemed; null where discovery tells."""
    userinfo_endpoint: str | None
    """Where it says who somebody is; null where discovery tells."""
    emails_endpoint: str | None
    """Where it lists addresses."""
    client_id: str
    """The client id that it gave us."""
    has_secret: bool
    """Whether it gave us a client secret."""
    token_endpoint_auth_method: str
    """How we prove ourselves to it."""
    scopes: tuple[str, ...]
    """Scopes that we ask for."""
    claims: JsonValue
    """Which member of its answer holds each claim, where it has another name."""
    trusts_email: bool
    """Whether its word on addresses counts here."""
    can_sign_up: bool
    """Whether somebody who is not known here gets an account."""
    callback_url: str
    """Where it sends people back to: register this there."""
    created_at: datetime
    """When it was set up."""
    updated_at: datetime
    """When it last changed."""


class InitialAccessTokenFields(Result):
    """A token that clients register themselves with, without its value."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str
    """What people call it."""
    hint: str
    """The last four characters of its value."""
    scopes: tuple[str, ...] | None
    """Scopes that its clients may have; null for those of signing in and those of the settings."""
    grant_types: tuple[str, ...] | None
    """Grants that its clients may use; null for those that let users in."""
    require_pkce: bool
    """Whether its confidential clients must use PKCE, as public ones always do."""
    max_uses: int | None
    """How many clients may register with it; null for any number."""
    uses: int
    """How many did."""
    is_usable: bool
    """Whether a client may still register with it."""
    created_at: datetime
    """When it was made."""
    expires_at: datetime | None
    """When it ends; null for never."""
    revoked_at: datetime | None
    """When it was revoked, if it was."""
    last_used_at: datetime | None
    """When a client registered with it last."""


class LinkedIdentityFields(Result):
    """An account at a provider that signs in to an account here."""

    id: str
    """The id, with a prefix that tells the kind."""
    provider_name: str | None
    """The name of the provider, as people see it."""
    subject: str
    """Who it is at the provider."""
    email: str | None
    """The address that the provider said last; it decides nothing."""
    created_at: datetime
    """When it was linked."""
    last_used_at: datetime | None
    """When somebody last signed in with it."""


class MailRowFields(Result):
    """A mail as a row of the outbox."""

    id: str
    """The id, with a prefix that tells the kind."""
    to: str
    """The recipient's address."""
    subject: str
    """The subject."""
    template: str
    """What it was written from."""
    status: MailStatus
    """What became of it."""
    created_at: datetime
    """When it was written."""
    sent_at: datetime | None
    """When the mail server took it."""


class ModelRowFields(Result):
    """A version of a model as a row of a list."""

    id: str
    """The id, with a prefix that tells the kind."""
    scope: str
    """The id of the client that owns its types; empty for the installation's own."""
    version: int
    """Its number, from 1."""
    note: str | None
    """What changed, in the words of its author."""
    is_current: bool
    """Whether it is in force."""
    created_at: datetime
    """When it was saved."""
    author: SubjectFields | None
    """Who saved it. Null for the server itself."""


class ModelTypeFieldsRelations(Result):
    """A relation of a type."""

    name: str
    """Its name."""
    definition: str
    """What it is made of, such as `[user, group#member] or editor`."""
    is_hierarchy: bool
    """Whether tuples that would close a circle are refused."""


class ModelTypeFieldsPermissions(Result):
    """A permission of a type: what applications ask for, and what tokens carry."""

    name: str
    """Its name."""
    relation: str
    """The relation that it needs."""
    policy: str | None
    """The policy that has the second say."""


class ModelTypeFields(Result):
    """A type of a model with its relations and permissions."""

    name: str
    """Its name, without the prefix of the client."""
    relations: tuple[ModelTypeFieldsRelations, ...]
    """Its relations."""
    permissions: tuple[ModelTypeFieldsPermissions, ...]
    """Its permissions."""


class ModelDetailFieldsClient(Result):
    """An application that lets users sign in here, or calls APIs."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str
    """The name that users see."""


class ModelDetailFieldsConditions(Result):
    """A condition that tuples refer to by name."""

    name: str
    """Its name."""
    parameters: str
    """Its parameters with their types, such as `ip: ipaddress`."""
    expression: str
    """Its expression in CEL."""


class ModelDetailFields(ModelRowFields):
    """A version of a model with all that it defines."""

    client: ModelDetailFieldsClient | None
    """The client that owns its types. Null for the installation's own, and when hidden from the caller."""
    source: str
    """In the modelling language, in its canonical form."""
    json_: JsonValue = Field(alias="json")
    """As JSON."""
    types: tuple[ModelTypeFields, ...]
    """The types that it defines."""
    conditions: tuple[ModelDetailFieldsConditions, ...]
    """The conditions that it defines."""


class ModelProblemFields(Result):
    """Something wrong with a model, and where."""

    code: str
    """A stable name, `authz_model_…`."""
    message: str
    """What is wrong, without the place."""
    line: int | None
    """The line of the text, from 1."""
    column: int | None
    """The column of the text, from 1."""
    path: tuple[str, ...]
    """Where in the JSON, outermost name first."""
    excerpt: str | None
    """The line in question, and below it a caret at the column."""
    hint: str | None
    """How to mend it."""
    is_warning: bool
    """Whether the model can be saved all the same."""


class ModelPreviewFieldsBlockers(Result):
    """What a change of a model would leave without meaning."""

    kind: str
    """What is concerned: tuple, model, grant, template or rule."""
    reason: str
    """Why it would have no meaning."""
    count: int
    """How many."""
    samples: tuple[str, ...]
    """Some of them."""


class ModelPreviewFieldsFailedAssertions(Result):
    """An assertion of the model that does not hold."""

    text: str
    """The assertion."""
    expected: str
    """The decision that it expects."""
    actual: str
    """The decision that there would be."""
    line: int
    """The line of the text, from 1; 0 where there is none."""


class ModelPreviewFieldsImpactChanges(Result):
    """Somebody who would gain or lose an action on an entity."""

    kind: AccessChangeKind
    """Whether it is gained or lost."""
    subject: SubjectFields
    """Who."""
    action: str
    """The action."""
    entity: EntityFields
    """On what."""
    before: Decision
    """The answer under the version in force, to a question without a context: UNDECIDED where a condition or a policy decides by attributes."""
    after: Decision
    """The same under the new version."""


class ModelPreviewFieldsImpact(Result):
    """Who would gain and who would lose what."""

    gained: int
    """How many answers would open: from no to yes, from no to what attributes decide, or from that to yes."""
    lost: int
    """How many answers would close: from yes to no, from yes to what attributes decide, or from that to no."""
    gained_conditionally: int
    """Those of `gained` that attributes decide, before or after."""
    lost_conditionally: int
    """Those of `lost` that attributes decide, before or after."""
    is_complete: bool
    """Whether everything was compared; otherwise the counts are lower bounds."""
    omissions: tuple[str, ...]
    """Why not everything was compared: too much of something, or a condition or policy that changes and decides by attributes before and after. Empty when `isComplete`."""
    changes: tuple[ModelPreviewFieldsImpactChanges, ...]
    """The first of them, in the order of entities."""


class ModelPreviewFields(Result):
    """What saving a model would do."""

    problems: tuple[ModelProblemFields, ...]
    """What is wrong with the model, and what is odd about it."""
    source: str | None
    """Its canonical text. Null when something is wrong."""
    diff: str | None
    """Unified difference to the version in force."""
    blockers: tuple[ModelPreviewFieldsBlockers, ...]
    """What stands in the way of saving it."""
    failed_assertions: tuple[ModelPreviewFieldsFailedAssertions, ...]
    """Assertions that do not hold."""
    impact: ModelPreviewFieldsImpact | None
    """Who would gain and who would lose what. Worked out only when asked for. Null when something is wrong."""


class PageFields(Result):
    """Where a page of a list starts and ends."""

    has_next_page: bool
    """Whether something follows."""
    has_previous_page: bool
    """Whether something precedes."""
    start_cursor: str | None
    """Cursor of the first item."""
    end_cursor: str | None
    """Cursor of the last item."""


class PermissionsFields(Result):
    """What a token would hold."""

    permissions: JsonValue
    """`{type: [action], type:id: [action]}`; a bare type is every entity of it. A JSON object."""
    abac_required: JsonValue
    """The same shape: of these, what a live check has to decide with the attributes of the resource."""
    is_truncated: bool
    """Whether grants on single entities are left out: there are too many."""
    size_bytes: int
    """How much room they take in a token, bytes."""


class PolicyRowFieldsClient(Result):
    """An application that lets users sign in here, or calls APIs."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str
    """The name that users see."""


class PolicyRowFields(Result):
    """A policy as a row of a list."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str
    """Its name, which models and tuples refer to it by."""
    description: str | None
    """What it is for, for people."""
    version: int
    """The version in force."""
    created_at: datetime
    """When it was first saved."""
    updated_at: datetime
    """When it last changed."""
    client: PolicyRowFieldsClient | None
    """Whose models and tuples can name it; null for the installation's own, and where the client is hidden from the caller."""


class PolicySampleFields(Result):
    """A context whose verdict the author of a policy knows."""

    name: str
    """What it is a sample of."""
    context: JsonValue
    """What the policy is given, a JSON object."""
    is_allowed: bool
    """Whether it is to be allowed."""


class PolicyDetailFieldsWarnings(Result):
    """Something odd about a policy, which can be saved all the same."""

    line: int
    """The line of the source, from 1."""
    message: str
    """What is odd."""


class PolicyDetailFieldsUsage(Result):
    """What refers to a policy by its name."""

    permissions: int
    """How many permissions of the model in force."""
    tuples: int
    """How many tuples that stand."""
    names: tuple[str, ...]
    """Some of the permissions, such as `invoice.approve`; at most ten."""


class PolicyDetailFields(PolicyRowFields):
    """A policy with its source, samples, and what refers to it."""

    source: str
    """The source in force, in Lua."""
    warnings: tuple[PolicyDetailFieldsWarnings, ...]
    """What is odd about the source."""
    samples: tuple[PolicySampleFields, ...]
    """The samples that every save is run with."""
    usage: PolicyDetailFieldsUsage
    """What refers to it. While anything does, it is not deleted."""


class PolicyEvaluationFields(Result):
    """What a policy said when a check asked it."""

    id: str
    """The id, with a prefix that tells the kind."""
    entity_type: str
    """The full name of the entity's type."""
    entity_id: str
    """The entity's id."""
    action: str
    """The permission or relation that was asked for."""
    subject: SubjectFields
    """Who was asked about."""
    version: int
    """The version of the policy that was asked."""
    verdict: PolicyVerdict
    """What it said."""
    problem: str | None
    """Why it said nothing: a stable code, and what Lua itself says of it. A text that the script raised is not kept."""
    context: JsonValue
    """What it was given, bounded in size and without secrets. Of a user, a client's policy shows the id and the names of the attributes."""
    duration_microseconds: int
    """How long it ran, in microseconds."""
    evaluated_at: datetime
    """When it was asked."""


class PolicyTestResultFieldsProblem(Result):
    """Why a policy came to no verdict."""

    code: str
    """A stable name, `policies_…`."""
    message: str
    """What went wrong, in the words of Lua where it says something."""
    line: int | None
    """The line of the source, from 1."""


class PolicyTestResultFields(Result):
    """What came of running a policy once."""

    verdict: PolicyVerdict
    """What it says."""
    problem: PolicyTestResultFieldsProblem | None
    """Why it says nothing; null unless the verdict is ERROR."""
    duration_microseconds: int
    """How long it ran, in microseconds."""


class PolicyVersionFields(Result):
    """A version of a policy as a row of a list."""

    id: str
    """The id, with a prefix that tells the kind."""
    version: int
    """Its number, from 1."""
    note: str | None
    """What changed, in the words of its author."""
    created_at: datetime
    """When it was saved."""
    author: SubjectFields | None
    """Who saved it. Null for the server itself."""


class RegistrationContextFieldsClient(Result):
    """An application that lets users sign in here, or calls APIs."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str
    """The name that users see."""


class RegistrationContextFieldsGrants(Result):
    """A relation that people get by a registration context."""

    entity_type: str
    """The full name of the type, with the client that owns it."""
    entity_id: str | None
    """To what; null for every entity of the type."""
    relation: str
    """The relation."""


class RegistrationContextFields(Result):
    """A registration context, with what it gives."""

    id: str
    """The id, with a prefix that tells the kind."""
    slug: str
    """Its name for programs and the audit trail."""
    name: str
    """What people call it."""
    description: str | None
    """What it is for, for people."""
    client_id: str | None
    """The client's id; null where it holds for the whole platform."""
    client: RegistrationContextFieldsClient | None
    """Applies to who comes through this client or for it; null: to everybody who signs up. Null also where the client is hidden from the caller."""
    grants: tuple[RegistrationContextFieldsGrants, ...]
    """What people get."""
    allowed_origins: tuple[str, ...]
    """Origins of applications that people have to come from; empty: from anywhere."""
    allowed_domains: tuple[str, ...]
    """Domains of which people must have proved an address; empty: everybody. A subdomain is another one."""
    is_enabled: bool
    """Whether it is applied now."""
    applied_count: int
    """To how many users it was applied."""
    created_at: datetime
    """When it was made."""
    updated_at: datetime
    """When it last changed."""


class SessionFields(Result):
    """A sign-in session without its owner."""

    id: str
    """The id, with a prefix that tells the kind."""
    device: str
    """The browser in words, such as Firefox on Linux."""
    ip: str | None
    """The address that the session began from."""
    user_agent: str | None
    """How the browser named itself."""
    amr: tuple[str, ...]
    """How the user proved who they are (RFC 8176)."""
    acr: str
    """How strongly."""
    auth_time: datetime
    """When the user last proved it."""
    created_at: datetime
    """When the session began."""
    last_seen_at: datetime
    """When the session was last used, to the minute."""
    expires_at: datetime
    """When the session ends in any case."""
    is_current: bool
    """Whether the request itself belongs to this session."""
    impersonator: PersonFields | None
    """The operator who acts as the user. Null when nobody does, or hidden from the caller."""


class TokenFamilyFields(Result):
    """What a sign-in gave an application: tokens that follow each other."""

    id: str
    """The id, with a prefix that tells the kind."""
    client_id: str
    """Id of the application."""
    client_name: str | None
    """The application's name, as the user saw it."""
    user_id: str
    """Id of the user."""
    session_id: str
    """Id of the session that it grew from, which may be over."""
    scopes: tuple[str, ...]
    """What its tokens may be used for."""
    resources: tuple[str, ...]
    """Resources that its tokens may be for (RFC 8707). Empty: only Auther itself."""
    acr: str
    """How strong the sign-in was."""
    bound_key: str | None
    """Thumbprint (RFC 7638) of the key that its latest tokens are bound to. Null: bearer tokens."""
    created_at: datetime
    """When the user signed in to the application."""
    last_used_at: datetime
    """When it last gave tokens."""
    expires_at: datetime
    """Its end in any case."""
    refresh_expires_at: datetime | None
    """Its end without use. Null: it has no refresh tokens."""


class TupleFieldsCondition(Result):
    """A condition on a tuple: it counts only where the condition of the model holds."""

    name: str
    """The condition's name in the model."""
    context: JsonValue
    """The parameters that are settled already, a JSON object."""


class TupleFields(Result):
    """A stored tuple as a row of a list."""

    id: str
    """The id, with a prefix that tells the kind."""
    entity: EntityFields
    """To what."""
    relation: str
    """The relation, such as `viewer`."""
    subject: SubjectFields
    """Who."""
    condition: TupleFieldsCondition | None
    """The condition under which it counts; null for none."""
    policy: str | None
    """The policy under which it counts, in place of a condition; null for none."""
    starts_at: datetime | None
    """When it begins to count; null for at once."""
    expires_at: datetime | None
    """When it ends; null for never."""
    created_revision: str
    """The revision since which it stands, as it is. Text, because it outgrows 32 bits."""
    created_at: datetime | None
    """When it was written. Null once the changelog has been cleared so far."""
    written_by: SubjectFields | None
    """Who wrote it. Null for the server itself, and once the changelog has been cleared so far."""
    reason: str | None
    """Why it was written, in the words of who did."""


class TupleKeyFields(Result):
    """A relationship without what limits it."""

    text: str
    """All of it as text, `document:1#viewer@user:anne`."""
    entity: EntityFields
    """To what."""
    relation: str
    """The relation, such as `viewer`."""
    subject: SubjectFields
    """Who."""


class UserRowFields(PersonFields):
    """A user as a row of a list."""

    username: str | None
    """Another name to sign in with, unique without regard to case."""
    email_verified: bool
    """Whether the user has shown that the address is theirs."""
    status: UserStatus
    """Whether the user may sign in."""
    created_at: datetime
    """When the account was made."""
    last_sign_in_at: datetime | None
    """When the user last signed in."""


class UserDetailFieldsBan(Result):
    """Why and until when a user may not sign in."""

    reason: str | None
    """Why, in the words of who banned."""
    until: datetime | None
    """When the ban lifts itself; null for good."""
    banned_at: datetime
    """Since when."""
    banned_by: PersonFields | None
    """Who banned. Null when that account is gone or hidden from the caller."""


class UserDetailFieldsDeletion(Result):
    """When an account was deleted, and when it will be erased. Until then it can be restored."""

    scheduled_at: datetime
    """When it was deleted."""
    erased_at: datetime
    """When it will be erased, with what hangs from it."""
    by: PersonFields | None
    """Who deleted it: the user, or an operator. Null when that account is gone or hidden from the caller, or a program did."""


class UserDetailFields(UserRowFields):
    """Everything about a user that an operator sees and edits."""

    locale: str | None
    """Preferred language, a BCP 47 tag."""
    zoneinfo: str | None
    """Time zone, an IANA name."""
    attributes: JsonValue
    """Free attributes, a JSON object."""
    updated_at: datetime
    """When the account last changed."""
    ban: UserDetailFieldsBan | None
    """The ban in force."""
    deletion: UserDetailFieldsDeletion | None
    """The deletion that waits to be carried out."""


class UserErrorFields(Result):
    """What a person can mend in the input of a mutation."""

    code: UserErrorCode
    """What is wrong, for programs."""
    reason: str
    """The stable name of the cause, such as `authz_relation_unknown`: the same as the `extensions.reason` of a top-level error."""
    message: str
    """What is wrong, for people."""
    field: tuple[str, ...]
    """Path of the input field, outermost first; empty for the whole input."""
