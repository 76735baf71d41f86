"""Entity tags: a client that has the present version need not load it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response


def tagged(request: Request, body: object, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer with its ETag, or 304 when the client has it already."""
    encoded = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str).encode()
    return _answer(request, encoded, headers or {})


def modelled(request: Request, model: type[BaseModel], body: object) -> Response:
    """Return as `tagged` does what a model has of a body, in the model's order."""
    shown = model.model_validate(body, from_attributes=True)
    return _answer(request, shown.model_dump_json(by_alias=True).encode(), {})


def _answer(request: Request, encoded: bytes, headers: Mapping[str, str]) -> Response:
    tag = f'"{hashlib.sha256(encoded).hexdigest()[:32]}"'
    described = {**headers, "ETag": tag, "Cache-Control": "private, no-cache"}
    if {tag, "*"} & _known(request):
        return Response(status_code=304, headers=described)
    return Response(encoded, headers=described, media_type="application/json")


def _known(request: Request) -> set[str]:
    asked = request.headers.get("if-none-match", "")
    return {each.strip().removeprefix("W/") for each in asked.split(",")}
