"""Who calls: verified tokens and secrets, each remembered for a short while."""

from __future__ import annotations

import time
from pathlib import Path

from pyairtable_shared import tokens
from pyairtable_shared.errors import ApiError
from pyairtable_shared.settings import accepted_secrets

SECRET_SECONDS = 1.0
MOST_TOKENS = 4096
_MISSING = {"WWW-Authenticate": "Bearer"}
_REFUSED = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


class FreshSecret:
    """A secret read again at most once a second, so that a rotation needs no restart.

    While it is changed, two values count.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: tuple[str, ...] = ()
        self._until = 0.0

    def value(self) -> str:
        """The value that is sent."""
        return self.accepted()[0]

    def accepted(self) -> tuple[str, ...]:
        """The values that count; the last ones known while the file cannot be read."""
        now = time.monotonic()
        if now >= self._until:
            self._until = now + SECRET_SECONDS
            try:
                self._values = accepted_secrets(self._path)
            except OSError:
                if not self._values:
                    raise
        return self._values


class Verifier:
    """Verifies bearer tokens; a token that was valid is valid until it ends."""

    def __init__(self, secret: FreshSecret) -> None:
        self._secret = secret
        self._signed_with: tuple[str, ...] = ()
        self._known: dict[str, tokens.Claims] = {}

    def claims(self, token: str | None) -> tokens.Claims:
        """What a token says. Raises ApiError 401 without a valid one."""
        if token is None:
            raise ApiError(401, "token_missing", "Sign in and send the access token.", _MISSING)
        secrets = self._secret.accepted()
        if secrets != self._signed_with:
            self._known.clear()
            self._signed_with = secrets
        known = self._known.get(token)
        if known is None or known.exp <= time.time():
            known = self._verify(secrets, token)
        return known

    def _verify(self, secrets: tuple[str, ...], token: str) -> tokens.Claims:
        try:
            claims = tokens.verify(secrets, token)
        except tokens.InvalidToken as error:
            raise invalid_token() from error
        if len(self._known) >= MOST_TOKENS:
            self._known.clear()
        self._known[token] = claims
        return claims


def invalid_token() -> ApiError:
    """The error for a token that is forged, over or revoked: which, is not told."""
    return ApiError(
        401, "token_invalid", "The access token is not valid any more. Sign in again.", _REFUSED
    )
