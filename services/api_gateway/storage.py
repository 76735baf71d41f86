"""Rate limits and revoked tokens in Redis: one round trip for all requests that wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from .domain.rates import WINDOW, Decision, Limits

RATE_PREFIX = "api-gateway:rate:"
REVOKED_PREFIX = "shared:revoked:"
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
for i = clients + 1, #KEYS do
  result[i] = redis.call('EXISTS', KEYS[i])
end
return result
"""


@dataclass(slots=True)
class _Waiting:
    client: str
    jti: str | None
    answer: asyncio.Future[tuple[Decision, bool]]


class Admission:
    """Asks Redis, for many requests at once, whether they are within their limit and not revoked.

    Requests that arrive while a call is under way wait for the next one, so
    the cost of a call is shared by all of them. timeout: seconds for a call.
    """

    def __init__(
        self, redis: Redis, limits: Limits, timeout: float, clock: Callable[[], float] | None = None
    ) -> None:
        self._script = redis.register_script(SCRIPT)
        self._limits = limits
        self._timeout = timeout
        self._clock = clock
        self._queue: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None

    async def ask(self, client: str, jti: str | None) -> tuple[Decision, bool]:
        """The rate decision for a client, and whether the token with this id is revoked.

        Raises redis.RedisError or TimeoutError when Redis does not answer.
        """
        waiting = _Waiting(client, jti, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if self._worker is None:
            self._worker = asyncio.create_task(self._drain())
        return await waiting.answer

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

    async def _call(self, batch: list[_Waiting]) -> list[tuple[Decision, bool]]:
        tokens = [waiting.jti for waiting in batch if waiting.jti is not None]
        keys = [RATE_PREFIX + w.client for w in batch] + [REVOKED_PREFIX + jti for jti in tokens]
        now = self._clock() if self._clock else 0
        arguments = [now, self._limits.interval, self._limits.burst, WINDOW, len(batch)]
        raw: list[Any] = await self._script(keys=keys, args=arguments)
        revoked = dict(zip(tokens, map(bool, raw[len(batch) :]), strict=True))
        return [
            (_decision(answer), revoked.get(waiting.jti or "", False))
            for waiting, answer in zip(batch, raw, strict=False)
        ]


def _decision(answer: list[Any]) -> Decision:
    allowed, until_full, in_window, until_room = answer
    return Decision(bool(allowed), float(until_full), float(in_window), float(until_room))
