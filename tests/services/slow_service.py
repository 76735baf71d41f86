"""A service with one slow route: `python slow_service.py SECONDS`."""

import asyncio
import sys
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pyairtable_shared.app import create_app, run
from pyairtable_shared.settings import ServiceSettings

router = APIRouter()


@router.get("/slow")
async def slow() -> dict[str, bool]:
    """Answer late."""
    await asyncio.sleep(float(sys.argv[1]))
    return {"done": True}


@router.get("/broken")
async def broken() -> None:
    """Fail with something secret in the message."""
    raise KeyError("a-secret-value")


@router.get("/stream")
async def stream() -> StreamingResponse:
    """Send a part, then fail."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"one"
        await asyncio.sleep(0.2)
        raise KeyError("a-secret-value")

    return StreamingResponse(parts())


settings = ServiceSettings.from_environment()
run(create_app("slow-service", settings, routers=[router]), settings)
