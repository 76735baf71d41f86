"""The steps that call other services of the platform."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
from pyairtable_shared.service_auth import Caller

from ..settings import Settings
from .failures import MayPass, StepFailed, unclear

# Airtable may ask for a wait of 30 seconds; an assistant with tools may think for minutes.
AIRTABLE_SECONDS = 90.0
LLM_SECONDS = 300.0
# airtable-gateway writes so many records at a time: of more, some may be written before a refusal.
WRITTEN_AT_ONCE = 10


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
        """Read or write records; new ones are sent again only when nobody has written them.

        Raises StepFailed, MayPass.
        """
        base, table = (_part(values[name]) for name in ("base", "table"))
        url = f"{self._settings.airtable_gateway_url}/bases/{base}/tables/{table}/records"
        if values["operation"] == "list":
            names = ("view", "formula", "fields", "page_size", "offset")
            query = {name: values[name] for name in names if values[name]}
            return await self._call("GET", url, caller, AIRTABLE_SECONDS, params=query)
        if not isinstance(values["records"], list) or not values["records"]:
            raise StepFailed("records must be a list that is not empty")
        body = {"records": values["records"], "typecast": values["typecast"]}
        if values["operation"] == "update":
            return await self._call("PATCH", url, caller, AIRTABLE_SECONDS, json=body)
        whole = len(values["records"]) <= WRITTEN_AT_ONCE
        return await self._call(
            "POST", url, caller, AIRTABLE_SECONDS, harmless=False, refused_whole=whole, json=body
        )

    async def llm(self, values: dict[str, Any], caller: Caller) -> Any:
        """Ask the assistant; as it may write with its tools, only once. Raises StepFailed, MayPass.

        A refusal for the day's tokens may come after some of its work.
        """
        names = ("message", "session_id", "base_id")
        body = {name: str(values[name]) for name in names if values[name] is not None}
        url = f"{self._settings.llm_orchestrator_url}/chat"
        return await self._call(
            "POST", url, caller, LLM_SECONDS, harmless=False, refused_whole=False, json=body
        )

    async def _call(
        self,
        method: str,
        url: str,
        caller: Caller,
        seconds: float,
        *,
        harmless: bool = True,
        refused_whole: bool = True,
        **more: Any,
    ) -> Any:
        """Return the body of an answer. harmless: whether it may be carried out twice.

        refused_whole: whether an answer of 429 means that nothing was done.
        """
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
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise MayPass(f"The service was not reached ({type(error).__name__})") from error
        except httpx.HTTPError as error:
            message = f"The service did not answer ({type(error).__name__})"
            raise unclear(message, harmless=harmless) from error
        try:
            body = answer.json()
        except ValueError:
            message = f"The service answered {answer.status_code} without JSON"
            allowed = harmless or _never_reached(answer)
            raise unclear(message, harmless=allowed) from None
        if answer.status_code < 400:
            return body
        code, message = _said(body)
        text = f"The service answered {answer.status_code}: {message}"
        if answer.status_code == 429:
            raise unclear(text, harmless=harmless or refused_whole)
        if answer.status_code < 500 or code.endswith("_not_configured"):
            raise StepFailed(text)
        raise unclear(text, harmless=harmless)


def _never_reached(answer: httpx.Response) -> bool:
    # The router's own answer while no server of the service is there; services name the request.
    return answer.status_code == 503 and "X-Request-ID" not in answer.headers


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
