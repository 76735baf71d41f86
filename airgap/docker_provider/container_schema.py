"""docker:index/container:Container."""

from __future__ import annotations

from .schema import M, Property, Resource, S, U, labels

_HEALTHCHECK = {
    "tests": Property("list", S, required=True),
    "interval": Property("str", S, default="0s"),
    "timeout": Property("str", S, default="0s"),
    "startPeriod": Property("str", S, default="0s"),
    "startInterval": Property("str", S, default="0s"),
    "retries": Property("int", S, default=0),
}
_MOUNT = {
    "target": Property("str", S, required=True),
    "source": Property("str", S),
    "type": Property("str", S, required=True),
    "readOnly": Property("bool", S),
    "bindOptions": Property("object", S, fields={"propagation": Property("str", S)}),
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
    "driverOpts": Property("set"),
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
    "contentBase64": Property("str"),
    "executable": Property("bool", default=False),
    "permissions": Property("str"),
}
_VOLUME = {
    "containerPath": Property("str"),
    "hostPath": Property("str"),
    "volumeName": Property("str"),
    "fromContainer": Property("str"),
    "readOnly": Property("bool"),
}

CONTAINER = Resource(
    token="docker:index/container:Container",
    properties={
        "name": Property("str"),
        "image": Property("str", required=True),
        "command": Property("list", computed=True),
        "entrypoints": Property("list", computed=True),
        "envs": Property("set", computed=True),
        "labels": Property("objectset", computed=True, fields=labels().fields),
        "hostname": Property("str", computed=True),
        "runtime": Property("str", computed=True),
        "stopSignal": Property("str", computed=True),
        "stopTimeout": Property("int", computed=True),
        "ipcMode": Property("str", computed=True),
        "shmSize": Property("int", computed=True),
        "securityOpts": Property("set", computed=True),
        "logDriver": Property("str", computed=True),
        "domainname": Property("str"),
        "workingDir": Property("str", computed=True),
        "user": Property("str", computed=True),
        "dns": Property("set"),
        "dnsOpts": Property("set"),
        "dnsSearches": Property("set"),
        "groupAdds": Property("set"),
        "restart": Property("str", U, default="no"),
        "maxRetryCount": Property("int", U),
        "memory": Property("int", U),
        "memorySwap": Property("int", U),
        "memoryReservation": Property("int", U, default=0),
        "cpuShares": Property("int", U),
        "cpuSet": Property("str", U),
        "cpus": Property("str"),
        "cpuPeriod": Property("int", S),
        "cpuQuota": Property("int", S),
        "init": Property("bool", S, computed=True),
        "tmpfs": Property("map", S),
        "healthcheck": Property("object", S, computed=True, fields=_HEALTHCHECK),
        "mounts": Property("objectset", fields=_MOUNT),
        "volumes": Property("objectset", fields=_VOLUME),
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
        "uploads": Property("objectset", fields=_UPLOAD),
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
