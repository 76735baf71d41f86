"""The calls of the smoke test, through real processes of all services that they touch."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import httpx
import pytest
from airtable_emulator.samples import PROJECTS_BASE

from .people import PASSWORD, new_email
from .running import Running, begun, until_healthy, until_ready
from .surroundings import Surroundings


@pytest.fixture(scope="module")
def platform(surroundings: Surroundings) -> Iterator[httpx.Client]:
    """A client of the gateway, behind which the real services run."""
    token = surroundings.secrets / "airtable-token-end-to-end"
    token.write_text("patEndToEnd.0123456789")
    with surroundings.redis_admin() as redis:
        for key in redis.scan_iter("airtable-gateway:*"):
            redis.delete(key)
    all_of_them: list[Running] = []
    with contextlib.ExitStack() as stack:

        def start(service: str, **variables: str) -> str:
            all_of_them.append(stack.enter_context(begun(surroundings, service, **variables)))
            return all_of_them[-1].url

        emulator = start("airtable-emulator", AIRTABLE_TOKEN_FILE=str(token))
        airtable = start(
            "airtable-gateway", AIRTABLE_API_URL=emulator, AIRTABLE_TOKEN_FILE=str(token)
        )
        gateway = start(
            "api-gateway",
            AUTH_SERVICE_URL=start("auth-service"),
            USER_SERVICE_URL=start("user-service"),
            AIRTABLE_GATEWAY_URL=airtable,
        )
        until_healthy(*all_of_them)
        for each in all_of_them:
            until_ready(each)
        yield stack.enter_context(httpx.Client(base_url=f"{gateway}/api/v1", timeout=60))


def test_a_user_registers_signs_in_works_and_signs_out(platform: httpx.Client) -> None:
    credentials = {"email": new_email(), "password": PASSWORD}
    registered = platform.post("/auth/register", json=credentials)
    assert registered.status_code == 201, registered.text
    signed_in = platform.post("/auth/login", json=credentials)
    assert signed_in.status_code == 200, signed_in.text
    headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}

    valid = platform.post("/auth/validate", headers=headers)
    assert (valid.status_code, valid.json()["email"]) == (200, credentials["email"])

    me = platform.get("/users/me", headers=headers)
    assert (me.status_code, me.json()["email"]) == (200, credentials["email"])

    bases = platform.get("/airtable/bases", headers=headers)
    assert (bases.status_code, bases.headers["X-Cache"]) == (200, "miss")
    assert PROJECTS_BASE in [base["id"] for base in bases.json()["bases"]]

    tasks = f"/airtable/bases/{PROJECTS_BASE}/tables/Tasks/records"
    made = platform.post(tasks, headers=headers, json={"fields": {"Title": "end to end"}})
    assert made.status_code == 201, made.text
    found = platform.get(tasks, headers=headers, params={"formula": "Title='end to end'"})
    assert [record["id"] for record in found.json()["records"]] == [made.json()["id"]]
    gone = platform.delete(f"{tasks}/{made.json()['id']}", headers=headers)
    assert gone.json()["deleted"] is True

    assert platform.post("/auth/logout", headers=headers).status_code in (200, 204)
    refused = platform.get("/users/me", headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "token_invalid")


def test_a_wrong_password_is_the_services_answer_not_the_gateways(platform: httpx.Client) -> None:
    answer = platform.post("/auth/login", json={"email": new_email(), "password": "Wrong123!"})
    assert answer.status_code == 401
    assert answer.json()["error"]["request_id"] == answer.headers["X-Request-ID"]


def test_one_document_describes_the_public_api(platform: httpx.Client) -> None:
    answer = platform.get("/openapi.json")
    assert answer.status_code == 200, answer.text
    text, paths = answer.text, answer.json()["paths"]
    assert paths["/api/v1/users/me"]["get"]["security"] == [{"token": []}]
    assert "/api/v1/airtable/bases/{base}/tables" in paths
    schemas = answer.json()["components"]["schemas"]
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert referred <= set(schemas)
    assert not re.search(r'"x-(api-key|user-id|tenant-id|user-role)"', text, re.IGNORECASE)


def test_a_page_describes_the_public_api_to_people(platform: httpx.Client) -> None:
    page = platform.get("/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    assert "'unsafe" not in page.headers["Content-Security-Policy"]
    for path in platform.get("/openapi.json").json()["paths"]:
        assert path in page.text
