"""Who may ask, and how often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Header
from pyairtable_shared.settings import accepted_secrets, is_one_of
from pyairtable_shared.tokens import bearer

from ..domain.errors import rate_limited, unauthorized
from ..domain.limits import BaseLimits
from ..settings import Settings

Guard = Callable[..., None]


def require_token(settings: Settings) -> Guard:
    """A dependency that answers 401 to a request without the right bearer token."""

    def check(authorization: Annotated[str | None, Header()] = None) -> None:
        expected = accepted_secrets(settings.airtable_token_file)
        if not is_one_of(bearer(authorization) or "", expected):
            raise unauthorized()

    return check


def limit_base(limits: BaseLimits) -> Guard:
    """A dependency that answers 429 to a request too many for the base in the path."""

    async def check(base_id: str) -> None:
        if not limits.admit(base_id):
            raise rate_limited()

    return check  # type: ignore[return-value]
