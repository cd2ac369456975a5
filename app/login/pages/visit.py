"""What every hosted page knows of its request, and how it answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from app.clients.service import find_client
from app.clients.types import Client
from app.events.refusals import mark_refused
from app.kit.actor import Actor
from app.kit.errors import AppError
from app.kit.ids import prefix_of
from app.kit.pages import Texts, browser_id, form_sources, page, safe_next, texts_of
from app.login.errors import FlowExpired
from app.login.pages.explain import explain
from app.login.types import FormErrors
from app.sessions.service import find_flow
from app.sessions.types import FLOW_PREFIX, Flow, ResolvedSession

HOME = "/admin/"
_NO_ERRORS = FormErrors()


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a hosted page: who asks, for the sake of what, and where it leads. `client` waits for the flow."""

    request: Request
    actor: Actor
    browser_id: str
    session: ResolvedSession | None
    flow: Flow | None
    client: Client | None
    next: str | None
    ui_locales: tuple[str, ...]
    form_action: tuple[str, ...] = ()

    @property
    def destination(self) -> str:
        """Where to go once somebody is signed in."""
        return safe_next(self.flow.return_to if self.flow else self.next, HOME)

    @property
    def flow_id(self) -> str | None:
        return self.flow.id if self.flow else None

    @property
    def texts(self) -> Texts:
        return texts_of(self.request, self.ui_locales)

    def url(self, path: str, **query: str) -> str:
        """One of our pages, with what this visit is for."""
        carried = {"flow": self.flow_id, "next": None if self.flow else self.next}
        given = {name: value for name, value in (carried | query).items() if value}
        return f"{path}?{urlencode(given)}" if given else path

    def show(
        self, template: str, context: Mapping[str, object] | None = None, *, error: AppError | None = None
    ) -> Response:
        """Answer with a page of this room, or of `another/`; with an error, the page says it and has its status."""
        if error:
            mark_refused(error.code, is_denial=False)
        response = page(
            self.request,
            template if "/" in template else f"login/{template}",
            status=error.status if error else 200,
            form_action=self.form_action,
            frames=(),
            ui_locales=self.ui_locales,
            **{"visit": self, "errors": explain(self.texts, error) if error else _NO_ERRORS, **(context or {})},
        )
        if error and error.retry_after is not None:
            response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after.total_seconds())))
        return response


async def read_visit(request: Request) -> Visit:
    """Understand a request for a hosted page.

    Raises:
        FlowExpired: it names a flow that is over or belongs to another browser.
    """
    query = request.query_params
    return await revisit(request, query.get("flow"), query.get("next"))


async def revisit(request: Request, flow_id: str | None, next_url: str | None) -> Visit:
    """A visit for a flow or an address that the request does not name itself.

    Raises:
        FlowExpired: the flow is over or belongs to another browser.
    """
    browser = browser_id(request)
    flow = await _read_flow(flow_id, browser)
    client = await find_client(flow.client_id) if flow and flow.client_id else None
    return Visit(
        request=request,
        actor=request.state.actor,
        browser_id=browser,
        session=request.state.session,
        flow=flow,
        client=client,
        next=safe_next(next_url, "") or None,
        ui_locales=_ui_locales(request, flow),
        form_action=form_sources(client.redirect_uris) if client else (),
    )


async def _read_flow(flow_id: str | None, browser: str) -> Flow | None:
    if not flow_id:
        return None
    flow = await find_flow(flow_id, browser) if prefix_of(flow_id) == FLOW_PREFIX else None
    if flow is None:
        raise FlowExpired
    return flow


def _ui_locales(request: Request, flow: Flow | None) -> tuple[str, ...]:
    asked = flow.ui_locales if flow else request.query_params.get("ui_locales")
    return tuple((asked or "").split())
