"""Which headers pass, in which direction, and which the gateway sets itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

RawHeaders = Sequence[tuple[bytes, bytes]]
"""Headers as ASGI has them: names in lower case."""

HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
OURS = frozenset(
    {
        b"x-api-key",
        b"x-client-address",
        b"x-user-id",
        b"x-tenant-id",
        b"x-user-role",
        b"x-request-id",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-real-ip",
        b"forwarded",
        b"host",
        b"expect",
    }
)
"""What a client may not set: the gateway sends its own, or none."""

_GATEWAY_ANSWERS = frozenset({b"x-request-id", b"server", b"date"})
_CORS = b"access-control-"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls, from a verified token. Empty texts where the token says nothing."""

    user_id: str
    tenant_id: str
    role: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: remote address, scheme and host that the client used."""

    address: str
    scheme: str
    host: str


def _listed(headers: RawHeaders) -> frozenset[bytes]:
    listed = (value for name, value in headers if name == b"connection")
    return frozenset(
        item.strip().lower() for value in listed for item in value.split(b",") if item.strip()
    )


def _canonical(name: bytes) -> bytes:
    return name.replace(b"_", b"-")


def passed_on(headers: RawHeaders) -> list[tuple[str, str]]:
    """The client's headers that a service may see.

    Dropped: hop-by-hop headers, those that Connection names, and everything
    in OURS, also when written with underscores.
    """
    dropped = HOP_BY_HOP | OURS | _listed(headers)
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in headers
        if name not in dropped and _canonical(name) not in OURS
    ]


def set_by_gateway(
    api_key: str, identity: Identity | None, origin: Origin, request_id: str
) -> Iterable[tuple[str, str]]:
    """The headers that the gateway adds to what it sends to a service."""
    yield "X-API-Key", api_key
    yield "X-Request-ID", request_id
    yield "X-Forwarded-For", origin.address
    yield "X-Forwarded-Proto", origin.scheme
    yield "X-Forwarded-Host", origin.host
    if identity is not None:
        yield "X-User-ID", identity.user_id
        yield "X-Tenant-ID", identity.tenant_id
        yield "X-User-Role", identity.role


def answered(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """A service's answer headers that go to the client.

    Dropped: hop-by-hop headers, those the gateway's server sets itself, and
    Access-Control-*: cross-origin access is the gateway's business alone.
    """
    lowered = [(name.lower(), value) for name, value in headers]
    dropped = HOP_BY_HOP | _GATEWAY_ANSWERS | _listed(lowered)
    return [
        (name, value)
        for name, value in lowered
        if name not in dropped and not name.startswith(_CORS)
    ]
