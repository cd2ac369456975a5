"""Results of the documents in `graphql/authz`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, JsonValue

from auther_client.generated.enums import AccessChangeKind, Decision, ProofKind, TupleChangeKind, UsersetKind
from auther_client.generated.fragments import (
    CheckAnswerFields,
    ClientRowFields,
    EntityFields,
    FoundSubjectFields,
    ModelDetailFields,
    ModelPreviewFields,
    ModelProblemFields,
    ModelRowFields,
    ModelTypeFields,
    PageFields,
    PermissionsFields,
    SubjectFields,
    TupleFields,
    TupleKeyFields,
    UserErrorFields,
)
from auther_client.models import Result


class ActionsResult(Result):
    """A permission and its answer."""

    action: str
    """The permission."""
    answer: CheckAnswerFields
    """Its answer."""


class ActionsData(Result):
    """The whole answer."""

    actions: tuple[ActionsResult, ...]
    """Every permission of an entity's type with its answer, by name. About oneself it needs no permission; about others on types that no client owns, `platform.manage_platform`."""


class CheckData(Result):
    """The whole answer."""

    check: CheckAnswerFields
    """May a subject do something to an entity? About oneself and without contextual tuples it needs no permission; about others, and with contextual tuples, on types that no client owns, `platform.manage_platform`."""


class CheckChangedData(Result):
    """The whole answer."""

    check_changed: CheckAnswerFields
    """A standing check: its answer now, and again whenever decision or problem change. About oneself it needs no permission; about others on types that no client owns, `platform.manage_platform`."""


class ChecksData(Result):
    """The whole answer."""

    checks: tuple[CheckAnswerFields, ...]
    """The answers to many checks, in their order, from one state of the tuples. Each has its own problem, if it has one. About oneself and without contextual tuples it needs no permission; about others, and with contextual tuples, on types that no client owns, `platform.manage_platform`."""


