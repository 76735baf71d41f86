"""Turns at Airtable, shared by all replicas through Redis; on one's own while Redis is away."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable

from prometheus_client import Counter
from pyairtable_shared.cache import Cache
from pyairtable_shared.logs import logger
from redis.exceptions import RedisError

from .domain.turns import Exhausted, Pace, next_turn

UNSHARED = Counter(
    "airtable_unshared_turns_total", "Turns given without Redis, for this replica alone."
)

# The same rule as domain.turns.next_turn, run where all replicas meet.
TAKE = """
local clock = redis.call('TIME')
local now = tonumber(ARGV[1])
if now == 0 then now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000 end
local limit, window, longest = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local newest = tonumber(redis.call('LINDEX', KEYS[1], 0) or 0)
local oldest = redis.call('LINDEX', KEYS[1], limit - 1)
local full = oldest and tonumber(oldest) + window or 0
local turn = math.max(now, newest, full, tonumber(redis.call('GET', KEYS[2]) or 0))
local wait = turn - now
if wait <= longest then
  redis.call('LPUSH', KEYS[1], string.format('%.6f', turn))
  redis.call('LTRIM', KEYS[1], 0, limit - 1)
  redis.call('PEXPIRE', KEYS[1], math.ceil((wait + window) * 1000))
end
return string.format('%.6f', wait)
"""
BLOCK = """
local clock = redis.call('TIME')
local now = tonumber(ARGV[1])
if now == 0 then now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000 end
redis.call('SET', KEYS[1], string.format('%.6f', now + tonumber(ARGV[2])),
  'PX', math.max(math.ceil(tonumber(ARGV[2]) * 1000), 1))
"""


class Turns:
    """Gives turns per base. clock: seconds; None for Redis's own clock, which replicas share."""

    def __init__(self, cache: Cache, pace: Pace, clock: Callable[[], float] | None = None) -> None:
        self._cache, self._pace, self._clock = cache, pace, clock
        self._take = cache.client.register_script(TAKE)
        self._block = cache.client.register_script(BLOCK)
        self._own_taken: defaultdict[str, list[float]] = defaultdict(list)
        self._own_blocked: dict[str, float] = {}

    async def take(self, base: str) -> float:
        """Take the next turn; gives the seconds to wait for it.

        Raises Exhausted, and takes nothing, when that is longer than anyone may wait.
        """
        try:
            wait = await self._shared_turn(base)
        except RedisError as error:
            logger().warning("turns are not shared", error=type(error).__name__)
            UNSHARED.inc()
            wait = self._own_turn(base)
        if wait > self._pace.longest_wait:
            raise Exhausted(wait)
        return wait

    async def blocked(self, base: str) -> float:
        """Seconds for which a base is still blocked, 0 when it is not."""
        try:
            left = await self._cache.client.pttl(self._key(base, "blocked"))
        except RedisError:
            return max(self._own_blocked.get(base, 0.0) - time.monotonic(), 0.0)
        return max(float(left), 0.0) / 1000

    async def block(self, base: str, seconds: float) -> None:
        """Give no turns at a base for so long: Airtable said 429."""
        self._own_blocked[base] = time.monotonic() + seconds
        try:
            now = self._clock() if self._clock else 0
            await self._block(keys=[self._key(base, "blocked")], args=[now, seconds])
        except RedisError as error:
            logger().warning("turns are not shared", error=type(error).__name__)

    async def _shared_turn(self, base: str) -> float:
        keys = [self._key(base, "turns"), self._key(base, "blocked")]
        now = self._clock() if self._clock else 0
        arguments = [now, self._pace.limit, self._pace.window, self._pace.longest_wait]
        return float(await self._take(keys=keys, args=arguments))

    def _own_turn(self, base: str) -> float:
        taken, now = self._own_taken[base], time.monotonic()
        turn = next_turn(taken, self._own_blocked.get(base, 0.0), now, self._pace)
        if turn - now <= self._pace.longest_wait:
            taken.insert(0, turn)
            del taken[self._pace.limit :]
        return turn - now

    def _key(self, base: str, kind: str) -> str:
        return self._cache.key(f"{kind}:{base}")
