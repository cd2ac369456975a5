"""The only door for outbound HTTP: webhooks, scripts' `fetch`, metadata of clients, social sign-in.

A name is resolved once, every address it has must be public, and the connection goes to such an
address and no other, so a second answer of the DNS changes nothing. Redirects are not followed,
proxies of the environment are not used, time and size are bounded. `OutboundPolicy` opens single
`host:port` targets to plain HTTP and private addresses, for development.
"""

from app.kit.http.addresses import Resolver, is_public, resolve_host
from app.kit.http.fetch import OutboundResponse, fetch
from app.kit.http.request import OutboundPolicy

__all__ = ["OutboundPolicy", "OutboundResponse", "Resolver", "fetch", "is_public", "resolve_host"]
