"""What the service is told by its environment."""

from __future__ import annotations

from typing import Any, Literal

from pyairtable_shared.settings import SecretFile, ServiceSettings
from pydantic import Field, field_validator, model_validator


class Settings(ServiceSettings):
    """Settings of mcp-server.

    mcp_server_mode: http, or stdio for a client that starts this program itself.
    mcp_server_port: the port of http mode; it counts more than PORT.
    airtable_gateway_timeout: seconds for one request, in which Airtable's turns are waited for.
    mcp_user_id, mcp_tenant_id, mcp_user_role, mcp_request_id: in stdio mode, for whom and in
    which request it runs.
    """

    port: int = Field(8001, ge=1, le=65535)
    api_key_file: SecretFile
    mcp_server_mode: Literal["http", "stdio"] = "http"
    mcp_server_port: int | None = Field(None, ge=1, le=65535)
    airtable_gateway_url: str = Field(pattern=r"^https?://[^/]+")
    airtable_gateway_timeout: float = Field(90.0, gt=0)
    mcp_user_id: str | None = None
    mcp_tenant_id: str | None = None
    mcp_user_role: str | None = None
    mcp_request_id: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_port(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("mcp_server_port"):
            return {**values, "port": values["mcp_server_port"]}
        return values

    @field_validator("airtable_gateway_url")
    @classmethod
    def _bare(cls, value: str) -> str:
        return value.rstrip("/")
