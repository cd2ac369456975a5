"""The demo: a few people and one client of each kind. Seeding again changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

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
    for email, username, name, attributes in _PEOPLE:
        await _make_person(
            NewUser(email=email, username=username, name=name, attributes=attributes, email_verified=True)
        )
    ids = {
        new.kind: (await create_client(SYSTEM, new, idempotency_key=f"demo:{new.kind}")).client.id
        for new in _apps(settings)
    }
    return Demo(
        tuple(person[0] for person in _PEOPLE),
        ids[ClientKind.SPA],
        f"{SPA_ORIGIN}/callback",
        ids[ClientKind.WEB],
        ids[ClientKind.NATIVE],
    )


async def _make_person(new: NewUser) -> None:
    user = await create_user(SYSTEM, new, idempotency_key=f"demo:{new.email}")
    if not await has_password(user.id):
        await set_password(SYSTEM, user.id, DEMO_PASSWORD)


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
