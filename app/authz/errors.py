"""What can go wrong with models, tuples and questions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from app.kit.errors import Conflict, Forbidden, Gone, InvalidInput, LimitReached, NotFound, Unavailable


class WorkExceeded(LimitReached):
    """A question touches more tuples than one may; it is not answered, so nobody is let in."""

    def __init__(self) -> None:
        super().__init__("authz_work_exceeded", "This question leads through too many tuples to be answered.")


class TooSlow(LimitReached):
    def __init__(self) -> None:
        super().__init__("authz_too_slow", "This question took too long and was given up.")


class TypeUnknown(InvalidInput):
    def __init__(self, name: str, *field: str) -> None:
        super().__init__("authz_type_unknown", f"No model defines the type {name}.", field=field)


class ActionUnknown(InvalidInput):
    def __init__(self, type_name: str, action: str, *field: str) -> None:
        super().__init__(
            "authz_action_unknown", f"{type_name} has neither a permission nor a relation {action}.", field=field
        )


class IdentifierInvalid(InvalidInput):
    def __init__(self, *field: str) -> None:
        super().__init__("authz_identifier_invalid", "An id is text, without NUL.", field=field)


class ConditionUndecided(InvalidInput):
    """A tuple would decide, but its condition could not be evaluated. `public` says so without naming the tuple."""

    def __init__(self, reason: str, *, missing: tuple[str, ...] = (), public: str | None = None) -> None:
        super().__init__("authz_condition_undecided", reason, field=("context", *missing[:1]))
        self._missing, self._public = missing, public or reason

    def without_tuple(self) -> ConditionUndecided:
        """The same for whoever may not see tuples."""
        return ConditionUndecided(self._public, missing=self._missing)


class TooManyContextual(LimitReached):
    def __init__(self, most: int) -> None:
        super().__init__(
            "authz_contextual_limit",
            f"A question brings at most {most} tuples of its own.",
            field=("contextualTuples",),
        )


class ContextualForbidden(InvalidInput):
    def __init__(self, key: str, number: int) -> None:
        super().__init__(
            "authz_contextual_forbidden",
            f"The model does not allow the contextual tuple {key}.",
            field=("contextualTuples", str(number)),
        )


class TokenInvalid(InvalidInput):
    def __init__(self, *field: str) -> None:
        super().__init__(
            "authz_token_invalid", "This is no consistency token of ours.", field=field or ("consistency", "token")
        )


class RevisionAhead(Unavailable):
    """A token of a revision that this server does not have (yet): it lags behind, or was restored."""

    def __init__(self) -> None:
        super().__init__(
            "authz_revision_ahead", "This server has not seen that revision yet.", retry_after=timedelta(seconds=1)
        )


class RevisionGone(Gone):
    def __init__(self) -> None:
        super().__init__("authz_revision_gone", "That revision is too old: what stood then has been cleared away.")


class ContextInvalid(InvalidInput):
    def __init__(self, *field: str) -> None:
        super().__init__("authz_context_invalid", "A context is a JSON object.", field=field)


class SourceAmbiguous(InvalidInput):
    def __init__(self) -> None:
        super().__init__("authz_source_ambiguous", "Give the model as text or as JSON.", field=("source",))


class SubjectAmbiguous(InvalidInput):
    def __init__(self) -> None:
        super().__init__("authz_subject_ambiguous", "Give a user or another subject, not both.", field=("subject",))


class TooManyQuestions(LimitReached):
    def __init__(self, most: int) -> None:
        super().__init__("authz_batch_limit", f"A batch has at most {most} checks.", field=("checks",))


class RenameInvalid(InvalidInput):
    def __init__(self, old: str, new: str) -> None:
        super().__init__(
            "authz_rename_invalid",
            f"{old} cannot become {new}: the one has to be in the former model only, the other in the new one only.",
            field=("renames",),
        )


class NameTaken(InvalidInput):
    def __init__(self, old: str, new: str) -> None:
        super().__init__(
            "authz_rename_taken",
            f"{old} cannot become {new}: another type had this name, and its history keeps it.",
            field=("renames",),
        )


class ModelConflict(Conflict):
    def __init__(self, current: int) -> None:
        super().__init__(
            "authz_model_conflict", f"Somebody saved version {current} in the meantime.", field=("expectedVersion",)
        )


class ModelStrands(Conflict):
    """A change of a model would leave something without meaning. The first few things are named."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("authz_model_strands", f"This change would strand {'; '.join(reasons)}.", field=("source",))


