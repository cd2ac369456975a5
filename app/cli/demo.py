"""The demo: a few people, one client of each kind, and documents that they share. Seeding again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.authz.service import write_tuples
from app.authz.service.models import find_current_model, save_model
from app.authz.types import ConditionRef, RelationTuple, TupleKey
from app.authz.types.saving import ModelDraft
from app.authz.types.writes import TupleWrite
from app.clients.service import create_client
from app.clients.types import ClientKind, NewClient
from app.credentials.service import has_password, set_password
from app.kit.actor import SYSTEM
from app.kit.settings import Settings
from app.users.service import create_user
from app.users.types import NewUser

DEMO_PASSWORD = "correct-horse-battery-42"
SPA_ORIGIN = "http://localhost:5173"
_PEOPLE = (
    ("ada@example.com", "ada", "Ada Lovelace", {"department": "engineering", "level": 7}),
    ("grace@example.com", "grace", "Grace Hopper", {"department": "engineering", "level": 9}),
    ("alan@example.com", "alan", "Alan Turing", {"department": "research", "level": 8}),
    ("katherine@example.com", "katherine", "Katherine Johnson", {"department": "research", "level": 8}),
    ("edsger@example.com", "edsger", "Edsger Dijkstra", {"department": "finance", "level": 5}),
    ("barbara@example.com", "barbara", "Barbara Liskov", {"department": "finance", "level": 9}),
)
_MODEL = Path(__file__).parent / "demo.fga"
_GRANTS = (
    ("team:engineering", "member", "user:ada"),
    ("team:engineering", "member", "user:grace"),
    ("team:research", "member", "user:alan"),
    ("team:research", "member", "user:katherine"),
    ("team:everyone", "member", "team:engineering#member"),
    ("team:everyone", "member", "team:research#member"),
    ("folder:company", "viewer", "team:everyone#member"),
    ("folder:engines", "parent", "folder:company"),
    ("folder:engines", "editor", "team:engineering#member"),
    ("folder:public", "viewer", "user:*"),
    ("document:notes-on-the-engine", "owner", "user:ada"),
    ("document:notes-on-the-engine", "folder", "folder:engines"),
    ("document:compiler-draft", "owner", "user:grace"),
    ("document:compiler-draft", "folder", "folder:engines"),
    ("document:computable-numbers", "owner", "user:alan"),
    ("document:computable-numbers", "editor", "team:engineering#member with office_hours"),
    ("document:welcome", "folder", "folder:public"),
)


@dataclass(frozen=True, slots=True)
class Demo:
    """What was put there."""

    emails: tuple[str, ...]
    spa_client_id: str
    spa_redirect_uri: str
    web_client_id: str
    native_client_id: str


async def seed_demo(settings: Settings) -> Demo:
    """Make the demo's users and clients, unless they are there."""
    people = {}
    for email, username, name, attributes in _PEOPLE:
        new = NewUser(email=email, username=username, name=name, attributes=attributes, email_verified=True)
        people[username] = await _make_person(new)
    ids = {
        new.kind: (await create_client(SYSTEM, new, idempotency_key=f"demo:{new.kind}")).client.id
        for new in _apps(settings)
    }
    await _share_documents(ids[ClientKind.NATIVE], people)
    return Demo(
        tuple(person[0] for person in _PEOPLE),
        ids[ClientKind.SPA],
        f"{SPA_ORIGIN}/callback",
        ids[ClientKind.WEB],
        ids[ClientKind.NATIVE],
    )


async def _make_person(new: NewUser) -> str:
    user = await create_user(SYSTEM, new, idempotency_key=f"demo:{new.email}")
    if not await has_password(user.id):
        await set_password(SYSTEM, user.id, DEMO_PASSWORD)
    return user.id


async def _share_documents(client_id: str, people: Mapping[str, str]) -> None:
    """Give the native client its model and tuples, the first time."""
    if await find_current_model(SYSTEM, client_id) is not None:
        return
    await save_model(SYSTEM, ModelDraft(client_id, _MODEL.read_text("utf-8"), note="The demo's documents"))
    tuples = tuple(_to_tuple(client_id, people, *grant) for grant in _GRANTS)
    await write_tuples(SYSTEM, TupleWrite(touch=tuples, reason="The demo"))


def _to_tuple(client_id: str, people: Mapping[str, str], entity: str, relation: str, named: str) -> RelationTuple:
    entity_type, _, entity_id = entity.partition(":")
    subject, _, condition = named.partition(" with ")
    subject_type, _, rest = subject.partition(":")
    subject_id, _, userset = rest.partition("#")
    is_user = subject_type == "user"
    key = TupleKey(
        f"{client_id}:{entity_type}",
        entity_id,
        relation,
        subject_type if is_user else f"{client_id}:{subject_type}",
        people.get(subject_id, subject_id) if is_user else subject_id,
        userset,
    )
    return RelationTuple(key, ConditionRef(condition) if condition else None)


def _apps(settings: Settings) -> tuple[NewClient, ...]:
    return (
        NewClient(
            name="Demo web app",
            kind=ClientKind.WEB,
            description="A server-rendered application with a secret",
            redirect_uris=("http://localhost:3000/callback",),
            post_logout_redirect_uris=("http://localhost:3000/",),
        ),
        NewClient(
            name="Demo single-page app",
            kind=ClientKind.SPA,
            description="A browser application without a secret",
            redirect_uris=(f"{SPA_ORIGIN}/callback",),
            post_logout_redirect_uris=(f"{SPA_ORIGIN}/",),
        ),
        NewClient(
            name="Demo native app",
            kind=ClientKind.NATIVE,
            description="A desktop or mobile application, and scripts on this machine",
            redirect_uris=("http://127.0.0.1/callback", "com.example.demo:/callback"),
            is_first_party=True,
        ),
        NewClient(name="Demo service", kind=ClientKind.MACHINE, description="A machine that signs in as itself"),
        NewClient(name="Demo television", kind=ClientKind.DEVICE, description="A device without a keyboard"),
    )
