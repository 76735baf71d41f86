"""What the rules know of a conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .wire import Ask, Content, FunctionResponse

_BASE = re.compile(r"\bapp[A-Za-z0-9]{14}\b")


@dataclass(frozen=True, slots=True)
class Turn:
    """The present turn: what the user said last, and what functions gave since.

    base_id: the base that was named last, None when none was.
    """

    text: str
    base_id: str | None
    given: tuple[FunctionResponse, ...]

    def result(self, function: str) -> dict[str, Any] | None:
        """What a function gave in this turn, None when it was not called."""
        for each in reversed(self.given):
            if each.name == function:
                return _unwrapped(each.response)
        return None

    @property
    def failure(self) -> str | None:
        """Why the last function failed, None when it did not."""
        error = self.given[-1].response.get("error") if self.given else None
        return None if error is None else str(error)


def present(ask: Ask) -> Turn:
    """Return the present turn of a request's conversation."""
    start = max((n for n, each in enumerate(ask.contents) if _said(each)), default=0)
    given = [
        part.function_response
        for each in ask.contents[start:]
        for part in each.parts
        if part.function_response
    ]
    return Turn(_words(ask.contents[start]), _base_id(ask), tuple(given))


def _said(content: Content) -> bool:
    return content.role in (None, "user") and bool(_words(content))


def _words(content: Content) -> str:
    return "\n".join(part.text for part in content.parts if part.text and not part.thought)


def _base_id(ask: Ask) -> str | None:
    said: Sequence[Content] = ask.contents[::-1]
    if ask.system_instruction:
        said = [*said, ask.system_instruction]
    for content in said:
        if content.role != "model" and (found := _BASE.findall(_words(content))):
            return str(found[-1])
    return None


def _unwrapped(response: dict[str, Any]) -> dict[str, Any]:
    inner = response.get("result", response.get("output"))
    return inner if isinstance(inner, dict) else response
