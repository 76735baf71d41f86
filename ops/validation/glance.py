"""All addresses asked at once by one command.

Starting a program inside a container takes the engine longer than a hundred services take to
answer; so only what does not answer well here is asked by itself, which tells why.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from .answers import bounded

_LINE = re.compile(r"^200 ([\d.]+) (http\S+)$", re.MULTILINE)
# More would wait for each other, and their latencies tell nothing.
_AT_ONCE = 8


def asking(addresses: Collection[str]) -> list[str]:
    """Return the command that asks all of them side by side, for three seconds at most."""
    options = ["-s", "--parallel", "--parallel-max", str(_AT_ONCE)]
    options += ["-w", "%{http_code} %{time_total} %{url}\n"]
    asked = (part for url in addresses for part in ("-o", "/dev/null", url))
    return bounded(("curl", *options, *asked))


def well(output: str) -> Mapping[str, float]:
    """Return after how many milliseconds each address answered that answered 200."""
    return {url: round(float(took) * 1000, 1) for took, url in _LINE.findall(output)}


def latency(addresses: Sequence[str], answered: Mapping[str, float]) -> float | None:
    """Return the latency of readiness, the second address; None unless all answered well."""
    return answered[addresses[1]] if all(each in answered for each in addresses) else None
