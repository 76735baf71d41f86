"""The routes of the assistant."""

from __future__ import annotations

from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pyairtable_shared.etag import modelled
from pyairtable_shared.service_auth import Caller, caller

from .assistant import Assistant
from .domain.bodies import ChatAnswer, ChatRequest, Session, SessionList, ToolList
from .storage import Sessions
from .streaming import sse

User = Annotated[Caller, Depends(caller)]
Responses = dict[int | str, dict[str, Any]]

_AUTH: Responses = {401: {"description": "Not a service's key, or no user."}}
_NO_SESSION: Responses = {404: {"description": "There is no such session of this user."}}
_STORE: Responses = {503: {"description": "The store of sessions is away."}}
_TOOLS: Responses = {503: {"description": "The tools cannot be reached."}}
_EVENT = {
    "type": "object",
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
    "required": ["event", "data"],
}
_CHAT: Responses = {
    200: {
        "description": "The answer; with `stream`, server-sent events: `token` {text}, `tool` "
        "{name, status, duration_ms}, then `done` (the whole answer) or `error`.",
        "content": {"text/event-stream": {"schema": _EVENT}},
    },
    **_NO_SESSION,
    422: {"description": "A wrong body, or a message that the model does not answer."},
    429: {"description": "The tenant's tokens of this day are used up."},
    502: {"description": "The model refuses the request, or this stack's key."},
    503: {"description": "No key, or the model, the tools or the store are away."},
    504: {"description": "The assistant found no answer in time."},
}


def chat_router(assistant: Assistant) -> APIRouter:
    """Return the routes of chats and tools."""
    router = APIRouter(tags=["chat"], responses=_AUTH)

    @router.post("/chat", responses=_CHAT, response_model=ChatAnswer)
    async def chat(request: ChatRequest, user: User) -> Any:
        """Answer a message, in one or, with `stream`, as it comes."""
        prepared = await assistant.prepare(user, request)
        if request.stream:
            return StreamingResponse(
                sse(assistant, prepared),
                media_type="text/event-stream",
                headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
            )
        last: Any = None
        async with aclosing(assistant.events(prepared)) as happening:
            async for event in happening:
                last = event
        return last

    @router.get("/tools", response_model=ToolList, responses=_TOOLS)
    async def list_tools(request: Request, user: User) -> Response:
        """List the tools that the assistant may call."""
        return modelled(request, ToolList, {"tools": await assistant.tools(user)})

    return router


def sessions_router(sessions: Sessions) -> APIRouter:
    """Return the routes of sessions."""
    router = APIRouter(prefix="/sessions", tags=["sessions"], responses=_AUTH | _STORE)

    @router.get("", response_model=SessionList)
    async def list_sessions(
        request: Request,
        user: User,
        page: Annotated[int, Query(ge=1, le=1000)] = 1,
        page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Response:
        """List the user's sessions, the latest first."""
        found, total = await sessions.page(user, page, page_size)
        body = {"sessions": found, "total": total, "page": page, "page_size": page_size}
        return modelled(request, SessionList, body)

    @router.get("/{session_id}", response_model=Session, responses=_NO_SESSION)
    async def get_session(session_id: UUID, request: Request, user: User) -> Response:
        """Give a session with its latest messages."""
        return modelled(request, Session, await sessions.find(user, session_id))

    @router.delete("/{session_id}", status_code=204, responses=_NO_SESSION)
    async def delete_session(session_id: UUID, user: User) -> None:
        """Delete a session."""
        await sessions.delete(user, session_id)

    return router
