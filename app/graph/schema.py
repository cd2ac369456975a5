"""The schema, put together from the rooms."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from app.account.graph import OwnAccountMutation
from app.api_keys.graph import ApiKeyMutation, ApiKeyQuery
from app.authz.graph import AuthzMutation, AuthzQuery, AuthzSubscription
from app.clients.graph import ClientMutation, ClientQuery, InitialTokenMutation, InitialTokenQuery
from app.contexts.graph import ContextMutation, ContextQuery
from app.events.graph import EventQuery, EventSubscription
from app.factors.graph import FactorMutation
from app.graph.documents import Documents
from app.graph.nodes import NodeQuery
from app.graph.revocations import SessionSubscription
from app.graph.scalars import SCALARS
from app.graph.viewer import ViewerQuery
from app.impersonation.graph import ImpersonationMutation
from app.jobs.graph import JobSubscription
from app.lifecycle.graph import DeletionMutation, ExportMutation, MergeMutation
from app.login.graph import AccountMutation
from app.mail.graph import MailQuery
from app.metrics.graph import MetricsSubscription
from app.oidc.graph import ConsentMutation, TokenFamilyMutation
from app.policies.graph import PolicyMutation, PolicyQuery
from app.sessions.graph import SessionMutation, SessionQuery
from app.signing.graph import SigningMutation, SigningQuery
from app.upstream.graph import UpstreamMutation, UpstreamQuery
from app.users.graph import UserMutation, UserQuery


@strawberry.type(description="What can be read.")
class Query(
    NodeQuery,
    ViewerQuery,
    UserQuery,
    ClientQuery,
    InitialTokenQuery,
    ApiKeyQuery,
    SessionQuery,
    SigningQuery,
    UpstreamQuery,
    ContextQuery,
    EventQuery,
    MailQuery,
    AuthzQuery,
    PolicyQuery,
):
    pass


@strawberry.type(
    description="What can be changed. Each field is a transaction of its own: done as a whole or not at all."
)
class Mutation(
    AccountMutation,
    OwnAccountMutation,
    UserMutation,
    DeletionMutation,
    ExportMutation,
    MergeMutation,
    ClientMutation,
    InitialTokenMutation,
    ApiKeyMutation,
    SessionMutation,
    FactorMutation,
    ImpersonationMutation,
    SigningMutation,
    UpstreamMutation,
    ContextMutation,
    ConsentMutation,
    TokenFamilyMutation,
    AuthzMutation,
    PolicyMutation,
):
    pass


@strawberry.type(
    description="What can be followed, as an event stream or over a WebSocket. It ends when the caller may not see it."
)
class Subscription(EventSubscription, AuthzSubscription, SessionSubscription, MetricsSubscription, JobSubscription):
    pass


schema = strawberry.Schema(
    query=Query, mutation=Mutation, subscription=Subscription, config=StrawberryConfig(scalar_map=SCALARS)
)
graphql_schema = schema._schema
documents = Documents(graphql_schema)
