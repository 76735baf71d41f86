"""Logs: one JSON object a line, on standard output."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog


def configure(service: str, level: str, stream: TextIO | None = None) -> None:
    """Send everything that is logged, by us and by libraries, to standard output as JSON.

    stream: another place, for a program whose standard output carries something else.
    """
    stream = stream or sys.stdout

    def named(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Any:
        event["service"] = service
        return event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
        named,
        structlog.processors.EventRenamer("message"),
    ]
    renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # Requests are logged once, by us; the HTTP client's lines would repeat them.
    for name in ("uvicorn.access", "httpx", "httpx2", "httpcore", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)


def logger() -> Any:
    """Return the logger."""
    return structlog.get_logger()
