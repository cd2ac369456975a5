"""What can go wrong on the hosted pages."""

from __future__ import annotations

from datetime import datetime

from app.kit.errors import Forbidden, Gone, InvalidInput, NotFound


class SignInRefused(InvalidInput):
    """The same for an unknown name, a missing password and a wrong one."""

    def __init__(self) -> None:
        super().__init__("login_mismatch", "That name or password is not right.")


class AccountSuspended(Forbidden):
    """Shown only to who knew the password."""

    def __init__(self, reason: str | None, until: datetime | None) -> None:
        super().__init__("login_suspended", "This account is suspended.")
        self.reason = reason
        self.until = until


class AccountLeaving(Forbidden):
    """Somebody else deleted the account. Shown only to who knew the password."""

    def __init__(self, erased_at: datetime) -> None:
        super().__init__("login_leaving", "This account was deleted by an administrator.")
        self.erased_at = erased_at


class FlowExpired(Gone):
    def __init__(self) -> None:
        super().__init__(
            "login_flow_expired",
            "This sign-in took too long, or was begun in another browser. Go back to the app and start again.",
        )


class StartOver(SignInRefused):
    """What was proved at the first step holds no longer."""


class SessionOver(Gone):
    def __init__(self) -> None:
        super().__init__("login_session_over", "You are no longer signed in here. Sign in to continue.")


class SignUpClosed(Forbidden):
    def __init__(self) -> None:
        super().__init__("login_signup_closed", "Accounts here are made by an administrator. Ask yours for one.")


class SignUpByInvite(Forbidden):
    def __init__(self) -> None:
        super().__init__("login_signup_invite", "An account here needs an invitation. Open the link in yours.")


class AddressInvalid(InvalidInput):
    def __init__(self) -> None:
        super().__init__("login_address_invalid", "This is not an e-mail address.", field=("email",))


class DomainRefused(InvalidInput):
    def __init__(self) -> None:
        super().__init__(
            "login_domain_refused", "Only addresses of certain organizations may sign up here.", field=("email",)
        )


class NotWhoSignedUp(InvalidInput):
    """The link was opened in another browser, without the password that was chosen there."""

    def __init__(self) -> None:
        super().__init__(
            "login_not_who_signed_up", "That is not the password that was chosen for this account.", field=("password",)
        )


class SamePassword(InvalidInput):
    def __init__(self) -> None:
        super().__init__("login_same_password", "Choose a password other than the present one.", field=("password",))


class MailedCodesOff(NotFound):
    def __init__(self) -> None:
        super().__init__("login_mailed_codes_off", "Nobody signs in by e-mail here.")
