"""Answers passed on as they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import httpx
from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse


def passed_on(
    answer: httpx.Response, media_type: str, headers: Mapping[str, str] | None = None
) -> StreamingResponse:
    """Return the gateway's answer for the browser, piece by piece."""

    async def pieces() -> AsyncIterator[bytes]:
        try:
            async for chunk in answer.aiter_raw():
                yield chunk
        finally:
            # Also when the browser goes away: the gateway then stops the work behind it.
            await answer.aclose()

    return StreamingResponse(
        pieces(),
        media_type=media_type,
        headers=dict(headers or {}),
        background=BackgroundTask(answer.aclose),
    )
