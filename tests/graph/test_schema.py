"""What the schema promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_introspection_query,
    get_named_type,
)

from app.graph import print as printing
from app.graph.compatibility import end_of
from app.graph.directives import Requires
from app.graph.examples import find_example, find_faults, without_example
from app.graph.schema import graphql_schema, schema
from app.graph.viewer import _PERMISSIONS, ViewerCan
from app.kit.guard import ALL_PERMISSIONS
from tests.graph.support import execute, read
from tests.support import as_user, deciding, make_user

OURS = {name: named for name, named in graphql_schema.type_map.items() if not name.startswith("__")}
SECRET = re.compile(
    r"hash|phc|private|sealed|salt|mac$|token(?!EndpointAuth|Exchange|Ttl|Signed)|cookie|browserId", re.IGNORECASE
)
# Named like secrets, and none.
HARMLESS = {
    "Client.dpopBoundAccessTokens",
    "Client.tokenFamilies",
    "IdentityProvider.tokenEndpoint",
    "InitialAccessTokenCreatePayload.initialAccessToken",
    "InitialAccessTokenRevokePayload.initialAccessToken",
    "Mutation.initialAccessTokenCreate",
    "Mutation.initialAccessTokenRevoke",
    "Mutation.tokenFamilyRevoke",
    "Query.initialAccessTokens",
    "Query.tokenPreview",
    "TokenClaims.accessToken",
    "TokenClaims.idToken",
    "TuplesWritePayload.token",
    "TuplesDeletePayload.token",
    "User.tokenFamilies",
}
# Arguments of queries that ask for what belongs to a client.
INVOICE = '{ type: "cli_x:invoice", id: "1" }'
OTHER = '{ type: "user", id: "usr_other" }'
CHECK = f'{{ subject: {OTHER}, action: "view", entity: {INVOICE} }}'
ARGUMENTS = {
    "check": f"(input: {CHECK})",
    "checks": f"(inputs: [{CHECK}])",
    "explain": f"(input: {CHECK})",
    "actions": f"(subject: {OTHER}, entity: {INVOICE})",
    "tokenPreview": '(userId: "usr_other", clientId: "cli_x")',
    "model": '(scope: "cli_x")',
    "modelImpact": '(input: { clientId: "cli_x", source: "model\\n  schema 1.1\\ntype user\\n" })',
    "modelPreview": '(input: { clientId: "cli_x", source: "model\\n  schema 1.1\\ntype user\\n" })',
    "listObjects": f'(subject: {OTHER}, action: "view", type: "cli_x:invoice")',
    "listSubjects": f'(entity: {INVOICE}, action: "view", type: "user")',
    "whoCan": f'(entity: {INVOICE}, action: "view")',
    "expand": f'(entity: {INVOICE}, relation: "view")',
    "policies": '(client: "cli_x")',
    "policyTest": '(input: { client: "cli_x", source: "return true" })',
}
SHOWN_ONCE = {
    "ClientCreatePayload.clientSecret", "ClientSecretRotatePayload.clientSecret", "ApiKeyCreatePayload.secret",
    "ApiKeyRotatePayload.secret", "TotpStartPayload.secret",
}  # fmt: skip


def fields_of(named: object) -> dict[str, GraphQLField]:
    return dict(named.fields) if isinstance(named, GraphQLObjectType | GraphQLInterfaceType) else {}


def permission_of(field: GraphQLField) -> str | None:
    declared = field.extensions["strawberry-definition"].directives
    return next((directive.permission for directive in declared if isinstance(directive, Requires)), None)


def test_everything_is_described() -> None:
    missing = [name for name, named in OURS.items() if not named.description]
    for name, named in OURS.items():
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            missing += [f"{name}.{field}" for field, value in named.fields.items() if not value.description]
        for field, value in fields_of(named).items():
            missing += [f"{name}.{field}({arg})" for arg, given in value.args.items() if not given.description]
        if isinstance(named, GraphQLEnumType):
            missing += [f"{name}.{value}" for value, given in named.values.items() if not given.description]

    assert missing == []


def inputs() -> Iterator[tuple[str, str | None, GraphQLInputType]]:
    """Whatever callers write: each argument and input field with description and type, and each input."""
    for name, named in OURS.items():
        for field, value in fields_of(named).items():
            yield from ((f"{name}.{field}({arg})", given.description, given.type) for arg, given in value.args.items())
        if isinstance(named, GraphQLInputObjectType):
            yield name, named.description, named
            yield from ((f"{name}.{field}", value.description, value.type) for field, value in named.fields.items())


def speaks_for_itself(kind: GraphQLInputType) -> bool:
    """Yes or no, a value of an enumeration, or an input that has an example of its own."""
    named = get_named_type(kind)
    return isinstance(named, GraphQLEnumType | GraphQLInputObjectType) or named is GraphQLBoolean


def test_whatever_callers_write_has_an_example_that_is_valid() -> None:
    missing: list[str] = []
    wrong: dict[str, list[str]] = {}
    for place, description, kind in inputs():
        example = find_example(description)
        if example is not None:
            wrong[place] = find_faults(example, kind)
        elif place in OURS or not speaks_for_itself(kind):
            missing.append(place)

    assert missing == []
    assert {place: faults for place, faults in wrong.items() if faults} == {}


def test_descriptions_are_sentences() -> None:
    texts = {place: without_example(text) for place, text, _ in inputs()}
    for name, named in OURS.items():
        texts[name] = without_example(named.description)
        texts |= {f"{name}.{field}": without_example(value.description) for field, value in fields_of(named).items()}

    assert {place: text for place, text in texts.items() if not re.match(r"[A-Z`].*[.?!)]$", text)} == {}


def test_a_list_is_a_connection_and_has_relays_arguments() -> None:
    arguments = {"first": "Int", "after": "String", "last": "Int", "before": "String"}
    for name, named in OURS.items():
        for field, value in fields_of(named).items():
            kind = get_named_type(value.type)
            if kind.name.endswith("Connection"):
                shown = {arg: str(given.type) for arg, given in value.args.items()}
                assert shown.items() >= arguments.items(), f"{name}.{field}"
                assert fields_of(kind).keys() >= {"edges", "nodes", "pageInfo", "totalCount"}


def test_whatever_creates_can_be_sent_again() -> None:
    assert graphql_schema.mutation_type is not None
    creating = {name for name in graphql_schema.mutation_type.fields if name.endswith("Create")}
    assert creating >= {"userCreate", "clientCreate"}

    for name in (*creating, "tuplesWrite"):
        kind = OURS[f"{name[0].upper()}{name[1:]}Input"]
        assert isinstance(kind, GraphQLInputObjectType)
        assert str(kind.fields["idempotencyKey"].type) == "String", name


@pytest.mark.parametrize("name", ["userDelete", "clientDelete", "tuplesDelete", "tuplesWrite", "modelSave"])
def test_what_reaches_far_can_be_tried_first(name: str) -> None:
    kind = OURS[f"{name[0].upper()}{name[1:]}Input"]

    assert isinstance(kind, GraphQLInputObjectType)
    assert str(kind.fields["dryRun"].type) == "Boolean!"


def test_what_is_deprecated_says_on_which_day_it_goes() -> None:
    reasons: dict[str, str | None] = {}
    for name, named in OURS.items():
        for field, value in fields_of(named).items():
            reasons[f"{name}.{field}"] = value.deprecation_reason
            reasons |= {f"{name}.{field}({arg})": given.deprecation_reason for arg, given in value.args.items()}
        if isinstance(named, GraphQLInputObjectType):
            reasons |= {f"{name}.{field}": value.deprecation_reason for field, value in named.fields.items()}
        if isinstance(named, GraphQLEnumType):
            reasons |= {f"{name}.{value}": given.deprecation_reason for value, given in named.values.items()}

    assert {place: reason for place, reason in reasons.items() if reason is not None and end_of(reason) is None} == {}


def test_nothing_secret_is_in_the_schema() -> None:
    named_like_secrets = {
        f"{name}.{field}" for name, named in OURS.items() for field in fields_of(named) if SECRET.search(field)
    }
    called_secret = {
        f"{name}.{field}" for name, named in OURS.items() for field in fields_of(named) if "ecret" in field
    }

    assert named_like_secrets == HARMLESS | {"InitialAccessTokenCreatePayload.token"}
    assert called_secret == SHOWN_ONCE | {
        "Client.secrets", "IdentityProvider.hasSecret", "Mutation.clientSecretRotate",
    }  # fmt: skip
    assert OURS["ClientSecret"].fields.keys() == {"id", "hint", "createdAt", "expiresAt", "lastUsedAt"}
    called_password = {
        f"{name}.{field}" for name, named in OURS.items() for field in fields_of(named) if "password" in field.lower()
    }
    assert called_password == {"Mutation.viewerPasswordChange"}


def test_payloads_hold_errors_and_everything_else_can_be_null() -> None:
    assert graphql_schema.mutation_type is not None
    for name, field in graphql_schema.mutation_type.fields.items():
        payload = get_named_type(field.type)
        assert payload.name == f"{name[0].upper()}{name[1:]}Payload"
        assert list(field.args) == ["input"]
        assert isinstance(payload, GraphQLObjectType)
        types = {each: str(value.type) for each, value in payload.fields.items()}
        assert types.pop("errors") == "[UserError!]!"
        assert not any(kind.endswith("!") for kind in types.values())


def test_required_permissions_exist() -> None:
    named = {permission_of(field) for each in OURS.values() for field in fields_of(each).values()}

    assert named - {None} <= ALL_PERMISSIONS


@pytest.mark.parametrize(
    "field",
    [name for name, field in graphql_schema.query_type.fields.items() if permission_of(field)],  # type: ignore[union-attr]
)
async def test_a_query_needs_exactly_the_permission_that_it_names(field: str) -> None:
    assert graphql_schema.query_type is not None
    definition = graphql_schema.query_type.fields[field]
    permission = permission_of(definition)
    assert permission is not None
    arguments = ARGUMENTS.get(field, '(id: "usr_other")' if "id" in definition.args else "")
    source = f"{{ {field}{arguments} {{ __typename }} }}"
    reader = as_user("usr_reader")

    with deciding(usr_reader={permission}):
        allowed = await execute(source, actor=reader)
    with deciding(usr_reader=ALL_PERMISSIONS - {permission}):
        refused = await execute(source, actor=reader)
    anonymous = await execute(source)

    assert {error["extensions"]["code"] for error in allowed.get("errors", [])} <= {"BAD_USER_INPUT"}
    assert refused["errors"][0]["extensions"]["permission"] == permission
    assert anonymous["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_every_subscription_is_guarded() -> None:
    assert graphql_schema.subscription_type is not None

    assert [name for name, field in graphql_schema.subscription_type.fields.items() if not permission_of(field)] == []


def test_every_query_is_guarded_or_named_here() -> None:
    assert graphql_schema.query_type is not None
    open_fields = {name for name, field in graphql_schema.query_type.fields.items() if not permission_of(field)}

    assert open_fields == {"node", "nodes", "viewer", "server", "rateLimit"}


async def test_what_the_viewer_can_follows_the_permissions() -> None:
    source = f"{{ viewer {{ can {{ {' '.join(fields_of(OURS['ViewerCan']))} }} }} }}"
    user = await make_user()

    for held in (frozenset[str](), ALL_PERMISSIONS, {"clients.manage_access", "platform.manage_platform"}):
        with deciding(**{user.id: held}):
            can = (await read(source, actor=as_user(user)))["viewer"]["can"]
        shown = {name: permission in held for name, permission in _PERMISSIONS.items()}
        assert dict(zip(ViewerCan.__annotations__, can.values(), strict=True)) == shown
    assert set(_PERMISSIONS.values()) == ALL_PERMISSIONS


async def test_the_schema_can_be_introspected_by_anybody() -> None:
    answer = await read(get_introspection_query())

    assert {each["name"] for each in answer["__schema"]["types"]} >= {"Query", "Mutation", "User", "DateTime"}


def test_the_printed_schema_shows_what_fields_need() -> None:
    text = schema.as_str()

    assert "directive @requires(permission: String!) on FIELD_DEFINITION" in text
    assert re.search(r"\n  signingKeys: \[SigningKey!\]! @requires\(permission: \"keys.view\"\)\n", text)


def test_printing_writes_the_file_and_checks_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert printing.main(["--check"]) == 1
    assert printing.main([]) == 0
    assert printing.main(["--check"]) == 0
    (tmp_path / "schema.graphql").write_text("type Query { a: Int }\n")
    assert printing.main(["--check"]) == 1


def test_the_committed_schema_is_what_the_code_says() -> None:
    committed = Path(__file__).parents[2] / "schema.graphql"

    assert committed.read_text() == f"{schema.as_str().rstrip()}\n"
