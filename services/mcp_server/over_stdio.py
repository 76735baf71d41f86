"""The server for a client that started this program: requests on stdin, answers on stdout."""

from __future__ import annotations

import sys

from pyairtable_shared import logs, request_context

from . import forwarded
from .airtable import Airtable
from .server import build
from .settings import Settings

SERVICE = "mcp-server"


async def serve(settings: Settings) -> None:
    """Serve until stdin is closed. Logs go to stderr: stdout carries the protocol only."""
    async with Airtable(settings) as airtable:
        server = build(settings, airtable)
        logs.configure(SERVICE, settings.log_level, sys.stderr)
        given = (settings.mcp_user_id, settings.mcp_tenant_id, settings.mcp_user_role)
        request_context.begin(settings.mcp_request_id)
        pairs = zip(forwarded.USER, given, strict=True)
        forwarded.remember({name: value for name, value in pairs if value})
        await server.run_stdio_async()
