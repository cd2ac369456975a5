"""The policies room as the engine asks it: with the users whom policies look at, and from where the question comes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, Final

from app.authz.engine.policies import (
    Judgement,
    PolicyInput,
    PolicyVerdict,
    Surroundings,
    judge_from,
    to_question,
)
from app.authz.engine.system import SYSTEM_TYPE_IDS
from app.authz.queries.platform import list_platform_relations
from app.authz.types.tuples import PLATFORM, SUPER_ADMIN
from app.kit.actor import Actor
from app.policies import service as policies
from app.users.service import get_users

# Strongest first.
_ROLES: Final = (SUPER_ADMIN, "admin", "member")
_USER: Final = "user"

People = Mapping[str, Mapping[str, Any]]


def judgement_of(actor: Actor) -> Judgement:
    """The word of policies about what an actor asks."""
    return judge_from(partial(_surroundings_of, actor))


def _surroundings_of(actor: Actor) -> Surroundings:
    origin = actor.origin
    return Surroundings(origin.ip, origin.user_agent, actor.client_id, actor.acr, actor.amr)


class PolicyRoom:
    """Runs policies for the engine: `bind_policies` takes it."""

    async def judge_many(self, questions: Sequence[PolicyInput], around: Surroundings) -> Sequence[PolicyVerdict]:
        """The verdicts in the order of the questions. Users are loaded once for all that need them. Never raises."""
        env = _show_surroundings(around)
        told = await policies.judge_many([to_question(each, None, env) for each in questions], load_users=_load_people)
        return [PolicyVerdict(each.value, each.problem, each.version, each.seen, each.seconds) for each in told]


async def _load_people(ids: Collection[str]) -> People:
    """What policies see of these users: two statements, or one if there is none of them.

    Raises:
        Unavailable: `kit_database_unavailable`.
    """
    users = await get_users(list(ids))
    if not users:
        return {}
    found = list(users)
    relations = await list_platform_relations([(SYSTEM_TYPE_IDS[_USER], user_id) for user_id in found])
    roles = dict(zip(found, map(_role_of, relations), strict=True))
    return {
        user_id: {
            "id": user_id,
            "name": user.name,
            "email": user.email,
            "role": roles[user_id],
            "attributes": dict(user.attributes),
        }
        for user_id, user in users.items()
    }


def _role_of(relations: Sequence[tuple[int, str]]) -> str | None:
    held = {name for type_id, name in relations if type_id == SYSTEM_TYPE_IDS[PLATFORM]}
    return next((role for role in _ROLES if role in held), None)


def _show_surroundings(around: Surroundings) -> dict[str, Any]:
    return {
        "ip": around.ip,
        "user_agent": around.user_agent,
        "client_id": around.client_id,
        "acr": around.acr,
        "amr": list(around.amr),
    }
