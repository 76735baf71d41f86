"""The public API's description: one OpenAPI document, and a page for people."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from pathlib import Path
from typing import Any

import aiohttp
from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader
from pyairtable_shared.errors import ApiError
from pyairtable_shared.logs import logger

from .domain.openapi import METHODS, merged
from .upstreams import Upstream, Upstreams

DOCUMENT_PATH = "/api/v1/openapi.json"
PAGE_PATH = "/api/v1/docs"
FRESH_SECONDS = 60.0
"""A document is given again for so long; the services' own change with a release only."""

FETCH_SECONDS = 5.0
_POLICY = "default-src 'none'; style-src 'sha256-{}'; frame-ancestors 'none'; base-uri 'none'"


class Documentation:
    """Asks the deployed services what they take and answer."""

    def __init__(self, upstreams: Upstreams, version: str) -> None:
        self._upstreams, self._version = upstreams, version
        self._document: dict[str, Any] = {}
        self._until = 0.0
        self._lock = asyncio.Lock()

    async def document(self) -> dict[str, Any]:
        """The public document. Raises ApiError 503 while a service cannot be asked."""
        async with self._lock:
            if time.monotonic() >= self._until:
                self._document = await self._made()
                self._until = time.monotonic() + FRESH_SECONDS
            return self._document

    async def _made(self) -> dict[str, Any]:
        deployed = [each for each in self._upstreams.all() if each.url is not None]
        found = await asyncio.gather(*(self._fetch(each) for each in deployed))
        documents = {each.name: document for each, document in zip(deployed, found, strict=True)}
        return merged(documents, self._version)

    async def _fetch(self, upstream: Upstream) -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        url = f"{upstream.url}/openapi.json"
        try:
            async with self._upstreams.session.get(url, timeout=timeout) as response:
                response.raise_for_status()
                document: dict[str, Any] = await response.json()
                return document
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            logger().warning("no description", upstream=upstream.name, error=type(error).__name__)
            message = f"{upstream.name} cannot be asked for its description now. Try again."
            raise ApiError(503, "upstream_unavailable", message) from error


def documentation_router(documentation: Documentation) -> APIRouter:
    """The routes of the document and of its page."""
    router = APIRouter(tags=["operation"], include_in_schema=False)
    page = Page()

    @router.get(DOCUMENT_PATH)
    async def openapi() -> dict[str, Any]:
        """Return the OpenAPI document of the public API."""
        return await documentation.document()

    @router.get(PAGE_PATH)
    async def docs() -> HTMLResponse:
        """Show the same to a person."""
        return page.shown(await documentation.document())

    return router


class Page:
    """Renders the document as one page without scripts."""

    def __init__(self) -> None:
        folder = Path(__file__).with_name("pages")
        environment = Environment(loader=FileSystemLoader(folder), autoescape=True)
        self._template = environment.get_template("docs.html")
        self._style = (folder / "docs.css").read_text()

    def shown(self, document: dict[str, Any]) -> HTMLResponse:
        """The page; its policy allows nothing but its own style."""
        text = self._template.render(document=document, style=self._style, methods=METHODS)
        policy = _POLICY.format(_hash(self._style))
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
