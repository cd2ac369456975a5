"""The GraphQL API, assembled: one endpoint, one schema, limits, errors, loaders.

Rooms own their types and resolvers (`app/<room>/graph.py`) and build them from the parts here:
context, connections, errors, mutations. `routes` is what `app.main` serves.
It must never hold a rule of a room, run SQL, or let anything of Python reach a caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    routes: list[BaseRoute]


def __getattr__(name: str) -> object:
    # Rooms import parts of this package while the schema imports the rooms.
    if name == "routes":
        from app.graph.endpoint import routes

        return routes
    raise AttributeError(name)
