"""What the server says when it is ready: what to open, and as whom."""

from __future__ import annotations

import sys
from pathlib import Path

from app.cli.bootstrap import OPERATOR_USERNAME, Operator
from app.cli.demo import DEMO_PASSWORD, Demo
from app.kit.listening import admin_url
from app.kit.settings import Settings

_LABEL_WIDTH = 20


def describe_server(settings: Settings, operator: Operator) -> list[str]:
    """The addresses of a running server and how the operator signs in."""
    url = settings.public_url
    return [
        "",
        _line("Auther is ready", url),
        _line("Admin console", f"{admin_url(settings)}/admin/"),
        *([_line("GraphQL explorer", f"{admin_url(settings)}/graphiql")] if settings.graphiql else []),
        _line("OIDC discovery", f"{url}/.well-known/openid-configuration"),
        "",
        _line("Operator", f"{operator.email} (or {OPERATOR_USERNAME})" if operator.is_new else operator.email),
        _line("Password", operator.password or "the one you chose"),
        *(
            ["  Note it now: it is shown only once, and you choose another at the first sign-in."]
            if _is_once(operator)
            else []
        ),
        "",
    ]


def describe_demo(demo: Demo) -> list[str]:
    """What the demo put there."""
    executable = _from_here(Path(sys.executable))
    return [
        _line("Demo users", f"{', '.join(demo.emails[:3])}, … all with the password {DEMO_PASSWORD}"),
        _line("Try a sign-in", f"{executable} examples/tour.py {demo.native_client_id}"),
        _line("Demo SPA client", f"{demo.spa_client_id}, redirects to {demo.spa_redirect_uri}"),
        _line("Demo web client", f"{demo.web_client_id}; rotate its secret in the console to get one"),
        "",
    ]


def _is_once(operator: Operator) -> bool:
    return operator.is_new and operator.must_change


def _line(label: str, value: str) -> str:
    return f"  {label:<{_LABEL_WIDTH}}{value}"


def _from_here(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
