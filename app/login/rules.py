"""Who may sign up, and whether a session will do. Pure."""

from __future__ import annotations

from dataclasses import replace

from app.kit.errors import AppError
from app.kit.settings import Settings
from app.login.errors import DomainRefused, SignUpByInvite, SignUpClosed
from app.login.types import ACR_FEDERATED, ACR_PASSWORD, AMR_FEDERATED, AMR_MFA, Pending, Step
from app.sessions.types import ACR_MFA, Flow, Session


def sign_up_refusal(settings: Settings) -> AppError | None:
    """Why nobody may sign up here now; None when some may."""
    if settings.signup_policy == "closed":
        return SignUpClosed()
    return SignUpByInvite() if settings.signup_policy == "invite" else None


def domain_refusal(settings: Settings, email: str) -> AppError | None:
    """Why this address may not sign up; a subdomain is another domain."""
    domains = {domain.lower().lstrip("@") for domain in settings.signup_domains}
    is_welcome = settings.signup_policy != "domain" or email.rpartition("@")[2].lower() in domains
    return None if is_welcome else DomainRefused()


def acr_of(amr: tuple[str, ...]) -> str:
    """The authentication context class that these methods reach (OpenID Connect Core §2)."""
    if AMR_MFA in amr:
        return ACR_MFA
    return ACR_FEDERATED if amr == AMR_FEDERATED else ACR_PASSWORD


def satisfies(session: Session, flow: Flow | None) -> bool:
    """Whether a session may answer a flow without a new proof."""
    if flow is None:
        return True
    if flow.requires_mfa and session.acr != ACR_MFA:
        return False
    if flow.must_reauthenticate and session.auth_time < flow.created_at:
        return False
    return flow.min_auth_time is None or session.auth_time >= flow.min_auth_time


def lacks_only_factor(session: Session, flow: Flow | None) -> bool:
    """Whether a second factor alone makes a session good enough for the flow."""
    if flow is None or satisfies(session, flow) or flow.must_choose_account:
        return False
    return satisfies(session, replace(flow, requires_mfa=False))


def find_step(
    pending: Pending, flow: Flow | None, *, has_factor: bool, require_mfa: bool, is_leaving: bool = False
) -> Step | None:
    """What somebody still has to do; None when a session may begin.

    A factor comes before a new password, so that a stolen initial password does not replace itself.
    """
    is_strong = AMR_MFA in pending.amr
    if has_factor and not is_strong:
        return Step.FACTOR
    if is_leaving:
        return Step.LEAVING
    if pending.must_change:
        return Step.CHANGE
    is_wanted = require_mfa or (flow is not None and flow.requires_mfa)
    return Step.ENROL if is_wanted and not is_strong else None
