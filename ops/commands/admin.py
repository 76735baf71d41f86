"""platformctl admin."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from ..accounts import Accounts
from ..exits import Exit, Stopped
from ..options import Json, Stack
from ..output import Table, say, show, show_json
from ..project import find
from .logs import chosen


class Action(StrEnum):
    """What can be done."""

    USERS = "users"
    TENANTS = "tenants"
    PROMOTE = "promote"
    DEMOTE = "demote"
    SUSPEND = "suspend"
    RESUME = "resume"


_SHOWN = {
    Action.USERS: ("email", "role", "tenant", "id", "created_at"),
    Action.TENANTS: ("name", "status", "plan", "users", "id", "created_at"),
}
_ROLES = {Action.PROMOTE: "admin", Action.DEMOTE: "user"}
_WANTED = {Action.SUSPEND: "suspended", Action.RESUME: "active"}


def admin(
    action: Annotated[Action, typer.Argument(help="What to do.")],
    who: Annotated[
        str | None,
        typer.Argument(help="promote, demote: an e-mail address; suspend, resume: a tenant's id."),
    ] = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """List users and tenants; make a user an admin; suspend a tenant.

    An admin of the platform sees and manages all tenants; a role holds from the user's next
    token on, within 15 minutes. The users of a suspended tenant are shut out within a minute,
    and let in again by resume; nothing of theirs is removed.
    """
    project = find(stack)
    if (who is None) != (action in _SHOWN):
        wanted = "takes nothing more" if action in _SHOWN else "needs to know whom"
        raise Stopped(Exit.USAGE, f"`platformctl admin {action}` {wanted}; see --help.")
    accounts = Accounts(chosen(project, "postgres", None))
    if action in _SHOWN:
        found = accounts.users() if action is Action.USERS else accounts.tenants()
        _list(found, _SHOWN[action], as_json)
        return
    changed = _changed(accounts, action, who or "")
    if as_json:
        show_json(changed)


def _changed(accounts: Accounts, action: Action, who: str) -> dict[str, Any]:
    if action in _ROLES:
        changed = accounts.role(who, _ROLES[action])
        say(f"{changed['email']} has the role {changed['role']} from the next token on.")
        return changed
    changed = accounts.suspension(who, _WANTED[action])
    say(f"Tenant {changed['name']} is {_WANTED[action]}; that holds within a minute.")
    return {**changed, "status": _WANTED[action]}


def _list(found: Sequence[dict[str, Any]], headers: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        show_json(found)
    else:
        show(Table(headers, [tuple(str(row[name]) for name in headers) for row in found]))
