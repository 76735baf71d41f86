"""What a caller may do with workflows."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any
from uuid import UUID

from pyairtable_shared.errors import ApiError
from pyairtable_shared.service_auth import Caller

from . import cron
from .executions import Executions, Row, no_such_workflow
from .models import Definition
from .storage import WorkflowStorage

_TOKEN_BYTES = 32


class Workflows:
    """Workflows. All of a tenant share them. shortest_cron: seconds between two ticks."""

    def __init__(
        self, storage: WorkflowStorage, executions: Executions, shortest_cron: int
    ) -> None:
        self._storage, self._executions = storage, executions
        self._shortest = shortest_cron

    async def create(self, caller: Caller, body: Definition) -> Row:
        """Make a workflow; a webhook's has its token in the answer. Raises ApiError 422."""
        self._check(body)
        token = _new_token() if body.trigger.type == "webhook" else None
        made = await self._storage.create(caller, body, None if token is None else _digest(token))
        return {**made, "hook_token": token}

    async def get(self, caller: Caller, workflow_id: UUID) -> Row:
        """Return a workflow. Raises ApiError 404."""
        found = await self._storage.get(caller, workflow_id)
        if found is None:
            raise no_such_workflow()
        return found

    async def replace(self, caller: Caller, workflow_id: UUID, body: Definition) -> Row:
        """Replace a workflow; one that becomes a webhook's gets a token. Raises ApiError."""
        self._check(body)
        before = await self.get(caller, workflow_id)
        fresh = body.trigger.type == "webhook" and not before["hooked"]
        return await self._replaced(caller, workflow_id, body, _new_token() if fresh else None)

    async def new_token(self, caller: Caller, workflow_id: UUID) -> Row:
        """Give a webhook another token; the one before counts no more. Raises ApiError."""
        before = await self.get(caller, workflow_id)
        if before["trigger"]["type"] != "webhook":
            raise ApiError(409, "not_a_webhook", "This workflow is not started by a webhook")
        body = Definition.model_validate({name: before[name] for name in Definition.model_fields})
        return await self._replaced(caller, workflow_id, body, _new_token())

    async def delete(self, caller: Caller, workflow_id: UUID) -> None:
        """Remove a workflow with its executions. Raises ApiError 404."""
        if not await self._storage.delete(caller, workflow_id):
            raise no_such_workflow()

    async def page(self, caller: Caller, page: int, size: int) -> dict[str, Any]:
        """Return one page of workflows."""
        found, total = await self._storage.page(caller, page, size)
        return {"workflows": found, "total": total, "page": page, "page_size": size}

    async def start(self, caller: Caller, workflow_id: UUID, given: Any) -> Row:
        """Ask for an execution by hand. Raises ApiError 404, 409, 429."""
        if not (await self.get(caller, workflow_id))["enabled"]:
            raise ApiError(409, "workflow_disabled", "This workflow is not enabled")
        return await self._executions.ask(caller, workflow_id, "manual", given)

    async def call(self, token: str, given: Any) -> Row:
        """Ask for an execution by a webhook. Raises ApiError 404, 429."""
        found = await self._storage.hooked(_digest(token))
        if found is None:
            raise ApiError(404, "hook_not_found", "There is no such webhook")
        author = Caller(user_id=found["user_id"], tenant_id=found["tenant_id"], role="user")
        return await self._executions.ask(author, found["id"], "webhook", given)

    def _check(self, body: Definition) -> None:
        if body.trigger.cron is not None:
            cron.check(body.trigger.cron, self._shortest)

    async def _replaced(
        self, caller: Caller, workflow_id: UUID, body: Definition, token: str | None
    ) -> Row:
        digest = None if token is None else _digest(token)
        changed = await self._storage.update(caller, workflow_id, body, digest)
        if changed is None:
            raise no_such_workflow()
        return {**changed, "hook_token": token}


def _new_token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
