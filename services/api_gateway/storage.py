"""Rate limits, revoked tokens and suspended tenants in Redis.

One round trip serves all requests that wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from pyairtable_shared.revocation import GONE, REVOKED
from pyairtable_shared.suspension import SUSPENDED
from redis.asyncio import Redis

from .domain.rates import WINDOW, Decision, Limits

RATE_PREFIX = "api-gateway:rate:"
MAX_BATCH = 128
"""Requests that are decided by one call at most."""

SCRIPT = """
local clock = redis.call('TIME')
local now = tonumber(ARGV[1])
if now == 0 then now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000 end
local interval, burst, window = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local clients = tonumber(ARGV[5])
local result = {}
for i = 1, clients do
  local s = redis.call('HMGET', KEYS[i], 'full', 'start', 'previous', 'current')
  local full = math.max(tonumber(s[1] or 0), now)
  local start, previous, current = tonumber(s[2] or now), tonumber(s[3] or 0), tonumber(s[4] or 0)
  local passed = math.floor((now - start) / window)
  if passed == 1 then previous, current = current, 0 end
  if passed > 1 then previous, current = 0, 0 end
  start = start + passed * window
  local age = now - start
  local weighed = previous * (1 - age / window) + current
  local room = 0
  if weighed + 1 > burst then
    if current + 1 <= burst then
      room = window * (1 - (burst - 1 - current) / previous) - age
    else
      room = window - age + window * (1 - (burst - 1) / current)
    end
  end
  local allowed = 0
  if room <= 0 and full - now <= (burst - 1) * interval + 0.000001 then
    allowed, full, current, weighed = 1, full + interval, current + 1, weighed + 1
    redis.call('HSET', KEYS[i], 'full', string.format('%.6f', full), 'start',
      string.format('%.6f', start), 'previous', previous, 'current', current)
    redis.call('PEXPIRE', KEYS[i], math.ceil(math.max(2 * window, full - now) * 1000))
  end
  result[i] = {allowed, string.format('%.6f', full - now), string.format('%.6f', weighed),
    string.format('%.6f', math.max(room, 0))}
end
for i = 1, (#KEYS - 1 - clients) / 2 do
  local key = clients + 2 * i - 1
  if redis.call('SISMEMBER', KEYS[#KEYS], ARGV[5 + i]) == 1 then
    result[clients + i] = 2
  else
    result[clients + i] = math.min(redis.call('EXISTS', KEYS[key], KEYS[key + 1]), 1)
  end
end
return result
"""


class Standing(IntEnum):
    """Whether a token counts: it may be revoked, its user removed, its tenant suspended."""

    GOOD = 0
    REVOKED = 1
    SUSPENDED = 2


@dataclass(frozen=True, slots=True)
class Token:
    """What of a token is looked up: its own id, its user's and its tenant's."""

    jti: str
    user_id: str
    tenant_id: str


@dataclass(slots=True)
class _Waiting:
    client: str
    token: Token | None
    answer: asyncio.Future[tuple[Decision, Standing]]


class Admission:
    """Asks Redis, for many requests at once, whether they are within their limit and let in.

    Requests that arrive while a call is under way wait for the next one, so
    the cost of a call is shared by all of them. timeout: seconds for a call.
    """

    def __init__(
        self, redis: Redis, limits: Limits, timeout: float, clock: Callable[[], float] | None = None
    ) -> None:
        self._redis = redis
        self._script = redis.register_script(SCRIPT)
        self._limits = limits
        self._timeout = timeout
        self._clock = clock
        self._queue: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None

    async def ask(self, client: str, token: Token | None) -> tuple[Decision, Standing]:
        """The rate decision for a client, and how its token stands; good without one.

        Raises redis.RedisError or TimeoutError when Redis does not answer.
        """
        waiting = _Waiting(client, token, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if self._worker is None:
            self._worker = asyncio.create_task(self._drain())
        return await waiting.answer

    async def standing(self, token: Token) -> Standing:
        """How a token stands now. Raises redis.RedisError or TimeoutError."""
        async with (
            asyncio.timeout(self._timeout),
            self._redis.pipeline(transaction=False) as pipeline,
        ):
            pipeline.sismember(SUSPENDED, token.tenant_id)
            pipeline.exists(*_revocations(token))
            suspended, revoked = await pipeline.execute()
        if suspended:
            return Standing.SUSPENDED
        return Standing.REVOKED if revoked else Standing.GOOD

    async def _drain(self) -> None:
        try:
            while self._queue:
                batch, self._queue = self._queue[:MAX_BATCH], self._queue[MAX_BATCH:]
                await self._answer(batch)
        finally:
            self._worker = None

    async def _answer(self, batch: list[_Waiting]) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                answers = await self._call(batch)
        except Exception as error:
            for waiting in batch:
                if not waiting.answer.done():
                    waiting.answer.set_exception(error)
            return
        for waiting, answer in zip(batch, answers, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result(answer)

    async def _call(self, batch: list[_Waiting]) -> list[tuple[Decision, Standing]]:
        tokens = [waiting.token for waiting in batch if waiting.token is not None]
        revoked = [key for token in tokens for key in _revocations(token)]
        keys = [*(RATE_PREFIX + waiting.client for waiting in batch), *revoked, SUSPENDED]
        now = self._clock() if self._clock else 0
        limits = (self._limits.interval, self._limits.burst, WINDOW)
        arguments = [now, *limits, len(batch), *(token.tenant_id for token in tokens)]
        raw: list[Any] = await self._script(keys=keys, args=arguments)
        standings = map(Standing, raw[len(batch) :])
        return [
            (_decision(answer), next(standings) if waiting.token else Standing.GOOD)
            for waiting, answer in zip(batch, raw, strict=False)
        ]


def _revocations(token: Token) -> tuple[str, str]:
    return REVOKED + token.jti, GONE + token.user_id


def _decision(answer: list[Any]) -> Decision:
    allowed, until_full, in_window, until_room = answer
    return Decision(bool(allowed), float(until_full), float(in_window), float(until_room))
