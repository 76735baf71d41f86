"""Requests as clients send them: names as in JSON, what the rules do not use is ignored."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

MOST_CONTENTS = 1000


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class FunctionCall(_Wire):
    """A call that the model asked for."""

    id: str | None = None
    name: str
    args: dict[str, Any] = Field(default_factory=dict)


class FunctionResponse(_Wire):
    """What a call gave."""

    id: str | None = None
    name: str
    response: dict[str, Any] = Field(default_factory=dict)


class Part(_Wire):
    """A piece of a message."""

    text: str | None = None
    thought: bool | None = None
    function_call: FunctionCall | None = None
    function_response: FunctionResponse | None = None


class Content(_Wire):
    """A message."""

    role: Literal["user", "model", "function"] | None = None
    parts: list[Part] = Field(default_factory=list)


class Declaration(_Wire):
    """A function that may be called."""

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$")
    description: str = ""
    parameters: dict[str, Any] | None = None
    parameters_json_schema: dict[str, Any] | None = None

    @property
    def arguments(self) -> frozenset[str]:
        """The names of its arguments."""
        schema = self.parameters_json_schema or self.parameters or {}
        return frozenset(schema.get("properties") or {})


class Tool(_Wire):
    """Functions."""

    function_declarations: list[Declaration] = Field(default_factory=list)


class FunctionCalling(_Wire):
    """Whether functions may be called."""

    mode: str = "AUTO"
    allowed_function_names: list[str] | None = None


class ToolConfig(_Wire):
    """How functions are used."""

    function_calling_config: FunctionCalling = Field(default_factory=FunctionCalling)


class Thinking(_Wire):
    """How much is thought. thinking_budget: tokens; 0 for none, -1 for as many as it needs."""

    include_thoughts: bool = False
    thinking_budget: int | None = Field(None, ge=-1, le=65536)


class GenerationConfig(_Wire):
    """How an answer is made."""

    max_output_tokens: int | None = Field(None, ge=1)
    thinking_config: Thinking = Field(default_factory=Thinking)


class Ask(_Wire):
    """A request for an answer."""

    contents: list[Content] = Field(min_length=1, max_length=MOST_CONTENTS)
    system_instruction: Content | None = None
    tools: list[Tool] = Field(default_factory=list)
    tool_config: ToolConfig = Field(default_factory=ToolConfig)
    generation_config: GenerationConfig = Field(default_factory=GenerationConfig)

    def functions(self) -> dict[str, Declaration]:
        """The functions that may be called, by name."""
        calling = self.tool_config.function_calling_config
        if calling.mode.upper() == "NONE":
            return {}
        declared = {each.name: each for tool in self.tools for each in tool.function_declarations}
        allowed = calling.allowed_function_names
        return {name: each for name, each in declared.items() if not allowed or name in allowed}


class CountAsk(_Wire):
    """A request to count tokens: contents, or a whole request."""

    contents: list[Content] = Field(default_factory=list, max_length=MOST_CONTENTS)
    generate_content_request: Ask | None = None
