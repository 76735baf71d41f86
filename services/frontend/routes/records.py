"""Records of a table: read, edit in place, add, delete."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ..airtable import base_name, records_of, records_path, table_of
from ..api import Api
from ..domain.fields import Unreadable
from ..domain.tables import before, changed, entries, sent_before, values_of
from ..forms import Form, SentForm
from ..gateway import GatewayError
from ..pages import go, page
from ..site import User
from .bases import BaseId, RecordId, TableId

router = APIRouter(include_in_schema=False, prefix="/bases/{base}/{table}")

Text = Annotated[str, Query(max_length=200)]
Cursor = Annotated[str | None, Query(max_length=400)]
Edited = Annotated[str | None, Query(pattern=r"^(new|rec[A-Za-z0-9]{1,32})$")]


@router.get("")
async def records(
    base: BaseId,
    table: TableId,
    request: Request,
    user: User,
    q: Text = "",
    sort: Text = "",
    offset: Cursor = None,
    edit: Edited = None,
) -> Response:
    """Show a page of a table. edit: the record that is shown as a form, or `new`."""
    return await _table_page(request, user, base, table, q, sort, offset, edit)


@router.get("/{record}")
async def record(
    base: BaseId,
    table: TableId,
    record: RecordId,
    request: Request,
    user: User,
    edit: Annotated[str, Query(pattern=r"^1?$")] = "",
) -> Response:
    """Show all of one record. edit: as a form."""
    return await _record_page(request, user, base, table, record, bool(edit))


@router.post("")
async def create(
    base: BaseId, table: TableId, request: Request, user: User, form: SentForm
) -> Response:
    """Add a record."""
    shown = await table_of(user, base, table)
    try:
        values = values_of(shown, form)
        given = {name: value for name, value in values.items() if value not in (None, [])}
        await user.send("POST", records_path(base, table), {"fields": given})
    except (GatewayError, Unreadable) as error:
        return await _again(request, user, base, table, "new", form, error)
    return go(f"/bases/{base}/{table}", "record-created")


@router.post("/{record}")
async def update(
    base: BaseId, table: TableId, record: RecordId, request: Request, user: User, form: SentForm
) -> Response:
    """Change what was changed in the form of a record."""
    shown = await table_of(user, base, table)
    try:
        fields = changed(shown, values_of(shown, form), sent_before(form))
        if fields:
            await user.send("PATCH", f"{records_path(base, table)}/{record}", {"fields": fields})
    except (GatewayError, Unreadable) as error:
        return await _again(request, user, base, table, record, form, error)
    if form.get("from") == "record":
        return go(f"/bases/{base}/{table}/{record}", "saved")
    return go(f"/bases/{base}/{table}", "saved", **_kept(form))


@router.post("/{record}/delete")
async def delete(
    base: BaseId, table: TableId, record: RecordId, user: User, form: SentForm
) -> Response:
    """Delete a record."""
    await user.send("DELETE", f"{records_path(base, table)}/{record}")
    return go(f"/bases/{base}/{table}", "record-deleted", **_kept(form))


async def _again(
    request: Request,
    user: Api,
    base: str,
    table: str,
    edited: str,
    form: Form,
    error: GatewayError | Unreadable,
) -> Response:
    """Show the form once more, with what was typed and what is wrong with it."""
    if isinstance(error, Unreadable):
        error = GatewayError(422, "unreadable_value", f"{error}.")
    if error.away:
        raise error
    if form.get("from") == "record":
        return await _record_page(request, user, base, table, edited, True, form, error)
    kept = _kept(form)
    answer = await _table_page(
        request,
        user,
        base,
        table,
        kept.get("q", ""),
        kept.get("sort", ""),
        kept.get("offset"),
        edited,
        form=form,
        error=error,
    )
    answer.status_code = error.status
    return answer


async def _record_page(
    request: Request,
    user: Api,
    base: str,
    table: str,
    record: str,
    edit: bool,
    form: Form | None = None,
    error: GatewayError | None = None,
) -> Response:
    shown, found = await asyncio.gather(
        table_of(user, base, table), user.get(f"{records_path(base, table)}/{record}")
    )
    return page(
        request,
        "record.html",
        error.status if error else 200,
        base=base,
        base_name=await base_name(user, base),
        table=shown,
        record=found,
        entries=entries(shown, found["fields"], form) if edit else [],
        before=before(shown, found["fields"], form),
        error=error,
    )


async def _table_page(
    request: Request,
    user: Api,
    base: str,
    table: str,
    q: str,
    sort: str,
    offset: str | None,
    edit: str | None,
    form: Form | None = None,
    error: GatewayError | None = None,
) -> Response:
    shown = await table_of(user, base, table)
    name, found = await asyncio.gather(
        base_name(user, base), records_of(user, base, shown, q, sort, offset)
    )
    edited = next((each for each in found["records"] if each["id"] == edit), None)
    present = edited["fields"] if edited else {}
    return page(
        request,
        "records.html",
        base=base,
        base_name=name,
        table=shown,
        records=found["records"],
        next=found.get("offset"),
        q=q,
        sort=sort,
        offset=offset,
        edit=edit,
        entries=entries(shown, present, form) if edit else [],
        before=before(shown, present, form),
        error=error,
    )


def _kept(form: Form) -> dict[str, str]:
    """Return where in the table the form was."""
    return {name: form.get(name) for name in ("q", "sort", "offset") if form.get(name)}
