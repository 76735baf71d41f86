"""Run the service: `python -m mcp_server`, over HTTP or, by MCP_SERVER_MODE, over stdio."""

import asyncio

from pyairtable_shared.app import run

from .application import application
from .over_stdio import serve
from .settings import Settings

if __name__ == "__main__":
    settings = Settings.from_environment()
    if settings.mcp_server_mode == "stdio":
        asyncio.run(serve(settings))
    else:
        run(application(settings), settings)
