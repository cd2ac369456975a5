"""What can go wrong with policies that checks rest on, or that tuples name."""

from __future__ import annotations

from app.kit.errors import InvalidInput


class PolicyUnavailable(InvalidInput):
    def __init__(self, name: str) -> None:
        super().__init__("authz_policy_unavailable", f"There is no policy {name}, so what it guards is not allowed.")


class PolicyUndecided(InvalidInput):
    """A policy of a tuple would decide, but it could not be evaluated. `reason` goes on after the policy's name."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__("authz_policy_undecided", f"The policy {name} {reason}")
        self._name = name

    def without_tuple(self) -> PolicyUndecided:
        """The same for whoever may not see tuples."""
        return PolicyUndecided(self._name, "could not be evaluated, so what it guards is not allowed.")


class PolicyUnknown(InvalidInput):
    """A tuple names a policy that its scope does not have."""

    def __init__(self, key: str, name: str, *field: str) -> None:
        super().__init__(
            "authz_policy_unknown", f"{key}: there is no policy {name} where the entity's type belongs.", field=field
        )


class PolicyRefused(InvalidInput):
    """A tuple that cannot have a policy, or not this way."""

    def __init__(self, reason: str, *field: str) -> None:
        super().__init__("authz_policy_refused", reason, field=field)
