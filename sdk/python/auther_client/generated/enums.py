"""Enumerations of the API.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from auther_client.models import OpenEnum


class AccessChangeKind(OpenEnum):
    """What becomes of somebody's access."""

    GAINED = "GAINED"
    """It is allowed newly, or no attributes can deny it now."""
    LOST = "LOST"
    """It is not allowed any more, or only as attributes decide."""


class AnswerSource(OpenEnum):
    """What answered."""

    INDEX = "INDEX"
    """The index in memory."""
    SQL = "SQL"
    """The database."""
    BYPASS = "BYPASS"
    """The subject is super admin, or has full access to the client."""


class ApiKeySort(OpenEnum):
    """Orders of a list of API keys. Keys that were never used come first in ascending order."""

    CREATED_AT_DESC = "CREATED_AT_DESC"
    """Youngest first."""
    CREATED_AT_ASC = "CREATED_AT_ASC"
    """Oldest first."""
    NAME_ASC = "NAME_ASC"
    """By name, without regard to case."""
    NAME_DESC = "NAME_DESC"
    """By name, backwards."""
    LAST_USED_AT_DESC = "LAST_USED_AT_DESC"
    """What was used last comes first."""
    LAST_USED_AT_ASC = "LAST_USED_AT_ASC"
    """What has not been used for longest comes first."""


class ApiKeyStatus(OpenEnum):
    """Whether an API key works now, and if not, why."""

    ACTIVE = "ACTIVE"
    """It works."""
    DISABLED = "DISABLED"
    """It is switched off."""
    EXPIRED = "EXPIRED"
    """Its time is over."""
    OWNER_INACTIVE = "OWNER_INACTIVE"
    """Its owner is banned or disabled."""


class ApiKeyUse(OpenEnum):
    """What an API key may be used for."""

    EXCHANGE = "EXCHANGE"
    """To be exchanged for a token that lives 15 minutes."""
    DIRECT = "DIRECT"
    """To be shown itself, at the live check and at this API."""


class AuditOutcome(OpenEnum):
    """How something ended."""

    SUCCESS = "SUCCESS"
    """It was done."""
    FAILURE = "FAILURE"
    """It was tried in vain."""
    DENIED = "DENIED"
    """It was not allowed."""


class ClientKind(OpenEnum):
    """What an application is, which settles how it may prove itself and get tokens."""

    WEB = "WEB"
    """Runs on a server and can keep a secret."""
    SPA = "SPA"
    """Runs in the browser."""
    NATIVE = "NATIVE"
    """Runs on a phone or a desktop."""
    MACHINE = "MACHINE"
    """Acts for itself, without a user."""
    DEVICE = "DEVICE"
    """Has no browser or keyboard."""


class ClientSort(OpenEnum):
    """Orders of a list of clients."""

    CREATED_AT_DESC = "CREATED_AT_DESC"
    """Youngest first."""
    CREATED_AT_ASC = "CREATED_AT_ASC"
    """Oldest first."""
    NAME_ASC = "NAME_ASC"
    """By name, without regard to case."""
    NAME_DESC = "NAME_DESC"
    """By name, backwards."""


class ClientSource(OpenEnum):
    """Who says what a client is."""

    OPERATOR = "OPERATOR"
    """An operator."""
    CONFIGURATION = "CONFIGURATION"
    """The configuration file; it is read-only here."""
    REGISTRATION = "REGISTRATION"
    """It itself: it registered (RFC 7591)."""
    METADATA_DOCUMENT = "METADATA_DOCUMENT"
    """A document at the URL that is its id."""


class ConsistencyMode(OpenEnum):
    """How new the tuples are that an answer rests on."""

    MINIMIZE_LATENCY = "MINIMIZE_LATENCY"
    """What this process knows: quickest, some moments old."""
    AT_LEAST_AS_FRESH = "AT_LEAST_AS_FRESH"
    """At least what stood when the token was made: one sees one's own writes."""
    FULLY_CONSISTENT = "FULLY_CONSISTENT"
    """Everything that is committed now."""
    AT_EXACT_SNAPSHOT = "AT_EXACT_SNAPSHOT"
    """Exactly what stood when the token was made."""


