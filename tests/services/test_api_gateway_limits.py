"""api-gateway's rate limit: its arithmetic in Redis, and what clients see of it."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from api_gateway.domain.rates import Decision, Limits
from api_gateway.storage import Admission, Standing, Token
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyairtable_shared import tokens
from pyairtable_shared.cache import Cache
from pyairtable_shared.settings import ServiceSettings
from pyairtable_shared.suspension import SUSPENDED

from .running import Running, running, served
from .stand_in import StandIn
from .surroundings import Surroundings


class Clock:
    """A clock that a test sets."""

    now = 1_000_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
async def cache(surroundings: Surroundings) -> AsyncIterator[Cache]:
    """Redis as the gateway may use it."""
    found = ServiceSettings.from_environment(surroundings.environment("api-gateway"))
    async with Cache("api-gateway", found) as made:
        yield made


async def ask(admission: Admission, client: str, jti: str | None = None) -> Decision:
    return (await admission.ask(client, Token(jti, "u", "t") if jti else None))[0]


async def test_a_burst_passes_at_once_and_no_more_within_the_minute(cache: Cache) -> None:
    clock, client = Clock(), secrets.token_hex()
    admission = Admission(cache.client, Limits(100, 200), 1.0, clock)
    burst = [await ask(admission, client) for _ in range(200)]
    assert all(decision.allowed for decision in burst)
    assert [burst[0].remaining(Limits(100, 200)), burst[-1].remaining(Limits(100, 200))] == [199, 0]
    refused = await ask(admission, client)
    assert not refused.allowed
    clock.now += 59
    assert not (await ask(admission, client)).allowed


async def test_the_time_to_wait_is_enough_and_not_much_too_long(cache: Cache) -> None:
    clock, client, limits = Clock(), secrets.token_hex(), Limits(100, 200)
    admission = Admission(cache.client, limits, 1.0, clock)
    for _ in range(200):
        await ask(admission, client)
    refused = await ask(admission, client)
    assert 55 <= refused.retry_after(limits) <= 61
    clock.now += refused.retry_after(limits)
    assert (await ask(admission, client)).allowed


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(gaps=st.lists(st.floats(0.0, 8.0), max_size=40), limits=st.sampled_from([(1, 1), (5, 9)]))
async def test_who_waits_as_long_as_told_is_always_let_in(
    cache: Cache, gaps: list[float], limits: tuple[int, int]
) -> None:
    clock, client, given_limits = Clock(), secrets.token_hex(), Limits(*limits)
    admission = Admission(cache.client, given_limits, 1.0, clock)
    for gap in gaps:
        clock.now += gap
        decision = await ask(admission, client)
        if not decision.allowed:
            clock.now += decision.retry_after(given_limits)
            assert (await ask(admission, client)).allowed


async def test_a_client_without_pause_gets_the_sustained_rate(cache: Cache) -> None:
    clock, client = Clock(), secrets.token_hex()
    admission = Admission(cache.client, Limits(60, 120), 1.0, clock)
    allowed = 0
    for _ in range(4 * 600):
        allowed += (await ask(admission, client)).allowed
        clock.now += 0.25
    assert 600 <= allowed <= 720


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    sustained=st.integers(1, 8),
    more=st.integers(0, 8),
    gaps=st.lists(st.sampled_from([0.0, 0.5, 3.0, 7.5, 20.0, 61.0, 130.0]), max_size=60),
)
async def test_the_long_run_and_every_calendar_window_keep_their_limits(
    cache: Cache, sustained: int, more: int, gaps: list[float]
) -> None:
    clock, client = Clock(), secrets.token_hex()
    limits = Limits(sustained, sustained + more)
    admission = Admission(cache.client, limits, 1.0, clock)
    passed: list[float] = []
    for gap in gaps:
        clock.now += gap
        decision = await ask(admission, client)
        if decision.allowed:
            passed.append(clock.now)
            assert decision.in_window <= limits.burst + 1e-6
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            span, count = passed[last] - passed[first], last - first + 1
            assert count <= limits.burst + span / limits.interval + 1e-6


async def test_clients_and_replicas_share_only_what_is_theirs(cache: Cache) -> None:
    clock, limits = Clock(), Limits(1, 1)
    one, two = (Admission(cache.client, limits, 1.0, clock) for _ in range(2))
    client, other = secrets.token_hex(), secrets.token_hex()
    assert (await ask(one, client)).allowed
    assert not (await ask(two, client)).allowed
    assert (await ask(two, other)).allowed


async def test_many_at_once_are_asked_together_and_answered_each(
    cache: Cache, surroundings: Surroundings
) -> None:
    with surroundings.redis_admin() as redis:
        redis.set("shared:revoked:gone", "1", ex=60)
        redis.config_resetstat()
        admission = Admission(cache.client, Limits(10, 20), 5.0)
        client = secrets.token_hex()
        names = [(client if number < 30 else f"{client}{number}") for number in range(300)]
        answers = await asyncio.gather(
            *(
                admission.ask(name, Token("gone" if n % 7 == 0 else f"j{n}", "u", "t"))
                for n, name in enumerate(names)
            )
        )
        calls = redis.info("commandstats")
    assert sum(decision.allowed for decision, _ in answers[:30]) == 20
    assert all(decision.allowed for decision, _ in answers[30:])
    assert [revoked for _, revoked in answers] == [n % 7 == 0 for n in range(300)]
    assert calls["cmdstat_evalsha"]["calls"] <= 5


async def test_tokens_of_a_suspended_tenant_stand_as_such(
    cache: Cache, surroundings: Surroundings
) -> None:
    tenant = secrets.token_hex()
    admission = Admission(cache.client, Limits(10, 20), 5.0)
    with surroundings.redis_admin() as redis:
        redis.set("shared:revoked:both", "1", ex=60)
        redis.sadd(SUSPENDED, tenant)
        asked = [
            Token("good", "u", "other"),
            Token("both", "u", "other"),
            Token("good", "u", tenant),
            None,
        ]
        answers = [(await admission.ask(secrets.token_hex(), each))[1] for each in asked]
        redis.srem(SUSPENDED, tenant)
    assert answers == [Standing.GOOD, Standing.REVOKED, Standing.SUSPENDED, Standing.GOOD]


@pytest.fixture(scope="module")
def gateway(surroundings: Surroundings) -> Iterator[Running]:
    """A gateway with the limits of the specification, which trusts the tests as its router."""
    with (
        served(StandIn().app) as url,
        running(
            surroundings,
            "api-gateway",
            USER_SERVICE_URL=url,
            AUTH_SERVICE_URL=url,
            TRUSTED_PROXIES="127.0.0.0/8",
        ) as started,
    ):
        yield started


def headers_of_somebody(surroundings: Surroundings) -> dict[str, str]:
    token, _ = tokens.make(
        surroundings.secret("jwt-secret"),
        sub=secrets.token_hex(),
        email="a@example.com",
        role="user",
        tenant_id="t",
    )
    return {"Authorization": f"Bearer {token}"}


def test_a_user_over_the_limit_is_told_so_and_others_are_not_touched(
    gateway: Running, surroundings: Surroundings
) -> None:
    with httpx.Client(base_url=gateway.url, headers=headers_of_somebody(surroundings)) as client:
        answers = [client.get("/api/v1/users/me") for _ in range(201)]
    assert [answer.status_code for answer in answers] == [200] * 200 + [429]
    assert answers[0].headers["X-RateLimit-Limit"] == "100"
    assert int(answers[0].headers["X-RateLimit-Remaining"]) == 199
    assert answers[-1].json()["error"]["code"] == "rate_limited"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 61
    assert answers[-1].headers["X-RateLimit-Remaining"] == "0"
    other = headers_of_somebody(surroundings)
    assert httpx.get(f"{gateway.url}/api/v1/users/me", headers=other, timeout=60).status_code == 200


def test_without_a_user_the_address_counts_as_the_router_tells_it(gateway: Running) -> None:
    url = f"{gateway.url}/api/v1/auth/login"
    with httpx.Client() as client:
        forged = [{"X-Forwarded-For": f"6.6.6.{n}, 9.9.9.9"} for n in range(201)]
        statuses = [client.post(url, headers=each).status_code for each in forged]
        assert statuses == [200] * 200 + [429]
        assert client.post(url, headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 200


def test_guessing_tokens_is_limited_too(gateway: Running) -> None:
    headers = {"X-Forwarded-For": "7.7.7.7", "Authorization": "Bearer guess"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=60) as client:
        statuses = [client.get("/api/v1/users/me").status_code for _ in range(201)]
    assert statuses == [401] * 200 + [429]


def test_what_comes_through_the_router_does_not_see_the_metrics(gateway: Running) -> None:
    assert httpx.get(f"{gateway.url}/metrics", timeout=60).status_code == 404


def test_health_is_never_limited(gateway: Running) -> None:
    with httpx.Client(base_url=gateway.url) as client:
        assert {client.get("/health").status_code for _ in range(220)} == {200}


def test_without_redis_requests_pass_quickly_and_are_counted(
    surroundings: Surroundings, gateway: Running
) -> None:
    headers = headers_of_somebody(surroundings)
    surroundings.redis.stop()
    try:
        with httpx.Client(base_url=gateway.url, headers=headers, timeout=60) as client:
            started = time.monotonic()
            answers = [client.get("/api/v1/users/me") for _ in range(210)]
            assert {answer.status_code for answer in answers} == {200}
            assert time.monotonic() - started < 30
            ready = client.get("/ready")
            assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    finally:
        surroundings.redis.start()
    deadline = time.monotonic() + 60
    while "X-RateLimit-Limit" not in httpx.get(
        f"{gateway.url}/api/v1/users/me", headers=headers, timeout=60
    ).headers:  # fmt: skip
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_service_with_the_key_says_for_whom_it_asks_and_nobody_else_does(
    gateway: Running, surroundings: Surroundings
) -> None:
    url = f"{gateway.url}/api/v1/auth/login"
    named = {"X-Client-Address": "203.0.113.9", "X-Forwarded-For": "198.51.100.1"}
    believed = {**named, "X-API-Key": surroundings.secret("api-key")}
    for headers, address in (
        (believed, "203.0.113.9"),
        (named, "198.51.100.1"),
        ({**named, "X-API-Key": "wrong"}, "198.51.100.1"),
    ):
        seen = httpx.post(url, headers=headers, timeout=60).json()["headers"]
        assert seen["x-forwarded-for"] == address
        assert "x-client-address" not in seen
