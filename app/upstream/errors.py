"""What can go wrong with signing in through others."""

from __future__ import annotations

from app.kit.errors import AppError, Conflict, Forbidden, Gone, InputProblems, InvalidInput, NotFound, Unavailable


class ProviderNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("upstream_provider_not_found", "There is no such identity provider.", field=("id",))


class IdentityNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("upstream_identity_not_found", "There is no such linked account.", field=("id",))


class SlugTaken(Conflict):
    def __init__(self) -> None:
        super().__init__("upstream_slug_taken", "Another identity provider has this slug.", field=("slug",))


class IdempotencyMismatch(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "upstream_idempotency_mismatch",
            "This idempotency key was used for a different identity provider.",
            field=("idempotencyKey",),
        )


class ProviderInUse(Conflict):
    """People are linked by the provider, and `field` decides who they are."""

    def __init__(self, field: str) -> None:
        super().__init__(
            "upstream_provider_in_use",
            "People are linked by this provider, and this decides who they are. Set up another provider for it.",
            field=(field,),
        )


class InvalidProvider(InvalidInput):
    """One field of an identity provider is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__("upstream_provider_invalid", reason, field=(field,))


class AttemptOver(Gone):
    """The answer of a provider belongs to no sign-in of this browser, or came too late, or twice."""

    def __init__(self) -> None:
        super().__init__("upstream_attempt_over", "This sign-in took too long, or was begun elsewhere. Start again.")


class ProviderRefused(Forbidden):
    """The provider did not let the person in. `error` is its own code (RFC 6749 §4.1.2.1)."""

    def __init__(self, name: str, error: str) -> None:
        super().__init__(
            "upstream_provider_refused", f"{name} did not sign you in. Try again, or another way.", detail=error
        )


class ProviderUnavailable(Unavailable):
    """The provider does not answer, or not as the protocol wants. `detail` says what is wrong, for operators."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(
            "upstream_provider_unavailable", f"{name} cannot be asked now. Try again, or another way.", detail=detail
        )
        self.name = name


class AnswerInvalid(Forbidden):
    """What the provider says of the person cannot be believed. `detail` says why, for operators."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(
            "upstream_answer_invalid", f"The answer of {name} could not be accepted. Try another way.", detail=detail
        )


class AccountExists(Conflict):
    """Somebody has the address already; whether it is the same person, only a sign-in can tell."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "upstream_account_exists",
            f"There is an account with your address already. Sign in as before, then connect {name} under Security.",
        )


class ProofStale(Forbidden):
    """Something wants a sign-in of now, and the provider tells of an older one, or not of when it was."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "upstream_proof_stale",
            f"{name} did not confirm that you signed in there just now. Use your password or a passkey; "
            "if you have neither, set a password first.",
        )


class AccountMissing(Forbidden):
    def __init__(self, name: str) -> None:
        super().__init__(
            "upstream_account_missing", f"Nobody here is connected with this account of {name}. Ask an operator."
        )


class AddressMissing(Forbidden):
    def __init__(self, name: str) -> None:
        super().__init__("upstream_address_missing", f"{name} told no e-mail address, and an account here needs one.")


class AddressUnproved(Forbidden):
    def __init__(self, name: str) -> None:
        super().__init__(
            "upstream_address_unproved",
            f"{name} does not confirm here that your e-mail address is yours. If you have an account, sign in as before"
            f" and connect {name} under Security.",
        )


class IdentityTaken(Conflict):
    def __init__(self, name: str) -> None:
        super().__init__("upstream_identity_taken", f"This account of {name} is connected with another account here.")


class LastWayIn(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "upstream_last_way_in",
            "This is the only way to sign in to the account. Set a password or add a passkey first.",
            field=("id",),
        )


def raise_problems(problems: list[AppError]) -> None:
    """Raise all that is wrong with an input at once; nothing when all is well."""
    if problems:
        raise InputProblems(problems)
