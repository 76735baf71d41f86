"""The routes of workflows."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pyairtable_shared.errors import ApiError
from pyairtable_shared.etag import modelled
from pyairtable_shared.service_auth import Caller, caller

from ..answers import errors
from .models import (
    Accepted,
    Definition,
    Execution,
    TriggerRequest,
    Workflow,
    WorkflowPage,
    WorkflowWithHook,
    kept_input,
)
from .service import Workflows
from .steps import MOST_VALUES

Who = Annotated[Caller, Depends(caller)]
Token = Annotated[str, Path(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
_HOOK_BODY: dict[str, Any] = {"requestBody": {"content": {"application/json": {"schema": {}}}}}


def workflows_router(workflows: Workflows) -> APIRouter:
    """Return the routes of definitions, and those that start them."""
    routes = APIRouter(prefix="/workflows", tags=["workflows"], responses=errors(401))

    @routes.post("", status_code=201, response_model=WorkflowWithHook, responses=errors(422))
    async def create_workflow(body: Definition, who: Who) -> Any:
        """Make a workflow. A webhook's token is in this answer and in no other."""
        return await workflows.create(who, body)

    @routes.get("", response_model=WorkflowPage, responses=errors(422))
    async def list_workflows(
        request: Request,
        who: Who,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
        page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Response:
        """Return one page of the tenant's workflows, newest first."""
        return modelled(request, WorkflowPage, await workflows.page(who, page, page_size))

    @routes.post(
        "/hooks/{token}",
        status_code=202,
        response_model=Accepted,
        responses=errors(403, 404, 413, 422, 429),
        openapi_extra=_HOOK_BODY,
    )
    async def call_hook(token: Token, request: Request) -> Any:
        """Start the workflow of a webhook's token; needs no user. The body: `trigger.body`."""
        made = await workflows.call(token, await _json(request))
        return {"execution_id": made["id"], "status": made["status"]}

    @routes.get("/{workflow_id}", response_model=Workflow, responses=errors(404, 422))
    async def get_workflow(workflow_id: UUID, request: Request, who: Who) -> Response:
        """Return a workflow."""
        return modelled(request, Workflow, await workflows.get(who, workflow_id))

    @routes.put("/{workflow_id}", response_model=WorkflowWithHook, responses=errors(404, 422))
    async def replace_workflow(workflow_id: UUID, body: Definition, who: Who) -> Any:
        """Replace a workflow. Executions that were asked for go on as they were."""
        return await workflows.replace(who, workflow_id, body)

    @routes.delete("/{workflow_id}", status_code=204, responses=errors(404, 422))
    async def delete_workflow(workflow_id: UUID, who: Who) -> None:
        """Remove a workflow with its executions."""
        await workflows.delete(who, workflow_id)

    @routes.post(
        "/{workflow_id}/hook-token",
        response_model=WorkflowWithHook,
        responses=errors(404, 409, 422),
    )
    async def renew_hook_token(workflow_id: UUID, who: Who) -> Any:
        """Give a webhook another token; the one before counts no more."""
        return await workflows.new_token(who, workflow_id)

    @routes.post(
        "/{workflow_id}/trigger",
        status_code=202,
        response_model=Execution,
        responses=errors(403, 404, 409, 422, 429),
    )
    async def trigger_workflow(
        workflow_id: UUID, who: Who, body: TriggerRequest | None = None
    ) -> Any:
        """Start a workflow by hand."""
        return await workflows.start(who, workflow_id, body.input if body else {})

    return routes


async def _json(request: Request) -> Any:
    """Return a webhook's body, None for an empty one. Raises ApiError 413, 422."""
    kept = bytearray()
    async for chunk in request.stream():
        kept += chunk
        if len(kept) > MOST_VALUES:
            raise ApiError(413, "body_too_large", f"A body may have {MOST_VALUES} bytes")
    try:
        return kept_input(json.loads(kept)) if kept else None
    except (ValueError, RecursionError):
        raise ApiError(422, "invalid_body", "The body must be JSON that can be kept") from None
