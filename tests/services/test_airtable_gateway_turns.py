"""airtable-gateway and Airtable itself: its token, its limit of requests, and its being away."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from airtable_emulator.samples import PROJECTS_BASE

from .airtable_gateway_fixtures import TASKS, TOKEN, calling, emulator_of, forget, token_of
from .running import Running, begun, running, until_healthy, until_ready
from .surroundings import Surroundings


@pytest.fixture(scope="module")
def token_file(surroundings: Surroundings) -> str:
    """The token that both sides use."""
    return token_of(surroundings)


@pytest.fixture(scope="module")
def emulator(surroundings: Surroundings, token_file: str) -> Iterator[Running]:
    """An emulator without a limit."""
    with emulator_of(surroundings, token_file) as started:
        yield started


def test_without_a_token_it_lives_and_says_what_is_missing(surroundings: Surroundings) -> None:
    forget(surroundings)
    with (
        running(surroundings, "airtable-gateway", AIRTABLE_TOKEN_FILE="/no/such") as started,
        calling(started, surroundings) as client,
    ):
        assert client.get("/health").json()["status"] == "healthy"
        assert client.get("/ready").status_code == 200
        for answer in (client.get("/bases"), client.get(TASKS), client.delete(f"{TASKS}/rec1")):
            assert answer.status_code == 503
            assert answer.json()["error"]["code"] == "airtable_not_configured"
        assert started.stop() == 0


def test_a_wrong_token_is_told_and_a_right_one_works_without_a_restart(
    surroundings: Surroundings, emulator: Running
) -> None:
    file = surroundings.secrets / "rotating-token"
    file.write_text("patWrong.x")
    forget(surroundings)
    variables = {"AIRTABLE_API_URL": emulator.url, "AIRTABLE_TOKEN_FILE": str(file)}
    with (
        running(surroundings, "airtable-gateway", **variables) as started,
        calling(started, surroundings) as client,
    ):
        refused = client.get("/bases")
        assert refused.status_code == 502
        assert refused.json()["error"]["code"] == "airtable_token_rejected"
        file.write_text(TOKEN)
        assert client.get("/bases").status_code == 200
        assert not any("patWrong" in line or TOKEN in line for line in started.output)


def test_airtable_away_is_told_quickly(surroundings: Surroundings, token_file: str) -> None:
    forget(surroundings)
    variables = {"AIRTABLE_API_URL": "http://127.0.0.1:9", "AIRTABLE_TOKEN_FILE": token_file}
    with (
        running(surroundings, "airtable-gateway", **variables) as started,
        calling(started, surroundings) as client,
    ):
        answer = client.get("/bases")
        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "airtable_unreachable")


@contextlib.contextmanager
def two_gateways(
    surroundings: Surroundings, token_file: str, penalty: str = "1.5", **variables: str
) -> Iterator[tuple[httpx.Client, httpx.Client, Running]]:
    """Two replicas before an emulator that counts like Airtable. penalty: its seconds of 429."""
    forget(surroundings)
    with contextlib.ExitStack() as stack:
        limited = stack.enter_context(
            begun(
                surroundings,
                "airtable-emulator",
                AIRTABLE_TOKEN_FILE=token_file,
                PENALTY_SECONDS=penalty,
            )
        )
        given = {"AIRTABLE_API_URL": limited.url, "AIRTABLE_TOKEN_FILE": token_file, **variables}
        replicas = [
            stack.enter_context(begun(surroundings, "airtable-gateway", **given)) for _ in range(2)
        ]
        until_healthy(limited, *replicas)
        until_ready(limited)
        clients = [stack.enter_context(calling(each, surroundings)) for each in replicas]
        yield clients[0], clients[1], limited


def test_replicas_together_keep_to_five_requests_a_second(
    surroundings: Surroundings, token_file: str
) -> None:
    variables = {"AIRTABLE_PENALTY_SECONDS": "1.6"}
    with (
        two_gateways(surroundings, token_file, **variables) as (one, two, limited),
        ThreadPoolExecutor(20) as threads,
    ):
        started = time.monotonic()
        asked = [
            threads.submit((one, two)[number % 2].get, TASKS, params={"page_size": number + 1})
            for number in range(16)
        ]
        assert [each.result().status_code for each in asked] == [200] * 16
        assert time.monotonic() - started > 3.0
        listed = {"route": "/v0/{base_id}/{table}", "method": "GET"}
        assert limited.metric("http_requests_total", **listed, status="200") == 16
        # On a busy machine a request may come later than it was sent, and too near to the next.
        # Without sharing, five of the first ten would be too many.
        assert limited.metric("http_requests_total", **listed, status="429") < 5


def test_a_429_of_airtable_is_waited_out(surroundings: Surroundings, token_file: str) -> None:
    variables = {"penalty": "6", "AIRTABLE_PENALTY_SECONDS": "6.1"}
    with (
        two_gateways(surroundings, token_file, **variables) as (client, _, limited),
        ThreadPoolExecutor(20) as threads,
    ):
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"{limited.url}/v0/{PROJECTS_BASE}/Tasks"
        asked = [threads.submit(httpx.get, url, headers=headers, timeout=60) for _ in range(20)]
        assert 429 in [each.result().status_code for each in asked]
        assert client.post(TASKS, json={"fields": {"Title": "patient"}}).status_code == 201
        assert limited.metric("http_requests_total", method="POST", status="429") >= 1
        found = client.get(TASKS, params={"formula": "Title='patient'"}).json()["records"]
        assert len(found) == 1
        client.delete(f"{TASKS}/{found[0]['id']}")


def test_a_turn_too_far_away_is_refused_with_the_time_to_wait(
    surroundings: Surroundings, token_file: str
) -> None:
    variables = {"AIRTABLE_LONGEST_WAIT": "0.5", "AIRTABLE_PENALTY_SECONDS": "20"}
    with (
        two_gateways(surroundings, token_file, **variables) as (one, two, _),
        ThreadPoolExecutor(20) as threads,
    ):
        asked = [
            threads.submit((one, two)[number % 2].get, TASKS, params={"page_size": number + 1})
            for number in range(40)
        ]
        answers = [each.result() for each in asked]
        assert [answer.status_code for answer in answers].count(200) >= 5
        for of_one in (answers[::2], answers[1::2]):
            refused = [answer for answer in of_one if answer.status_code != 200]
            assert {answer.status_code for answer in refused} == {429}
            codes = {answer.json()["error"]["code"] for answer in refused}
            assert codes == {"airtable_rate_limited"}
            assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
