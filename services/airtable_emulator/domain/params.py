"""The query string of "list records" as the object that a listRecords body would be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from .errors import invalid_request
from .query import ListQuery

_SORT = re.compile(r"sort\[(\d{1,3})\]\[(field|direction)\]")
_LIST = re.compile(r"(fields|recordMetadata)\[\d*\]")


def from_query_string(items: Iterable[tuple[str, str]]) -> ListQuery:
    """A list query from decoded query parameters. Raises AirtableError 422."""
    given: dict[str, Any] = {}
    sorts: dict[int, dict[str, str]] = {}
    for key, value in items:
        if match := _SORT.fullmatch(key):
            sorts.setdefault(int(match[1]), {})[match[2]] = value
        elif match := _LIST.fullmatch(key):
            given.setdefault(match[1], []).append(value)
        else:
            given[key] = value
    if sorts:
        given["sort"] = [sorts[index] for index in sorted(sorts)]
    return from_object(given)


def from_object(given: Any) -> ListQuery:
    """A list query from a request's JSON body. Raises AirtableError 422."""
    try:
        return ListQuery.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise invalid_request(f"parameter validation failed: {place}: {first['msg']}") from None
