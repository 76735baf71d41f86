"""The routes of executions."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pyairtable_shared.errors import ApiError
from pyairtable_shared.etag import modelled
from pyairtable_shared.service_auth import Caller, caller

from ..answers import errors
from .executions import Executions
from .models import Execution, ExecutionPage, ExecutionStatus, ExecutionWithSteps
from .service import Workflows

Who = Annotated[Caller, Depends(caller)]


def executions_router(workflows: Workflows, executions: Executions) -> APIRouter:
    """Return the routes of what became of workflows that were started."""
    routes = APIRouter(
        prefix="/workflows/{workflow_id}/executions",
        tags=["executions"],
        responses=errors(401, 404, 422),
    )

    @routes.get("", response_model=ExecutionPage)
    async def list_executions(
        workflow_id: UUID,
        request: Request,
        who: Who,
        status: ExecutionStatus | None = None,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
        page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Response:
        """Return one page of a workflow's executions, newest first."""
        await workflows.get(who, workflow_id)
        found, total = await executions.page(who, workflow_id, status, page, page_size)
        body = {"executions": found, "total": total, "page": page, "page_size": page_size}
        return modelled(request, ExecutionPage, body)

    @routes.get("/{execution_id}", response_model=ExecutionWithSteps)
    async def get_execution(
        workflow_id: UUID, execution_id: UUID, request: Request, who: Who
    ) -> Response:
        """Return an execution with the log of its steps."""
        found = await executions.get(who, workflow_id, execution_id)
        if found is None:
            raise _no_such_execution()
        return modelled(request, ExecutionWithSteps, found)

    @routes.post(
        "/{execution_id}/cancel",
        status_code=202,
        response_model=Execution,
        responses=errors(409),
    )
    async def cancel_execution(workflow_id: UUID, execution_id: UUID, who: Who) -> Any:
        """Cancel an execution. A running step is broken off; what it did stays done."""
        cancelled = await executions.cancel(who, workflow_id, execution_id)
        if cancelled is not None:
            return cancelled
        if await executions.get(who, workflow_id, execution_id) is None:
            raise _no_such_execution()
        raise ApiError(409, "execution_finished", "This execution is finished already")

    return routes


def _no_such_execution() -> ApiError:
    return ApiError(404, "execution_not_found", "There is no such execution")
