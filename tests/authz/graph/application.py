"""A client with a model and some tuples, callers of four kinds, and documents to ask with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.authz.engine.system import SYSTEM_TYPE_IDS
from app.authz.language.tuple_text import parse_tuple
from app.authz.service.models import save_model
from app.authz.service.tuples import write_tuples
from app.authz.types.saving import ModelDraft, ModelVersion
from app.authz.types.tuples import ConditionRef, RelationTuple, TupleKey
from app.authz.types.writes import TupleWrite, WriteResult
from app.clients.service import create_client
from app.clients.types import ClientKind, NewClient
from app.kit.actor import SYSTEM, Actor
from app.users.types import User
from tests.graph.support import console_documents, execute, read, refusal
from tests.support import as_user, commit, make_admin, make_user

SOURCE = """model
  schema 1.1

type user

type folder
  relations
    define viewer: [user, user:*, group#member]

type document
  relations
    define parent: [folder]
    define owner: [user, apikey, client]
    define banned: [user]
    define viewer: [user, user with in_office, group#member] or owner or viewer from parent
    define reader: viewer but not banned
  permissions
    define edit: owner
    define read: reader

condition in_office(ip: ipaddress) {
  ip.in_cidr("10.0.0.0/8")
}
"""
FORBIDDEN = ("FORBIDDEN", "kit_permission_missing")
UNAUTHENTICATED = ("UNAUTHENTICATED", "kit_sign_in_required")
_SYSTEM_TYPES = frozenset(SYSTEM_TYPE_IDS)
_DOCUMENTS = console_documents()

Json = dict[str, Any]


@dataclass(frozen=True)
class Application:
    """A client whose document 1 is Ann's and can be read by Ben, and the people around it."""

    client_id: str
    admin: Actor
    manager: Actor
    ann: User
    ben: User
    model: ModelVersion

    def type(self, name: str) -> str:
        """A type's full name."""
        return name if name in _SYSTEM_TYPES else f"{self.client_id}:{name}"

    def entity(self, text: str) -> Json:
        """`document:1` as input."""
        kind, _, identifier = text.partition(":")
        return {"type": self.type(kind), "id": identifier}

    def subject(self, text: str) -> Json:
        """`user:ann` or `group:g#member` as input."""
        kind, _, rest = text.partition(":")
        identifier, _, relation = rest.partition("#")
        return {"type": self.type(kind), "id": identifier, **({"relation": relation} if relation else {})}

    def key(self, text: str) -> Json:
        """`document:1#viewer@user:ann` as input."""
        place, _, subject = text.partition("@")
        entity, _, relation = place.partition("#")
        return {"entity": self.entity(entity), "relation": relation, "subject": self.subject(subject)}

    def question(self, subject: User | str | None, action: str, entity: str = "document:1", **more: Any) -> Json:
        """A check's input; without a subject about the caller."""
        named = f"user:{subject.id}" if isinstance(subject, User) else subject
        about = {"subject": self.subject(named)} if named else {}
        return {**about, "action": action, "entity": self.entity(entity), **more}

    def full(self, text: str) -> str:
        """`document:1#viewer@user:ann` with the full names of types."""
        return str(self.to_key(text))

    def to_key(self, text: str) -> TupleKey:
        """The engine's key."""
        key = parse_tuple(text)
        return TupleKey(
            self.type(key.entity_type),
            key.entity_id,
            key.relation,
            self.type(key.subject_type),
            key.subject_id,
            key.subject_relation,
        )

    async def write(self, *texts: str, condition: str | None = None, **limits: Any) -> WriteResult:
        """Add tuples."""
        reference = ConditionRef(condition) if condition else None
        added = tuple(RelationTuple(self.to_key(text), reference, **limits) for text in texts)
        return await commit(write_tuples(SYSTEM, TupleWrite(touch=added)))

    async def end(self, *texts: str) -> WriteResult:
        """Delete tuples."""
        return await commit(write_tuples(SYSTEM, TupleWrite(delete=tuple(map(self.to_key, texts)))))


async def make_application() -> Application:
    """The client, its model, its tuples and its people."""
    admin = as_user(await make_admin())
    ann, ben, manager = [await make_user(f"{name}@example.com", name=name) for name in ("ann", "ben", "manager")]
    created = await commit(create_client(SYSTEM, NewClient(name="Papers", kind=ClientKind.MACHINE)))
    client_id = created.client.id
    model = await commit(save_model(SYSTEM, ModelDraft(client_id, SOURCE, note="first")))
    made = Application(client_id, admin, as_user(manager), ann, ben, model)
    await made.write(
        f"document:1#owner@user:{ann.id}",
        f"document:1#viewer@user:{ben.id}",
        f"clients:{client_id}#admin@user:{manager.id}",
    )
    return made


def document(name: str) -> str:
    """A document of the console with its fragments."""
    return _DOCUMENTS[f"authz/{name}.graphql"]


async def ask(name: str, actor: Actor, **variables: Any) -> Any:
    """The one field of a document that must run without an error."""
    (value,) = (await read(document(name), variables, actor=actor)).values()
    return value


async def refused(name: str, actor: Actor, **variables: Any) -> tuple[str, str]:
    """Code and reason of the one error of a document that must fail."""
    return await refusal(document(name), variables, actor=actor)


async def refused_field(name: str, actor: Actor, **variables: Any) -> list[str]:
    """The path that the one error of a document names."""
    told = await execute(document(name), variables, actor=actor)
    (error,) = told["errors"]
    found: list[str] = error["extensions"]["field"]
    return found


def pick(value: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Some fields of an answer."""
    return {name: value[name] for name in names}
