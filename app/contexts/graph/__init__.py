"""Registration contexts in the API."""

from app.contexts.graph.changes import ContextMutation
from app.contexts.graph.reads import ContextQuery
from app.contexts.graph.values import RegistrationContext, load_context

__all__ = ["ContextMutation", "ContextQuery", "RegistrationContext", "load_context"]
