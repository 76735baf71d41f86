"""Requests of any shape that a service's document allows, and some that it does not.

Most are about things that there are: their ids take the places of those that were made up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from airtable_emulator.samples import PROJECTS_BASE
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation

from .people import PASSWORD
from .tenancy_world import World

Operation = APIOperation[Any, Any, Any, Any]
Request = Case[Any]
Known = Mapping[str, Sequence[Any]]
# A parameter of an address or a field of a body, and the kind of thing that it names.
_KINDS = {
    "workspace_id": "workspace",
    "project_id": "project",
    "base_id": "base",
    "tenant_id": "tenant",
    "user_id": "user",
    "email": "email",
    "invitation_id": "invitation",
    "file_id": "file",
    "workflow_id": "workflow",
    "execution_id": "execution",
    "key_id": "key_id",
    "session_id": "session",
    "refresh_token": "refresh",
}
_RECORD = re.compile(r"rec[A-Za-z0-9]+")
_MODES = (GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# The how many-th thing stands in all places of a request, since those made together belong
# together: mostly one of the own, the last is the other tenant's.
_NUMBERS = (0, 0, 0, 1, -1)


def things(world: World) -> Known:
    """Return what two tenants have, for each name: first what the first one has."""
    ids = {
        name: [each for side in world.sides for each in side.ids[kind]]
        for name, kind in _KINDS.items()
    }
    ids["password"] = [PASSWORD]
    # The last hook's token is the one that counts.
    ids["token"] = [*reversed(world.sides[0].ids["hook"]), *world.sides[0].ids["token"]]
    return {name: found for name, found in ids.items() if found}


def in_airtable(record: str) -> Known:
    """Return what there is in Airtable: the sample data, and this record."""
    good, better = {"Title": record}, {"Title": record, "Done": True}
    return {
        "base": [PROJECTS_BASE],
        "base_id": [PROJECTS_BASE],
        "table": ["Tasks"],
        "record": [record],
        "record_id": [record],
        "id": [record],
        "fields": [good, better, {"No such": 1}, ["Title"]],
        "key_fields": [["Title"]],
    }


@st.composite
def requests_of(draw: st.DrawFn, operation: Operation, known: Known) -> Request:
    """Make a request; three of four name things that there are, one of three is malformed."""
    case: Request = draw(operation.as_strategy(draw(st.sampled_from(_MODES))))
    number = draw(st.sampled_from(_NUMBERS))
    if draw(st.integers(0, 3)) < 3:
        case.path_parameters = _with_known(case.path_parameters, known, number, _always)
        rarely = st.integers(0, 3).map(lambda drawn: drawn < 3)
        case.body = _with_known(case.body, known, number, lambda: draw(rarely))
    return case


def _always() -> bool:
    return True


def _with_known(given: Any, known: Known, number: int, wanted: Callable[[], bool]) -> Any:
    if isinstance(given, list):
        return [_with_known(each, known, number, wanted) for each in given]
    if isinstance(given, Mapping):
        return {
            name: _named(name, value, known, number)
            if name in known and wanted()
            else _with_known(value, known, number, wanted)
            for name, value in given.items()
        }
    is_record = isinstance(given, str) and _RECORD.fullmatch(given)
    return known["record"][0] if is_record and "record" in known else given


def _named(name: str, value: Any, known: Known, number: int) -> Any:
    """Return what there is of this name and kind; what has another kind stays malformed."""
    found = [each for each in known[name] if type(each) is type(value)]
    return found[number % len(found)] if found else value
