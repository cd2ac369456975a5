"""Half-way sign-ins: the note in the browser's cookie, the page of the next step, and letting in at last."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from app.factors.service import find_factors_of
from app.impersonation.types import COOKIE as ACTING
from app.kit.pages import clear_cookie, cookie_name, see_other, set_cookie, set_session_cookie
from app.kit.runtime import settings
from app.login import rules, service
from app.login.pages.visit import Visit
from app.login.service.pending import PENDING_TTL
from app.login.types import Arrival, Halted, Pending, Step
from app.sessions.types import NewSession

PATHS = {
    Step.FACTOR: "/signin/second",
    Step.CHANGE: "/password/change",
    Step.ENROL: "/signin/enrol",
    Step.LEAVING: "/signin/leaving",
}
OFFER_PATH = "/signin/offer"
_OFFERED = "offered"
# Who did not want a passkey in this browser is left alone for so long.
_OFFER_PAUSE = timedelta(days=90)


def arrival_of(visit: Visit) -> Arrival:
    """The browser, its session and its flow, as the services want them."""
    return Arrival(visit.browser_id, visit.session.session.id if visit.session else None, visit.flow)


async def read_pending(visit: Visit, step: Step) -> Pending | None:
    """The half-way state of this browser; None when there is none, or it waits for another step."""
    note = visit.request.cookies.get(cookie_name("pending", settings()), "")
    pending = service.open_pending(note, visit.browser_id)
    if pending is None or not _is_for(visit, pending) or await service.next_step(pending, visit.flow) is not step:
        return None
    return pending


def halt(visit: Visit, halted: Halted) -> Response:
    """Send the browser to its next step, with a note of what was proved."""
    response = see_other(visit.url(PATHS[halted.step]))
    set_cookie(response, "pending", service.seal_pending(halted.pending, visit.browser_id), PENDING_TTL)
    return response


def enter(visit: Visit, outcome: NewSession | Halted) -> Response:
    """Give the browser its new session and send it on; or send it to the next step."""
    if isinstance(outcome, Halted):
        return halt(visit, outcome)
    return admit(visit, outcome, see_other(visit.destination))


async def enter_with_offer(visit: Visit, outcome: NewSession | Halted, *, can_make_passkeys: bool) -> Response:
    """As `enter`; whoever has no passkey, in a browser that can make one, is offered it on the way."""
    if isinstance(outcome, Halted) or not can_make_passkeys or cookie_name(_OFFERED, settings()) in _cookies(visit):
        return enter(visit, outcome)
    if (await find_factors_of(outcome.session.user_id)).passkeys:
        return enter(visit, outcome)
    response = admit(visit, outcome, see_other(visit.url(OFFER_PATH)))
    set_cookie(response, _OFFERED, "1", _OFFER_PAUSE)
    return response


def admit(visit: Visit, new: NewSession, response: Response) -> Response:
    """Put the new session into an answer. Nobody else's half-way state stays in the browser."""
    if cookie_name("pending", settings()) in _cookies(visit):
        clear_cookie(response, "pending")
    if cookie_name(ACTING, settings()) in _cookies(visit):
        clear_cookie(response, ACTING)
    set_session_cookie(response, new.token, settings().session_absolute_ttl)
    return response


def leave(response: Response) -> Response:
    """Make the browser forget its half-way state."""
    clear_cookie(response, "pending")
    return response


def _is_for(visit: Visit, pending: Pending) -> bool:
    """Whether a note is for this visit: that of a live session is only for flows that want no more than a factor."""
    if pending.session_id is None:
        return True
    session = visit.session.session if visit.session else None
    return session is not None and session.id == pending.session_id and rules.lacks_only_factor(session, visit.flow)


def _cookies(visit: Visit) -> dict[str, str]:
    return visit.request.cookies