class ClientTuplesResultTuples(Result):
    """One page of a list."""

    nodes: tuple[TupleFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class ClientTuplesResultGrants(Result):
    """One page of a list."""

    nodes: tuple[TupleFields, ...]
    """The items."""


class ClientTuplesResult(Result):
    """An application that lets users sign in here, or calls APIs."""

    id: str
    """The id, with a prefix that tells the kind."""
    tuples: ClientTuplesResultTuples
    """The tuples on its types, oldest first."""
    grants: ClientTuplesResultGrants | None = None
    """The tuples that name it as subject, oldest first. A client's own need no permission."""


class ClientTuplesData(Result):
    """The whole answer."""

    client: ClientTuplesResult | None
    """One client, null if there is none."""


class ExpandResultNodes(Result):
    """A node of a userset tree."""

    id: int
    """Its number in the list, from 0."""
    parent_id: int | None
    """The number of the node that it is a part of; null for the root."""
    depth: int
    """How many nodes stand above it."""
    kind: UsersetKind
    """What it is."""
    label: str
    """The node in words of the model, such as `[user, group#member]`."""
    usersets: tuple[SubjectFields, ...]
    """Where it leads on to."""
    tuples: tuple[TupleKeyFields, ...]
    """The tuples of a direct node, or those that an arrow follows."""
    is_cut: bool
    """Whether there are more tuples than are shown."""


class ExpandResult(Result):
    """What a relation of an entity is made of, one level of rewrites deep."""

    nodes: tuple[ExpandResultNodes, ...]
    """The tree, each node before its parts."""
    checked_at: str
    """Consistency token of the tuples and models that it rests on."""


class ExpandData(Result):
    """The whole answer."""

    expand: ExpandResult
    """What a relation of an entity is made of, and whom its tuples name. On types that no client owns it needs `platform.manage_platform`."""


class ExplainResultNodes(Result):
    """A node of a proof."""

    id: int
    """Its number in the list, from 0."""
    parent_id: int | None
    """The number of the node that rests on it; null for the root."""
    depth: int
    """How many nodes stand above it."""
    kind: ProofKind
    """What it is."""
    label: str
    """The node in words of the model, such as `document:1#viewer` or `viewer from parent`."""
    decision: Decision
    """What came of it."""
    tuple: TupleKeyFields | None
    """The tuple, where one is meant."""
    problem: str | None
    """Why nothing was decided here."""
    policy: str | None
    """The name of the policy, where one is meant."""
    version: int | None
    """The version of the policy that was asked; null when none was."""
    duration_microseconds: int | None
    """How long the policy took; null when none was asked."""
    inputs: JsonValue | None
    """What the policy saw, as its `context`: without secrets, cut where it is long. Null when none was asked."""


class ExplainResultMissingConditioned(Result):
    """A tuple that its model takes only with a condition."""

    key: TupleKeyFields
    """The tuple."""
    condition: str
    """The condition's name in the model."""


class ExplainResult(Result):
    """An answer with its proof, or what was tried in vain."""

    answer: CheckAnswerFields
    """The answer."""
    nodes: tuple[ExplainResultNodes, ...]
    """The proof, each node before those that it rests on; empty when the question means nothing."""
    missing: tuple[TupleKeyFields, ...]
    """For a denial: tuples of which each alone would allow it, the nearest first."""
    missing_conditioned: tuple[ExplainResultMissingConditioned, ...]
    """The same for tuples that the model takes only with a condition: each alone would allow it where its condition holds, which the context of the question does not rule out."""


class ExplainData(Result):
    """The whole answer."""

    explain: ExplainResult
    """A check with its proof, never from a cache. It needs the permission also about oneself, as a proof names groups and tuples of others; on types that no client owns, `platform.manage_platform`."""


class ListObjectsResultNodes(Result):
    """An entity that a subject can do something to."""

    entity: EntityFields
    """The entity; an id of `*` is every entity of the type."""
    is_decided: bool
    """False when a check with more context has the last word."""


class ListObjectsResult(Result):
    """A page of the entities that a subject can do something to, by id; `*` comes first."""

    nodes: tuple[ListObjectsResultNodes, ...]
    """The entities."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many there are in all, exactly."""
    checked_at: str
    """Consistency token of the tuples and models that the list rests on."""


class ListObjectsData(Result):
    """The whole answer."""

    list_objects: ListObjectsResult
    """The entities of a type that a subject can do something to. About oneself and without contextual tuples it needs no permission. On types that no client owns it needs `platform.manage_platform`."""


class ListSubjectsResult(Result):
    """A page of the subjects that can do something to an entity, by id."""

    nodes: tuple[FoundSubjectFields, ...]
    """The subjects."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many there are in all, exactly."""
    checked_at: str
    """Consistency token of the tuples and models that the list rests on."""


class ListSubjectsData(Result):
    """The whole answer."""

    list_subjects: ListSubjectsResult
    """The subjects of a kind that can do something to an entity, and how. On types that no client owns it needs `platform.manage_platform`."""


class ModelData(Result):
    """The whole answer."""

    model: ModelDetailFields | None
    """The model in force of a client, null if it has none. The installation's own, without a scope, needs `platform.manage_platform`."""


class ModelImpactResultChanges(Result):
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


class ModelImpactResult(Result):
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
    changes: tuple[ModelImpactResultChanges, ...]
    """The first of them, in the order of entities."""


class ModelImpactData(Result):
    """The whole answer."""

    model_impact: ModelImpactResult | None
    """Who would gain and who would lose what if a model were saved. Null when something is wrong with the model: `modelPreview` says what. The installation's own model, without a client, needs `platform.manage_platform`."""


class ModelPreviewData(Result):
    """The whole answer."""

    model_preview: ModelPreviewFields
    """What saving a model would do: problems, difference, what stands in its way, and its impact. The installation's own model, without a client, needs `platform.manage_platform`."""


class ModelProblemsResult(Result):
    """What saving a model would do."""

    problems: tuple[ModelProblemFields, ...]
    """What is wrong with the model, and what is odd about it."""


class ModelProblemsData(Result):
    """The whole answer."""

    model_preview: ModelProblemsResult
    """What saving a model would do: problems, difference, what stands in its way, and its impact. The installation's own model, without a client, needs `platform.manage_platform`."""


class ModelSaveResult(Result):
    """The outcome of saving a model."""

    model: ModelDetailFields | None
    """The version in force; null when nothing was saved."""
    preview: ModelPreviewFields | None
    """What saving would do, of a dry run."""
    problems: tuple[ModelProblemFields, ...] | None
    """What is wrong with the model, each with its place; also in `errors`."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ModelSaveData(Result):
    """The whole answer."""

    model_save: ModelSaveResult
    """Save a new version of a model; it is in force at once. A model that is like the one in force makes no other version, so it can be sent again. The installation's own model, without a client, needs `platform.manage_platform`."""


class ModelVersionResult(ModelDetailFields):
    """A version of a client's, or the installation's own, authorization model. It never changes."""

    diff: str | None
    """Unified difference to another version, empty when they are equal; null when there is none."""


class ModelVersionData(Result):
    """The whole answer."""

    model_version: ModelVersionResult | None
    """One version of a model, null if there is none or, of the installation's own, it is hidden."""


class ModelVersionsResultVersions(Result):
    """One page of a list."""

    nodes: tuple[ModelRowFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class ModelVersionsResult(Result):
    """A version of a client's, or the installation's own, authorization model. It never changes."""

    id: str
    """The id, with a prefix that tells the kind."""
    versions: ModelVersionsResultVersions
    """All versions of the same model, newest first."""


class ModelVersionsData(Result):
    """The whole answer."""

    model: ModelVersionsResult | None
    """The model in force of a client, null if it has none. The installation's own, without a scope, needs `platform.manage_platform`."""


class ModelsDataModelTypes(Result):
    """A type of entities."""

    name: str
    """Its name, without the prefix of the client."""


class ModelsDataModel(ModelRowFields):
    """A version of a client's, or the installation's own, authorization model. It never changes."""

    types: tuple[ModelsDataModelTypes, ...]
    """The types that it defines."""


class ModelsDataClientsNodesModelTypes(Result):
    """A type of entities."""

    name: str
    """Its name, without the prefix of the client."""


class ModelsDataClientsNodesModel(ModelRowFields):
    """A version of a client's, or the installation's own, authorization model. It never changes."""

    types: tuple[ModelsDataClientsNodesModelTypes, ...]
    """The types that it defines."""


class ModelsDataClientsNodes(ClientRowFields):
    """An application that lets users sign in here, or calls APIs."""

    model: ModelsDataClientsNodesModel | None
    """Its authorization model in force, null if it has none."""


class ModelsDataClients(Result):
    """One page of a list."""

    nodes: tuple[ModelsDataClientsNodes, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""


class ModelsData(Result):
    """The whole answer."""

    model: ModelsDataModel | None = None
    """The model in force of a client, null if it has none. The installation's own, without a scope, needs `platform.manage_platform`."""
    clients: ModelsDataClients | None = None
    """A page of clients."""


class SystemModelResult(Result):
    """The model that guards Auther itself. It is part of the program."""

    source: str
    """In the modelling language."""
    json_: JsonValue = Field(alias="json")
    """As JSON."""
    types: tuple[ModelTypeFields, ...]
    """The types that it defines."""


class SystemModelData(Result):
    """The whole answer."""

    system_model: SystemModelResult
    """The model that guards Auther itself."""


class TokenClaimsResultClaims(Result):
    """Claims of the tokens that a user's sign-in to a client would give now. What only the sign-in gives a value is left out: `jti`, `sid`, `auth_time`, `acr`, `amr`, `grant_id`, `at_hash`, `nonce`."""

    access_token: JsonValue
    """Claims of the access token (RFC 9068), a JSON object."""
    id_token: JsonValue | None
    """Claims of the ID token (OpenID Connect), a JSON object; null without the scope `openid`."""


class TokenClaimsResult(Result):
    """The permissions of a subject on the types of one client, as a token would hold them."""

    claims: TokenClaimsResultClaims | None
    """All claims that the tokens would hold. Null without a client, and for a subject that is no user. One's own need no permission."""
    is_truncated: bool
    """Whether grants on single entities are left out: there are too many."""


class TokenClaimsData(Result):
    """The whole answer."""

    token_preview: TokenClaimsResult
    """What a token of a subject for a client would hold. About oneself it needs no permission; without a client it is what guards Auther itself, and about others needs `platform.manage_platform`."""


class TokenPreviewData(Result):
    """The whole answer."""

    token_preview: PermissionsFields
    """What a token of a subject for a client would hold. About oneself it needs no permission; without a client it is what guards Auther itself, and about others needs `platform.manage_platform`."""


class TuplesResult(Result):
    """One page of a list."""

    nodes: tuple[TupleFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class TuplesData(Result):
    """The whole answer."""

    tuples: TuplesResult
    """A page of the tuples that stand, oldest first. With `filter.entityType` of a client's type it needs `clients.manage_access` on that client only; everybody may list what names themselves as subject."""


class TuplesChangedResultNodeCondition(Result):
    """A condition on a tuple: it counts only where the condition of the model holds."""

    name: str
    """The condition's name in the model."""
    context: JsonValue
    """The parameters that are settled already, a JSON object."""


class TuplesChangedResultNode(Result):
    """A change of a tuple."""

    revision: str
    """The revision at which it happened, as text."""
    kind: TupleChangeKind
    """What became of the tuple."""
    tuple_id: str
    """The tuple's id, `tup_…`; `node` finds it while it stands."""
    entity: EntityFields
    """To what."""
    relation: str
    """The relation, such as `viewer`."""
    subject: SubjectFields
    """Who."""
    condition: TuplesChangedResultNodeCondition | None
    """The condition under which it counts; null for none."""
    policy: str | None
    """The policy under which it counts, in place of a condition; null for none."""
    starts_at: datetime | None
    """When it begins to count; null for at once."""
    expires_at: datetime | None
    """When it ends; null for never."""
    written_by: SubjectFields | None
    """Who wrote it. Null for the server itself, and once the changelog has been cleared so far."""
    reason: str | None
    """Why, in the words of who wrote it."""
    occurred_at: datetime | None
    """When. Null once the changelog has been cleared so far."""


class TuplesChangedResult(Result):
    """An item of a stream, or only a place in it: without an item there was nothing new that matches."""

    cursor: str
    """The place in the stream; `after` takes it to go on from here."""
    node: TuplesChangedResultNode | None
    """The item. Null at the start, and now and then in between."""


class TuplesChangedData(Result):
    """The whole answer."""

    tuples_changed: TuplesChangedResult
    """Changes of tuples, each once, in the order of revisions. It begins with a place to resume from. With `filter.entityType` of a client's type it needs `clients.manage_access` on that client only."""


class TuplesDeleteResult(Result):
    """The outcome of deleting tuples."""

    revision: str | None
    """The revision at which it happened, as text."""
    token: str | None
    """The consistency token of that revision."""
    deleted_count: int | None
    """How many ended."""
    has_more: bool | None
    """Whether there are more: call it again."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class TuplesDeleteData(Result):
    """The whole answer."""

    tuples_delete: TuplesDeleteResult
    """Delete every tuple that a filter means, up to 100000 at once. Without `filter.entityType`, and on types that no client owns, it needs `platform.manage_platform`."""


class TuplesWriteResultCreated(Result):
    """A relationship: subject has relation to entity."""

    text: str
    """All of it as text, `document:1#viewer@user:anne`."""


class TuplesWriteResultChanged(Result):
    """A relationship: subject has relation to entity."""

    text: str
    """All of it as text, `document:1#viewer@user:anne`."""


class TuplesWriteResultDeleted(Result):
    """A relationship: subject has relation to entity."""

    text: str
    """All of it as text, `document:1#viewer@user:anne`."""


class TuplesWriteResult(Result):
    """The outcome of writing tuples."""

    revision: str | None
    """The revision at which it happened, as text."""
    token: str | None
    """The consistency token of that revision: with it one sees one's own writes."""
    created: tuple[TuplesWriteResultCreated, ...] | None
    """What did not stand before."""
    changed: tuple[TuplesWriteResultChanged, ...] | None
    """What got another condition or other times."""
    deleted: tuple[TuplesWriteResultDeleted, ...] | None
    """What ended."""
    is_repeat: bool | None
    """Whether it had been done before under the same idempotency key."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class TuplesWriteData(Result):
    """The whole answer."""

    tuples_write: TuplesWriteResult
    """Add, change and delete tuples at one revision. On types that no client owns it needs `platform.manage_platform`."""


class TypeNamesDataSystemModelTypes(Result):
    """A type of entities."""

    name: str
    """Its name, without the prefix of the client."""


class TypeNamesDataSystemModel(Result):
    """The model that guards Auther itself. It is part of the program."""

    types: tuple[TypeNamesDataSystemModelTypes, ...]
    """The types that it defines."""


class TypeNamesDataModelTypes(Result):
    """A type of entities."""

    name: str
    """Its name, without the prefix of the client."""


class TypeNamesDataModel(Result):
    """A version of a client's, or the installation's own, authorization model. It never changes."""

    types: tuple[TypeNamesDataModelTypes, ...]
    """The types that it defines."""


class TypeNamesDataClientsNodesModelTypes(Result):
    """A type of entities."""

    name: str
    """Its name, without the prefix of the client."""


class TypeNamesDataClientsNodesModel(Result):
    """A version of a client's, or the installation's own, authorization model. It never changes."""

    types: tuple[TypeNamesDataClientsNodesModelTypes, ...]
    """The types that it defines."""


class TypeNamesDataClientsNodes(Result):
    """An application that lets users sign in here, or calls APIs."""

    id: str
    """The id, with a prefix that tells the kind."""
    model: TypeNamesDataClientsNodesModel | None
    """Its authorization model in force, null if it has none."""


class TypeNamesDataClientsPageInfo(Result):
    """Where a page of a list begins and ends."""

    has_next_page: bool
    """Whether something follows."""


class TypeNamesDataClients(Result):
    """One page of a list."""

    nodes: tuple[TypeNamesDataClientsNodes, ...]
    """The items."""
    page_info: TypeNamesDataClientsPageInfo
    """Where the page begins and ends."""


class TypeNamesData(Result):
    """The whole answer."""

    system_model: TypeNamesDataSystemModel
    """The model that guards Auther itself."""
    model: TypeNamesDataModel | None
    """The model in force of a client, null if it has none. The installation's own, without a scope, needs `platform.manage_platform`."""
    clients: TypeNamesDataClients
    """A page of clients."""


class UserPermissionsResult(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    permissions: PermissionsFields
    """What a token of the user for a client would hold. One's own need no permission; without a client it is what guards Auther itself, and needs `platform.manage_platform`."""


class UserPermissionsData(Result):
    """The whole answer."""

    user: UserPermissionsResult | None
    """One user, null if there is none. Oneself needs no permission."""


class UserTuplesResultTuples(Result):
    """One page of a list."""

    nodes: tuple[TupleFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class UserTuplesResult(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    tuples: UserTuplesResultTuples
    """The tuples that name the user as subject, oldest first. One's own need no permission."""


class UserTuplesData(Result):
    """The whole answer."""

    user: UserTuplesResult | None
    """One user, null if there is none. Oneself needs no permission."""


class ViewerPermissionsResult(Result):
    """The caller."""

    permissions: PermissionsFields
    """What a token of the caller for a client would hold; without a client, what guards Auther itself."""


class ViewerPermissionsData(Result):
    """The whole answer."""

    viewer: ViewerPermissionsResult
    """The caller."""


class WhoCanResultUsers(Result):
    """The first subjects of one kind, and how many there are."""

    total_count: int
    """How many there are in all, exactly."""
    nodes: tuple[FoundSubjectFields, ...]
    """The first of them, by id."""


class WhoCanResultGroups(Result):
    """The first subjects of one kind, and how many there are."""

    total_count: int
    """How many there are in all, exactly."""
    nodes: tuple[FoundSubjectFields, ...]
    """The first of them, by id."""


class WhoCanResultApiKeys(Result):
    """The first subjects of one kind, and how many there are."""

    total_count: int
    """How many there are in all, exactly."""
    nodes: tuple[FoundSubjectFields, ...]
    """The first of them, by id."""


class WhoCanResultClients(Result):
    """The first subjects of one kind, and how many there are."""

    total_count: int
    """How many there are in all, exactly."""
    nodes: tuple[FoundSubjectFields, ...]
    """The first of them, by id."""


class WhoCanResult(Result):
    """Everybody who can do something to an entity."""

    users: WhoCanResultUsers
    """Users, alone or through groups."""
    groups: WhoCanResultGroups
    """Groups whose members can."""
    api_keys: WhoCanResultApiKeys
    """API keys."""
    clients: WhoCanResultClients
    """Clients that act for themselves."""
    checked_at: str
    """Consistency token of the tuples and models that it rests on."""


class WhoCanData(Result):
    """The whole answer."""

    who_can: WhoCanResult
    """The users, groups, API keys and clients that can do something to an entity. `listSubjects` pages through each of them. On types that no client owns it needs `platform.manage_platform`."""
