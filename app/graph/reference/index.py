"""The first page of the reference: how the API is called, and what holds everywhere."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

from app.graph.cost import LIST_SIZE
from app.graph.examples import without_example
from app.graph.reference.markdown import paragraphs, table
from app.graph.reference.shape import fields_of, permission_of, room_of_field, title_of
from app.kit.paging import COUNT_BOUND, DEFAULT_PAGE, MAX_PAGE

_PAGES: Final = (
    ("queries", "what can be read"),
    ("mutations", "what can be changed, each with its input and payload"),
    ("subscriptions", "what can be followed"),
    ("objects", "what the answers are made of"),
    ("inputs", "what arguments are made of"),
    ("enums", "named values"),
    ("scalars", "scalars and directives"),
    ("errors", "status codes, codes and reasons"),
)
_TEXT: Final = f"""\
One typed graph holds users, clients, sessions, permissions and their history. The console, the command line and your
scripts use the same schema with the same guards. The whole of it is [`schema.graphql`](../../schema.graphql); every
document that Auther itself runs is in [`graphql/`](../../graphql), and stands in these pages as an example.

## Calling

A POST to `/graphql` with a JSON body: `query`, and if there are any `variables` and `operationName`.

```sh
curl https://auth.example.com/graphql \\
  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
  -d '{{"query": "{{ viewer {{ user {{ id email }} }} }}"}}'
```

The caller is whoever the access token, the API key or the session cookie speaks of. A cookie counts only with the
header `X-Auther-CSRF`. Send `Accept: application/graphql-response+json` to learn from the status whether a document
could run. `/graphiql` is an explorer with all examples of these pages.

## Ids

The id of a thing is the same here, in tokens, in tuples and in events. Its prefix tells the kind (`usr_`, `cli_`,
`ses_`). [`node`](queries.md#node) and [`nodes`](queries.md#nodes) find anything by its id, and give null for what is
hidden from you just as for what is not there.

## Lists

Every list is a connection. `first` and `after` go forward, `last` and `before` backward, 1 to {MAX_PAGE} items at a
time and {DEFAULT_PAGE} when you do not say. Take `pageInfo.endCursor` as the next `after` while
`pageInfo.hasNextPage`. A cursor belongs to one list in one order, and stays valid however the list changes: nothing is
skipped or told twice. `totalCount` is counted only when you ask for it, and only up to {COUNT_BOUND + 1}.

## Changing things

A mutation takes one `input` and gives a payload: what changed, or `deletedId`, and `errors` with what a person can
mend ([errors](errors.md)). It is a transaction of its own: done as a whole or not at all. Several in one document run
one after the other; what an earlier one did stays when a later one fails.

In an input, a field that is absent stays as it is, and null clears it.

- **`idempotencyKey`** makes it safe to send a creation again. Name the request with up to 200 characters of your own.
  The same key of the same caller with the same input creates nothing again and gives what was created, as it is now;
  with another input it is refused with `CONFLICT`. A secret is in the first answer only: a repeat gives null in its
  place, and who lost it asks for another one. A key lives as long as what it created, that of `tuplesWrite` for a day.
- **`dryRun`** tells what would happen, and lets nothing happen. It needs the same permission, and fails as the real one
  would.

## Permissions

`@requires(permission: …)` in the schema, and the column *Permission* here, say what a field asks for. What lies beyond
(one's own needs none, a permission on one client is enough) stands in the description. Who lacks a permission gets
`FORBIDDEN` with its name; where hiding is enough, null. [`viewer {{ can }}`](objects.md#viewercan) tells what you may.

## Cost

An operation is priced before it runs: one point for each object that it may give. A connection counts as many items as
its page holds, any other list {LIST_SIZE}; introspection has a price of its own. `extensions.cost` of an answer tells
the price, [`rateLimit`](queries.md#ratelimit) what is left of a minute. Before anything runs, what is too large is
refused with `LIMIT_REACHED`, and who asks for too much in a minute with `RATE_LIMITED`.

## Streams

Subscriptions come over a WebSocket (`graphql-transport-ws`) or as `text/event-stream`. A delivery has a `cursor`; after
a break, go on with `after`, and nothing is missed. A stream ends when its caller may not see it any more, within a
second.

## Changes

What is here stays. A field, argument or value that is to go is marked first: `@deprecated(reason: "2027-01-31: use
name")` gives the day on which it may go and what to use in its place. Fields, arguments and values are added without
notice: let your programs pass over what they do not know.
"""


def write_index() -> str:
    """The page."""
    pages = "\n".join(f"- [{name.capitalize()}]({name}.md): {text}" for name, text in _PAGES)
    return paragraphs("# The GraphQL API", pages, _TEXT.strip(), "## Everything", *map(_show_all, _ROOTS))


_ROOTS: Final = {"Query": "queries", "Mutation": "mutations", "Subscription": "subscriptions"}


def _show_all(root: str) -> str:
    rooms: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for name, field in fields_of(root).items():
        permission = permission_of(field)
        summary = re.split(r"(?<=[.?!])\s", without_example(field.description))[0]
        row = (f"[{name}]({_ROOTS[root]}.md#{name.lower()})", summary, f"`{permission}`" if permission else "")
        rooms[title_of(room_of_field(field))].append(row)
    rows = [(title, *row) for title in sorted(rooms) for row in rooms[title]]
    return paragraphs(f"### {_ROOTS[root].capitalize()}", table(("Area", "Name", "What it does", "Permission"), rows))
