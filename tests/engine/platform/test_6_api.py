"""The whole public API as it is deployed: no accident, and nothing that it does not say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from tests.services.mcp_calls import every_tool

from .conftest import GATEWAY_PORT
from .project import Project
from .users import register, sign_in

API = f"http://127.0.0.1:{GATEWAY_PORT}/api/v1"
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
]
# Signing out takes the token away with which the others are called.
NOT_CALLED = ["/api/v1/auth/logout"]


@pytest.fixture
def token(gateway: httpx.Client) -> dict[str, str]:
    return sign_in(gateway, register(gateway))


def test_no_request_of_any_shape_is_an_accident_or_against_the_document(
    project: Project, token: dict[str, str], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{API}/openapi.json"]
    command += ["--header", f"Authorization: {token['Authorization']}"]
    command += ["--checks", ",".join(CHECKS), "--phases", "examples,fuzzing"]
    command += ["--max-examples", "4", "--generation-deterministic", "--no-color"]
    command += ["--request-timeout", "60", "--workers", "2"]
    command += ["--suppress-health-check", "all", "--continue-on-failure"]
    for path in NOT_CALLED:
        command += ["--exclude-path", path]
    # What it keeps of a run lies where it was started.
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=1500, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-2000:]


async def test_every_tool_is_called_through_the_gateway(
    project: Project, token: dict[str, str]
) -> None:
    async with (
        httpx2.AsyncClient(headers=token, timeout=90) as http,
        Client(streamable_http_client(f"{API}/mcp", http_client=http)) as client,
    ):
        await every_tool(client)


async def test_every_tool_is_called_over_stdio_inside_the_container(project: Project) -> None:
    arguments = ["-m", "ops.cli", "exec", "--stack", project.stack, "-e", "MCP_SERVER_MODE=stdio"]
    arguments += ["mcp-server", "--", "python", "-m", "mcp_server"]
    program = StdioServerParameters(
        command=sys.executable, args=arguments, env=project.environment(), cwd=project.folder
    )
    async with Client(stdio_client(program)) as client:
        await every_tool(client)


def test_a_chat_uses_the_tools_it_needs(
    project: Project, gateway: httpx.Client, token: dict[str, str]
) -> None:
    body = {"message": "Show me the records of Tasks", "base_id": "appProjectTracker"}
    answer = gateway.post("/api/v1/llm/chat", json=body, headers=token, timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.json()["tools_used"] == ["list_tables", "get_records"]
    assert "Fix the basket" in answer.json()["response"]
    assert answer.json()["usage"]["input_tokens"] > 0
