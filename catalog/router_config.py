"""The router's configuration, rendered for HAProxy 2.6."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

HEALTH_PORT = 8404
METRICS_PORT = 8405
# Upper bounds, in milliseconds, of the answering times that the router counts per slot.
BUCKETS_MS = (5, 10, 25, 50, 100, 250, 500, 1000, 2000, 5000, 10_000, 30_000)
RELEASE_KEY_FILE = "/run/secrets/release-key"
MAINTENANCE_FILE = "/var/lib/haproxy/maintenance"
"""A map on the state volume; `until` is when maintenance ends, in seconds since the epoch."""
RETRY_AFTER_SECONDS = 5
# Whoever waits gives up first, and says why: the router never cuts an answer that is only slow.
MARGIN_SECONDS = 15

# After a reload the old process serves what it has until it ends, so that no connection is dropped,
# and an idle one is good for one more request. A slot's address is kept, else nobody would answer
# until its name is asked for again.
# A slot that refuses connections is off within half a second. One that is only slow is kept for
# long: without it nobody would answer at all, so `timeout check` is that of a whole health check.
_HEAD = """\
global
    log stdout format raw local0 info
    stats socket /run/haproxy/admin.sock mode 600 level admin expose-fd listeners
    server-state-file /var/lib/haproxy/servers
    maxconn 4096
    hard-stop-after 1h

defaults
    mode http
    log global
    option httplog
    option dontlognull
    option redispatch
    option idle-close-on-response
    option http-keep-alive
    http-reuse safe
    load-server-state-from-file global
    retries 3
    retry-on conn-failure empty-response response-timeout
    timeout connect 500ms
    timeout client 75s
    timeout server 75s
    timeout http-request 10s
    timeout http-keep-alive 60s
    timeout queue 5s
    timeout check 10s
    timeout tunnel 1h
    log-format "{\\"timestamp\\":\\"%[date,utime(%Y-%m-%dT%H:%M:%SZ)]\\",\\"level\\":\\"info\\",\
\\"service\\":\\"router\\",\\"backend\\":\\"%b\\",\\"slot\\":\\"%s\\",\\"status\\":%ST,\
\\"method\\":\\"%HM\\",\\"duration_ms\\":%Ta,\\"retries\\":%rc,\\"termination\\":\\"%tsc\\"}"

resolvers docker
    nameserver engine 127.0.0.11:53
    resolve_retries 3
    timeout resolve 1s
    timeout retry 500ms
    hold valid 1s
    hold nx 1s
    # An engine that is away, as while it is restarted, does not say that a slot is gone.
    hold timeout 60s
    hold refused 60s

frontend health
    bind :8404
    no log
    http-request return status 200 content-type application/json string \
"{\\"status\\":\\"healthy\\",\\"service\\":\\"router\\"}" if { path /health }
    http-request return status 404

backend unknown
    http-request return status 404 content-type application/json string \
"{\\"error\\":{\\"code\\":\\"unknown_service\\",\\"message\\":\\"No such service\\"}}"

frontend metrics
    bind :8405
    no log
    http-request use-service prometheus-exporter if { path /metrics }
    http-request return status 404
