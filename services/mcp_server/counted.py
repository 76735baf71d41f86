"""The SDK's server, with every call of a tool counted and logged."""

from __future__ import annotations

import time
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp_types import CallToolResult, InputRequiredResult
from prometheus_client import Counter
from pyairtable_shared.logs import logger

CALLS = Counter("mcp_tool_calls_total", "Tools that were called.", ["tool", "outcome"])


class CountedServer(MCPServer[Any]):
    """Tells of each call the tool's name, how it went and how long it took; no arguments."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool, as the SDK's server does."""
        started, outcome = time.perf_counter(), "failed"
        try:
            result = await super().call_tool(name, arguments, context)
            outcome = "done"
            return result
        except UnexpectedToolError:
            outcome = "crashed"
            raise
        except ToolError:
            outcome = "refused"
            raise
        finally:
            known = {tool.name for tool in await self.list_tools()}
            # Callers choose the name: only known ones may become a time series.
            tool = name if name in known else "unknown"
            CALLS.labels(tool, outcome).inc()
            duration = round((time.perf_counter() - started) * 1000, 2)
            logger().info("tool call", tool=tool, outcome=outcome, duration_ms=duration)
