"""Contexts for tests, what they gave, and somebody who signs up."""

from __future__ import annotations

from typing import Any

from app.authz.service import grant_relation, list_tuples
from app.authz.service.models import save_model
from app.authz.types import TupleFilter, TupleKey
from app.authz.types.saving import ModelDraft
from app.contexts.service import create_context
from app.contexts.types import Context, Grant, NewContext
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.paging import PageRequest
from tests.login.support import PASSWORD, Page, Visitor, link_in, read_mails
from tests.support import commit

MODEL = """
model
  schema 1.1
type user
type invoice
  relations
    define viewer: [user]
    define editor: [user] or viewer
    define archive: [invoice]
  permissions
    define read: viewer
    define edit: editor
"""
GRACE = "grace@acme.example"
MEMBER = Grant("platform", "member")


async def give_model(client_id: str, source: str = MODEL) -> str:
    """The full name of a client's type `invoice`."""
    await commit(save_model(SYSTEM, ModelDraft(client_id, source)))
    return f"{client_id}:invoice"


async def make_context(*grants: Grant, slug: str = "staff", **fields: Any) -> Context:
    """A committed context; it gives `platform.member` when nothing is said."""
    new = NewContext(**{"slug": slug, "name": "Staff", "grants": grants or (MEMBER,), **fields})
    return await commit(create_context(SYSTEM, new))


async def make_client_context(client_id: str, slug: str = "staff", **fields: Any) -> Context:
    """A committed context of a client that lets people read all of its invoices."""
    kind = await give_model(client_id)
    return await make_context(Grant(kind, "viewer"), slug=slug, client_id=client_id, **fields)


async def sign_up(visitor: Visitor, email: str = GRACE, url: str = "/signup") -> Page:
    """Ask for an account and follow the link in the mail."""
    form = await visitor.get(url)
    await visitor.submit(form, "signup-form", email=email, name="Grace", password=PASSWORD)
    [mail, *_] = await read_mails()
    return await visitor.submit(await visitor.get(link_in(mail)), "confirm-form")


async def tuples_of(user_id: str) -> list[str]:
    """What a user holds, as `entity#relation`."""
    page = await list_tuples(SYSTEM, TupleFilter(subject_type="user", subject_id=user_id), PageRequest(first=100))
    return [f"{each.tuple.key.entity}#{each.tuple.key.relation}" for each in page.items]


async def applied() -> list[tuple[str, str]]:
    """Slugs and users of what was applied, oldest first."""
    rows = await db.fetch(
        "SELECT slug, user_id FROM contexts_application a JOIN contexts_context c ON c.id = a.context_id ORDER BY a.id"
    )
    return [(row["slug"], row["user_id"]) for row in rows]


async def told(action: str = "registration_context.") -> list[tuple[Any, ...]]:
    """Events of contexts: action, who did it, whom it is about, what is so now, why; oldest first."""
    rows = await db.fetch(
        "SELECT action, actor_kind, about_user_id, after, reason FROM events_audit WHERE action LIKE $1 ORDER BY seq",
        f"{action}%",
    )
    return [(r["action"], r["actor_kind"], r["about_user_id"], db.load_json(r["after"]), r["reason"]) for r in rows]


async def give_relation(user_id: str, entity_type: str, relation: str, entity_id: str = "*") -> None:
    """Let a user hold a relation."""
    await commit(grant_relation(SYSTEM, TupleKey(entity_type, entity_id, relation, "user", user_id)))
