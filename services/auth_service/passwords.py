"""Passwords: what is accepted, how they are kept and compared."""

from __future__ import annotations

import asyncio
import re

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

SHORTEST, LONGEST, KINDS = 8, 128, 3
_KIND_PATTERNS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
# Argon2id with RFC 9106's second recommendation for memory (64 MiB) cut to what the
# service's limit of 256 MiB allows side by side: OWASP's 19 MiB, 2 passes, 1 lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Compared with when there is no such user, so that the answer takes the same time.
_NOBODY = _HASHER.hash("nobody has this password")
_AT_ONCE = asyncio.Semaphore(4)


def weakness(password: str) -> str | None:
    """Return what is wrong with a new password, None when it is good."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters"
    if sum(bool(re.search(kind, password)) for kind in _KIND_PATTERNS) < KINDS:
        return f"A password has {KINDS} of: small letters, capitals, digits, other characters"
    return None


async def hashed(password: str) -> str:
    """Return the hash of a password, made on another thread."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_HASHER.hash, password)


async def matches(stored: str | None, password: str) -> bool:
    """Whether the password is right; takes as long for a user who does not exist."""
    async with _AT_ONCE:
        return await asyncio.to_thread(_verify, stored or _NOBODY, password) and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
