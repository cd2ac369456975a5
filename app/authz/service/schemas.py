"""The models in force, compiled once for each revision at which one changed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from app.authz.engine.paths import Graph, build_graph
from app.authz.engine.resolve import Ruleset
from app.authz.engine.schema import Schema, build_schema
from app.authz.engine.system import SYSTEM_TYPE_IDS, system_model
from app.authz.queries import models as queries
from app.authz.queries.head import MODEL_WRITTEN
from app.authz.service.texts import read_stored
from app.kit.db import is_marked
from app.kit.runtime import settings

# Compiled sets of models that a process keeps: the one in force, and those of snapshots that are still read.
_KEPT: Final = 4


@dataclass(frozen=True)
class Compiled:
    """All models in force at one revision, ready to answer."""

    schema: Schema
    graph: Graph

    @property
    def rules(self) -> Ruleset:
        """With the bypasses that the settings allow."""
        return _ruleset(self.schema, settings().super_admin_bypass)


_compiled: OrderedDict[int, Compiled] = OrderedDict()
_rulesets: OrderedDict[tuple[int, bool], Ruleset] = OrderedDict()


async def compiled_at(model_revision: int) -> Compiled:
    """The models in force since a revision at which one changed (0: only those of the system)."""
    known = _compiled.get(model_revision)
    if known is not None:
        _compiled.move_to_end(model_revision)
        return known
    compiled = await _compile(model_revision)
    # A model that an open transaction wrote may still be rolled back, and its revision given to somebody else.
    if model_revision == 0 or not is_marked(MODEL_WRITTEN):
        _compiled[model_revision] = compiled
        while len(_compiled) > _KEPT:
            _compiled.popitem(last=False)
    return compiled


async def current_schema(model_revision: int) -> Schema:
    """The schema in force since a revision at which a model changed."""
    return (await compiled_at(model_revision)).schema


def forget_models() -> None:
    """Drop what is kept of compiled models."""
    _compiled.clear()
    _rulesets.clear()


async def _compile(model_revision: int) -> Compiled:
    ids = {("", name): number for name, number in SYSTEM_TYPE_IDS.items()}
    models = {}
    if model_revision:
        ids |= await queries.read_type_ids_at(model_revision)
        models = {each.scope: await read_stored(each.source) for each in await queries.list_in_force(model_revision)}
    schema = build_schema(system_model(), models, ids, revision=model_revision)
    return Compiled(schema, build_graph(schema))


def _ruleset(schema: Schema, is_bypass_on: bool) -> Ruleset:
    key = (id(schema), is_bypass_on)
    known = _rulesets.get(key)
    if known is None or known.schema is not schema:
        known = _rulesets[key] = Ruleset(schema, is_bypass_on)
        while len(_rulesets) > 2 * _KEPT:
            _rulesets.popitem(last=False)
    return known
