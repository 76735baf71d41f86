"""From the inputs of a container to what the engine's API takes."""

from __future__ import annotations

import base64
import io
import tarfile
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from .durations import nanoseconds
from .handler import Values, labels

MIB = 1024 * 1024
NANO = 1_000_000_000
UNMASKED = "systempaths=unconfined"


def config(inputs: Values) -> dict[str, Any]:
    """Return the body of a create request."""
    ports = inputs.get("ports", ())
    body = {
        "Image": inputs["image"],
        "Hostname": inputs.get("hostname"),
        "Domainname": inputs.get("domainname"),
        "User": inputs.get("user"),
        "Env": inputs.get("envs"),
        # Nothing in a list leaves it to the image, as the official provider does.
        "Cmd": inputs.get("command") or None,
        "Entrypoint": inputs.get("entrypoints") or None,
        "WorkingDir": inputs.get("workingDir"),
        "Labels": labels(inputs),
        "Tty": inputs["tty"],
        "OpenStdin": inputs["stdinOpen"],
        "StopSignal": inputs.get("stopSignal"),
        "StopTimeout": inputs.get("stopTimeout") or None,
        "Healthcheck": _healthcheck(inputs.get("healthcheck")),
        "ExposedPorts": {f"{each['internal']}/{each['protocol']}": {} for each in ports},
        "Volumes": _anonymous(inputs),
        "HostConfig": _host(inputs),
    }
    return {key: value for key, value in body.items() if value is not None}


def _healthcheck(given: Values | None) -> dict[str, Any] | None:
    if not given:
        return None
    body = {
        "Test": given.get("tests") or [],
        "Interval": nanoseconds(given["interval"]),
        "Timeout": nanoseconds(given["timeout"]),
        "StartPeriod": nanoseconds(given["startPeriod"]),
        "Retries": given["retries"],
    }
    start_interval = nanoseconds(given["startInterval"])
    return {**body, "StartInterval": start_interval} if start_interval else body


def _host(inputs: Values) -> dict[str, Any]:
    log = {"Type": inputs.get("logDriver") or "", "Config": inputs.get("logOpts") or {}}
    capabilities = inputs.get("capabilities") or {}
    body = {
        "RestartPolicy": restart_policy(inputs),
        "LogConfig": log,
        "Privileged": inputs.get("privileged"),
        "PublishAllPorts": inputs.get("publishAllPorts"),
        "PortBindings": _bindings(inputs),
        "ReadonlyRootfs": inputs["readOnly"],
        "AutoRemove": inputs["rm"],
        "Init": bool(inputs.get("init")),
        "Tmpfs": inputs.get("tmpfs"),
        "Binds": _binds(inputs),
        "VolumesFrom": _volumes_from(inputs),
        "Mounts": [_mount(each) for each in inputs.get("mounts", ())],
        "CapAdd": capabilities.get("adds"),
        "CapDrop": capabilities.get("drops"),
        **_security(inputs),
        "NetworkMode": inputs["networkMode"],
        "ExtraHosts": [f"{each['host']}:{each['ip']}" for each in inputs.get("hosts", ())],
        "Dns": inputs.get("dns"),
        "DnsOptions": inputs.get("dnsOpts"),
        "DnsSearch": inputs.get("dnsSearches"),
        "GroupAdd": inputs.get("groupAdds"),
        "IpcMode": inputs.get("ipcMode"),
        "PidMode": inputs.get("pidMode"),
        "UsernsMode": inputs.get("usernsMode"),
        "Runtime": inputs.get("runtime"),
        "CgroupParent": inputs.get("cgroupParent"),
        "Sysctls": inputs.get("sysctls"),
        "Ulimits": [
            {"Name": each["name"], "Soft": each["soft"], "Hard": each["hard"]}
            for each in inputs.get("ulimits", ())
        ],
        "ShmSize": inputs["shmSize"] * MIB if inputs.get("shmSize") else None,
        **_cpus(inputs),
        **limits(inputs),
    }
    return {key: value for key, value in body.items() if value is not None}


def _security(inputs: Values) -> dict[str, Any]:
    """Return the options; one of them is for the client, which unmasks the system's paths."""
    given = inputs.get("securityOpts")
    if not given or UNMASKED not in given:
        return {"SecurityOpt": given}
    kept = [each for each in given if each != UNMASKED]
    return {"SecurityOpt": kept, "MaskedPaths": [], "ReadonlyPaths": []}


def _cpus(inputs: Values) -> dict[str, Any]:
    """Return the share of CPUs; period and quota say the same in other words, and give way."""
    if inputs.get("cpus"):
        return {"NanoCpus": int(Decimal(inputs["cpus"]) * NANO)}
    return {"CpuPeriod": inputs.get("cpuPeriod"), "CpuQuota": inputs.get("cpuQuota")}


def restart_policy(inputs: Values) -> dict[str, Any]:
    """Return when the engine is to start the container again."""
    return {"Name": inputs["restart"], "MaximumRetryCount": inputs.get("maxRetryCount") or 0}


def limits(inputs: Values) -> dict[str, Any]:
    """Return the limits that change in place, as the engine wants them."""
    swap = inputs.get("memorySwap")
    body = {
        "Memory": (inputs.get("memory") or 0) * MIB,
        "MemorySwap": swap * MIB if swap and swap > 0 else swap,
        "MemoryReservation": inputs["memoryReservation"] * MIB,
        "CpuShares": inputs.get("cpuShares"),
        "CpusetCpus": inputs.get("cpuSet"),
    }
    return {key: value for key, value in body.items() if value is not None}


def _bindings(inputs: Values) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for each in inputs.get("ports", ()):
        external = str(each["external"]) if each.get("external") else ""
        bound = {"HostIp": each["ip"], "HostPort": external}
        found.setdefault(f"{each['internal']}/{each['protocol']}", []).append(bound)
    return found


def _binds(inputs: Values) -> list[str]:
    return [
        f"{_source(each)}:{each['containerPath']}" + (":ro" if each.get("readOnly") else "")
        for each in inputs.get("volumes", ())
        if each.get("containerPath") and _source(each)
    ]


def _anonymous(inputs: Values) -> dict[str, Any]:
    return {
        each["containerPath"]: {}
        for each in inputs.get("volumes", ())
        if each.get("containerPath") and not _source(each)
    }


def _source(given: Values) -> str | None:
    return given.get("hostPath") or given.get("volumeName")


def _volumes_from(inputs: Values) -> list[str]:
    return [
        each["fromContainer"] for each in inputs.get("volumes", ()) if each.get("fromContainer")
    ]


def _mount(given: Values) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Target": given["target"],
        "Source": given.get("source") or "",
        "Type": given["type"],
        "ReadOnly": bool(given.get("readOnly")),
    }
    if bind := given.get("bindOptions"):
        body["BindOptions"] = {"Propagation": bind.get("propagation")}
    if tmpfs := given.get("tmpfsOptions"):
        body["TmpfsOptions"] = {"SizeBytes": tmpfs.get("sizeBytes"), "Mode": tmpfs.get("mode")}
    return body


def archive(upload: Values) -> bytes:
    """Return the tar archive that puts one file into a container."""
    if upload.get("contentBase64"):
        content = base64.b64decode(upload["contentBase64"])
    else:
        content = (upload.get("content") or "").encode()
    mode = upload.get("permissions") or ("0744" if upload["executable"] else "0644")
    entry = tarfile.TarInfo(str(PurePosixPath(upload["file"])).lstrip("/"))
    entry.size, entry.mode = len(content), int(mode, 8)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()
