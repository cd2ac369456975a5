"""What can go wrong with policies: as they are kept, and as they run."""

from __future__ import annotations

from app.kit.errors import Conflict, InvalidInput, LimitReached, NotFound, Unavailable
from app.policies.types import Usage


class PolicyNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("policies_not_found", "There is no such policy.", field=("id",))


class PolicyClientUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__("policies_client_not_found", "There is no such client.", field=("client",))


class PolicyNameInvalid(InvalidInput):
    def __init__(self) -> None:
        super().__init__(
            "policies_name_invalid",
            "A policy's name begins with a small letter; up to 63 small letters, digits, _ and - follow.",
            field=("name",),
        )


class PolicyTextInvalid(InvalidInput):
    """A description or a note that is too long, or has a character that cannot be stored."""

    def __init__(self, name: str, most: int) -> None:
        super().__init__(
            "policies_text_invalid", f"This has at most {most} characters, none of them NUL.", field=(name,)
        )


class PolicyTooLong(LimitReached):
    def __init__(self, most: int) -> None:
        super().__init__(
            "policies_source_too_long", f"The source of a policy has at most {most} bytes.", field=("source",)
        )


class PolicySyntax(InvalidInput):
    """The source is not Lua. `line` counts from 1."""

    def __init__(self, reason: str, line: int | None) -> None:
        place = f"Line {line}: " if line is not None else ""
        super().__init__("policies_syntax", f"{place}{reason}", field=("source",))
        self.line = line


class PolicyConflict(Conflict):
    """Somebody else has saved the policy since its author saw it."""

    def __init__(self, version: int) -> None:
        text = f"Version {version} is in force by now." if version else "There is no such policy (any more)."
        super().__init__("policies_version_conflict", text, field=("expectedVersion",))


class PolicyInUse(Conflict):
    """A policy that permissions or tuples refer to is not deleted: what it guards would be open to nobody."""

    def __init__(self, usage: Usage) -> None:
        counted = ((usage.permissions, "permission"), (usage.tuples, "tuple"))
        parts = [f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counted if count]
        verb = "refers" if usage.permissions + usage.tuples == 1 else "refer"
        more = ", …" if usage.permissions > len(usage.names) else ""
        named = f" ({', '.join(usage.names)}{more})" if usage.names else ""
        super().__init__("policies_in_use", f"{' and '.join(parts)} {verb} to this policy{named}.", field=("id",))
        self.usage = usage


class PolicyIdempotencyMismatch(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "policies_idempotency_mismatch",
            "This idempotency key was used for a different policy.",
            field=("idempotencyKey",),
        )


class SamplesTooMany(LimitReached):
    def __init__(self, most: int) -> None:
        super().__init__("policies_sample_limit", f"A policy has at most {most} samples.", field=("samples",))


class SampleInvalid(InvalidInput):
    """A sample that cannot be kept."""

    def __init__(self, reason: str, *field: str) -> None:
        super().__init__("policies_sample_invalid", reason, field=("samples", *field))


class SampleFails(InvalidInput):
    """The source says something else about a sample than its author expects."""

    def __init__(self, number: int, name: str, expected: str, actual: str) -> None:
        super().__init__(
            "policies_sample_fails",
            f"The sample {name} should be {expected}, and is {actual}.",
            field=("samples", str(number)),
        )


class SamplesTooSlow(LimitReached):
    def __init__(self, seconds: float) -> None:
        super().__init__(
            "policies_samples_too_slow",
            f"The samples take longer than {seconds:g} seconds together.",
            field=("samples",),
        )


class TrialContextTooLarge(LimitReached):
    """The context of a trial run."""

    def __init__(self, most: int) -> None:
        super().__init__(
            "policies_context_too_large", f"A context has at most {most} bytes of JSON.", field=("context",)
        )


class TrialContextInvalid(InvalidInput):
    def __init__(self) -> None:
        super().__init__("policies_context_invalid", "A context is a JSON object.", field=("context",))


class PolicyMissing(NotFound):
    def __init__(self, name: str) -> None:
        super().__init__("policies_missing", f"There is no policy {name}, so what it guards is not allowed.")


class PolicyUnreadable(Unavailable):
    def __init__(self, name: str, detail: str | None) -> None:
        super().__init__(
            "policies_unreadable",
            f"The policy {name} cannot be read now, so what it guards is not allowed.",
            detail=detail,
        )


class PolicyBusy(Unavailable):
    """Policies took as long as one request may wait for them, before it was this one's turn to answer."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "policies_busy",
            f"The policy {name} was not asked: the others of this request took too long. So what it guards is not "
            "allowed.",
        )


class PolicyFailure(InvalidInput):
    """A run that came to no verdict. `reason` and `line` are what Lua says, for the author; callers do not see them."""

    line: int | None = None
    reason: str = ""


class PolicyUncompiled(PolicyFailure):
    def __init__(self, name: str) -> None:
        super().__init__("policies_uncompiled", f"{name} is not Lua, so what it guards is not allowed.")


class PolicyOversized(PolicyFailure):
    def __init__(self, name: str) -> None:
        super().__init__("policies_oversized", f"{name} is too long, so what it guards is not allowed.")


class PolicyFailed(PolicyFailure):
    def __init__(self, name: str) -> None:
        super().__init__("policies_failed", f"{name} failed, so what it guards is not allowed.")


class PolicyOutOfInstructions(PolicyFailure):
    def __init__(self, name: str) -> None:
        super().__init__("policies_instructions", f"{name} took too many steps, so what it guards is not allowed.")


class PolicyOutOfTime(PolicyFailure):
    def __init__(self, name: str) -> None:
        super().__init__("policies_time", f"{name} took too long, so what it guards is not allowed.")


class PolicyOutOfMemory(PolicyFailure):
    def __init__(self, name: str) -> None:
        super().__init__("policies_memory", f"{name} took too much memory, so what it guards is not allowed.")


class PolicyContextUnfit(PolicyFailure):
    def __init__(self, name: str) -> None:
        super().__init__(
            "policies_context", f"{name} cannot be given what this is about, so what it guards is not allowed."
        )
