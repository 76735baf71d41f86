"""The functions getNetwork, getRemoteImage and getLogs."""

from __future__ import annotations

from typing import Any

from .handler import Values


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
    found = api.inspect_image(arguments["name"])
    digests = found.get("RepoDigests") or [""]
    return {"id": found["Id"], "name": arguments["name"], "repoDigest": digests[0]}


def logs(api: Any, arguments: Values) -> Values:
    """Return what a container wrote."""
    found = api.logs(
        arguments["name"],
        stdout=arguments.get("showStdout", True),
        stderr=arguments.get("showStderr", True),
        timestamps=arguments.get("timestamps", False),
        tail=int(arguments["tail"]) if arguments.get("tail") else "all",
    )
    lines = found.decode(errors="replace").splitlines()
    return {**arguments, "id": arguments["name"], "logsListStrings": lines}


FUNCTIONS = {
    "docker:index/getNetwork:getNetwork": network,
    "docker:index/getRemoteImage:getRemoteImage": remote_image,
    "docker:index/getLogs:getLogs": logs,
}
