"""The assistant: chat with Gemini, which calls the tools of the MCP server."""
