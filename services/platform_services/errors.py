"""The documented errors of the routes."""

from __future__ import annotations

from typing import Any

from pyairtable_shared.errors import ErrorAnswer


def documented(**errors: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route. errors: what each status means, as `s404="..."`."""
    described = {"s401": "No API key of a service, or no user.", **errors}
    return {
        int(status.removeprefix("s")): {"model": ErrorAnswer, "description": meaning}
        for status, meaning in described.items()
    }
