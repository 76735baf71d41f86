"""The kinds of steps that a workflow may have. Strings may hold templates: `{{ ... }}`."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from jinja2 import TemplateSyntaxError
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from ..sandbox.render import ENVIRONMENT

MOST_TEMPLATE = 20_000
MOST_VALUES = 65_536
_FORBIDDEN_HEADERS = frozenset(
    ("host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer")
)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [each for key in value for each in (*_strings(key), *_strings(value[key]))]
    return [each for part in value for each in _strings(part)] if isinstance(value, list) else []


def _plain_text(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not have the character NUL")
    return value


def _template(value: str) -> str:
    try:
        ENVIRONMENT.parse(_plain_text(value))
    except TemplateSyntaxError as error:
        raise ValueError(f"is not a template: {error.message}") from None
    except RecursionError:
        raise ValueError("is not a template: it is nested too deep") from None
    return value


def _expression(value: str) -> str:
    return _template(f"{{{{ {value} }}}}") and value


def _values(value: Any) -> Any:
    if len(json.dumps(value, allow_nan=False)) > MOST_VALUES:
        raise ValueError(f"may have {MOST_VALUES} characters as JSON")
    for each in _strings(value):
        _template(each)
    return value


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=MOST_TEMPLATE), AfterValidator(_template)
]
Short = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_template)]
Expression = Annotated[
    str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_expression)
]
Values = Annotated[dict[str, Any], AfterValidator(_values)]
Anything = Annotated[Any, AfterValidator(_values)]


class _Step(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name


class HttpStep(_Step):
    """A request to the outside. body: a text as it is, anything else as JSON.

    timeout_seconds: for the request. Output: status, headers, body (JSON where it is).
    """

    kind: Literal["http"]
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: Short
    headers: Annotated[dict[str, Short], Field(max_length=30)] = Field(default_factory=dict)
    body: Anything = None
    timeout_seconds: float = Field(30, gt=0, le=120)

    @model_validator(mode="after")
    def _own_headers(self) -> HttpStep:
        for name in self.headers:
            if name.lower() in _FORBIDDEN_HEADERS or not name.replace("-", "").isalnum():
                raise ValueError(f"the header {name[:50]!r} cannot be set")
        return self


class AirtableStep(_Step):
    """Reads or writes records. Output: what airtable-gateway answers.

    list: view, formula, fields, page_size, offset. create: records, each {"fields"}.
    update: records, each {"id", "fields"}.
    """

    kind: Literal["airtable"]
    operation: Literal["list", "create", "update"]
    base: Short
    table: Short
    view: Short | None = None
    formula: Short | None = None
    fields: Annotated[list[Short], Field(max_length=100)] = Field(default_factory=list)
    page_size: int = Field(100, ge=1, le=100)
    offset: Short | None = None
    records: Annotated[Any, AfterValidator(_values)] = None
    typecast: bool = False

    @model_validator(mode="after")
    def _complete(self) -> AirtableStep:
        if (self.operation == "list") != (self.records is None):
            raise ValueError("records belong to create and update, and must be there")
        if self.records is not None and not isinstance(self.records, list | str):
            raise ValueError("records must be a list, or a template that makes one")
        return self


class LlmStep(_Step):
    """Asks the assistant. Output: what llm-orchestrator answers."""

    kind: Literal["llm"]
    message: Text
    session_id: Short | None = None
    base_id: Short | None = None


class FileStep(_Step):
    """Takes a file's text. Output: name, text, truncated (at 100,000 characters)."""

    kind: Literal["file"]
    file_id: Short


class TransformStep(_Step):
    """Makes values from templates. Output: the values, filled in."""

    kind: Literal["transform"]
    values: Values


class ConditionStep(_Step):
    """Decides how to go on. Output: result.

    expression: what stands between `{{` and `}}`. When it is false: `stop` ends the workflow
    well, `continue` goes on all the same, `goto` goes on with a later step.
    """

    kind: Literal["condition"]
    expression: Expression
    otherwise: Literal["stop", "continue", "goto"] = "stop"
    goto: Name | None = None

    @model_validator(mode="after")
    def _target(self) -> ConditionStep:
        if (self.otherwise == "goto") != (self.goto is not None):
            raise ValueError("goto names a step exactly when otherwise is goto")
        return self


Step = Annotated[
    HttpStep | AirtableStep | LlmStep | FileStep | TransformStep | ConditionStep,
    Field(discriminator="kind"),
]
