"""What the gateway is told by its environment."""

from __future__ import annotations

from pyairtable_shared.settings import SecretFile, ServiceSettings
from pydantic import Field, ValidationInfo, field_validator

from .domain.rates import Limits
from .domain.routes import SERVICES
from .domain.sizes import parse_size

FORM_BYTES = 64 << 10
"""Boundaries, headers and fields beside a file."""


class Settings(ServiceSettings):
    """Settings of api-gateway.

    default_rate_limit, burst_rate_limit: requests a minute and client, sustained and at
    most. max_file_size: largest body, as in 10MB. trusted_proxies: host names, addresses or
    networks whose X-Forwarded-For is believed; by default what answers to the gateway's own
    name, which is the platform's router. upstream_timeout: seconds until an answer must
    begin, for routes that name no other. breaker_failures, breaker_pause: so many failures
    in a row keep a service from being asked for so many seconds. redis_timeout: seconds
    for a question to Redis, after which the request passes unlimited.
    """

    port: int = Field(8080, ge=1, le=65535)
    api_key_file: SecretFile
    jwt_secret_file: SecretFile
    redis_host: str
    redis_user: str
    redis_password_file: SecretFile
    default_rate_limit: int = Field(100, ge=1)
    burst_rate_limit: int = Field(200, ge=1)
    max_file_size: str = "10MB"
    trusted_proxies: tuple[str, ...] = ("api-gateway",)
    upstream_timeout: float = Field(30.0, gt=0)
    breaker_failures: int = Field(5, ge=1)
    breaker_pause: float = Field(10.0, gt=0)
    redis_timeout: float = Field(0.25, gt=0)
    auth_service_url: str | None = None
    user_service_url: str | None = None
    workspace_service_url: str | None = None
    tenant_service_url: str | None = None
    airtable_gateway_url: str | None = None
    mcp_server_url: str | None = None
    llm_orchestrator_url: str | None = None
    platform_services_url: str | None = None
    automation_services_url: str | None = None

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("cors_origins")
    @classmethod
    def _exact(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "*" in value and info.data.get("environment") == "production":
            raise ValueError("* is refused in production; list the exact origins")
        for origin in value:
            if origin != "*" and not origin.startswith(("http://", "https://")):
                raise ValueError(f"{origin!r} is no origin; write it as https://app.example.com")
        return value

    @field_validator("burst_rate_limit")
    @classmethod
    def _at_least_sustained(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("default_rate_limit", value):
            raise ValueError("must be at least DEFAULT_RATE_LIMIT")
        return value

    @field_validator("max_file_size")
    @classmethod
    def _size(cls, value: str) -> str:
        parse_size(value)
        return value

    @field_validator(*(f"{name.replace('-', '_')}_url" for name in SERVICES))
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("write it as http://host:port")
        return value.rstrip("/") if value else None

    @property
    def limits(self) -> Limits:
        """The rate limit of each client."""
        return Limits(self.default_rate_limit, self.burst_rate_limit)

    @property
    def body_limit(self) -> int:
        """Bytes of the largest body: the largest file with its multipart form around it."""
        return parse_size(self.max_file_size) + FORM_BYTES

    def url_of(self, service: str) -> str | None:
        """Where a service is, None when this stack has none."""
        url: str | None = getattr(self, f"{service.replace('-', '_')}_url")
        return url
