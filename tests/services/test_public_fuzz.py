"""Requests of any shape, most of them about things that there are.

None is an accident, and none is answered by what the public document does not have.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from api_gateway.domain.routes import SERVICES
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyairtable_shared import tokens
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from .deployed import AIRTABLE, TOOLS, Deployed, deployed
from .known_things import Known, Operation, Request, in_airtable, requests_of, things
from .mcp_calls import ALL_TOOLS
from .surroundings import Surroundings
from .tenancy_world import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 10
# What is answered when an operation has found what it is about, if only to refuse it.
FOUND = (200, 201, 202, 204, 403, 409)
CALL = "/api/v1/mcp/tools/call"
# What is made up need not open these, with the reason.
CLOSED = {
    "POST /api/v1/auth/login": "nobody has this password",
    "POST /api/v1/files": "what is made up is no file of a type that is allowed",
    f"POST {CALL}": "there is a test of each tool",
    "POST /api/v1/airtable/bases/{base}/tables/{table}/records": "null is in most of the bodies",
}


@pytest.fixture(scope="module")
def platform(surroundings: Surroundings) -> Iterator[Deployed]:
    """All services behind the gateway."""
    with deployed(surroundings) as made:
        yield made


def tokens_of(world: World, secret: str) -> list[str]:
    """Return the tokens of an owner, of an admin of the platform and of a member."""
    side = world.sides[0]
    owner, member = side.owner, side.member
    claims = {"sub": owner.id, "email": owner.email, "tenant_id": side.tenant}
    admin, _ = tokens.make(secret, role="admin", **claims)
    return [side.access[owner.id], admin, side.access[member.id]]


def known_of(platform: Deployed, service: str, world: World) -> Known:
    """Return what there is to ask a service for."""
    return in_airtable(platform.record()) if service in (AIRTABLE, TOOLS) else things(world)


def asked(platform: Deployed, service: str, operation: Operation) -> list[Response]:
    """Ask for one operation in a tenant of its own; fail on what it must not answer."""
    answers = []
    with platform.world(service) as world, requests.Session() as session:
        known = known_of(platform, service, world)
        people = st.sampled_from(tokens_of(world, platform.surroundings.secret("jwt-secret")))

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=requests_of(operation, known), token=people)
        def ask(case: Request, token: str) -> None:
            headers = {"Authorization": f"Bearer {token}"}
            answer = case.call(platform.gateway, session, headers, timeout=120)
            answers.append(answer)
            case.validate_response(answer, CHECKS)

        ask()
    return answers


@pytest.mark.parametrize("service", SERVICES)
def test_no_request_about_things_that_there_are_is_an_accident(
    platform: Deployed, service: str
) -> None:
    found = []
    for each in schemathesis.openapi.from_dict(platform.documents[service]).get_all_operations():
        assert isinstance(each, Ok)
        operation = each.ok()
        try:
            statuses = [answer.status_code for answer in asked(platform, service, operation)]
        except FailureGroup as failure:
            found.append(f"{operation.label}: {failure}")
            continue
        if not {*statuses} & {*FOUND} and operation.label not in CLOSED:
            found.append(f"{operation.label} found nothing: {statuses}")
    assert not found, "\n\n".join(found)


@pytest.mark.parametrize("service", SERVICES)
def test_whoever_has_the_present_version_of_anything_is_not_sent_it_again(
    platform: Deployed, service: str
) -> None:
    paths = platform.documents[service]["paths"]
    read = [path for path, methods in paths.items() if "get" in methods]
    with platform.world(service) as world:
        places = {name: each[0] for name, each in known_of(platform, service, world).items()}
        owner = world.sides[0].owner
        headers = {"Authorization": f"Bearer {world.sides[0].access[owner.id]}"}
        with httpx.Client(base_url=platform.gateway, headers=headers, timeout=120) as client:
            for path in read:
                checked_again(client, path.format_map(places))


def checked_again(client: httpx.Client, path: str) -> None:
    """Ask for something, and again for what is new of it."""
    first = client.get(path)
    assert first.status_code == 200, f"{path}: {first.text}"
    tag = first.headers["ETag"]
    for have in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        same = client.get(path, headers={"If-None-Match": have})
        assert (same.status_code, same.content) == (304, b""), f"{path} {have}: {same.text}"
        assert same.headers["ETag"] == tag
    other = client.get(path, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content), path


@pytest.mark.parametrize("tool", sorted(ALL_TOOLS))
def test_no_call_of_a_tool_is_an_accident(platform: Deployed, tool: str) -> None:
    schema = schemathesis.openapi.from_dict(only(platform, tool))
    outcomes = [
        answer.json()
        for answer in asked(platform, TOOLS, schema[CALL]["POST"])
        if answer.status_code == 200
    ]
    # It is all that the server tells of a tool that failed unforeseen.
    assert f"Error executing tool {tool}" not in [each["error"] for each in outcomes]
    assert any(each["success"] for each in outcomes), outcomes


def only(platform: Deployed, tool: str) -> dict[str, Any]:
    """Return the document of the tools as if there were but this one, with its arguments."""
    headers = {"X-API-Key": platform.surroundings.secret("api-key")}
    tools = httpx.get(f"{platform.urls[TOOLS]}/tools", headers=headers, timeout=120).json()["tools"]
    (wanted,) = [each["parameters"] for each in tools if each["name"] == tool]
    place = "#/components/schemas/McpServerToolCall/properties/arguments/$defs/"
    document = copy.deepcopy(platform.documents[TOOLS])
    call = document["components"]["schemas"]["McpServerToolCall"]
    arguments = json.loads(json.dumps(wanted).replace("#/$defs/", place))
    call["properties"] = {"name": {"const": tool}, "arguments": arguments}
    call["required"] = ["name", "arguments"]
    return document
