"""The one service that is called: api-gateway."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx
from pyairtable_shared import request_context
from pyairtable_shared.service_auth import CLIENT_ADDRESS

from .browser import BROWSER
from .settings import Settings

CONNECT_SECONDS = 5.0
MOST_CONNECTIONS = 200
_AWAY = "This part of the platform does not answer at the moment. Try again shortly."


class GatewayError(Exception):
    """What the gateway, or a service behind it, refused. status: HTTP; fields: path, message."""

    def __init__(
        self, status: int, code: str, message: str, fields: list[dict[str, str]] | None = None
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message
        self.fields = fields or []

    @property
    def away(self) -> bool:
        """Whether the part that was asked cannot answer now, whatever one asks it."""
        return self.status in (429, 502, 503, 504)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to the gateway. path: below /api/v1. content: a body that is streamed."""

    method: str
    path: str
    params: Mapping[str, Any] | None = None
    json: Any = None
    content: AsyncIterable[bytes] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent twice."""
        return self.content is None


class Gateway:
    """A client of api-gateway."""

    def __init__(self, settings: Settings) -> None:
        self._seconds = settings.gateway_timeout
        self._root = settings.api_gateway_url.rstrip("/")
        self._settings = settings
        self._client = httpx.AsyncClient(
            base_url=f"{self._root}/api/v1",
            timeout=self._timeout(settings.gateway_timeout),
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS, keepalive_expiry=15.0),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def check(self) -> None:
        """Ask the gateway something; raises when it does not answer."""
        answer = await self._client.get(f"{self._root}/health", timeout=self._timeout(1.0))
        answer.raise_for_status()

    async def call(self, call: Call, token: str | None) -> Any:
        """Return the JSON of an answer, None for an empty one. Raises GatewayError."""
        response = await self.open(call, token)
        try:
            await response.aread()
        except httpx.HTTPError as error:
            raise _broken(error) from error
        finally:
            await response.aclose()
        return _json(response) if response.content else None

    async def open(self, call: Call, token: str | None) -> httpx.Response:
        """Return an answer whose body is still to be read and closed. Raises GatewayError."""
        response = await self._sent(call, token)
        if response.is_success:
            return response
        try:
            await response.aread()
        except httpx.HTTPError as error:
            raise _broken(error) from error
        finally:
            await response.aclose()
        raise _refused(response)

    async def _sent(self, call: Call, token: str | None) -> httpx.Response:
        try:
            return await self._client.send(self._request(call, token), stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError) as error:
            # The connection was kept open, and closed by the other side just now.
            if call.method != "GET":
                raise _broken(error) from error
        except httpx.HTTPError as error:
            raise _broken(error) from error
        try:
            return await self._client.send(self._request(call, token), stream=True)
        except httpx.HTTPError as error:
            raise _broken(error) from error

    def _request(self, call: Call, token: str | None) -> httpx.Request:
        headers = {
            "X-Request-ID": request_context.request_id(),
            # By the key the gateway believes whose address this is, and limits each browser apart.
            "X-API-Key": self._settings.api_key,
            CLIENT_ADDRESS: BROWSER.get(),
            **call.headers,
        }
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self._client.build_request(
            call.method,
            call.path,
            params=call.params,
            json=call.json,
            content=call.content,
            headers=headers,
            timeout=self._timeout(call.seconds or self._seconds),
        )

    @staticmethod
    def _timeout(seconds: float) -> httpx.Timeout:
        return httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))


def _broken(error: httpx.HTTPError) -> GatewayError:
    if isinstance(error, httpx.ReadTimeout):
        return GatewayError(504, "upstream_timeout", "That took too long. Try again shortly.")
    return GatewayError(503, "gateway_unavailable", _AWAY)


def _refused(response: httpx.Response) -> GatewayError:
    try:
        told = response.json()["error"]
        code, message = str(told["code"]), str(told["message"])
        fields = [
            {"path": str(each["path"]), "message": str(each["message"])}
            for each in told.get("fields", [])
        ]
    except (ValueError, KeyError, TypeError):
        return GatewayError(response.status_code, "unreadable_answer", _AWAY)
    return GatewayError(response.status_code, code, message, fields)


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise GatewayError(502, "unreadable_answer", _AWAY) from error
