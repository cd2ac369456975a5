"""Use cases of the upstream room."""

from app.upstream.service.configuring import (
    PERMISSION,
    count_providers,
    create_provider,
    delete_provider,
    examine_provider,
    get_providers,
    list_providers,
    may_view_providers,
    update_provider,
)
from app.upstream.service.going import (
    begin_attempt,
    callback_url,
    find_offered,
    finish_attempt,
    offered_providers,
    sweep_attempts,
)
from app.upstream.service.identities import (
    count_links_of,
    get_links,
    guard_links_of,
    link_own,
    links_of,
    list_links_of,
    may_view_link,
    read_visible,
    recognise,
    unlink,
)
from app.upstream.service.talking import find_endpoints, forget_upstreams

__all__ = [
    "PERMISSION",
    "begin_attempt",
    "callback_url",
    "count_links_of",
    "count_providers",
    "create_provider",
    "delete_provider",
    "examine_provider",
    "find_endpoints",
    "find_offered",
    "finish_attempt",
    "forget_upstreams",
    "get_links",
    "get_providers",
    "guard_links_of",
    "link_own",
    "links_of",
    "list_links_of",
    "list_providers",
    "may_view_link",
    "may_view_providers",
    "offered_providers",
    "read_visible",
    "recognise",
    "sweep_attempts",
    "unlink",
    "update_provider",
]
