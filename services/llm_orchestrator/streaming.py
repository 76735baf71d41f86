"""A chat as server-sent events: token, tool, done, error."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pyairtable_shared import errors
from pyairtable_shared.errors import ApiError

from .assistant import Assistant, Prepared
from .domain.bodies import ChatAnswer
from .domain.events import Event, Token

QUIET_SECONDS = 15.0
"""After so long without an event a comment is sent, so that nobody between cuts the line."""

_END = None


async def sse(assistant: Assistant, prepared: Prepared) -> AsyncIterator[bytes]:
    """Give the events of a chat. It ends with the client: an answer nobody reads costs money."""
    events: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=100)
    # A task of its own: the session with the tools must be left in the task that entered it.
    task = asyncio.create_task(_run(assistant, prepared, events))
    try:
        while True:
            try:
                event = await asyncio.wait_for(events.get(), QUIET_SECONDS)
            except TimeoutError:
                yield KEEPALIVE_COMMENT
                continue
            if event is _END:
                return
            yield event
    finally:
        task.cancel()


async def _run(
    assistant: Assistant, prepared: Prepared, events: asyncio.Queue[bytes | None]
) -> None:
    try:
        async with aclosing(assistant.events(prepared)) as happening:
            async for event in happening:
                await events.put(_event(event))
    except ApiError as error:
        await events.put(_error(error.code, error.message))
    except Exception as error:
        await events.put(_formatted("error", json.loads(bytes(errors.unexpected(error).body))))
    await events.put(_END)


def _event(event: Event | ChatAnswer) -> bytes:
    if isinstance(event, Token):
        return _formatted("token", {"text": event.text})
    if isinstance(event, ChatAnswer):
        return _formatted("done", event.model_dump(mode="json"))
    step = {"name": event.name, "status": event.status, "duration_ms": event.duration_ms}
    return _formatted("tool", step)


def _error(code: str, message: str) -> bytes:
    return _formatted("error", errors.body(code, message))


def _formatted(name: str, data: object) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False))
