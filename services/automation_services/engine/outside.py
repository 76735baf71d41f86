"""The http step: one request to the outside, and its redirects."""

from __future__ import annotations

import asyncio
import json
import ssl
from functools import cached_property
from typing import Any

import httpx

from .failures import MayPass, StepFailed, unclear
from .guard import Guard

MOST_BODY = 200_000
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_NOT_TAKEN = frozenset((408, 425, 429))
_MAY_PASS = _NOT_TAKEN | frozenset((500, 502, 503, 504))
_HARMLESS = frozenset(("GET", "HEAD", "PUT", "DELETE"))
_KEPT_HEADERS = ("content-type", "location", "etag", "last-modified", "retry-after", "link")
_LONGEST_RETRY_AFTER = 60


class Outside:
    """Sends requests of workflows. No cookie, connection or proxy is shared between them."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        return httpx.create_ssl_context()

    async def send(self, values: dict[str, Any], key: str) -> dict[str, Any]:
        """Return status, headers and body of the answer. key: the same for each attempt.

        Raises StepFailed, and MayPass for what may be sent again: always when nobody can have
        carried it out, else only what does no harm when it is done twice.
        """
        seconds = float(values["timeout_seconds"])
        harmless = values["method"] in _HARMLESS
        try:
            async with (
                asyncio.timeout(seconds),
                httpx.AsyncClient(
                    verify=self._trusted, trust_env=False, timeout=seconds, http2=False
                ) as client,
            ):
                return await self._follow(client, _request(values, key), harmless)
        except (TimeoutError, httpx.TimeoutException) as error:
            message = f"There was no answer within {seconds:g} seconds"
            raise unclear(message, harmless=harmless) from error
        except httpx.TransportError as error:
            message = f"The request failed ({type(error).__name__})"
            raise unclear(message, harmless=harmless) from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise StepFailed(f"The request is not valid ({type(error).__name__})") from error

    async def _follow(
        self, client: httpx.AsyncClient, request: httpx.Request, harmless: bool
    ) -> dict[str, Any]:
        for followed in range(_MOST_REDIRECTS + 1):
            # What a redirect answers may have been carried out.
            again = harmless or not followed
            response = await self._sent(client, request, again)
            try:
                if response.status_code not in _REDIRECTS or "location" not in response.headers:
                    return await _answer(response, harmless, again)
            finally:
                await response.aclose()
            request = _redirected(request, response)
        raise StepFailed(f"There were more than {_MOST_REDIRECTS} redirects")

    async def _sent(
        self, client: httpx.AsyncClient, request: httpx.Request, again: bool
    ) -> httpx.Response:
        """Return the answer to one request. again: whether it may be sent again if it never was."""
        try:
            aimed = await self._aimed(request)
            return await client.send(aimed, stream=True, follow_redirects=False)
        except MayPass as error:
            raise unclear(str(error), harmless=again) from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            message = f"The request failed ({type(error).__name__})"
            raise unclear(message, harmless=again) from error

    async def _aimed(self, request: httpx.Request) -> httpx.Request:
        """Return the same request to the address that was checked, for the host that was named."""
        url = request.url
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            raise StepFailed("The address must be http or https, with a host and no password")
        port = url.port or (443 if url.scheme == "https" else 80)
        address = await self._guard.address(url.host, port)
        if address is None:
            return request
        return httpx.Request(
            request.method,
            url.copy_with(host=address),
            headers=request.headers,
            content=request.content,
            extensions={"sni_hostname": url.host, "timeout": request.extensions.get("timeout", {})},
        )


def _request(values: dict[str, Any], key: str) -> httpx.Request:
    if not isinstance(values["url"], str):
        raise StepFailed("The address must be a text")
    body = values["body"]
    headers = {"User-Agent": "pyairtable-workflows", "Idempotency-Key": key}
    if body is not None and not isinstance(body, str):
        headers["Content-Type"] = "application/json"
    headers |= {name: str(value) for name, value in values["headers"].items()}
    if any(mark in value for value in headers.values() for mark in "\r\n\0"):
        raise StepFailed("A header must be one line")
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    return httpx.Request(
        values["method"],
        values["url"],
        headers=headers,
        content=None if text is None else text.encode(),
        extensions={"timeout": httpx.Timeout(values["timeout_seconds"]).as_dict()},
    )


def _redirected(request: httpx.Request, response: httpx.Response) -> httpx.Request:
    url = request.url.join(response.headers["location"])
    same = (url.scheme, url.host, url.port) == (
        request.url.scheme,
        request.url.host,
        request.url.port,
    )
    # What was meant for one host is not shown to another.
    kept = request.headers.copy() if same else httpx.Headers()
    for name in ("host", "content-length"):
        kept.pop(name, None)
    plain = response.status_code == 303 or (
        response.status_code in (301, 302) and request.method == "POST"
    )
    method = "GET" if plain and request.method != "HEAD" else request.method
    content = None if plain else request.content
    if not same and content and "content-type" in request.headers:
        kept["content-type"] = request.headers["content-type"]
    return httpx.Request(
        method, url, headers=kept, content=content, extensions=dict(request.extensions)
    )


async def _answer(response: httpx.Response, harmless: bool, again: bool) -> dict[str, Any]:
    status = response.status_code
    if status in _MAY_PASS:
        allowed = again if status in _NOT_TAKEN else harmless
        after = _retry_after(response)
        raise unclear(f"The answer was {status}", harmless=allowed, after=after)
    if status >= 400:
        raise StepFailed(f"The answer was {status}")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MOST_BODY:
            raise StepFailed(f"The answer has more than {MOST_BODY} bytes")
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return {"status": status, "headers": headers, "body": _read(bytes(body), response)}


def _read(body: bytes, response: httpx.Response) -> Any:
    if not body:
        return None
    if "json" in response.headers.get("content-type", ""):
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            return body.decode(errors="replace")
    return body.decode(response.encoding or "utf-8", errors="replace")


def _retry_after(response: httpx.Response) -> float:
    said = response.headers.get("retry-after", "")
    return float(min(int(said), _LONGEST_RETRY_AFTER)) if said.isdigit() else 0.0
