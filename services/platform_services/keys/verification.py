"""For whom a token or an API key counts."""

from __future__ import annotations

from uuid import UUID

from prometheus_client import Counter
from pyairtable_shared import request_context, tokens
from pyairtable_shared.errors import ApiError
from pyairtable_shared.revocation import Revocation
from pyairtable_shared.suspension import Suspension, suspended

from ..settings import Settings
from .models import Verified
from .storage import PREFIX, Keys

VERIFICATIONS = Counter(
    "auth_verifications_total", "Tokens and keys looked at.", ["kind", "result"]
)


class Verification:
    """Verifies the tokens that the gateway takes, and the keys that users have made."""

    def __init__(
        self, settings: Settings, keys: Keys, revocation: Revocation, suspension: Suspension
    ) -> None:
        self._settings, self._keys = settings, keys
        self._revocation, self._suspension = revocation, suspension

    async def verify(self, presented: str) -> Verified:
        """Say whose a token or key is.

        Raises ApiError 401 when it does not count, 403 when its tenant is suspended, 503 when
        that cannot be known.
        """
        is_key = presented.startswith(PREFIX)
        kind = "api_key" if is_key else "jwt"
        try:
            verified = await (self._key(presented) if is_key else self._token(presented))
        except ApiError as error:
            VERIFICATIONS.labels(kind, "refused" if error.status < 500 else "failed").inc()
            raise
        VERIFICATIONS.labels(kind, "valid").inc()
        request_context.user(str(verified.user_id))
        return verified

    async def _key(self, key: str) -> Verified:
        row = await self._keys.use(key)
        if row is None:
            raise _invalid()
        if row.pop("suspended"):
            raise suspended()
        expires = row.pop("expires_at")
        return Verified(kind="api_key", exp=int(expires.timestamp()) if expires else None, **row)

    async def _token(self, token: str) -> Verified:
        try:
            claims = tokens.verify(self._settings.jwt_secrets, token)
            user_id, tenant_id = UUID(claims.sub), UUID(claims.tenant_id)
        except (tokens.InvalidToken, ValueError) as error:
            raise _invalid() from error
        if await self._revocation.revoked(claims.jti, claims.sub):
            raise _invalid()
        await self._suspension.refuse(claims.tenant_id)
        return Verified(
            kind="jwt",
            user_id=user_id,
            tenant_id=tenant_id,
            role=claims.role,
            email=claims.email,
            exp=claims.exp,
        )


def _invalid() -> ApiError:
    return ApiError(401, "invalid_token", "The token or key does not count")
