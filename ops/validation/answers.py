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


def questions(service: Service, slot: str, *, routed: bool = True) -> list[str]:
    """Return the command that asks a service three times.

    The slot for its health and its readiness, then, where it is routed, the service by its
    name, as its callers do: through the router, which must have taken the slot for ready too.
    A slot without traffic is not routed; by the name another one would answer, or none.
    """
    options = ["-sS", "--max-time", str(TIMEOUT_SECONDS)]
    options += ["-w", f"\n{_MARK} %{{http_code}} %{{time_total}}\n"]
    command = ["curl"]
    for url in addresses(service, slot, routed=routed):
        command += [*options, url, "--next"]
    return command[:-1]


def addresses(service: Service, slot: str, *, routed: bool = True) -> tuple[str, ...]:
    """Return what `questions` asks: health, readiness, and readiness by its name if routed."""
    return tuple(address for _, address in _asked(service, slot, routed))


def _asked(service: Service, slot: str, routed: bool) -> list[tuple[str, str]]:
    """Return what is asked in words, and its address."""
    own = f"http://{service.name}-{slot}:{service.port}"
    asked = [
        (service.health_path, own + service.health_path),
        (service.ready_path, own + service.ready_path),
    ]
    by_name = ("the router", f"http://{service.name}:{service.port}{service.ready_path}")
    return [*asked, by_name] if routed else asked


def verdict(service: Service, slot: str, output: str, *, routed: bool = True) -> Verdict:
    """Return what the answers to all questions mean; the latency is that of readiness."""
    answers = list(_LINE.finditer(output))
    asked = _asked(service, slot, routed)
    if len(answers) != len(asked):
        return Verdict(healthy=False, detail=_tail(output) or "no answer")
    latency = round(float(answers[1][2]) * 1000, 1)
    begin = 0
    for (who, _), answer in zip(asked, answers, strict=True):
        if answer[1] != "200":
            detail = _refused(who, answer[1], output[begin : answer.start()])
            return Verdict(healthy=False, latency_ms=latency, detail=detail)
        begin = answer.end()
    return Verdict(healthy=True, latency_ms=latency)


def _refused(who: str, status: str, body: str) -> str:
    said = _dependencies(body) or _tail(body)
    head = f"{who} did not answer" if status == "000" else f"{who} answered {status}"
    return f"{head}: {said}" if said else head


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
