"""What the SDK logs, without what users sent."""

from __future__ import annotations

import logging
import traceback

_LOGGER = "mcp.server.mcpserver.server"


class _WithoutText(logging.Filter):
    """Keeps of an exception where it came from; its text may quote a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change a record that has an exception."""
        if record.exc_info and record.exc_info[1] is not None:
            cause = record.exc_info[1].__cause__ or record.exc_info[1]
            frames = traceback.extract_tb(cause.__traceback__)[-3:]
            where = " < ".join(f"{each.filename}:{each.lineno}" for each in reversed(frames))
            record.msg = f"{record.getMessage()}: {type(cause).__name__} at {where}"
            record.args, record.exc_info, record.exc_text = (), None, None
        return True


def configure() -> None:
    """Let only warnings of the SDK through: its lines of a failed call quote the reason."""
    logging.getLogger("mcp").setLevel(logging.WARNING)
    known = logging.getLogger(_LOGGER)
    if not any(isinstance(each, _WithoutText) for each in known.filters):
        known.addFilter(_WithoutText())
