"""Which process started this one, so that it can end when that one is gone."""

from __future__ import annotations

import os

VARIABLE = "PYAIRTABLE_STARTED_BY"


def starter() -> int:
    """Return the id of the process that started this plugin.

    The start script notes it before Python is loaded: by then the engine may be gone already,
    and what the kernel calls the parent is another process.
    """
    return int(os.environ.get(VARIABLE) or os.getppid())