class AssertionsFailed(Conflict):
    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("authz_assertions_failed", f"Assertions do not hold: {'; '.join(reasons)}.", field=("source",))


class AssertionsTooSlow(LimitReached):
    def __init__(self) -> None:
        super().__init__(
            "authz_assertions_too_slow", "The assertions of this model take too long together.", field=("source",)
        )


class ModelNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("authz_model_not_found", "There is no such model.", field=("id",))


class TupleInvalid(InvalidInput):
    """A tuple, or what is said of it, is malformed."""

    def __init__(self, reason: str, *field: str) -> None:
        super().__init__("authz_tuple_invalid", reason, field=field)


class TupleTypeUnknown(InvalidInput):
    def __init__(self, key: str, name: str, *field: str) -> None:
        super().__init__("authz_tuple_type_unknown", f"{key}: no model defines the type {name}.", field=field)


class RelationUnknown(InvalidInput):
    def __init__(self, key: str, allowed: Sequence[str], *field: str) -> None:
        known = f"it has {', '.join(allowed)}" if allowed else "it has none"
        super().__init__("authz_relation_unknown", f"{key}: the type has no such relation; {known}.", field=field)


class PermissionNotWritten(InvalidInput):
    """A tuple names a permission where a relation belongs."""

    def __init__(self, key: str, relation: str, *field: str) -> None:
        super().__init__(
            "authz_relation_unknown",
            f"{key}: that is a permission, which follows from a relation; write {relation}.",
            field=field,
        )


class SubjectNotAllowed(InvalidInput):
    def __init__(self, key: str, allowed: Sequence[str], *field: str) -> None:
        known = f"allowed are {', '.join(allowed)}" if allowed else "it follows from other relations only"
        super().__init__(
            "authz_subject_not_allowed", f"{key}: the relation takes no such subject; {known}.", field=field
        )


class SubjectUnknown(InvalidInput):
    def __init__(self, key: str, kind: str, subject_id: str, *field: str) -> None:
        super().__init__("authz_subject_unknown", f"{key}: there is no {kind} {subject_id}.", field=field)


class EntityUnknown(InvalidInput):
    def __init__(self, key: str, kind: str, entity_id: str, *field: str) -> None:
        super().__init__("authz_entity_unknown", f"{key}: there is no {kind} {entity_id}.", field=field)


class ConditionUnknown(InvalidInput):
    def __init__(self, key: str, allowed: Sequence[str], *field: str) -> None:
        super().__init__(
            "authz_condition_unknown",
            f"{key}: the condition does not fit; allowed are {', '.join(allowed)}.",
            field=field,
        )


class TimesInvalid(InvalidInput):
    def __init__(self, reason: str, *field: str) -> None:
        super().__init__("authz_times_invalid", reason, field=field)


class HierarchyCycle(InvalidInput):
    def __init__(self, circle: str, *field: str) -> None:
        super().__init__("authz_hierarchy_cycle", f"This would close a circle: {circle}.", field=field)


class HierarchyTooLarge(LimitReached):
    def __init__(self, most: int) -> None:
        super().__init__(
            "authz_hierarchy_limit",
            f"More than {most} tuples of hierarchies lie behind these: too many to look for circles.",
        )


class TupleExists(Conflict):
    def __init__(self, key: str, *field: str) -> None:
        super().__init__("authz_tuple_exists", f"{key} stands already.", field=field)


class TupleMissing(Conflict):
    def __init__(self, key: str, *field: str) -> None:
        super().__init__("authz_tuple_missing", f"{key} does not stand.", field=field)


class TooManyTuples(LimitReached):
    def __init__(self, reason: str) -> None:
        super().__init__("authz_write_limit", reason, field=("writes",))


class IdempotencyMismatch(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "authz_idempotency_mismatch",
            "This idempotency key was used for a different write.",
            field=("idempotencyKey",),
        )


class RightsExceeded(Forbidden):
    """Nobody gives, or takes away, what they do not have."""

    def __init__(self, key: str, missing: Sequence[str], *field: str) -> None:
        super().__init__(
            "authz_rights_exceeded",
            f"{key} gives what you do not have yourself: {', '.join(missing)}.",
            detail=", ".join(missing),
            field=field,
        )


class FilterTooWide(InvalidInput):
    def __init__(self) -> None:
        super().__init__(
            "authz_filter_too_wide", "Name the type of the entity, or the subject with its type.", field=("filter",)
        )
