"""What happens in a chat, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolStep:
    """A tool was started, or has ended. duration_ms: None while it runs."""

    name: str
    status: Literal["running", "done", "failed"]
    duration_ms: float | None = None


Event = Token | ToolStep
