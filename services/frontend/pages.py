"""Pages made of templates, and the ways from one to the next."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pyairtable_shared import request_context
from starlette.responses import HTMLResponse, RedirectResponse

from .assets import Assets
from .cookies import new_visitor
from .domain import shown
from .domain.notices import NOTICES
from .forms import token_of
from .gateway import GatewayError
from .sessions import Session
from .site import site_of

TEMPLATES = Path(__file__).parent / "templates"


class Pages:
    """The templates."""

    def __init__(self, assets: Assets, version: str) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals.update(asset=assets.url, version=version)
        self._environment.filters.update(shown.FILTERS)

    def text(self, template: str, values: dict[str, Any]) -> str:
        """Return a filled template."""
        return self._environment.get_template(template).render(values)


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page. Its forms get the token of the browser that asks."""
    pages: Pages = request.app.state.pages
    cookies = site_of(request).cookies
    session: Session | None = getattr(request.state, "session", None)
    known = cookies.session(request) or cookies.visitor(request)
    cookie = known or new_visitor()
    common = {
        "session": session,
        "csrf": token_of(cookie),
        "path": request.url.path,
        "here": _address(request),
        "notice": NOTICES.get(request.query_params.get("done", "")),
        "error": None,
        "request_id": request_context.request_id(),
    }
    answer = HTMLResponse(pages.text(template, {**common, **values}), status)
    if known is None:
        cookies.begin_visit(answer, cookie)
    return answer


def go(path: str, done: str | None = None, **query: str) -> RedirectResponse:
    """Send the browser on after a form. done: the notice that the next page shows."""
    given = {**query, **({"done": done} if done else {})}
    return RedirectResponse(f"{path}?{urlencode(given)}" if given else path, 303)


def to_sign_in(request: Request) -> RedirectResponse:
    """Send the browser to the sign-in, and from there back to where it was."""
    wanted = _address(request) if request.method == "GET" else _came_from(request)
    target = "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted, safe='')}"
    return RedirectResponse(target, 303)


def own_path(path: str) -> str:
    """Return a path to go back to; the start page for what might lead to another site."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if plain and path.isprintable() else "/"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page, or why it is not there."""

    value: Any
    error: GatewayError | None = None


async def part(asked: Awaitable[Any], empty: Any = None) -> Part:
    """Return a part of a page that the page can do without."""
    try:
        return Part(await asked)
    except GatewayError as error:
        return Part(empty, error)


def _address(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def _came_from(request: Request) -> str:
    referrer = urlsplit(request.headers.get("referer", ""))
    if referrer.netloc != request.headers.get("host"):
        return "/"
    return own_path(referrer.path)
