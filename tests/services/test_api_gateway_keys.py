"""API keys of users open the public API through the gateway, as far as their scopes say."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import httpx
import pytest

from .automation_fixtures import newcomer
from .people import Person
from .running import PATIENCE, Running, running, served, until_ready
from .stand_in import StandIn
from .surroundings import Surroundings


@pytest.fixture(scope="module")
def platform(surroundings: Surroundings) -> Iterator[Running]:
    """platform-services, which keeps the keys and counts their use."""
    often = {"USAGE_SECONDS": "0.2", "ROLLUP_SECONDS": "0.2"}
    with running(surroundings, "platform-services", **often) as started:
        until_ready(started)
        yield started


@pytest.fixture(scope="module")
def gateway(surroundings: Surroundings, platform: Running) -> Iterator[Running]:
    """A gateway before platform-services and a stand-in for the others."""
    with before(surroundings, platform) as started:
        yield started


@contextlib.contextmanager
def before(surroundings: Surroundings, platform: Running) -> Iterator[Running]:
    """Run a gateway before platform-services and a stand-in for the others."""
    with served(StandIn().app) as url:
        others = {f"{name}_URL": url for name in ("USER_SERVICE", "AUTOMATION_SERVICES")}
        with running(
            surroundings, "api-gateway", PLATFORM_SERVICES_URL=platform.url, **others
        ) as started:
            yield started


@pytest.fixture
def person(surroundings: Surroundings) -> Person:
    """Somebody with a tenant."""
    return newcomer(surroundings)


@pytest.fixture
def keys(surroundings: Surroundings, platform: Running, person: Person) -> Iterator[httpx.Client]:
    """What the gateway sends to platform-services for this person."""
    headers = {**person.headers, "X-API-Key": surroundings.secret("api-key")}
    with httpx.Client(base_url=platform.url, headers=headers, timeout=60) as made:
        yield made


def made(keys: httpx.Client, *scopes: str) -> tuple[str, dict[str, str]]:
    """Make a key; return its id and the header that carries it."""
    answer = keys.post("/auth/keys", json={"name": "A key", "scopes": list(scopes)})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], {"Authorization": f"Bearer {answer.json()['key']}"}


def code(answer: httpx.Response) -> tuple[int, str]:
    """Return how a request was refused."""
    return answer.status_code, answer.json()["error"]["code"]


def test_a_key_acts_for_its_user_within_its_scopes(
    gateway: Running, keys: httpx.Client, person: Person
) -> None:
    with httpx.Client(base_url=f"{gateway.url}/api/v1", timeout=60) as client:
        _, reading = made(keys, "read")
        seen = client.get("/users/me", headers=reading)
        assert seen.status_code == 200, seen.text
        told = seen.json()["headers"]
        assert (told["x-user-id"], told["x-tenant-id"]) == (person.id, person.tenant_id)
        assert code(client.put("/users/me", headers=reading, json={})) == (
            403,
            "insufficient_scope",
        )
        _, writing = made(keys, "write")
        assert client.put("/users/me", headers=writing, json={}).status_code == 200
        assert code(client.get("/users/me", headers=writing)) == (403, "insufficient_scope")
        _, narrow = made(keys, "workflows:write")
        assert client.post("/workflows/x", headers=narrow).status_code == 200
        assert code(client.put("/users/me", headers=narrow)) == (403, "insufficient_scope")
        _, nothing = made(keys)
        assert code(client.get("/users/me", headers=nothing)) == (403, "insufficient_scope")


def test_a_key_makes_no_keys(gateway: Running, keys: httpx.Client) -> None:
    _, headers = made(keys, "read", "write")
    url = f"{gateway.url}/api/v1/auth/keys"
    assert code(httpx.get(url, headers=headers, timeout=60)) == (403, "insufficient_scope")
    assert code(httpx.post(url, headers=headers, json={"name": "b"}, timeout=60)) == (
        403,
        "insufficient_scope",
    )


def test_a_revoked_key_is_refused_at_once_and_uses_are_counted(
    gateway: Running, keys: httpx.Client
) -> None:
    before = gateway.metric("gateway_api_key_requests_total", outcome="valid")
    key_id, headers = made(keys, "read")
    url = f"{gateway.url}/api/v1/users/me"
    for _ in range(3):
        assert httpx.get(url, headers=headers, timeout=60).status_code == 200
    assert gateway.metric("gateway_api_key_requests_total", outcome="valid") == before + 3
    assert keys.get("/auth/keys").json()["keys"][0]["last_used_at"] is not None
    assert keys.delete(f"/auth/keys/{key_id}").status_code == 204
    refused = httpx.get(url, headers=headers, timeout=60)
    assert code(refused) == (401, "token_invalid")
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_each_request_with_a_key_is_counted_for_that_key_by_its_id(
    surroundings: Surroundings, platform: Running, keys: httpx.Client, person: Person
) -> None:
    (key_id, reading), (other, _) = made(keys, "read"), made(keys, "read")
    with before(surroundings, platform) as gateway:
        with httpx.Client(base_url=f"{gateway.url}/api/v1", timeout=60) as client:
            answers = [client.get("/users/me", headers=reading) for _ in range(3)]
            answers.append(client.put("/users/me", headers=reading, json={}))
            wrong = {"Authorization": f"{reading['Authorization']}x"}
            answers.append(client.get("/users/me", headers=wrong))
        # What waits in a gateway that stops is passed on before it ends.
        assert gateway.stop() == 0
    assert [answer.status_code for answer in answers] == [200, 200, 200, 403, 401]
    deadline = time.monotonic() + PATIENCE
    while (told := counted(keys)) != {key_id: (4, 4), other: (0, 0)}:
        assert time.monotonic() < deadline, told
        time.sleep(0.1)
    with surroundings.superuser() as link:
        noted = link.execute(
            "SELECT name, user_id::text, properties FROM platform.events WHERE tenant_id = %s",
            (person.tenant_id,),
        ).fetchall()
    assert noted == [("api_key.request", person.id, {"key_id": key_id})] * 4


def counted(keys: httpx.Client) -> dict[str, tuple[int, int]]:
    """Return how often each key was used, today and on 30 days."""
    listed = keys.get("/auth/keys").json()["keys"]
    return {key["id"]: (key["requests_today"], key["requests_30d"]) for key in listed}


def test_keys_of_a_suspended_tenant_open_nothing(
    surroundings: Surroundings, gateway: Running, keys: httpx.Client, person: Person
) -> None:
    _, headers = made(keys, "read")
    with surroundings.superuser() as connection:
        connection.execute(
            "UPDATE tenants.tenants SET suspended_at = now() WHERE id = %s", (person.tenant_id,)
        )
    refused = httpx.get(f"{gateway.url}/api/v1/users/me", headers=headers, timeout=60)
    assert code(refused) == (403, "tenant_suspended")


def test_what_is_no_key_is_refused(gateway: Running) -> None:
    for wrong in ("pak_", "pak_nobody-has-this-key", "pak_" + "x" * 4000):
        headers = {"Authorization": f"Bearer {wrong}"}
        refused = httpx.get(f"{gateway.url}/api/v1/users/me", headers=headers, timeout=60)
        assert code(refused) == (401, "token_invalid")


def test_without_the_service_that_knows_keys_the_caller_is_told_to_wait(
    surroundings: Surroundings,
) -> None:
    with running(
        surroundings, "api-gateway", PLATFORM_SERVICES_URL="http://127.0.0.1:9"
    ) as started:
        headers = {"Authorization": "Bearer pak_a-key"}
        refused = httpx.get(f"{started.url}/api/v1/users/me", headers=headers, timeout=60)
        assert code(refused) == (503, "upstream_unavailable")
        assert int(refused.headers["Retry-After"]) >= 1
