"""Forms: read within bounds, and taken from our own pages only."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request
from pyairtable_shared.errors import ApiError

from .sessions import derived
from .site import Site, site_of

TOKEN_FIELD = "csrf"
MOST_FIELDS = 1000
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, in order; a name may come several times."""

    fields: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """Return the first value of a field, without blanks around it; empty without one."""
        return next((value.strip() for each, value in self.fields if each == name), "")

    def raw(self, name: str) -> str:
        """Return the first value of a field just as it was typed."""
        return next((value for each, value in self.fields if each == name), "")

    def all(self, name: str) -> list[str]:
        """Return all values of a field."""
        return [value for each, value in self.fields if each == name]


def token_of(cookie: str) -> str:
    """Return what our forms carry for the holder of a cookie."""
    return derived(cookie, "forms").hex()


def check_origin(request: Request) -> None:
    """Refuse what another site sends. Raises ApiError 403."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise _foreign()
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise _foreign()


def check_token(request: Request, site: Site, given: str) -> None:
    """Refuse a form that we did not give to this browser. Raises ApiError 403."""
    cookie = site.cookies.session(request) or site.cookies.visitor(request)
    if cookie is None or not hmac.compare_digest(given.encode(), token_of(cookie).encode()):
        raise _foreign()


async def sent_form(request: Request) -> Form:
    """Return the form of a request. Raises ApiError 403, 413, 415 and 422."""
    site = site_of(request)
    check_origin(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise ApiError(415, "unsupported_type", "Forms only")
    form = _parsed(await _body(request, site.settings.most_form_bytes))
    check_token(request, site, form.get(TOKEN_FIELD))
    return form


SentForm = Annotated[Form, Depends(sent_form)]


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise ApiError(413, "too_large", "That is more than a form may hold")
    return bytes(body)


def _parsed(body: bytes) -> Form:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise ApiError(422, "unreadable_form", "The form cannot be read") from error
    # Browsers send line ends as CRLF; everything else here knows LF.
    return Form(tuple((name, value.replace("\r\n", "\n")) for name, value in pairs))


def _foreign() -> ApiError:
    return ApiError(
        403,
        "form_refused",
        "This form is too old, or it does not come from this site. Load the page again and repeat.",
    )
