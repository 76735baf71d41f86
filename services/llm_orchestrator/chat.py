"""One chat: the model answers, calling tools as it needs them."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from google.genai import types

from . import failures
from .domain.bodies import ChatMessage
from .domain.declarations import declaration
from .domain.events import Event, Token, ToolStep
from .domain.instruction import instruction
from .domain.usage import Usage
from .model import Model
from .toolbox import Tools

MOST_ROUNDS = 8
"""Times that the model may call tools; then it has to answer with what it knows."""

MOST_CALLS = 16
"""Calls in one round; more are refused."""


@dataclass(slots=True)
class Outcome:
    """What came of a chat, filled while it runs."""

    response: str = ""
    tools_used: list[str] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Chat:
    """What a chat needs. thinking: tokens that may be thought, None for as the model likes.

    before, after: called around each request to the model, the latter with the tokens used.
    """

    model: Model
    tools: Tools
    base_id: str | None
    thinking: int | None
    before: Callable[[], Awaitable[None]]
    after: Callable[[int], Awaitable[None]]

    async def run(
        self, history: list[ChatMessage], message: str, outcome: Outcome
    ) -> AsyncGenerator[Event, None]:
        """Give what happens until the model has answered. Raises ApiError when it cannot."""
        contents = [*(_content(each.role, each.text) for each in history)]
        contents.append(_content("user", message))
        declared = [
            declaration(tool.name, tool.description, tool.parameters)
            for tool in await self.tools.listed()
        ]
        for round_number in range(MOST_ROUNDS + 1):
            config = self._config(declared, may_call=round_number < MOST_ROUNDS)
            said: list[types.Part] = []
            async with aclosing(self._ask(contents, config, outcome, said)) as tokens:
                async for token in tokens:
                    outcome.response += token.text
                    yield token
            calls = [part.function_call for part in said if part.function_call]
            if not calls or round_number == MOST_ROUNDS:
                return
            contents.append(types.Content(role="model", parts=said))
            given: list[types.Part] = []
            async with aclosing(self._use(calls, outcome, given)) as steps:
                async for step in steps:
                    yield step
            contents.append(types.Content(role="user", parts=given))

    async def _ask(
        self,
        contents: list[types.Content],
        config: types.GenerateContentConfig,
        outcome: Outcome,
        said: list[types.Part],
    ) -> AsyncGenerator[Token, None]:
        await self.before()
        used, reason = Usage(), ""
        try:
            async with aclosing(self.model.stream(contents, config, used)) as answer:
                async for part in answer:
                    reason = _reason(part) or reason
                    for piece in _parts(part):
                        said.append(piece)
                        if piece.text and not piece.thought:
                            yield Token(piece.text)
        finally:
            outcome.usage.add(used)
            await self.after(used.total)
        if not said:
            raise failures.blocked(reason or "no answer")

    async def _use(
        self, calls: list[types.FunctionCall], outcome: Outcome, given: list[types.Part]
    ) -> AsyncGenerator[ToolStep, None]:
        for number, call in enumerate(calls):
            name = call.name or ""
            if number >= MOST_CALLS:
                given.append(_answer(call, {"error": "too many calls at once"}))
                continue
            yield ToolStep(name, "running")
            started = time.perf_counter()
            result, success = await self.tools.call(name, call.args or {})
            given.append(_answer(call, result))
            outcome.tools_used.append(name)
            duration = round((time.perf_counter() - started) * 1000, 2)
            yield ToolStep(name, "done" if success else "failed", duration)

    def _config(
        self, declared: list[types.FunctionDeclaration], *, may_call: bool
    ) -> types.GenerateContentConfig:
        mode = types.FunctionCallingConfigMode
        calling = types.FunctionCallingConfig(mode=mode.AUTO if may_call else mode.NONE)
        thinking = None
        if self.thinking is not None:
            thinking = types.ThinkingConfig(thinking_budget=self.thinking)
        return types.GenerateContentConfig(
            system_instruction=instruction(self.base_id),
            tools=[types.Tool(function_declarations=declared)],
            tool_config=types.ToolConfig(function_calling_config=calling),
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            thinking_config=thinking,
        )


def _content(role: str, text: str) -> types.Content:
    return types.Content(
        role="user" if role == "user" else "model", parts=[types.Part.from_text(text=text)]
    )


def _answer(call: types.FunctionCall, result: dict[str, object]) -> types.Part:
    return types.Part(
        function_response=types.FunctionResponse(id=call.id, name=call.name, response=result)
    )


def _parts(answer: types.GenerateContentResponse) -> list[types.Part]:
    content = answer.candidates[0].content if answer.candidates else None
    return list(content.parts or []) if content else []


def _reason(answer: types.GenerateContentResponse) -> str:
    """Why the model gives no answer, in its own words; empty while it does."""
    if answer.prompt_feedback and answer.prompt_feedback.block_reason:
        return answer.prompt_feedback.block_reason.value
    reason = answer.candidates[0].finish_reason if answer.candidates else None
    return reason.value if reason else ""
