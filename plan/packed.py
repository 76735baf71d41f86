"""Long texts as the release record holds them: nobody reads them there, so they are short."""

from __future__ import annotations

import base64
import zlib


def pack(text: str) -> str:
    """Return a text in the printable form that unpack understands."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def unpack(packed: str) -> str:
    """Return the text that was packed. Raises ValueError or zlib.error for anything else."""
    return zlib.decompress(base64.b64decode(packed)).decode()
