"""The functions getNetwork, getRemoteImage and getLogs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .handler import Values
from .image import digest
from .rules import matching, only
from .schema import Property


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its arguments, and what it returns for them from the engine's API."""

    arguments: Mapping[str, Property]
    call: Callable[[Any, Values], Values]


def network(api: Any, arguments: Values) -> Values:
    """Return a network by name or id."""
    found = api.inspect_network(arguments["name"])
    return {
        "id": found["Id"],
        "name": found["Name"],
        "driver": found["Driver"],
        "internal": found["Internal"],
        "options": found["Options"] or {},
        "scope": found["Scope"],
        "ipamConfigs": [
            {
                "subnet": each.get("Subnet"),
                "gateway": each.get("Gateway"),
                "ipRange": each.get("IPRange"),
                "auxAddress": each.get("AuxiliaryAddresses"),
            }
            for each in found["IPAM"]["Config"] or ()
        ],
        "containers": [
            {
                "containerId": key,
                "name": each["Name"],
                "endpointId": each["EndpointID"],
                "macAddress": each["MacAddress"],
                "ipv4Address": each["IPv4Address"],
                "ipv6Address": each["IPv6Address"],
            }
            for key, each in sorted((found.get("Containers") or {}).items())
        ],
    }


def remote_image(api: Any, arguments: Values) -> Values:
    """Return a local image by name; never pulls."""
    name = arguments["name"]
    found = api.inspect_image(name)
    return {"id": found["Id"], "name": name, "repoDigest": digest(found, name)}


def logs(api: Any, arguments: Values) -> Values:
    """Return what a container wrote."""
    tail = arguments["tail"]
    found = api.logs(
        arguments["name"],
        stdout=arguments["showStdout"],
        stderr=arguments["showStderr"],
        timestamps=arguments["timestamps"],
        tail=int(tail) if tail.isdigit() else "all",
    )
    lines = found.decode(errors="replace").splitlines()
    return {**arguments, "id": arguments["name"], "logsListStrings": lines}


_NAME = {"name": Property("str", required=True)}
_LOGS = _NAME | {
    "showStdout": Property("bool", default=True),
    "showStderr": Property("bool", default=True),
    "timestamps": Property("bool", default=False),
    "tail": Property("str", default="", rule=matching(r"all|\d{0,9}", "all or a number of lines")),
    "logsListStringEnabled": Property("bool", default=True, rule=only(True)),
    "discardHeaders": Property("bool", default=True, rule=only(True)),
    "follow": Property("bool", default=False, rule=only(False)),
    "details": Property("bool", default=False, rule=only(False)),
}
FUNCTIONS = {
    "docker:index/getNetwork:getNetwork": Function(_NAME, network),
    "docker:index/getRemoteImage:getRemoteImage": Function(_NAME, remote_image),
    "docker:index/getLogs:getLogs": Function(_LOGS, logs),
}
