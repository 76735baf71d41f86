"""What automation-services is told by its environment."""

from __future__ import annotations

import re
from typing import Literal, get_args

from pyairtable_shared.settings import SecretFile, UsesPostgres
from pydantic import Field, field_validator

Extension = Literal["pdf", "doc", "docx", "txt", "csv", "xlsx"]
EXTENSIONS: tuple[Extension, ...] = get_args(Extension)

_SIZE = re.compile(r"(\d{1,9})\s*([KMG]?)(?:I?B)?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
MOST_FILE_BYTES = 256 << 20


class Settings(UsesPostgres):
    """Settings of automation-services. Times are in seconds.

    max_file_size: a number of bytes or a size such as 10MB (units of 1,024).
    default_workflow_timeout: for a workflow that names none. max_workflow_retries: further
    attempts of a step after a failure that may pass. workflow_retry_seconds: before the first
    of them; doubled each time. workflow_allowed_hosts: hosts in private networks that http
    steps may call, as `host` or `host:port`. worker_concurrency: jobs at once in one process.
    worker_grace: how long jobs may go on after SIGTERM before another worker takes them up.
    heartbeat_interval: between two signs of life; a worker without one for stalled_after is
    taken for dead. scheduler_interval: between two looks for due ticks. housekeeping_interval:
    between two looks for jobs of dead workers. shortest_cron: between two ticks; below 60, a
    sixth field of a cron expression counts seconds. extraction_timeout: to read a file's text.
    extraction_memory_mib: what reading one may take. text_characters: of it that are kept.
    execution_retention_days: how long finished executions are kept.
    """

    port: int = Field(8006, ge=1, le=65535)
    api_key_file: SecretFile
    max_file_size: int = Field(10 << 20, ge=1, le=MOST_FILE_BYTES)
    allowed_extensions: tuple[Extension, ...] = EXTENSIONS
    airtable_gateway_url: str = Field("http://airtable-gateway:8002", pattern=r"^https?://[^/]+")
    llm_orchestrator_url: str = Field("http://llm-orchestrator:8003", pattern=r"^https?://[^/]+")
    default_workflow_timeout: int = Field(300, ge=1, le=3600)
    max_workflow_retries: int = Field(3, ge=0, le=10)
    workflow_retry_seconds: float = Field(1.0, gt=0, le=60)
    workflow_allowed_hosts: tuple[str, ...] = ()
    worker_concurrency: int = Field(4, ge=1, le=16)
    worker_grace: float = Field(15.0, ge=0, le=25)
    heartbeat_interval: float = Field(5.0, gt=0)
    stalled_after: float = Field(20.0, gt=0)
    scheduler_interval: float = Field(5.0, gt=0)
    housekeeping_interval: float = Field(5.0, gt=0)
    shortest_cron: int = Field(60, ge=1)
    extraction_timeout: float = Field(60.0, gt=0)
    extraction_memory_mib: int = Field(256, ge=64)
    text_characters: int = Field(1_000_000, ge=1, le=10_000_000)
    execution_retention_days: int = Field(30, ge=1)

    @field_validator("max_file_size", mode="before")
    @classmethod
    def _size(cls, value: object) -> object:
        found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
        if isinstance(value, str) and found is None:
            raise ValueError("must be a size such as 10MB")
        return int(found[1]) * _UNITS[found[2].upper()] if found else value

    @field_validator("allowed_extensions", "workflow_allowed_hosts", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().lower() for part in value.split(",") if part.strip())
        return value

    @field_validator("airtable_gateway_url", "llm_orchestrator_url")
    @classmethod
    def _bare(cls, value: str) -> str:
        return value.rstrip("/")
