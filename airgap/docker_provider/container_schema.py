"""docker:index/container:Container."""

from __future__ import annotations

from .rules import at_least, base64_text, duration, matching, one_of, upload, volume
from .schema import Change, M, Property, Resource, S, U, labels

_PROPAGATION = one_of("private", "rprivate", "shared", "rshared", "slave", "rslave")
_HEALTHCHECK = {
    "tests": Property("list", S),
    "interval": Property("str", S, default="0s", rule=duration),
    "timeout": Property("str", S, default="0s", rule=duration),
    "startPeriod": Property("str", S, default="0s", rule=duration),
    "startInterval": Property("str", S, default="0s", rule=duration),
    "retries": Property("int", S, default=0, rule=at_least(0)),
}
_MOUNT = {
    "target": Property("str", S, required=True),
    "source": Property("str", S),
    "type": Property("str", S, required=True, rule=one_of("bind", "volume", "tmpfs")),
    "readOnly": Property("bool", S),
    "bindOptions": Property(
        "object", S, fields={"propagation": Property("str", S, rule=_PROPAGATION)}
    ),
    "tmpfsOptions": Property(
        "object", S, fields={"sizeBytes": Property("int", S), "mode": Property("int", S)}
    ),
}
_NETWORK = {
    "name": Property("str", required=True),
    "aliases": Property("set"),
    "ipv4Address": Property("str"),
    "ipv6Address": Property("str"),
    "linkLocalIps": Property("set"),
    "driverOpts": Property("set", rule=matching("[^=]+=.*", "name=value")),
}
_PORT = {
    "internal": Property("int", required=True),
    "external": Property("int", computed=True),
    "ip": Property("str", default="0.0.0.0"),
    "protocol": Property("str", default="tcp"),
}
_UPLOAD = {
    "file": Property("str", required=True),
    "content": Property("str"),
    "contentBase64": Property("str", rule=base64_text),
    "executable": Property("bool", default=False),
    "permissions": Property("str", rule=matching("0[0-7]{3}", "an octal mode such as 0644")),
}
_VOLUME = {
    "containerPath": Property("str"),
    "hostPath": Property("str", rule=matching("/.*", "an absolute path")),
    "volumeName": Property("str"),
    "fromContainer": Property("str"),
    "readOnly": Property("bool"),
}

CONTAINER = Resource(
    token="docker:index/container:Container",
    properties={
        "name": Property("str"),
        "image": Property("str", required=True),
        "command": Property("list", computed=True, rule=matching(".+", "a text, not empty")),
        "entrypoints": Property("list", computed=True),
        # The engine quotes what has no name, and it may be a secret.
        "envs": Property("set", computed=True, rule=matching("[^=].*", "NAME=value")),
        "labels": Property("objectset", computed=True, fields=labels().fields),
        "hostname": Property("str", computed=True),
        "runtime": Property("str", computed=True),
        "stopSignal": Property("str", computed=True),
        "stopTimeout": Property("int", computed=True),
        "ipcMode": Property("str", computed=True),
        "shmSize": Property("int", computed=True, rule=at_least(0)),
        "securityOpts": Property("set", computed=True),
        "logDriver": Property("str", computed=True),
        "domainname": Property("str"),
        "workingDir": Property("str", computed=True),
        "user": Property("str", computed=True),
        "dns": Property("set"),
        "dnsOpts": Property("set"),
        "dnsSearches": Property("set"),
        "groupAdds": Property("set"),
        "restart": Property(
            "str", U, default="no", rule=one_of("no", "on-failure", "always", "unless-stopped")
        ),
        "maxRetryCount": Property("int", U),
        "memory": Property("int", U, rule=at_least(0)),
        "memorySwap": Property("int", U, rule=at_least(-1)),
        "memoryReservation": Property("int", U, default=0, rule=at_least(0)),
        "cpuShares": Property("int", U, rule=at_least(0)),
        "cpuSet": Property("str", U, rule=matching(r"\d+([,-]\d+)*", "CPUs such as 0-2,4")),
        "cpus": Property(
            "str",
            rule=matching(r"\d{1,9}(\.\d{0,9})?|\.\d{1,9}", "a number of CPUs such as 1.5"),
        ),
        "cpuPeriod": Property("int", S),
        "cpuQuota": Property("int", S),
        "init": Property("bool", S, computed=True),
        "tmpfs": Property("map", S),
        "healthcheck": Property("object", S, computed=True, fields=_HEALTHCHECK),
        "mounts": Property("objectset", fields=_MOUNT),
        "volumes": Property("objectset", fields=_VOLUME, rule=volume),
        "ports": Property("objects", fields=_PORT),
        "publishAllPorts": Property("bool"),
        "hosts": Property(
            "objectset",
            fields={"host": Property("str", required=True), "ip": Property("str", required=True)},
        ),
        "networkMode": Property("str", default="bridge"),
        "networksAdvanced": Property("objectset", fields=_NETWORK),
        "capabilities": Property(
            "object", fields={"adds": Property("set"), "drops": Property("set")}
        ),
        "privileged": Property("bool"),
        "readOnly": Property("bool", default=False),
        "tty": Property("bool", default=False),
        "stdinOpen": Property("bool", default=False),
        "pidMode": Property("str"),
        "usernsMode": Property("str"),
        "sysctls": Property("map"),
        "cgroupParent": Property("str"),
        "ulimits": Property(
            "objectset",
            fields={
                "name": Property("str", required=True),
                "soft": Property("int", required=True),
                "hard": Property("int", required=True),
            },
        ),
        "logOpts": Property("map"),
        "uploads": Property("objectset", fields=_UPLOAD, rule=upload),
        "rm": Property("bool", M, default=False),
        "start": Property("bool", M, default=True),
        "wait": Property("bool", M, default=False),
        "waitTimeout": Property("int", M, default=60),
        "attach": Property("bool", M, default=False),
        "logs": Property("bool", M, default=False),
        "mustRun": Property("bool", U, default=True),
        "destroyGraceSeconds": Property("int", M),
        "removeVolumes": Property("bool", M, default=True),
        "containerReadRefreshTimeoutMilliseconds": Property("int", M, default=15000),
    },
    outputs=("bridge", "networkDatas", "exitCode", "containerLogs"),
    replaced_first=True,
)

UPDATED = [
    name
    for name, spec in CONTAINER.properties.items()
    if spec.change is Change.UPDATE and name != "mustRun"
]
"""What the engine changes in place, all at once."""
