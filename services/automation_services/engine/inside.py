"""The steps that call other services of the platform."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
from pyairtable_shared.service_auth import Caller

from ..settings import Settings
from .failures import MayPass, StepFailed

# Airtable may ask for a wait of 30 seconds; an assistant with tools may think for minutes.
AIRTABLE_SECONDS = 90.0
LLM_SECONDS = 300.0


class Inside:
    """Calls airtable-gateway and llm-orchestrator for a user."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def airtable(self, values: dict[str, Any], caller: Caller) -> Any:
        """Read or write records. Raises StepFailed, MayPass."""
        base, table = (_part(values[name]) for name in ("base", "table"))
        url = f"{self._settings.airtable_gateway_url}/bases/{base}/tables/{table}/records"
        if values["operation"] == "list":
            names = ("view", "formula", "fields", "page_size", "offset")
            query = {name: values[name] for name in names if values[name]}
            return await self._call("GET", url, caller, AIRTABLE_SECONDS, params=query)
        if not isinstance(values["records"], list) or not values["records"]:
            raise StepFailed("records must be a list that is not empty")
        body = {"records": values["records"], "typecast": values["typecast"]}
        method = "POST" if values["operation"] == "create" else "PATCH"
        return await self._call(method, url, caller, AIRTABLE_SECONDS, json=body)

    async def llm(self, values: dict[str, Any], caller: Caller) -> Any:
        """Ask the assistant. Raises StepFailed, MayPass."""
        names = ("message", "session_id", "base_id")
        body = {name: str(values[name]) for name in names if values[name] is not None}
        url = f"{self._settings.llm_orchestrator_url}/chat"
        return await self._call("POST", url, caller, LLM_SECONDS, json=body)

    async def _call(
        self, method: str, url: str, caller: Caller, seconds: float, **more: Any
    ) -> Any:
        headers = {
            "X-API-Key": self._settings.api_key,
            "X-User-ID": str(caller.user_id),
            "X-Tenant-ID": str(caller.tenant_id),
            "X-User-Role": caller.role,
        }
        try:
            answer = await self._client.request(
                method, url, headers=headers, timeout=httpx.Timeout(seconds, connect=5), **more
            )
        except httpx.HTTPError as error:
            raise MayPass(f"The service was not reached ({type(error).__name__})") from error
        try:
            body = answer.json()
        except ValueError:
            raise MayPass(f"The service answered {answer.status_code} without JSON") from None
        if answer.status_code < 400:
            return body
        code, message = _said(body)
        text = f"The service answered {answer.status_code}: {message}"
        passing = answer.status_code == 429 or answer.status_code >= 500
        raise (
            MayPass(text) if passing and not code.endswith("_not_configured") else StepFailed(text)
        )


def _part(value: Any) -> str:
    """Return one segment of a path. Raises StepFailed for what would be another path."""
    text = str(value)
    if text in ("", ".", ".."):
        raise StepFailed("base and table must be names or ids")
    return quote(text, safe="")


def _said(body: Any) -> tuple[str, str]:
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", "no reason was given"
    return str(error.get("code", "")), str(error.get("message", ""))[:500]
