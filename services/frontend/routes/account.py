"""Register, sign in, sign out."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pyairtable_shared.logs import logger
from starlette.responses import Response

from ..api import SignInNeeded, signed_in
from ..forms import Form, SentForm
from ..gateway import Call, GatewayError
from ..pages import go, own_path, page
from ..site import signed_in_user, site_of

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
async def sign_in_page(request: Request, next: str = "/") -> Response:
    """Show the form to sign in."""
    site = site_of(request)
    cookie = site.cookies.session(request)
    if cookie and await site.sessions.get(cookie):
        return go(own_path(next))
    return page(request, "sign_in.html", values={"email": "", "next": own_path(next)})


@router.post("/sign-in")
async def sign_in(request: Request, form: SentForm) -> Response:
    """Sign in."""
    try:
        return await _let_in(request, form, None)
    except GatewayError as error:
        values = {"email": form.get("email"), "next": own_path(form.get("next"))}
        return page(request, "sign_in.html", _status(error), error=error, values=values)


@router.get("/register")
async def register_page(request: Request, next: str = "/") -> Response:
    """Show the form to register."""
    return page(request, "register.html", values={"next": own_path(next)})


@router.post("/register")
async def register(request: Request, form: SentForm) -> Response:
    """Register, and sign in at once."""
    names = ("email", "first_name", "last_name", "tenant_name")
    body = {name: form.get(name) for name in names if form.get(name)}
    body["password"] = form.raw("password")
    try:
        call = Call(method="POST", path="/auth/register", json=body)
        await site_of(request).gateway.call(call, token=None)
        return await _let_in(request, form, "registered")
    except GatewayError as error:
        values = {name: form.get(name) for name in (*names, "next")}
        return page(request, "register.html", _status(error), error=error, values=values)


@router.post("/sign-out")
async def sign_out(request: Request, _: SentForm) -> Response:
    """Sign out: the tokens are revoked, the session is forgotten."""
    site = site_of(request)
    try:
        user = await signed_in_user(request)
        await user.send("POST", "/auth/logout")
    except GatewayError as error:
        # The session is forgotten all the same; its tokens end by themselves.
        logger().warning("tokens not revoked", status=error.status, code=error.code)
    except SignInNeeded:
        logger().info("signed out before")
    cookie = site.cookies.session(request)
    if cookie:
        await site.sessions.end(cookie)
    answer = go("/sign-in", "signed-out")
    site.cookies.end_session(answer)
    return answer


async def _let_in(request: Request, form: Form, done: str | None) -> Response:
    site = site_of(request)
    session = await signed_in(site.gateway, form.get("email"), form.raw("password"))
    # A session from before, perhaps somebody else's, does not live on.
    before = site.cookies.session(request)
    if before:
        await site.sessions.end(before)
    answer = go(own_path(form.get("next")), done)
    site.cookies.begin_session(answer, await site.sessions.begin(session))
    return answer


def _status(error: GatewayError) -> int:
    return error.status if 400 <= error.status < 600 else 502
