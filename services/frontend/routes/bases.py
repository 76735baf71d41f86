"""Bases and their tables."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from ..airtable import base_name
from ..pages import page
from ..site import User

router = APIRouter(include_in_schema=False)

BaseId = Annotated[str, Path(pattern=r"^app[A-Za-z0-9]{1,32}$")]
TableId = Annotated[str, Path(pattern=r"^tbl[A-Za-z0-9]{1,32}$")]
RecordId = Annotated[str, Path(pattern=r"^rec[A-Za-z0-9]{1,32}$")]


@router.get("/bases")
async def bases(request: Request, user: User) -> Response:
    """List the bases."""
    found = await user.get("/airtable/bases")
    return page(request, "bases.html", bases=found["bases"])


@router.get("/bases/{base}")
async def tables(base: BaseId, request: Request, user: User) -> Response:
    """List the tables of a base."""
    found = await user.get(f"/airtable/bases/{base}/tables")
    return page(
        request,
        "tables.html",
        base=base,
        base_name=await base_name(user, base),
        tables=found["tables"],
    )
