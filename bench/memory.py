"""What the services use when nobody asks them anything."""

from __future__ import annotations

from typing import Any

from catalog import SERVICES
from tests.engine.platform.project import Project

from .report import Figure

MIB = 1 << 20
AT_MOST_MIB = 1.5 * 1024


def measure(project: Project) -> list[Figure]:
    """Return the working memory of each service, without the page cache, and their sum."""
    used = {}
    for name, container in project.containers().items():
        service = name.removesuffix("-blue").removesuffix("-green")
        if service in SERVICES and container.status == "running":
            stats: Any = container.stats(stream=False)
            memory = stats["memory_stats"]
            cache = memory["stats"].get("inactive_file", memory["stats"].get("total_inactive_file"))
            used[service] = (memory["usage"] - (cache or 0)) / MIB
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
