"""Whether a request may pass: its client's rate, its token, and its tenant."""

from __future__ import annotations

import time

from prometheus_client import Counter
from pyairtable_shared.breaker import Breaker
from pyairtable_shared.cache import Cache
from pyairtable_shared.errors import ApiError
from pyairtable_shared.logs import logger
from pyairtable_shared.suspension import suspended
from pyairtable_shared.tokens import Claims
from redis.exceptions import RedisError

from .domain.headers import RawHeaders
from .domain.rates import Decision, Limits
from .identity import invalid_token
from .settings import Settings
from .storage import Admission, Standing, Token

LIMITED = Counter("gateway_rate_limited_total", "Requests refused with 429.")
UNCHECKED = Counter(
    "gateway_unchecked_total", "Requests let pass without Redis: rate and revocation unknown."
)
# Without Redis, it is asked again so often.
REDIS_FAILURES = 1
REDIS_PAUSE = 1.0


class Door:
    """Lets requests in. While Redis is away all pass, counted by a metric."""

    def __init__(self, cache: Cache, settings: Settings) -> None:
        self.limits: Limits = settings.limits
        self._admission = Admission(cache.client, self.limits, settings.redis_timeout)
        self._redis = Breaker(REDIS_FAILURES, REDIS_PAUSE, time.monotonic)

    async def admit(self, address: str, claims: Claims | None) -> list[tuple[bytes, bytes]]:
        """The rate headers of a request that may pass.

        Raises ApiError 429 for one too many, 401 for a revoked token, 403 for one of a
        suspended tenant.
        """
        client = f"user:{claims.sub}" if claims else f"address:{address}"
        token = Token(claims.jti, claims.sub, claims.tenant_id) if claims else None
        answer = await self._ask(client, token)
        if answer is None:
            return []
        decision, standing = answer
        if standing is Standing.REVOKED:
            raise invalid_token()
        if standing is Standing.SUSPENDED:
            raise suspended()
        headers = decision.headers(self.limits)
        if not decision.allowed:
            LIMITED.inc()
            raise too_many(decision, self.limits, headers)
        return headers

    async def counts(self, claims: Claims) -> bool:
        """Whether a token that was let in counts still; while Redis is away it does."""
        token = Token(claims.jti, claims.sub, claims.tenant_id)
        try:
            return await self._admission.standing(token) is Standing.GOOD
        except (RedisError, OSError) as error:
            logger().warning("streams go on unchecked", error=type(error).__name__)
            return True

    async def _ask(self, client: str, token: Token | None) -> tuple[Decision, Standing] | None:
        if not self._redis.allow():
            UNCHECKED.inc()
            return None
        try:
            answer = await self._admission.ask(client, token)
        except (RedisError, OSError) as error:
            self._redis.failed()
            logger().warning("requests pass unchecked", error=type(error).__name__)
            UNCHECKED.inc()
            return None
        self._redis.succeeded()
        return answer


def too_many(decision: Decision, limits: Limits, headers: RawHeaders) -> ApiError:
    """The error for a request too many."""
    seconds = decision.retry_after(limits)
    message = f"Too many requests: {limits.sustained} a minute. Try again in {seconds} s."
    named = {name.decode(): value.decode() for name, value in headers}
    return ApiError(429, "rate_limited", message, named)
