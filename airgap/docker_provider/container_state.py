"""From what the engine says of a container to its state."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .container_config import MIB, NANO
from .durations import spelled
from .handler import Values


def state(found: dict[str, Any], before: Values) -> Values:
    """Return the state; what the engine does not tell, or an image may add to, is kept."""
    running = found["State"]["Running"]
    read = {
        "name": found["Name"].lstrip("/"),
        "image": _image(found, before),
        "ports": _ports(found) if running or not before.get("mustRun", True) else [],
        "bridge": found["NetworkSettings"]["Bridge"],
        "networkDatas": _networks(found),
        "exitCode": found["State"]["ExitCode"],
        "mustRun": _must_run(running, before),
        **_own(found["Config"], before),
        **_limits(found["HostConfig"], before),
        **_host(found["HostConfig"], before),
    }
    return {**before, **{key: value for key, value in read.items() if value is not None}}


def _own(config: dict[str, Any], before: Values) -> Values:
    """Return what is of the container itself, or of its image."""
    return {
        "command": config.get("Cmd") or [],
        "entrypoints": config.get("Entrypoint") or [],
        "hostname": config.get("Hostname"),
        "domainname": config.get("Domainname"),
        "user": config.get("User"),
        "workingDir": config.get("WorkingDir"),
        "stopSignal": config.get("StopSignal"),
        "stopTimeout": config.get("StopTimeout"),
        "tty": config.get("Tty", False),
        "stdinOpen": config.get("OpenStdin", False),
        "healthcheck": _healthcheck(config.get("Healthcheck"), before),
    }


def _limits(host: dict[str, Any], before: Values) -> Values:
    """Return when it is started again, and what it may take of the machine."""
    return {
        "restart": host["RestartPolicy"]["Name"] or "no",
        "maxRetryCount": host["RestartPolicy"]["MaximumRetryCount"],
        "memory": host["Memory"] // MIB,
        "memorySwap": _swap(host["MemorySwap"]),
        "memoryReservation": host["MemoryReservation"] // MIB,
        "cpuShares": host["CpuShares"],
        "cpuSet": host["CpusetCpus"],
        "cpus": _cpus(host["NanoCpus"], before),
        "shmSize": (host["ShmSize"] or 0) // MIB,
    }


def _host(host: dict[str, Any], before: Values) -> Values:
    """Return how it is kept apart from the machine; log options only where some were given."""
    return {
        "runtime": host["Runtime"],
        "ipcMode": host["IpcMode"],
        "securityOpts": host["SecurityOpt"] or [],
        "logDriver": host["LogConfig"]["Type"],
        "logOpts": host["LogConfig"]["Config"] if before.get("logOpts") else None,
        "readOnly": host["ReadonlyRootfs"],
        "privileged": host["Privileged"],
        "init": bool(host.get("Init")),
        "tmpfs": host.get("Tmpfs") or {},
        "networkMode": _network_mode(host["NetworkMode"], before),
        "capabilities": _capabilities(host),
        "publishAllPorts": host["PublishAllPorts"],
        "rm": host["AutoRemove"],
    }


def _must_run(running: bool, before: Values) -> bool:
    """Whether it was to run and does: a stopped one shows as a change, and is started again."""
    return bool(before.get("mustRun", True)) and running


def _image(found: dict[str, Any], before: Values) -> str:
    if str(before.get("image", "")).startswith("sha256:"):
        return str(found["Image"])
    return str(found["Config"]["Image"])


def _healthcheck(given: dict[str, Any] | None, before: Values) -> Values | None:
    if not given or "healthcheck" not in before:
        return None
    return {
        "tests": given.get("Test") or [],
        "interval": spelled(given.get("Interval", 0)),
        "timeout": spelled(given.get("Timeout", 0)),
        "startPeriod": spelled(given.get("StartPeriod", 0)),
        "startInterval": spelled(given.get("StartInterval", 0)),
        "retries": given.get("Retries", 0),
    }


def _swap(value: int) -> int:
    return value // MIB if value > 0 else value


def _cpus(nano: int, before: Values) -> str | None:
    given = before.get("cpus")
    if given and int(Decimal(given) * NANO) == nano:
        return str(given)
    return f"{Decimal(nano) / NANO:f}" if nano else None


def _network_mode(mode: str, before: Values) -> str:
    """Two words for the same network, of which the one that was given is kept."""
    if mode == "default" and before.get("networkMode") != "default":
        return "bridge"
    return mode


def _capabilities(host: dict[str, Any]) -> Values | None:
    found = {"adds": host["CapAdd"] or [], "drops": host["CapDrop"] or []}
    return found if found["adds"] or found["drops"] else None


def _ports(found: dict[str, Any]) -> list[Values]:
    """Return what was asked for, with the ports that the engine chose where none was given."""
    read = []
    chosen = found["NetworkSettings"].get("Ports") or {}
    for port, bindings in (found["HostConfig"]["PortBindings"] or {}).items():
        internal, _, protocol = port.partition("/")
        for number, each in enumerate(bindings or ()):
            item = {"internal": int(internal), "protocol": protocol, "ip": each["HostIp"]}
            external = each["HostPort"] or _at(chosen.get(port), number)
            read.append(item | ({"external": int(external)} if external else {}))
    return sorted(read, key=lambda each: int(each["internal"]))


def _at(bindings: list[dict[str, str]] | None, number: int) -> str:
    return bindings[number]["HostPort"] if bindings and number < len(bindings) else ""


def _networks(found: dict[str, Any]) -> list[Values]:
    return [
        {
            "networkName": name,
            "ipAddress": each["IPAddress"],
            "ipPrefixLength": each["IPPrefixLen"],
            "gateway": each["Gateway"],
            "globalIpv6Address": each["GlobalIPv6Address"],
            "globalIpv6PrefixLength": each["GlobalIPv6PrefixLen"],
            "ipv6Gateway": each["IPv6Gateway"],
            "macAddress": each["MacAddress"],
        }
        for name, each in sorted((found["NetworkSettings"]["Networks"] or {}).items())
    ]
