"""What the answers of the health checks mean: pure, so that every case is tested by equality."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from catalog import Service

TIMEOUT_SECONDS = 3
# Marks the line that curl adds to each answer: status and seconds.
_MARK = "answered"
_LINE = re.compile(rf"^{_MARK} (\d{{3}}) ([\d.]+)$", re.MULTILINE)
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether it is healthy, after how many milliseconds it answered, and what is wrong."""

    healthy: bool
    latency_ms: float | None = None
    detail: str = ""


def bounded(command: tuple[str, ...]) -> list[str]:
    """Return a health command that ends in bounded time; the engine never ends one."""
    return ["timeout", str(TIMEOUT_SECONDS), *command]


def questions(service: Service, slot: str) -> list[str]:
    """Return the command that asks a slot for its health and then for its readiness."""
    base = f"http://{service.name}-{slot}:{service.port}"
    options = ["-sS", "--max-time", str(TIMEOUT_SECONDS)]
    options += ["-w", f"\n{_MARK} %{{http_code}} %{{time_total}}\n"]
    health, ready = base + service.health_path, base + service.ready_path
    return ["curl", *options, health, "--next", *options, ready]


def verdict(service: Service, output: str) -> Verdict:
    """Return what the answers to both questions mean; the latency is that of readiness."""
    lines = list(_LINE.finditer(output))
    if len(lines) != 2:
        return Verdict(healthy=False, detail=_tail(output) or "no answer")
    health, ready = lines
    latency = round(float(ready[2]) * 1000, 1)
    if health[1] != "200":
        return _refused(service.health_path, health[1], output[: health.start()], latency)
    if ready[1] != "200":
        return _refused(service.ready_path, ready[1], output[health.end() :], latency)
    return Verdict(healthy=True, latency_ms=latency)


def _refused(path: str, status: str, answer: str, latency: float) -> Verdict:
    body = _LINE.sub("", answer).strip()
    said = _dependencies(body) or _tail(body)
    head = f"{path} did not answer" if status == "000" else f"{path} answered {status}"
    return Verdict(healthy=False, latency_ms=latency, detail=f"{head}: {said}" if said else head)


def _dependencies(body: str) -> str:
    """Name the dependencies that a readiness answer calls unhealthy."""
    try:
        checks = json.loads(body[body.find("{") : body.rfind("}") + 1])["checks"]
        return ", ".join(
            f"{name}: {check.get('reason', check['status'])}"
            for name, check in checks.items()
            if check["status"] != "healthy"
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def _tail(text: str) -> str:
    return " ".join(text.split())[-_LONGEST:]
