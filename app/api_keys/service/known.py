"""Keys by their secrets, remembered as long as their rows stay as they are.

INVARIANT: a key is remembered under the hash of its whole text, so only who knows the secret is answered from memory:
an unknown key and a wrong secret are the same look into the database.
"""

from __future__ import annotations

from typing import Final

from app.api_keys import queries
from app.api_keys.queries import StoredKey
from app.kit.recall import Memory

MAX_REMEMBERED: Final = 4_096

_remembered: Memory[StoredKey] = Memory(MAX_REMEMBERED)


async def find_shown(key_id: str, digest: bytes) -> StoredKey | None:
    """The key of an id, as of now; in one statement, or in none for a secret that proved right lately.

    Args:
        digest: the SHA-256 of the text that was shown.
    """
    name = digest.hex()
    found = _remembered.recall(name)
    if found is not None:
        return found
    begun = _remembered.begin()
    stored = await queries.find_shown(key_id)
    # A ban may end by itself, which no row tells.
    if stored is not None and stored.key.is_owner_active and digest in {stored.secret_hash, stored.former_hash}:
        _remembered.keep(begun, name, stored, (key_id, stored.key.owner.id))
    return stored
