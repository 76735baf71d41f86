"""Logging failures that nobody foresaw."""

from __future__ import annotations

import traceback

from pyairtable_shared.logs import logger

_FRAMES = 8


def log_failure(what: str, error: BaseException) -> None:
    """Log where a failure came from. Its text stays out: a driver's may quote what users sent."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    logger().error(f"{what} failed", error=type(error).__name__, where=where)
