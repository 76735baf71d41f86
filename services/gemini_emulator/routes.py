"""The part of Gemini's API that the platform uses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import JSONResponse
from fastapi.sse import format_sse_event
from pyairtable_shared.settings import is_one_of
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from .domain import answers, models, tokens
from .domain.errors import invalid, key_missing, key_refused, not_found
from .domain.wire import Ask, CountAsk
from .settings import Settings

MOST_BODY = 20 * 1024 * 1024
"""Bytes of a request, as at Google."""

Body = TypeVar("Body", bound=BaseModel)


def require_key(settings: Settings) -> Callable[..., Awaitable[None]]:
    """Return a dependency that lets requests with a key in."""

    async def check(
        x_goog_api_key: Annotated[str | None, Header()] = None,
        key: Annotated[str | None, Query()] = None,
    ) -> None:
        given, expected = x_goog_api_key or key, settings.expected_keys
        if not given:
            raise key_missing()
        if expected is not None and not is_one_of(given, expected):
            raise key_refused()

    return check


def gemini_router(settings: Settings) -> APIRouter:
    """Return the routes; an application has them once for each version of the API."""
    router = APIRouter(tags=["gemini"], dependencies=[Depends(require_key(settings))])

    @router.get("/models")
    async def list_models() -> dict[str, Any]:
        """List the models."""
        return {"models": [models.described(name) for name in models.LISTED]}

    @router.get("/models/{name}")
    async def get_model(name: str) -> dict[str, Any]:
        """Describe a model."""
        return models.described(models.checked(name, "getModel"))

    @router.post("/models/{call}")
    async def call_model(call: str, request: Request, alt: str = "json") -> Response:
        """Answer: `{model}:generateContent`, `:streamGenerateContent` or `:countTokens`."""
        name, _, method = call.partition(":")
        if method == "countTokens":
            models.checked(name, method)
            count = await _read(request, CountAsk)
            whole = count.generate_content_request
            total = tokens.of_ask(whole) if whole else tokens.of_contents(count.contents)
            return JSONResponse({"totalTokens": total})
        if method not in ("generateContent", "streamGenerateContent"):
            raise not_found()
        model = models.checked(name, method)
        ask = await _read(request, Ask)
        if method == "generateContent":
            return JSONResponse(answers.whole(ask, model))
        if alt == "sse":
            events = _events(ask, model, settings.token_delay)
            return StreamingResponse(events, media_type="text/event-stream")
        return JSONResponse(list(answers.parts(ask, model)))

    return router


async def _events(ask: Ask, model: str, delay: float) -> AsyncIterator[bytes]:
    for part in answers.parts(ask, model):
        await asyncio.sleep(delay)
        yield format_sse_event(data_str=json.dumps(part))


async def _read(request: Request, kind: type[Body]) -> Body:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BODY:
            raise invalid("Request payload size exceeds the limit: 20971520 bytes.")
    try:
        return kind.model_validate_json(bytes(body))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise invalid(f"Invalid value at '{place}': {first['msg']}") from None