"""


# Who asks, so that he stays on one version while traffic moves: a share of the users, not of
# their requests. As consistent hashing moves nobody but those who must, a user changes his
# version once at most. Then: only who has the key may choose a slot.
_WHO = [
    "    http-request set-var(txn.who) req.hdr(X-User-ID)",
    "    http-request set-var(txn.who) http_auth_bearer,jwt_payload_query('$.sub')"
    " if !{ var(txn.who) -m found }",
    "    http-request set-var(txn.who) req.cook(session) if !{ var(txn.who) -m found }",
    "    http-request set-var(txn.who) uuid() if !{ var(txn.who) -m found }",
    "    http-request del-header X-Release-Slots"
    f" unless {{ req.hdr(X-Release-Key) -f {RELEASE_KEY_FILE} }}",
]

# Whoever comes from outside is told by us where from, not by himself.
_FORWARDED = [
    "    http-request set-header X-Forwarded-For %[src]",
    "    http-request set-header X-Forwarded-Proto http",
]

# What comes from outside is turned away while a store is replaced. It ends by itself, so that an
# update that was killed keeps nobody out for long.
_MAINTAINED = [
    f"    http-request set-var(txn.until) str(until),map_str_int({MAINTENANCE_FILE},0)",
    "    http-request set-var(txn.id) req.hdr(X-Request-ID)"
    " if { req.hdr(X-Request-ID) -m reg ^[A-Za-z0-9._-]{1,128}$ }",
    "    http-request set-var(txn.id) uuid() if !{ var(txn.id) -m found }",
    "    http-request return status 503 content-type application/json"
    f" hdr Retry-After {RETRY_AFTER_SECONDS} hdr X-Request-ID %[var(txn.id)] lf-string"
    ' "{\\"error\\":{\\"code\\":\\"maintenance\\",\\"message\\":\\"The platform is being'
    ' maintained; try again in a moment\\",\\"request_id\\":\\"%[var(txn.id)]\\"}}"'
    " if { date,sub(txn.until) lt 0 }",
]


def _counted() -> list[str]:
    """Count the answers of each slot by the time they took, from request to head of answer."""
    size = len(BUCKETS_MS) + 1
    took = "var(txn.took) -m int"
    bounds = zip((0, *BUCKETS_MS), (*BUCKETS_MS, None), strict=True)
    return [
        f"    stick-table type string len 8 size 8 expire 24d store gpc({size})",
        "    http-request set-var(txn.start) date(0,ms)",
        "    http-response set-var(txn.took) date(0,ms),sub(txn.start)",
        "    http-response track-sc0 srv_name",
        *(
            f"    http-response sc-inc-gpc({n},0) if {{ {took} ge {low} }}"
            + (f" {{ {took} lt {high} }}" if high else "")
            for n, (low, high) in enumerate(bounds)
        ),
    ]


_COUNTED = _counted()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedService:
    """A service behind the router.

    port: where it listens, and where the router answers under its name. ready_path: of the
    active check. public_port: a port of the router that leads to it whatever the host name.
    answer_seconds: for so long its callers wait at most until its answer begins.
    """

    name: str
    port: int
    ready_path: str = "/ready"
    public_port: int | None = None
    answer_seconds: int = 630


def render_router_config(services: Sequence[RoutedService]) -> str:
    """Return haproxy.cfg, with its fingerprint in it.

    Both slots of every service stand in it from the start, blue with all of the traffic, so
    a release changes weights only. Services that share a port are told apart by host name.
    """
    ordered = sorted(services, key=lambda each: each.name)
    ports = sorted({each.port for each in ordered})
    public = {each.public_port: each for each in ordered if each.public_port}
    frontends = [_internal(port, ordered, public.get(port)) for port in ports]
    frontends += [_public(port, each) for port, each in sorted(public.items()) if port not in ports]
    backends = [_backend(each) for each in ordered]
    text = "\n".join([_HEAD, *frontends, *backends])
    mark = hashlib.sha256(text.encode()).hexdigest()[:12]
    return text.replace("global\n", f"global\n    description {mark}\n", 1)


def fingerprint(text: str) -> str | None:
    """Return by what a router tells that it serves by this configuration; None of an older form."""
    found = re.search(r"^    description (\w+)$", text, re.MULTILINE)
    return found[1] if found else None


def _internal(port: int, services: Sequence[RoutedService], public: RoutedService | None) -> str:
    lines = [f"frontend port-{port}", f"    bind :{port}", *_WHO]
    if public:
        # What runs already may still call on inside, by the service's name.
        inside = " ".join(each.name for each in services if each.port == port)
        *head, refuse = _MAINTAINED
        lines += [*head, f"{refuse} !{{ hdr(host),field(1,:) {inside} }}", *_FORWARDED]
    for each in services:
        if each.port == port:
            lines.append(f"    use_backend {each.name} if {{ hdr(host),field(1,:) {each.name} }}")
    lines.append(f"    default_backend {public.name}" if public else "    default_backend unknown")
    return "\n".join(lines) + "\n"


def _public(port: int, service: RoutedService) -> str:
    lines = [f"frontend public-{port}", f"    bind :{port}", *_WHO, *_MAINTAINED, *_FORWARDED]
    return "\n".join([*lines, f"    default_backend {service.name}"]) + "\n"


def _backend(service: RoutedService) -> str:
    check = "check inter 500ms fastinter 250ms fall 2 rise 1"
    server = f"{check} resolvers docker init-addr last,none"
    return "\n".join(
        [
            f"backend {service.name}",
            "    balance hash var(txn.who)",
            "    hash-type consistent sdbm avalanche",
            *_COUNTED,
            f"    timeout server {service.answer_seconds + MARGIN_SECONDS}s",
            f"    option httpchk GET {service.ready_path}",
            "    http-check expect status 200",
            # A write must never run twice.
            "    http-request disable-l7-retry if { method POST PATCH }",
            *(
                f"    use-server {slot} if {{ req.hdr(X-Release-Slots) {service.name}={slot} }}"
                for slot in ("blue", "green")
            ),
            f"    server blue {service.name}-blue:{service.port} weight 100 {server}",
            f"    server green {service.name}-green:{service.port} weight 0 {server}",
            "",
        ]
    )
