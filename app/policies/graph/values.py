"""The types of policies, and loading what something refers to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

import strawberry
from strawberry import ID, UNSET, Parent, argument, field

from app.authz.graph.values import Subject, actor_subject
from app.clients.graph import Client, load_client
from app.graph.connections import Connection, Paged, connection, load_page
from app.graph.context import Info
from app.graph.inputs import build
from app.graph.node import Node
from app.graph.scalars import JSON
from app.kit.paging import PageRequest
from app.policies import service, types
from app.policies.graph.trials import PolicySample, PolicyVerdict, PolicyWarning

if TYPE_CHECKING:
    from app.clients.types import Client as ClientValue


@strawberry.input(
    description="Which evaluations; everything that is given must hold. "
    'Example: `{verdict: DENIED, since: "2026-01-31T00:00:00Z"}`'
)
class PolicyEvaluationFilter:
    verdict: PolicyVerdict | None = field(default=UNSET, description="Only those with this verdict.")
    action: str | None = field(default=UNSET, description='Only those of this action. Example: `"approve"`')
    entity_type: str | None = field(
        default=UNSET,
        description="Only those about entities of this type, by its full name. "
        'Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice"`',
    )
    since: datetime | None = field(
        default=UNSET, description='Only those from this moment on. Example: `"2026-01-31T00:00:00Z"`'
    )


@strawberry.type(description="What refers to a policy by its name.")
class PolicyUsage:
    permissions: int = field(description="How many permissions of the model in force.")
    tuples: int = field(description="How many tuples that stand.")
    names: list[str] = field(description="Some of the permissions, such as `invoice.approve`; at most ten.")


@strawberry.type(description="One version of a policy. It never changes.")
class PolicyVersion(Node):
    version: int = field(description="Its number, from 1.")
    source: str = field(description="Its source, in Lua.")
    note: str | None = field(description="What changed, in the words of its author.")
    created_at: datetime = field(description="When it was saved.")

    @field(description="Who saved it. Null for the server itself.")
    @staticmethod
    def author(version: Parent[types.PolicyVersion]) -> Subject | None:
        return actor_subject(version.author_kind, version.author_id)

    @field(description="Unified difference to the version before; of the first, all of it.")
    @staticmethod
    async def diff(version: Parent[types.PolicyVersion], info: Info) -> str:
        place = (version.policy_id, version.version - 1)
        before = await info.context.loaders.load(service.get_versions_at, place) if version.version > 1 else None
        return await service.diff_versions(before.source if before else "", version.source)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.PolicyVersion)


@strawberry.type(description="What a policy said when a check asked it. Kept for some days.")
class PolicyEvaluation(Node):
    entity_type: str = field(description="The full name of the entity's type.")
    entity_id: str = field(description="The entity's id.")
    action: str = field(description="The permission or relation that was asked for.")
    version: int = field(description="The version of the policy that was asked.")
    verdict: PolicyVerdict = field(description="What it said.")
    problem: str | None = field(
        description="Why it said nothing: a stable code, and what Lua itself says of it. A text that "
        "the script raised is not kept."
    )
    context: JSON = field(
        description="What it was given, bounded in size and without secrets. Of a user, a client's policy "
        "shows the id and the names of the attributes."
    )
    evaluated_at: datetime = field(description="When it was asked.")

    @field(description="Who was asked about.")
    @staticmethod
    def subject(evaluation: Parent[types.StoredEvaluation]) -> Subject:
        found = actor_subject(evaluation.subject_type, evaluation.subject_id)
        assert found is not None
        return found

    @field(description="How long it ran, in microseconds.")
    @staticmethod
    def duration_microseconds(evaluation: Parent[types.StoredEvaluation]) -> int:
        return evaluation.duration_us

    @field(
        description="The policy.",
        graphql_type=Annotated["Policy", strawberry.lazy("app.policies.graph.values")] | None,
    )
    @staticmethod
    async def policy(evaluation: Parent[types.StoredEvaluation], info: Info) -> types.Policy | None:
        return await load_policy(info, evaluation.policy_id)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.StoredEvaluation)


@strawberry.type(description="A Lua script with the second say over permissions and tuples that name it.")
class Policy(Node):
    name: str = field(description="Its name, which models and tuples refer to it by.")
    description: str | None = field(description="What it is for, for people.")
    version: int = field(description="The version in force.")
    source: str = field(description="The source in force, in Lua.")
    created_at: datetime = field(description="When it was first saved.")
    updated_at: datetime = field(description="When it last changed.")

    @field(
        description="Whose models and tuples can name it; null for the installation's own, and where the client is "
        "hidden from the caller.",
        graphql_type=Client | None,
    )
    @staticmethod
    async def client(policy: Parent[types.Policy], info: Info) -> ClientValue | None:
        return await load_client(info, policy.scope or None)

    @field(description="What is odd about the source.", graphql_type=list[PolicyWarning])
    @staticmethod
    async def warnings(policy: Parent[types.Policy]) -> list[types.PolicyWarning]:
        return list(await service.find_warnings(policy.source))

    @field(description="The samples that every save is run with.", graphql_type=list[PolicySample])
    @staticmethod
    async def samples(policy: Parent[types.Policy], info: Info) -> list[types.Sample]:
        return list(await info.context.loaders.load(service.get_samples, policy.version_id) or ())

    @field(description="What refers to it. While anything does, it is not deleted.", graphql_type=PolicyUsage)
    @staticmethod
    async def usage(policy: Parent[types.Policy], info: Info) -> types.Usage:
        return await info.context.loaders.load(service.count_usage, policy.key) or types.Usage()

    @connection(Connection[PolicyVersion], description="All of its versions, newest first.")
    @staticmethod
    async def versions(policy: Parent[types.Policy], info: Info, page: PageRequest) -> Paged[types.PolicyVersion]:
        return await load_page(info, service.list_versions_of, service.count_versions_of, policy.id, page=page)

    @connection(Connection[PolicyEvaluation], description="What it said when checks asked it, newest first.")
    @staticmethod
    async def evaluations(
        policy: Parent[types.Policy],
        info: Info,
        page: PageRequest,
        filter: Annotated[PolicyEvaluationFilter | None, argument(description="Which evaluations.")] = UNSET,
    ) -> Paged[types.StoredEvaluation]:
        wanted = build(_to_filter, filter)
        fetch, count = service.list_evaluations_of, service.count_evaluations_of
        return await load_page(info, fetch, count, policy.id, wanted, page=page)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.Policy)


PolicyConnection = Connection[Policy]


async def load_policy(info: Info, policy_id: str) -> types.Policy | None:
    """A policy; None when there is none or it is hidden from the caller."""
    found = await info.context.loaders.load(service.get_policies, policy_id)
    is_visible = found is not None and await service.may_keep(info.context.actor, found.scope)
    return found if is_visible else None


async def load_version(info: Info, version_id: str) -> types.PolicyVersion | None:
    """A version of a policy; None when there is none or it is hidden from the caller."""
    found = await info.context.loaders.load(service.get_versions, version_id)
    return found if found is not None and await load_policy(info, found.policy_id) is not None else None


async def load_evaluation(info: Info, evaluation_id: str) -> types.StoredEvaluation | None:
    """An evaluation; None when there is none or it is hidden from the caller."""
    found = await info.context.loaders.load(service.get_evaluations, evaluation_id)
    return found if found is not None and await load_policy(info, found.policy_id) is not None else None


def as_node(policy: types.Policy) -> Policy:
    """The room's policy where a type of the API is declared: its fields read the same attributes."""
    return cast("Policy", policy)


def scope_of(client: ID | None) -> str:
    """The scope that an input names: a client's, or the installation's own."""
    return str(client) if client is not None and client is not UNSET else ""


def _to_filter(**values: object) -> types.EvaluationFilter:
    return types.EvaluationFilter(**values)  # type: ignore[arg-type]
