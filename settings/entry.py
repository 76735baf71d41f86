"""Section `entry`: the platform's public side."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, IPvAnyAddress, model_validator

from .base import Section

Port = Annotated[int, Field(ge=1, le=65535, strict=False)]


def _origin(value: str) -> str:
    if value == "*":
        return value
    parts = urlsplit(value)
    plain = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in ("http", "https") or not parts.netloc or plain != value:
        raise ValueError("is to be an origin such as https://app.example.com, or *")
    return value


class RateLimitSettings(Section):
    """How many requests a client may send."""

    per_minute: int = Field(100, ge=1, description="Requests a minute, sustained.")
    burst_per_minute: int = Field(200, ge=1, description="Requests a minute at the peak.")

    @model_validator(mode="after")
    def _burst(self) -> RateLimitSettings:
        if self.burst_per_minute < self.per_minute:
            raise ValueError("burstPerMinute is to be at least perMinute")
        return self


class EntrySettings(Section):
    """Where and how the platform is reached."""

    address: IPvAnyAddress = Field(
        IPv4Address("127.0.0.1"),
        description="Address of the host on which ports are published.",
    )
    gateway_port: Port = Field(8080, description="Published port of api-gateway.")
    frontend_port: Port = Field(3000, description="Published port of frontend.")
    cors_origins: tuple[Annotated[str, AfterValidator(_origin)], ...] = Field(
        ("http://localhost:3000", "http://127.0.0.1:3000"),
        description="Origins whose pages may call the gateway; `*` is refused in production.",
    )
    rate_limit: RateLimitSettings = Field(
        default_factory=lambda: RateLimitSettings(), description="Requests that a client may send."
    )
    max_file_size: str = Field(
        "10MB",
        pattern=r"^[1-9][0-9]*(KB|MB|GB)$",
        description="Largest request body, for example 10MB.",
    )
