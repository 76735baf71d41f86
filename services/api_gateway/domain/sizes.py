"""Sizes as people write them: "10MB"."""

from __future__ import annotations

import re

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}


def parse_size(text: str) -> int:
    """Bytes of a size such as "10MB", "512 KB" or "1048576" (1 KB = 1024 bytes).

    Raises ValueError, with what is allowed, for anything else and for 0.
    """
    match = re.fullmatch(r"\s*(\d{1,12})\s*([KMG]?)B?\s*", text.upper())
    if match is None or int(match[1]) == 0:
        raise ValueError(f"{text!r} is no size; write a number with B, KB, MB or GB, as in 10MB")
    return int(match[1]) * _UNITS[match[2]]
