"""The keys of this process: loaded once, looked at again every ten seconds.

A key that another process made or withdrew is known here after REFRESH_AFTER; while the database
is away the keys at hand serve until STALE_AT_MOST. A `kid` that is not known is looked for at once,
but at most once per SEARCH_PAUSE, so made-up ones cost nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

import orjson
from cryptography.hazmat.primitives.serialization import load_der_private_key

from app.kit import clock
from app.kit.crypto import hash_token
from app.kit.errors import Unavailable
from app.kit.runtime import keyring, settings
from app.signing import jws, queries
from app.signing.queries import StoredKey
from app.signing.rules import KeyDates, Policy, find_active, list_removable
from app.signing.types import Jwks

PURPOSE = "signing-key"
REFRESH_AFTER = timedelta(seconds=10)
STALE_AT_MOST = timedelta(seconds=60)
SEARCH_PAUSE = timedelta(seconds=1)
_ETAG_CHARACTERS = 32
_Headers = dict[str, bytes]


class UsableKey:
    """One key, opened when it first signs, parsed when it first verifies."""

    def __init__(self, stored: StoredKey) -> None:
        self.id = stored.dates.id
        self.kid = stored.dates.kid
        self.alg = stored.dates.alg
        self.public_jwk = stored.public_jwk
        self._sealed = stored.sealed_private
        self._headers: _Headers = {}

    def encode(self, payload: bytes, *, typ: str) -> str:
        """A token with these claims, signed.

        Raises:
            Unavailable: `kit_secret_unknown`, the private key cannot be opened.
        """
        header = self._headers.get(typ)
        if header is None:
            header = self._headers[typ] = jws.encode_header(alg=self.alg, kid=self.kid, typ=typ)
        return jws.assemble(header, payload, self._sign)

    def has_signed(self, token: jws.Unverified) -> bool:
        """Whether the signature is of this key, under this key's own algorithm."""
        return token.alg == self.alg and self._verify(token.signature, token.signing_input)

    @cached_property
    def _sign(self) -> jws.Sign:
        private = load_der_private_key(keyring().open(self._sealed, purpose=PURPOSE), password=None)
        assert isinstance(private, jws.PrivateKey)
        return jws.ALGORITHMS[self.alg].signer(private)

    @cached_property
    def _verify(self) -> jws.Verify:
        return jws.ALGORITHMS[self.alg].verifier(self.public_jwk)


@dataclass(frozen=True)
class Snapshot:
    """The dates of all keys, and those that may sign or verify, as they were read at one moment."""

    read_at: datetime
    dates: tuple[KeyDates, ...]
    by_kid: dict[str, UsableKey]
    jwks: Jwks = field(repr=False)

    def find_signer(self, alg: str) -> UsableKey | None:
        active = find_active(self.dates, alg, clock.now())
        return self.by_kid.get(active.kid) if active else None

    @property
    def age(self) -> timedelta:
        return abs(clock.now() - self.read_at)


class KeyCache:
    """Holds the newest snapshot. Without locks: two readers at once read the same keys twice.

    Args:
        fetch: reads all keys, from the database.
    """

    def __init__(self, fetch: Callable[[], Awaitable[list[StoredKey]]] = queries.fetch_keys) -> None:
        self._fetch = fetch
        self._snapshot: Snapshot | None = None
        self._refreshing_since: datetime | None = None
        self._searched_at: datetime | None = None
        self._generation = 0

    def forget(self) -> None:
        """Read the keys again at the next use."""
        self._generation += 1
        self._snapshot = self._refreshing_since = self._searched_at = None

    def peek(self) -> Snapshot | None:
        """What is at hand, however old."""
        return self._snapshot

    async def read(self) -> Snapshot:
        """The keys, at most STALE_AT_MOST old.

        Raises:
            Unavailable: `kit_database_unavailable`, and what is at hand is too old.
        """
        held = self._snapshot
        if held is None or held.age > STALE_AT_MOST:
            return await self._load()
        if held.age <= REFRESH_AFTER or _is_within(self._refreshing_since, SEARCH_PAUSE):
            return held
        self._refreshing_since = clock.now()
        try:
            return await self._load()
        except Unavailable:
            return held

    async def find(self, kid: str) -> UsableKey | None:
        """The key with this `kid`; a key that appeared elsewhere a moment ago is found too."""
        key = (await self.read()).by_kid.get(kid)
        return key or (await self.search()).by_kid.get(kid)

    async def search(self) -> Snapshot:
        """The keys as they are now, unless they were searched a moment ago."""
        if _is_within(self._searched_at, SEARCH_PAUSE):
            return await self.read()
        self._searched_at = clock.now()
        return await self._load()

    async def _load(self) -> Snapshot:
        generation = self._generation
        stored = await self._fetch()
        snapshot = _build(stored, self._snapshot)
        # What was read before something changed is no longer what counts.
        if generation == self._generation and not any(key.is_uncommitted for key in stored):
            self._snapshot = snapshot
        return snapshot


def read_policy() -> Policy:
    """How long keys live, from the settings."""
    chosen = settings()
    return Policy(chosen.key_rotation, chosen.key_retention)


def _build(stored: Sequence[StoredKey], before: Snapshot | None) -> Snapshot:
    dates, now = tuple(key.dates for key in stored), clock.now()
    over = {key.id for key in list_removable(dates, settings().signing_algorithms, now)}
    live = [key for key in stored if key.dates.withdrawn_at is None and key.dates.id not in over]
    known = before.by_kid if before else {}
    by_kid = {key.dates.kid: known.get(key.dates.kid) or UsableKey(key) for key in live}
    document = orjson.dumps({"keys": [key.public_jwk for key in live]})
    etag = f'"{hash_token(document.decode()).hex()[:_ETAG_CHARACTERS]}"'
    published = Jwks(document, etag, read_policy().max_age)
    return Snapshot(now, dates, by_kid, published)


def _is_within(moment: datetime | None, span: timedelta) -> bool:
    return moment is not None and abs(clock.now() - moment) < span


cache = KeyCache()
