"""The permission engine in the API: questions, tuples, models, and their edges on users and clients."""

from app.authz.graph.checks import CheckQuery
from app.authz.graph.edges import ClientEdges, UserEdges
from app.authz.graph.lists import ListQuery
from app.authz.graph.models import ModelQuery, load_model
from app.authz.graph.permissions import PermissionQuery, Permissions, load_own_permissions
from app.authz.graph.saving import ModelMutation, PreviewQuery
from app.authz.graph.streams import AuthzSubscription
from app.authz.graph.tuples import TupleQuery, load_tuple
from app.authz.graph.values import TUPLE_PREFIX
from app.authz.graph.writes import TupleMutation

__all__ = [
    "TUPLE_PREFIX",
    "AuthzMutation",
    "AuthzQuery",
    "AuthzSubscription",
    "ClientEdges",
    "Permissions",
    "UserEdges",
    "load_model",
    "load_own_permissions",
    "load_tuple",
]


class AuthzQuery(CheckQuery, ListQuery, TupleQuery, ModelQuery, PreviewQuery, PermissionQuery):
    """What can be asked of the engine."""


class AuthzMutation(TupleMutation, ModelMutation):
    """What can be changed in the engine."""
