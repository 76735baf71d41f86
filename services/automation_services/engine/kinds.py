"""What each kind of step does, once its templates are filled in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ..files.storage import FileStorage
from .failures import MayPass, StepFailed
from .inside import Inside
from .log import Taken
from .outside import Outside

# Of a file's text, in one step; a workflow's state is no place for more.
MOST_TEXT = 100_000


class Kinds:
    """Does one step."""

    def __init__(self, outside: Outside, inside: Inside, files: FileStorage) -> None:
        self._outside, self._inside, self._files = outside, inside, files

    async def do(self, kind: str, values: dict[str, Any], taken: Taken, position: int) -> Any:
        """Return the output of a step. Raises StepFailed, MayPass."""
        if kind == "http":
            return await self._outside.send(values, f"{taken.id}-{position}")
        if kind == "airtable":
            return await self._inside.airtable(values, taken.caller)
        if kind == "llm":
            return await self._inside.llm(values, taken.caller)
        if kind == "file":
            return await self._file(values, taken)
        if kind == "transform":
            return values["values"]
        if kind == "condition":
            return {"result": _true(values["expression"])}
        raise StepFailed(f"This release does not know steps of the kind {kind}")

    async def _file(self, values: dict[str, Any], taken: Taken) -> dict[str, Any]:
        try:
            file_id = UUID(str(values["file_id"]))
        except ValueError:
            raise StepFailed("file_id is not the id of a file") from None
        file = await self._files.get(taken.caller, file_id)
        if file is None:
            raise StepFailed("There is no such file")
        if file["status"] == "failed":
            raise StepFailed(f"The file's text was not read. {file['reason']}")
        text = await self._files.text(taken.caller, file_id)
        if text is None:
            raise MayPass("The file's text is not read yet")
        cut = len(text) > MOST_TEXT
        truncated = cut or file["text_truncated"]
        return {"name": file["name"], "text": text[:MOST_TEXT], "truncated": truncated}


def _true(value: Any) -> bool:
    # A comparison gives true or false; a text that says so counts as well.
    return (
        value.strip().lower() not in ("", "false", "0") if isinstance(value, str) else bool(value)
    )
