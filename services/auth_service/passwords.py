"""Passwords: what is accepted, how they are kept and compared."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST, KINDS = 8, 128, 3
_KIND_PATTERNS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
# Argon2id as OWASP recommends it where memory is short: 19 MiB, 2 passes, 1 lane. Four at
# once fit into the service's limit of 256 MiB.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
AT_ONCE = 4


def weakness(password: str) -> str | None:
    """Return what is wrong with a new password, None when it is good."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters"
    if sum(bool(re.search(kind, password)) for kind in _KIND_PATTERNS) < KINDS:
        return f"A password has {KINDS} of: small letters, capitals, digits, other characters"
    return None


class Passwords:
    """Hashes and compares, on other threads and a few at once."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        # Compared with when there is no such user, so that the answer takes the same time.
        self._nobody = _HASHER.hash("nobody has this password")

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn; inside of it, hash or compare once."""
        async with self._turns:
            yield

    async def hashed(self, password: str) -> str:
        """Return the hash of a password."""
        return await asyncio.to_thread(_HASHER.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is right; takes as long when nothing is stored."""
        right = await asyncio.to_thread(_verify, stored or self._nobody, password)
        return right and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
