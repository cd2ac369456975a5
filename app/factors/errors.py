"""What can go wrong with factors."""

from __future__ import annotations

from app.kit.errors import Conflict, Forbidden, Gone, InvalidInput, LimitReached, NotFound

CODE_FIELD = ("code",)


class CodeWrong(InvalidInput):
    """The same for a code that is wrong, too old, used already, or of a factor that the user does not have."""

    def __init__(self) -> None:
        super().__init__("factors_code_wrong", "That code is not right, or was used already.", field=CODE_FIELD)


class SetupOver(Gone):
    def __init__(self) -> None:
        super().__init__("factors_setup_over", "This took too long, or was begun by somebody else. Start again.")


class PasskeyRefused(InvalidInput):
    """The same for an unknown passkey, a foreign one, and one whose proof does not hold. `reason` is for the trail."""

    def __init__(self, reason: str) -> None:
        super().__init__("factors_passkey_refused", "That passkey was not accepted.", detail=reason)
        self.reason = reason


class ChallengeOver(PasskeyRefused):
    """The challenge is not one of ours for this page and browser, too old, or was answered before."""

    def __init__(self) -> None:
        super().__init__("challenge")


class PasskeyTaken(Conflict):
    def __init__(self) -> None:
        super().__init__("factors_passkey_taken", "This passkey is registered already.")


class PasskeyNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("factors_passkey_not_found", "There is no such passkey.", field=("id",))


class TotpNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("factors_totp_not_found", "There is no authenticator app.")


class NoFactor(Conflict):
    def __init__(self) -> None:
        super().__init__("factors_none", "Recovery codes stand in for another factor, and there is none.")


class PasskeyNameInvalid(InvalidInput):
    def __init__(self, most: int) -> None:
        super().__init__(
            "factors_passkey_name_invalid", f"A passkey's name has 1 to {most} characters.", field=("name",)
        )


class TooManyPasskeys(LimitReached):
    def __init__(self, most: int) -> None:
        super().__init__("factors_passkeys_limit", f"A user has at most {most} passkeys. Remove one first.")


class LastFactor(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "factors_last", "A second factor is required here: add another one before you remove the last."
        )


class StepUpRequired(Forbidden):
    """The proof is too old or too weak for this: sign in again, and come back."""

    def __init__(self) -> None:
        super().__init__("factors_step_up_required", "Confirm that it is you first: sign in again.")


class OwnSessionRequired(Forbidden):
    """Applications, keys and who acts for somebody else do not change a person's factors."""

    def __init__(self) -> None:
        super().__init__("factors_own_session_required", "Only who is signed in here can change their own factors.")


class OwnReset(Conflict):
    def __init__(self) -> None:
        super().__init__("factors_own_account", "Your own factors are removed on your security page.")


class UserStronger(Forbidden):
    """Who takes the factors of somebody stronger away is half way into that account."""

    def __init__(self) -> None:
        super().__init__("factors_user_stronger", "This user holds permissions on the platform that you lack.")
