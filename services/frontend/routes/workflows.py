"""Workflows: list, create, run, and how the runs go."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ..api import Api
from ..domain.workflows import EXAMPLES, FIRST_EXAMPLE, Unusable, definition
from ..forms import SentForm
from ..gateway import GatewayError
from ..pages import go, page, part
from ..site import User

router = APIRouter(include_in_schema=False, prefix="/workflows")

PAGE_SIZE = 20
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


@router.get("")
async def workflows(request: Request, user: User, number: PageNumber = 1) -> Response:
    """List the workflows."""
    found = await user.get("/workflows", page=number, page_size=PAGE_SIZE)
    return page(
        request,
        "workflows.html",
        workflows=found["workflows"],
        total=found["total"],
        number=number,
        size=PAGE_SIZE,
    )


@router.get("/new")
async def new(request: Request, user: User) -> Response:
    """Show the form for a new workflow."""
    values = {"name": "", "trigger": "manual", "cron": "", "steps": FIRST_EXAMPLE}
    return page(request, "workflow_new.html", values=values, examples=EXAMPLES)


@router.post("")
async def create(request: Request, user: User, form: SentForm) -> Response:
    """Create a workflow."""
    values = {name: form.raw(name) for name in ("name", "trigger", "cron", "steps")}
    try:
        made = await user.send("POST", "/workflows", definition(**values))
    except Unusable as unusable:
        error = GatewayError(422, "unusable_workflow", str(unusable))
    except GatewayError as refused:
        if refused.away:
            raise
        error = refused
    else:
        if made.get("hook_token"):
            return await _workflow_page(request, user, made["id"], hook=made["hook_token"])
        return go(f"/workflows/{made['id']}", "workflow-created")
    return page(
        request, "workflow_new.html", error.status, values=values, examples=EXAMPLES, error=error
    )


@router.get("/{workflow}")
async def workflow(workflow: UUID, request: Request, user: User) -> Response:
    """Show a workflow and its latest runs."""
    return await _workflow_page(request, user, workflow)


@router.post("/{workflow}/run")
async def run(workflow: UUID, request: Request, user: User, form: SentForm) -> Response:
    """Run a workflow now."""
    try:
        started = await user.send("POST", f"/workflows/{workflow}/trigger", {})
    except GatewayError as error:
        if error.away:
            raise
        return await _workflow_page(request, user, workflow, error)
    return go(f"/workflows/{workflow}/runs/{started['id']}", "started")


@router.post("/{workflow}/delete")
async def delete(workflow: UUID, user: User, form: SentForm) -> Response:
    """Delete a workflow."""
    await user.send("DELETE", f"/workflows/{workflow}")
    return go("/workflows", "workflow-deleted")


@router.get("/{workflow}/runs/{execution}")
async def execution(workflow: UUID, execution: UUID, request: Request, user: User) -> Response:
    """Show how a run goes, step by step."""
    found, told = await asyncio.gather(
        user.get(f"/workflows/{workflow}/executions/{execution}"),
        user.get(f"/workflows/{workflow}"),
    )
    return page(request, "execution.html", workflow=told, execution=found)


@router.post("/{workflow}/runs/{execution}/cancel")
async def cancel(workflow: UUID, execution: UUID, user: User, form: SentForm) -> Response:
    """Cancel a run."""
    await user.send("POST", f"/workflows/{workflow}/executions/{execution}/cancel")
    return go(f"/workflows/{workflow}/runs/{execution}", "cancelled")


async def _workflow_page(
    request: Request,
    user: Api,
    workflow: UUID,
    error: GatewayError | None = None,
    hook: str | None = None,
) -> Response:
    """Return the page of a workflow. hook: a new webhook's token, shown this once."""
    found, executions = await asyncio.gather(
        user.get(f"/workflows/{workflow}"),
        part(user.get(f"/workflows/{workflow}/executions", page_size=10), {"executions": []}),
    )
    shown: dict[str, Any] = {k: found.get(k) for k in ("trigger", "steps")}
    return page(
        request,
        "workflow.html",
        error.status if error else 200,
        workflow=found,
        definition=json.dumps(shown, indent=2, ensure_ascii=False),
        executions=executions,
        hook=hook,
        error=error,
    )
