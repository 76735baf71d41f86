"""What callers send and get."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST_CHARACTERS = 16_000

BaseId = Annotated[str, StringConstraints(pattern=r"^app[A-Za-z0-9]{1,32}$")]
Message = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_CHARACTERS)
]


class ChatRequest(BaseModel):
    """A message to the assistant.

    session_id: goes on with a session; without it, a new one begins. base_id: the base that the
    user looks at. thinking_budget: tokens of thinking, 0 for none; bounded by the platform.
    """

    model_config = ConfigDict(extra="forbid")

    message: Message
    session_id: UUID | None = None
    base_id: BaseId | None = None
    thinking_budget: int | None = Field(None, ge=0, le=1_000_000)
    stream: bool = False


class UsageAnswer(BaseModel):
    """Tokens that were used, and what they cost."""

    input_tokens: int
    output_tokens: int
    thinking_tokens: int
    cost_usd: float


class ChatAnswer(BaseModel):
    """The assistant's answer. tools_used: the tools that were called, in order."""

    response: str
    session_id: UUID
    tools_used: list[str]
    usage: UsageAnswer


class ToolInfo(BaseModel):
    """A tool that the assistant may call. parameters: a JSON schema."""

    name: str
    description: str
    parameters: dict[str, Any]


class ToolList(BaseModel):
    """All tools."""

    tools: list[ToolInfo]


class ChatMessage(BaseModel):
    """A message of a session."""

    role: Literal["user", "assistant"]
    text: str
    at: datetime
    tools_used: list[str] = []


class SessionSummary(BaseModel):
    """A session. title: how its first message begins."""

    id: UUID
    title: str
    base_id: str | None
    created_at: datetime
    updated_at: datetime


class Session(SessionSummary):
    """A session with its latest messages."""

    messages: list[ChatMessage]


class SessionList(BaseModel):
    """Sessions, the latest first."""

    sessions: list[SessionSummary]
    total: int
    page: int
    page_size: int
