"""Texts that people write, and how they are looked for."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line without control characters."""

Prose = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
"""Any text that PostgreSQL can hold."""


def containing(text: str) -> str:
    """Return the LIKE pattern for values that contain a text literally."""
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"
