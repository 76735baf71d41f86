"""What the services use when nobody asks them anything, and under load."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from catalog import SERVICES
from tests.engine.platform.project import Project
from tests.load import Load, vegeta

from .report import Figure

MIB = 1 << 20
AT_MOST_MIB = 1.5 * 1024
RATE = 200
SECONDS = 20
# Of its limit, at which the kernel ends a process.
SHARE_AT_MOST = 0.9


def idle(project: Project) -> list[Figure]:
    """Return the working memory of each service, without the page cache, and their sum."""
    used = {name: mib for name, (mib, _) in _used(project).items()}
    real = {name: mib for name, mib in used.items() if not SERVICES[name].stands_in_for}
    return [
        *(Figure(name=f"idle memory, {name}", value=mib, unit="MiB") for name, mib in used.items()),
        Figure(
            name=f"idle memory, {len(real)} services together",
            value=sum(real.values()),
            unit="MiB",
            at_most=AT_MOST_MIB,
        ),
    ]


def under_load(project: Project, port: int, folder: Path) -> list[Figure]:
    """Return the largest share of its limit that each service used while it was asked."""
    largest: dict[str, float] = {}
    with Load(port, RATE, folder, vegeta(folder)) as load:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for name, (mib, limit) in _used(project).items():
                largest[name] = max(largest.get(name, 0.0), mib / limit)
    print(load.told(), flush=True)
    return [
        Figure(
            name=f"memory over limit under load, {name}",
            value=share,
            unit="share",
            at_most=SHARE_AT_MOST,
        )
        for name, share in largest.items()
    ]


def _used(project: Project) -> dict[str, tuple[float, float]]:
    """Return working memory and limit in MiB by service."""
    used = {}
    for name, container in project.containers().items():
        service = name.removesuffix("-blue").removesuffix("-green")
        if service in SERVICES and container.status == "running":
            stats: Any = container.stats(stream=False, one_shot=True)
            memory = stats["memory_stats"]
            cache = memory["stats"].get("inactive_file", memory["stats"].get("total_inactive_file"))
            used[service] = ((memory["usage"] - (cache or 0)) / MIB, memory["limit"] / MIB)
    return used
