"""What can go wrong with one's own account."""

from __future__ import annotations

from app.kit.errors import Forbidden, InvalidInput


class SameAddress(InvalidInput):
    def __init__(self) -> None:
        super().__init__("account_same_address", "This is your address already.", field=("email",))


class DomainRefused(InvalidInput):
    """Whoever could not sign up with an address does not move to it either."""

    def __init__(self) -> None:
        super().__init__(
            "account_domain_refused", "Only addresses of certain organizations can be used here.", field=("email",)
        )


class UsernameFixed(Forbidden):
    def __init__(self) -> None:
        super().__init__("account_username_fixed", "Usernames are given by an administrator.", field=("username",))


class NotConfirmed(InvalidInput):
    """The deletion was not confirmed by typing the address."""

    def __init__(self) -> None:
        super().__init__("account_not_confirmed", "This is not the e-mail address of this account.", field=("confirm",))
