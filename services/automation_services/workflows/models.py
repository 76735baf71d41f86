"""The bodies of workflows and executions."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from .steps import MOST_VALUES, ConditionStep, Step

MOST_STEPS = 50
ExecutionStatus = Literal["queued", "running", "succeeded", "failed", "timed_out", "cancelled"]
StepStatus = Literal["running", "succeeded", "failed", "skipped"]
TriggerType = Literal["manual", "cron", "webhook"]


def _no_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not have the character NUL")
    return value


def kept_input(value: Any) -> Any:
    """Return what an execution is given. Raises ValueError when it cannot be kept."""
    text = json.dumps(value, allow_nan=False)
    if len(text) > MOST_VALUES:
        raise ValueError(f"may have {MOST_VALUES} characters as JSON")
    if "\\u0000" in text:
        raise ValueError("must not have the character NUL")
    return value


Input = Annotated[dict[str, Any], AfterValidator(kept_input)]


class Trigger(BaseModel):
    """What starts a workflow. cron: five fields (minute hour day month weekday), in UTC."""

    model_config = ConfigDict(extra="forbid")

    type: TriggerType = "manual"
    cron: Annotated[str, StringConstraints(max_length=100)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Trigger:
        if (self.type == "cron") != (self.cron is not None):
            raise ValueError("cron belongs to the type cron, and must be there")
        return self


class Definition(BaseModel):
    """A workflow as it is sent. timeout_seconds: by default the service's."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_no_nul)]
    description: Annotated[str, Field(max_length=2000), AfterValidator(_no_nul)] | None = None
    enabled: bool = True
    trigger: Trigger = Field(default_factory=Trigger)
    steps: list[Step] = Field(min_length=1, max_length=MOST_STEPS)
    timeout_seconds: int | None = Field(None, ge=1, le=3600)

    @model_validator(mode="after")
    def _consistent(self) -> Definition:
        names = [step.name for step in self.steps]
        if len(set(names)) != len(names):
            raise ValueError("each step must have a name of its own")
        for position, step in enumerate(self.steps):
            goto = step.goto if isinstance(step, ConditionStep) else None
            if goto is not None and goto not in names[position + 1 :]:
                raise ValueError(f"goto must name a later step: {goto}")
        return self


class Workflow(BaseModel):
    """A workflow. next_tick: when cron starts it next."""

    id: UUID
    user_id: UUID
    name: str
    description: str | None
    enabled: bool
    trigger: Trigger
    steps: list[Step]
    timeout_seconds: int | None
    next_tick: datetime | None
    created_at: datetime
    updated_at: datetime


class WorkflowWithHook(Workflow):
    """A workflow with a new webhook's token, which is shown this once."""

    hook_token: str | None = None


class WorkflowPage(BaseModel):
    """One page of workflows, newest first, and how many there are in all."""

    workflows: list[Workflow]
    total: int
    page: int
    page_size: int


class TriggerRequest(BaseModel):
    """What a manual execution is given: `trigger.body` in templates."""

    model_config = ConfigDict(extra="forbid")

    input: Input = Field(default_factory=dict)


class Execution(BaseModel):
    """An execution. tick: for which time cron started it. attempt: how often it was taken up."""

    id: UUID
    workflow_id: UUID
    user_id: UUID
    trigger: TriggerType
    tick: datetime | None
    status: ExecutionStatus
    error: str | None
    cancel_requested: bool
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class StepRun(BaseModel):
    """One step of an execution. attempts: how often it was tried."""

    position: int
    name: str
    kind: str
    status: StepStatus
    attempts: int
    output: Any
    error: str | None
    started_at: datetime | None
    finished_at: datetime | None


class ExecutionWithSteps(Execution):
    """An execution with what it was given and the log of its steps."""

    input: Any
    steps: list[StepRun]


class ExecutionPage(BaseModel):
    """One page of executions, newest first, and how many there are in all."""

    executions: list[Execution]
    total: int
    page: int
    page_size: int


class Accepted(BaseModel):
    """What a webhook's caller learns."""

    execution_id: UUID
    status: ExecutionStatus
