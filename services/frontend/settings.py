"""What the service is told by its environment."""

from __future__ import annotations

from pyairtable_shared.settings import SecretFile, ServiceSettings
from pydantic import Field


class Settings(ServiceSettings):
    """Settings of frontend: Redis, which keeps the signed-in, the gateway, and the key by which
    the gateway believes it.

    api_gateway_url: where api-gateway is, as http://host:port; the only service that is called.
    gateway_timeout: seconds until an answer must begin. chat_timeout: the same for the
    assistant, which may think for minutes. most_form_bytes: of a form without a file.
    """

    port: int = Field(3000, ge=1, le=65535)
    api_key_file: SecretFile
    redis_host: str
    redis_user: str
    redis_password_file: SecretFile
    api_gateway_url: str = Field(pattern=r"^https?://[^/]+/?$")
    gateway_timeout: float = Field(95.0, gt=0)
    chat_timeout: float = Field(310.0, gt=0)
    most_form_bytes: int = Field(2_000_000, ge=1000)

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by TLS only."""
        return self.environment == "production"
