"""What the service is told by its environment."""

from __future__ import annotations

from pathlib import Path

from pyairtable_shared.settings import SecretFile, ServiceSettings, read_secret
from pydantic import Field, field_validator


class Settings(ServiceSettings):
    """Settings of airtable-gateway.

    airtable_token_file: the personal access token; without it, or with an empty file,
    the service runs and its Airtable routes answer 503. airtable_timeout: seconds for
    one request. airtable_threads: requests to Airtable at once.
    airtable_requests_per_second: for each base, over all replicas.
    airtable_penalty_seconds: how long a base rests after Airtable said 429.
    airtable_longest_wait: seconds that a caller may be kept waiting for its turn.
    airtable_retries: further attempts after a 429 or, for reads, a failure.
    """

    port: int = Field(8002, ge=1, le=65535)
    api_key_file: SecretFile
    redis_host: str
    redis_user: str
    redis_password_file: SecretFile
    airtable_token_file: Path | None = None
    airtable_api_url: str = Field("https://api.airtable.com", pattern=r"^https?://[^/]+")
    airtable_timeout: int = Field(30, ge=1)
    airtable_threads: int = Field(16, ge=1, le=64)
    airtable_requests_per_second: int = Field(5, ge=1)
    airtable_penalty_seconds: float = Field(30.0, ge=0)
    airtable_longest_wait: float = Field(40.0, gt=0)
    airtable_retries: int = Field(2, ge=0, le=10)

    @field_validator("airtable_api_url")
    @classmethod
    def _bare(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def airtable_token(self) -> str:
        """The token as it is now, empty when there is none."""
        try:
            return read_secret(self.airtable_token_file)
        except FileNotFoundError:
            return ""
