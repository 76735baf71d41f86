"""The assistant: conversations, answered word by word where the browser can, else at once."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from ..api import Api
from ..forms import Form, SentForm
from ..gateway import Call, GatewayError
from ..pages import go, page, part
from ..site import User, site_of
from ..streams import passed_on

router = APIRouter(include_in_schema=False, prefix="/chat")

MOST_LISTED = 10


@router.get("")
async def start(request: Request, user: User) -> Response:
    """Show an empty conversation."""
    return await _page(request, user, None)


@router.post("")
async def ask(request: Request, user: User, form: SentForm) -> Response:
    """Ask, and show the answer once it is whole: for browsers without scripts."""
    try:
        answer = await user.call(_asked(request, form, stream=False))
    except GatewayError as error:
        known = form.get("session_id") or None
        return await _page(request, user, known, error=error, typed=form.get("message"))
    return go(f"/chat/{answer['session_id']}")


@router.post("/stream")
async def ask_stream(request: Request, user: User, form: SentForm) -> Response:
    """Ask, and pass the answer's events on as they come."""
    answer = await user.open(_asked(request, form, stream=True))
    return passed_on(answer, "text/event-stream", {"X-Accel-Buffering": "no"})


@router.get("/{session}")
async def conversation(session: UUID, request: Request, user: User) -> Response:
    """Show a conversation so far."""
    return await _page(request, user, str(session))


@router.post("/{session}/delete")
async def delete(session: UUID, user: User, form: SentForm) -> Response:
    """Delete a conversation."""
    await user.send("DELETE", f"/llm/sessions/{session}")
    return go("/chat", "chat-deleted")


def _asked(request: Request, form: Form, *, stream: bool) -> Call:
    body: dict[str, Any] = {"message": form.get("message"), "stream": stream}
    for name in ("session_id", "base_id"):
        if form.get(name):
            body[name] = form.get(name)
    seconds = site_of(request).settings.chat_timeout
    return Call(method="POST", path="/llm/chat", json=body, seconds=seconds)


async def _page(
    request: Request,
    user: Api,
    session: str | None,
    error: GatewayError | None = None,
    typed: str = "",
) -> Response:
    choices, latest, messages = await asyncio.gather(
        part(user.get("/airtable/bases"), {"bases": []}),
        part(user.get("/llm/sessions", page_size=MOST_LISTED), {"sessions": []}),
        _history(user, session),
    )
    return page(
        request,
        "chat.html",
        error.status if error else 200,
        chat=session,
        messages=messages,
        bases=choices.value["bases"],
        latest=latest,
        error=error,
        typed=typed,
    )


async def _history(user: Api, session: str | None) -> list[dict[str, Any]]:
    if session is None:
        return []
    found = await user.get(f"/llm/sessions/{session}")
    return list(found["messages"])