class Decision(OpenEnum):
    """What was decided. Only ALLOWED opens a door."""

    ALLOWED = "ALLOWED"
    """The subject may."""
    DENIED = "DENIED"
    """The subject may not."""
    UNDECIDED = "UNDECIDED"
    """Something that would decide is missing, or failed: not allowed."""


class IdentityProviderKind(OpenEnum):
    """How an identity provider says who somebody is."""

    OIDC = "OIDC"
    """OpenID Connect: by discovery, with an ID token."""
    OAUTH2 = "OAUTH2"
    """OAuth 2.0: its user endpoint says it."""


class IdentityProviderSort(OpenEnum):
    """Orders of a list of identity providers."""

    NAME_ASC = "NAME_ASC"
    """By name, without regard to case."""
    CREATED_AT_DESC = "CREATED_AT_DESC"
    """Youngest first."""


class ImpersonationRefusal(OpenEnum):
    """Why the caller may not act as a user."""

    NOT_PERMITTED = "NOT_PERMITTED"
    """The caller lacks `users.impersonate`, or acts as somebody already."""
    NOT_POSSIBLE = "NOT_POSSIBLE"
    """It is the caller, or somebody who may not sign in."""
    OF_STRONGER = "OF_STRONGER"
    """The user holds a permission on the platform that the caller lacks."""


class JobState(OpenEnum):
    """How a job stands."""

    WAITING = "WAITING"
    """Behind another job of its lane."""
    READY = "READY"
    """It runs once it is due."""
    RUNNING = "RUNNING"
    """A worker has it."""
    DONE = "DONE"
    """It has succeeded."""
    DEAD = "DEAD"
    """It failed as often as it may."""


class MailStatus(OpenEnum):
    """What became of a mail."""

    OUTBOX = "OUTBOX"
    """Kept here: no mail server is configured."""
    QUEUED = "QUEUED"
    """On its way to the mail server."""
    SENT = "SENT"
    """The mail server took it."""
    FAILED = "FAILED"
    """Given up."""


class MetricKind(OpenEnum):
    """What a metric counts."""

    COUNTER = "COUNTER"
    """How often something happened; it never falls."""
    GAUGE = "GAUGE"
    """How much something is now."""
    HISTOGRAM = "HISTOGRAM"
    """How values are spread."""


class PolicyVerdict(OpenEnum):
    """What came of running a policy. Only ALLOWED opens anything."""

    ALLOWED = "ALLOWED"
    """It returned exactly `true`."""
    DENIED = "DENIED"
    """It returned anything else."""
    ERROR = "ERROR"
    """It failed, or took too much: nothing is allowed by that."""


class ProofKind(OpenEnum):
    """What a node of a proof is."""

    PERMISSION = "PERMISSION"
    """The permission that was asked for."""
    BYPASS = "BYPASS"
    """What gives every permission."""
    RELATION = "RELATION"
    """A relation of an entity."""
    DIRECT = "DIRECT"
    """Whoever a tuple names."""
    COMPUTED = "COMPUTED"
    """Whoever has another relation to the entity."""
    ARROW = "ARROW"
    """Whoever has a relation to a related entity."""
    UNION = "UNION"
    """One of several ways is enough."""
    INTERSECTION = "INTERSECTION"
    """All of several ways are needed."""
    EXCLUSION = "EXCLUSION"
    """The first way without the second."""
    TUPLE = "TUPLE"
    """A tuple."""
    CONDITION = "CONDITION"
    """The condition of a tuple."""
    POLICY = "POLICY"
    """The policy of the permission, or of a tuple."""
    REPEATED = "REPEATED"
    """What stands above already: a circle."""
    CUT = "CUT"
    """The rest is left out: the proof is too large."""


