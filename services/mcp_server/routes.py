"""The tools for callers that do not speak MCP."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp_types import CallToolResult, TextContent
from pyairtable_shared.errors import ApiError
from pyairtable_shared.etag import modelled
from pyairtable_shared.logs import logger
from pydantic import BaseModel, ConfigDict, Field

from .forwarded import remember_request


class ToolInfo(BaseModel):
    """A tool. parameters, returns: JSON schemas."""

    name: str
    description: str
    parameters: dict[str, Any]
    returns: dict[str, Any] | None
    read_only: bool


class ToolList(BaseModel):
    """All tools."""

    tools: list[ToolInfo]


class ToolCall(BaseModel):
    """A tool to call."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=128)
    arguments: dict[str, Any] = Field(default_factory=dict, max_length=50)


class ToolOutcome(BaseModel):
    """How a call went. result: what the tool returns; error: why it failed."""

    result: Any = None
    success: bool
    error: str | None = None


_UNAUTHORIZED: dict[int | str, dict[str, Any]] = {401: {"description": "Not a service's key."}}


def tools_router(server: MCPServer) -> APIRouter:
    """Return the routes of the tools."""
    router = APIRouter(
        tags=["tools"], dependencies=[Depends(remember_request)], responses=_UNAUTHORIZED
    )

    @router.get("/tools", response_model=ToolList)
    async def list_tools(request: Request) -> Response:
        """List the tools with their arguments."""
        tools = [
            ToolInfo(
                name=tool.name,
                description=tool.description or "",
                parameters=tool.input_schema,
                returns=tool.output_schema,
                read_only=bool(tool.annotations and tool.annotations.read_only_hint),
            )
            for tool in await server.list_tools()
        ]
        return modelled(request, ToolList, {"tools": tools})

    @router.post("/tools/call", responses={404: {"description": "No such tool."}})
    async def call_tool(call: ToolCall) -> ToolOutcome:
        """Call a tool; a tool that fails answers 200 with `success` false and the reason."""
        if call.name not in {tool.name for tool in await server.list_tools()}:
            raise ApiError(404, "unknown_tool", "There is no such tool. GET /tools lists them.")
        try:
            result = await server.call_tool(call.name, call.arguments)
        except UnexpectedToolError as error:
            logger().error("tool failed", tool=call.name, error=type(error.__cause__).__name__)
            return ToolOutcome(success=False, error=str(error))
        except ToolError as error:
            return ToolOutcome(success=False, error=str(error))
        return _outcome(result)

    return router


def _outcome(result: object) -> ToolOutcome:
    if not isinstance(result, CallToolResult):
        return ToolOutcome(success=False, error="The tool asks for more than it was given.")
    texts = [part.text for part in result.content if isinstance(part, TextContent)]
    if result.is_error:
        return ToolOutcome(success=False, error="\n".join(texts))
    structured = result.structured_content
    return ToolOutcome(success=True, result="\n".join(texts) if structured is None else structured)
