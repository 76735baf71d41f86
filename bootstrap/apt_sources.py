"""The host's own Debian mirrors, from its apt configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .setup import SetupError

APT = Path("/etc/apt")


@dataclass(frozen=True, slots=True)
class Source:
    """A suite and the mirror that has it."""

    address: str
    suite: str


def host_sources(suite: str, apt: Path = APT) -> list[Source]:
    """Return the mirrors of a suite, of its updates and of its security, the suite first.

    Raises SetupError when the host's apt names no mirror of the suite.
    """
    wanted = [suite, f"{suite}-updates", f"{suite}-security"]
    found: dict[str, Source] = {}
    for source in sources(apt):
        if source.suite in wanted:
            found.setdefault(source.suite, source)
    if suite not in found:
        raise SetupError(
            f"The apt configuration of this machine names no mirror of Debian {suite}, from "
            "which the base image could be made. Pull or load a Debian image instead: "
            "docker tag IMAGE pyairtable/debian:bookworm."
        )
    return [found[name] for name in wanted if name in found]


def sources(apt: Path) -> Iterator[Source]:
    """Yield every binary source of an apt configuration."""
    files = [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]
    for file in files:
        if file.suffix == ".sources" and file.is_file():
            yield from _stanzas(file.read_text())
        elif file.suffix == ".list" and file.is_file():
            yield from _lines(file.read_text())


def _lines(text: str) -> Iterator[Source]:
    for line in text.splitlines():
        match = re.match(r"^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)", line)
        if match:
            yield Source(match.group(1), match.group(2))


def _stanzas(text: str) -> Iterator[Source]:
    for stanza in re.split(r"\n\s*\n", text):
        lines = [line for line in stanza.splitlines() if not line.startswith("#")]
        fields = dict(
            (key.strip().lower(), value.strip())
            for key, _, value in (line.partition(":") for line in lines)
            if value
        )
        if "deb" not in fields.get("types", "").split() or fields.get("enabled") == "no":
            continue
        for address in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                yield Source(address, suite)
