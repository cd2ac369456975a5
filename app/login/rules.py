"""Who may sign up, and whether a session will do. Pure."""

from __future__ import annotations

from app.kit.errors import AppError
from app.kit.settings import Settings
from app.login.errors import DomainRefused, SignUpByInvite, SignUpClosed
from app.sessions.types import Flow, Session


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


def satisfies(session: Session, flow: Flow | None) -> bool:
    """Whether a session may answer a flow without a new proof."""
    if flow is None:
        return True
    if flow.must_reauthenticate and session.auth_time < flow.created_at:
        return False
    return flow.min_auth_time is None or session.auth_time >= flow.min_auth_time
