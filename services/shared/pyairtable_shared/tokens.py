"""Access tokens: JSON Web Tokens, HS256."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

import jwt

ALGORITHM = "HS256"
ACCESS_SECONDS = 15 * 60
LEEWAY_SECONDS = 5
_REQUIRED = ["sub", "email", "role", "tenant_id", "jti", "iat", "exp"]


class InvalidToken(Exception):
    """A token is malformed, forged, or over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a token says. exp: end of its life, in seconds since 1970."""

    sub: str
    email: str
    role: str
    tenant_id: str
    jti: str
    iat: int
    exp: int


def make(
    secret: str, *, sub: str, email: str, role: str, tenant_id: str, jti: str | None = None
) -> tuple[str, Claims]:
    """Return a new access token and what it says. jti: its id, by default a new one."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "sub": sub,
        "email": email,
        "role": role,
        "tenant_id": tenant_id,
        "jti": jti or uuid.uuid4().hex,
        "iat": now,
        "exp": now + ACCESS_SECONDS,
    }
    return jwt.encode(claims, secret, ALGORITHM), Claims(**claims)


def verify(secrets: tuple[str, ...], token: str) -> Claims:
    """Return what a token says that is signed with one of the secrets. Raises InvalidToken."""
    for secret in secrets[:-1]:
        try:
            return _verify(secret, token)
        except InvalidToken as error:
            # Anything else than the signature would be wrong with the other secrets, too.
            if not isinstance(error.__cause__, jwt.InvalidSignatureError):
                raise
    return _verify(secrets[-1], token)


def _verify(secret: str, token: str) -> Claims:
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            leeway=LEEWAY_SECONDS,
            options={"require": _REQUIRED},
        )
        return Claims(**{name: claims[name] for name in _REQUIRED})
    except jwt.InvalidTokenError as error:
        raise InvalidToken(type(error).__name__) from error


def bearer(header: str | None) -> str | None:
    """Return the token of an Authorization header."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
