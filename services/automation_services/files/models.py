"""The answers about files."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

Status = Literal["pending", "processing", "done", "failed"]


class File(BaseModel):
    """A file. status: of reading its text; reason: why that failed. digest: SHA-256, hex."""

    id: UUID
    user_id: UUID
    name: str
    extension: str
    content_type: str
    size: int
    digest: str
    status: Status
    reason: str | None
    text_truncated: bool
    created_at: datetime
    processed_at: datetime | None


class FilePage(BaseModel):
    """One page of files, newest first, and how many there are in all."""

    files: list[File]
    total: int
    page: int
    page_size: int


class FileText(BaseModel):
    """The text of a file. truncated: there was more than is kept."""

    id: UUID
    text: str
    truncated: bool