class RegistrationContextSort(OpenEnum):
    """Orders of a list of registration contexts."""

    SLUG_ASC = "SLUG_ASC"
    """By slug."""
    CREATED_AT_DESC = "CREATED_AT_DESC"
    """Youngest first."""


class SignUpPolicy(OpenEnum):
    """Who may sign up by themselves."""

    CLOSED = "CLOSED"
    """Nobody: operators create users."""
    INVITE = "INVITE"
    """Whoever was invited."""
    DOMAIN = "DOMAIN"
    """Whoever has an address at certain domains."""
    OPEN = "OPEN"
    """Everybody."""


class SigningKeyStatus(OpenEnum):
    """Where a signing key is in its life."""

    PENDING = "PENDING"
    """Published, does not sign yet."""
    ACTIVE = "ACTIVE"
    """Signs and verifies."""
    RETIRED = "RETIRED"
    """Only verifies what it signed."""
    WITHDRAWN = "WITHDRAWN"
    """Taken out: neither signs nor verifies."""


class TupleChangeKind(OpenEnum):
    """What became of a tuple. Another condition or other times are an end and a beginning."""

    CREATED = "CREATED"
    """It stands from now on."""
    DELETED = "DELETED"
    """It ended."""


class UserErrorCode(OpenEnum):
    """What is wrong with an input."""

    INVALID = "INVALID"
    """The value does not fit."""
    REQUIRED = "REQUIRED"
    """A value is missing."""
    TAKEN = "TAKEN"
    """Somebody else has this value."""
    NOT_FOUND = "NOT_FOUND"
    """There is no such thing."""
    TOO_LONG = "TOO_LONG"
    """The value is too long."""
    TOO_SHORT = "TOO_SHORT"
    """The value is too short."""
    WEAK_PASSWORD = "WEAK_PASSWORD"
    """The password is easy to guess."""
    CONFLICT = "CONFLICT"
    """It clashes with what is stored."""
    READ_ONLY = "READ_ONLY"
    """This cannot be changed here."""
    LIMIT_REACHED = "LIMIT_REACHED"
    """A bound of size or number is exceeded."""
    FORBIDDEN = "FORBIDDEN"
    """This is not possible for you, whatever your permissions."""


class UserSort(OpenEnum):
    """Orders of a list of users. Users without a value come first in ascending order."""

    CREATED_AT_DESC = "CREATED_AT_DESC"
    """Youngest account first."""
    CREATED_AT_ASC = "CREATED_AT_ASC"
    """Oldest account first."""
    EMAIL_ASC = "EMAIL_ASC"
    """By e-mail address, without regard to case."""
    EMAIL_DESC = "EMAIL_DESC"
    """By e-mail address, backwards."""
    NAME_ASC = "NAME_ASC"
    """By name, without regard to case."""
    NAME_DESC = "NAME_DESC"
    """By name, backwards."""
    LAST_SIGN_IN_AT_DESC = "LAST_SIGN_IN_AT_DESC"
    """Who signed in last comes first."""
    LAST_SIGN_IN_AT_ASC = "LAST_SIGN_IN_AT_ASC"
    """Who has not signed in for longest comes first."""


class UserStatus(OpenEnum):
    """Whether a user may sign in."""

    ACTIVE = "ACTIVE"
    """May sign in."""
    BANNED = "BANNED"
    """May not, for now or for good."""
    PENDING_DELETION = "PENDING_DELETION"
    """May not: the account is about to be erased, banned or not."""


class UsersetKind(OpenEnum):
    """What a node of a userset tree is."""

    UNION = "UNION"
    """Whoever is in one of its parts."""
    INTERSECTION = "INTERSECTION"
    """Whoever is in all of its parts."""
    EXCLUSION = "EXCLUSION"
    """Whoever is in the first and not the second."""
    DIRECT = "DIRECT"
    """Whoever a tuple names."""
    COMPUTED = "COMPUTED"
    """Whoever has another relation to the entity."""
    ARROW = "ARROW"
    """Whoever has a relation to a related entity."""
