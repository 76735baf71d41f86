"""Network on the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import docker.errors
from docker.types import IPAMConfig, IPAMPool

from .handler import Values, label_list, labels, removed


class NetworkHandler:
    """A network; every change makes it anew."""

    def create(self, api: Any, inputs: Values, log: Callable[[str], None]) -> tuple[str, Values]:
        """Make the network; a name that is taken is an error."""
        made = api.create_network(
            inputs["name"],
            driver=inputs.get("driver"),
            options=inputs.get("options"),
            ipam=_ipam(inputs),
            check_duplicate=True,
            internal=bool(inputs.get("internal")),
            labels=labels(inputs),
            enable_ipv6=bool(inputs.get("ipv6")),
            attachable=inputs.get("attachable"),
            ingress=inputs.get("ingress"),
        )["Id"]
        return made, self.read(api, made, inputs) or inputs

    def read(self, api: Any, made: str, state: Values) -> Values | None:
        """Return the network as it is."""
        try:
            found = api.inspect_network(made)
        except docker.errors.NotFound:
            return None
        return {
            **state,
            "name": found["Name"],
            "driver": found["Driver"],
            "options": found["Options"] or {},
            "internal": found["Internal"],
            "attachable": found["Attachable"],
            "ingress": found["Ingress"],
            "ipv6": found["EnableIPv6"],
            "ipamDriver": found["IPAM"]["Driver"],
            "ipamConfigs": [_pool(each) for each in found["IPAM"]["Config"] or ()],
            "labels": label_list(found["Labels"]),
            "scope": found["Scope"],
        }

    def update(self, api: Any, made: str, state: Values, inputs: Values) -> Values:
        """Nothing of a network changes in place."""
        return self.read(api, made, {**state, **inputs}) or state

    def delete(self, api: Any, made: str, state: Values) -> None:
        """Remove it, waiting for its last containers to leave."""
        removed(lambda: api.remove_network(made), "has active endpoints")


def _ipam(inputs: Values) -> IPAMConfig:
    pools = [
        IPAMPool(
            subnet=each.get("subnet"),
            iprange=each.get("ipRange"),
            gateway=each.get("gateway"),
            aux_addresses=each.get("auxAddress"),
        )
        for each in inputs.get("ipamConfigs") or ()
    ]
    return IPAMConfig(
        driver=inputs["ipamDriver"], pool_configs=pools, options=inputs.get("ipamOptions")
    )


def _pool(found: dict[str, Any]) -> dict[str, Any]:
    named = {
        "subnet": found.get("Subnet"),
        "ipRange": found.get("IPRange"),
        "gateway": found.get("Gateway"),
        "auxAddress": found.get("AuxiliaryAddresses"),
    }
    return {key: value for key, value in named.items() if value}
