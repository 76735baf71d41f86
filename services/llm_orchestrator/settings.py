"""What the service is told by its environment."""

from __future__ import annotations

from pathlib import Path

from pyairtable_shared.settings import SecretFile, ServiceSettings, read_secret
from pydantic import Field, field_validator, model_validator

MOST_THINKING = 50_000
"""Tokens that the model may think before one answer; the platform's upper bound."""


class Settings(ServiceSettings):
    """Settings of llm-orchestrator.

    gemini_api_key_file: without it, or with an empty file, the service runs and /chat answers
    503. gemini_api_url: where Gemini is, by default at Google. default_model: its model.
    thinking_budget: the most tokens of thinking that a caller may ask for; model_thinking: the
    most that default_model takes (gemini-2.5-flash: 24,576), it refuses a request for more.
    use_http_mcp: whether the tools are reached over HTTP, at mcp_server_url; else the program
    mcp_server_command is started for each chat and asked over stdio.
    llm_daily_tokens: for a tenant and a day in UTC. llm_input_price, llm_output_price: US
    dollars for a million tokens, thinking counts as output; the defaults are those of
    gemini-2.5-flash in Google's price list.
    llm_timeout: seconds for one request to the model. llm_retries: further attempts when it is
    away, before the first token. llm_retry_seconds: the first pause before one; it doubles.
    breaker_failures, breaker_pause: failures in a row after which the model is left alone, and
    for how many seconds. llm_chat_seconds: how long one chat may take in all.
    session_seconds: how long a session is kept after its last message.
    """

    port: int = Field(8003, ge=1, le=65535)
    api_key_file: SecretFile
    redis_host: str
    redis_user: str
    redis_password_file: SecretFile
    gemini_api_key_file: Path | None = None
    gemini_api_url: str | None = Field(None, pattern=r"^https?://[^/]+")
    default_model: str = Field("gemini-2.5-flash", pattern=r"^[A-Za-z0-9][A-Za-z0-9./-]{0,99}$")
    thinking_budget: int = Field(MOST_THINKING, ge=0, le=MOST_THINKING)
    model_thinking: int = Field(24_576, ge=0)
    use_http_mcp: bool = True
    mcp_server_url: str | None = Field(None, pattern=r"^https?://[^/]+")
    mcp_server_command: str = "python -m mcp_server"
    airtable_gateway_url: str | None = None
    llm_daily_tokens: int = Field(1_000_000, ge=0)
    llm_input_price: float = Field(0.30, ge=0)
    llm_output_price: float = Field(2.50, ge=0)
    llm_timeout: float = Field(120.0, gt=0)
    llm_retries: int = Field(2, ge=0, le=5)
    llm_retry_seconds: float = Field(0.5, ge=0)
    llm_chat_seconds: float = Field(280.0, gt=0)
    breaker_failures: int = Field(3, ge=1)
    breaker_pause: float = Field(30.0, gt=0)
    session_seconds: int = Field(7 * 24 * 3600, ge=60)

    @field_validator("gemini_api_url", "mcp_server_url")
    @classmethod
    def _bare(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else value

    @model_validator(mode="after")
    def _reachable(self) -> Settings:
        if self.use_http_mcp and not self.mcp_server_url:
            raise ValueError("MCP_SERVER_URL is needed, because USE_HTTP_MCP is true")
        if not self.use_http_mcp and not self.airtable_gateway_url:
            raise ValueError("AIRTABLE_GATEWAY_URL is needed, because USE_HTTP_MCP is false")
        return self

    @property
    def gemini_api_key(self) -> str:
        """The key as it is now, empty when there is none."""
        try:
            return read_secret(self.gemini_api_key_file)
        except FileNotFoundError:
            return ""
