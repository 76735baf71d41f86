"""The router waits longer than whoever waits behind it, so that it never cuts a slow answer."""

from __future__ import annotations

from api_gateway.domain.routes import ROUTES
from api_gateway.proxy import UPLOAD_SECONDS
from api_gateway.settings import Settings as GatewaySettings
from automation_services.engine import inside
from frontend.routes import files
from frontend.settings import Settings as FrontendSettings
from llm_orchestrator.settings import Settings as AssistantSettings
from mcp_server.settings import Settings as ToolSettings

from catalog import SERVICES

GATEWAY_SECONDS = float(GatewaySettings.model_fields["upstream_timeout"].default)


def waited(service: str) -> float:
    """For how long the router waits for an answer of a service at least."""
    return SERVICES[service].answer_seconds


def test_it_waits_as_long_as_the_gateway_waits_for_any_route() -> None:
    for route in ROUTES:
        seconds = (route.timeout or GATEWAY_SECONDS) + UPLOAD_SECONDS
        assert waited(route.service) >= seconds, route.public
        # Whoever asks the gateway waits for it as long as the gateway waits itself.
        assert waited("api-gateway") >= seconds, route.public


def test_it_waits_as_long_as_services_wait_for_each_other() -> None:
    fields = FrontendSettings.model_fields
    assert waited("api-gateway") >= fields["gateway_timeout"].default
    assert waited("api-gateway") >= fields["chat_timeout"].default
    assert waited("api-gateway") >= files.UPLOAD_SECONDS
    assert waited("frontend") >= waited("api-gateway")
    assert waited("airtable-gateway") >= inside.AIRTABLE_SECONDS
    assert waited("llm-orchestrator") >= inside.LLM_SECONDS
    tools = ToolSettings.model_fields["airtable_gateway_timeout"].default
    assert waited("airtable-gateway") >= tools
    chat = AssistantSettings.model_fields["llm_chat_seconds"].default
    assert waited("mcp-server") >= chat
    assert waited("llm-orchestrator") > chat
