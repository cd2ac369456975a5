"""The page about errors: where each kind stands, and what every code means."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from graphql import GraphQLEnumType

from app.graph.reference.codes import Reason, find_reasons
from app.graph.reference.markdown import block, paragraphs, table
from app.graph.reference.shape import title_of
from app.graph.schema import graphql_schema
from app.graph.socket import Close

_STATUSES: Final = (
    ("200", "It ran. `errors` tells of fields that have no answer; the `errors` of a mutation's payload of what a "
            "person can mend."),
    ("400", "It did not run: the body, the document or its variables are wrong, or it asks for too much at once. With "
            "`Accept: application/json`, a document that is refused is answered with 200, as older programs expect."),
    ("401", "What was shown as proof is not valid: a token that is expired, revoked or not ours."),
    ("403", "A browser's session without the header `X-Auther-CSRF`, a document that it may not run, or a field that "
            "only the operators' listener answers."),
    ("405", "Not a POST."),
    ("406", "None of the media types that you accept is ours."),
    ("413", "The body is too large."),
    ("415", "The body is not `application/json` in UTF-8."),
    ("429", "Too much in too short a time. `Retry-After` says when to go on."),
    ("500", "A fault of ours. Tell us the `requestId`."),
    ("503", "Something that we depend on is away. `Retry-After` says when to try again."),
    ("504", "It took too long and was given up. A mutation was rolled back."),
)  # fmt: skip
TOP_LEVEL: Final = {
    "ADMIN_LISTENER_ONLY": "Only the operators' listener answers this field.",
    "BAD_USER_INPUT": "An argument or the request itself is wrong. `field` names the place.",
    "CONFLICT": "It clashes with what is stored.",
    "CSRF": "A browser's session came without the header `X-Auther-CSRF`, or from another site.",
    "DOCUMENT_NOT_REGISTERED": "A browser's session runs only Auther's own documents.",
    "FORBIDDEN": "You may not. When a permission is missing, `permission` names it.",
    "GONE": "It was there and is not any more: used, expired, revoked, cleared away.",
    "GRAPHQL_PARSE_FAILED": "The document is not GraphQL.",
    "GRAPHQL_VALIDATION_FAILED": "The document asks for what the schema does not have.",
    "INTERNAL": "A fault of ours. Tell us the `requestId`.",
    "LIMIT_REACHED": "A bound of size or number is exceeded. Ask for less.",
    "NOT_FOUND": "There is no such thing, or you may not know of it.",
    "PERSISTED_QUERY_NOT_FOUND": "No registered document has this id. Send its text.",
    "RATE_LIMITED": "Slow down. `retryAfterSeconds` says for how long.",
    "SLOW_READER": "You read a stream too slowly. Connect again and go on from the last cursor.",
    "TIMEOUT": "It took too long and was given up.",
    "UNAUTHENTICATED": "Sign in first.",
    "UNAVAILABLE": "Something that we depend on is away. Try again soon.",
}
CLOSES: Final = {
    Close.TOO_BIG: "A message is too large.",
    Close.FAULT: "A fault of ours.",
    Close.RESTARTING: "The server stops. Connect again.",
    Close.UNAVAILABLE: "Something that we depend on is away. Connect again later.",
    Close.BAD_MESSAGE: "A message is none of the protocol.",
    Close.UNAUTHORIZED: "An operation came before `connection_init`.",
    Close.FORBIDDEN: "The session or token is over, or was never valid. Connect again with another one.",
    Close.SUBPROTOCOL: "Only `graphql-transport-ws` is spoken.",
    Close.INIT_TIMEOUT: "`connection_init` did not come in time.",
    Close.DUPLICATE_ID: "An operation with this id runs already.",
    Close.DUPLICATE_INIT: "`connection_init` came twice.",
    Close.TOO_MANY: "You have too many streams or sockets open.",
    Close.SLOW_READER: "You read too slowly. Connect again and go on from the last cursor.",
}
_TOP_EXAMPLE: Final = """
{
  "data": null,
  "errors": [
    {
      "message": "This needs the permission users.view.",
      "locations": [{ "line": 1, "column": 3 }],
      "path": ["users"],
      "extensions": {
        "code": "FORBIDDEN",
        "reason": "kit_permission_missing",
        "permission": "users.view",
        "requestId": "3f2b6c1e9d8a4f07"
      }
    }
  ]
}
"""
_PAYLOAD_EXAMPLE: Final = """
{
  "data": {
    "userCreate": {
      "user": null,
      "errors": [
        {
          "code": "TAKEN",
          "reason": "users_email_taken",
          "message": "A user with this e-mail address exists already.",
          "field": ["email"]
        }
      ]
    }
  }
}
"""


def write_errors() -> str:
    """The page."""
    reasons = find_reasons()
    return paragraphs(
        "# Errors",
        "An error stands in one of two places. What a **person** can mend stands in the payload of a mutation. What a "
        "**program** or an operator has to see to is a top-level error.",
        "## Status codes",
        table(("Status", "Meaning"), _STATUSES),
        "## Top-level errors",
        "`extensions.code` tells what kind it is, `extensions.reason` what exactly, for programs; `message` is for "
        "people. `extensions.requestId` ties it to log and audit trail. Nothing of it changes without notice but the "
        "messages.",
        block("json", _TOP_EXAMPLE),
        table(("`extensions.code`", "Meaning"), [(f"`{code}`", text) for code, text in TOP_LEVEL.items()]),
        "## Errors in payloads",
        "A mutation that could not be done says why in `errors`, for each field that is concerned; everything else in "
        "its payload is null then, and nothing has changed. `code` is the kind, `reason` the cause.",
        block("json", _PAYLOAD_EXAMPLE),
        table(("`code`", "Meaning"), _payload_codes()),
        "## Closed sockets",
        table(("Code", "Meaning"), [(f"`{code.value}`", CLOSES[code]) for code in Close]),
        "## Reasons",
        "Every reason, with the code that it has as a top-level error, with the code that it has in a mutation's "
        "payload (where it never is top-level), and with what it says; `…` is what differs each time.",
        *_show_reasons(reasons),
    )


def _payload_codes() -> list[tuple[str, str]]:
    named = graphql_schema.type_map["UserErrorCode"]
    assert isinstance(named, GraphQLEnumType)
    return [(f"`{name}`", value.description or "") for name, value in named.values.items()]


def _show_reasons(reasons: tuple[Reason, ...]) -> list[str]:
    rooms: dict[str, list[Reason]] = defaultdict(list)
    for reason in reasons:
        rooms[_title(reason.room)].append(reason)
    return [paragraphs(f"### {title}", _show_room(found)) for title, found in sorted(rooms.items())]


def _show_room(reasons: list[Reason]) -> str:
    rows = [
        (f"`{each.code}`", f"`{each.top}`", f"`{each.payload}`" if each.payload else "", each.message)
        for each in reasons
    ]
    return table(("`reason`", "Top level", "In a payload", "What it says"), rows)


def _title(room: str) -> str:
    return {"kit": "Everywhere", "graph": "Requests", "credentials": "Passwords", "login": "Signing in"}.get(
        room, title_of(room)
    )
