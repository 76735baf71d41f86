"""The gateway itself: every request is recognised, let in or refused, and passed on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import structlog
from pyairtable_shared import request_context
from pyairtable_shared.errors import ApiError, body
from pyairtable_shared.service_auth import CLIENT_ADDRESS
from pyairtable_shared.settings import is_one_of
from pyairtable_shared.tokens import Claims, bearer
from pyairtable_shared.usage import UsageLog
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from .admission import Door
from .bodies import ClientGone, RequestBody
from .clients import Clients, header
from .documentation import DOCUMENT_PATH, PAGE_PATH
from .domain.headers import Identity, Origin, passed_on, set_by_gateway
from .domain.routes import Route, RouteTable, upstream_path
from .identity import FreshSecret, Verifier
from .keys import ApiKeys, is_key
from .lasting import Lasting, Over
from .proxy import Outgoing, Proxy
from .settings import Settings
from .sockets import Sockets
from .upstreams import Upstreams

OWN_PATHS = frozenset({"/health", "/ready", "/metrics", "/api/v1/status", DOCUMENT_PATH, PAGE_PATH})
"""What the gateway answers itself."""

NOT_FOR_OUTSIDE = frozenset({"/metrics"})
"""Of these, what nobody gets who comes through the router."""

RawHeaderList = list[tuple[bytes, bytes]]


class Gateway:
    """An ASGI application around the gateway's own routes."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        upstreams: Upstreams,
        door: Door,
        usage: UsageLog,
    ) -> None:
        self._app = app
        self._settings = settings
        self._table = RouteTable()
        self._clients = Clients(settings.trusted_proxies)
        self._door = door
        self._verifier = Verifier(FreshSecret(settings.jwt_secret_file))
        self._api_key = FreshSecret(settings.api_key_file)
        self._keys = ApiKeys(upstreams, self._api_key, usage)
        self._lasting = Lasting(door, self._keys)
        self._proxy = Proxy(upstreams)
        self._sockets = Sockets(upstreams, settings.cors_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one WebSocket."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["raw_path"].decode("latin-1")
        try:
            if path not in OWN_PATHS:
                await self._pass_on(path, scope, receive, send)
            elif await self._hidden(path, scope):
                raise _no_such_path()
            else:
                await self._app(scope, receive, send)
        except ApiError as error:
            answer = JSONResponse(body(error.code, error.message), error.status, error.headers)
            await answer(scope, receive, send)
        except ClientGone:
            return

    async def _hidden(self, path: str, scope: Scope) -> bool:
        peer = scope["client"][0] if scope.get("client") else ""
        return path in NOT_FOR_OUTSIDE and await self._clients.trusts(peer)

    async def _pass_on(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._route(path, scope["method"])
        scope["route"] = route
        token = bearer_token(scope)
        claims, origin, extra = await self._let_in(route, scope, token)
        out = Outgoing(
            route=route,
            method=scope["method"],
            target=_target(route, path, scope),
            headers=self._headers(scope, claims, origin),
            body=RequestBody(scope["headers"], receive, self._settings.body_limit),
            seconds=route.timeout or self._settings.upstream_timeout,
            over=self._over(token, claims),
        )
        await out.body.prepare()
        await self._proxy.pass_on(out, extra, receive, send)

    def _route(self, path: str, method: str) -> Route:
        route = self._table.find(path)
        if route is None:
            raise _no_such_path()
        if method not in route.methods:
            allowed = ", ".join(sorted(route.methods))
            message = f"{method} is not allowed here. Allowed: {allowed}."
            raise ApiError(405, "method_not_allowed", message, {"Allow": allowed})
        return route

    async def _let_in(
        self, route: Route, scope: Scope, token: str | None
    ) -> tuple[Claims | None, Origin, RawHeaderList]:
        """Who calls and from where, and the rate headers. Raises ApiError 401, 429."""
        origin = self._believed(scope, await self._clients.origin(scope))
        refusal = None
        claims = None
        if route.token:
            try:
                claims = await self._claims(route, scope, token)
            except ApiError as error:
                refusal = error
        _name_user(claims)
        # A refused token counts too, for its address: guessing tokens is not free.
        extra = await self._door.admit(origin.address, claims)
        if refusal is not None:
            raise refusal
        return claims, origin, extra

    async def _claims(self, route: Route, scope: Scope, token: str | None) -> Claims:
        """Who a token or an API key is for. Raises ApiError."""
        if token is None or not is_key(token):
            return self._verifier.claims(token)
        # A WebSocket has no method: whoever opens one may write.
        return await self._keys.claims(token, route, scope.get("method", "POST"))

    def _over(self, token: str | None, claims: Claims | None) -> Over | None:
        if token is None or claims is None:
            return None
        return partial(self._lasting.over, token, claims)

    def _believed(self, scope: Scope, origin: Origin) -> Origin:
        """The origin that a service names which has the API key; others name nobody."""
        named = header(scope["headers"], CLIENT_ADDRESS.lower().encode())
        key = header(scope["headers"], b"x-api-key") or ""
        if not named or not is_one_of(key, self._api_key.accepted()):
            return origin
        return replace(origin, address=named)

    def _headers(
        self, scope: Scope, claims: Claims | None, origin: Origin
    ) -> list[tuple[str, str]]:
        identity = Identity(claims.sub, claims.tenant_id, claims.role) if claims else None
        own = set_by_gateway(self._api_key.value(), identity, origin, request_context.request_id())
        return [*passed_on(scope["headers"]), *own]

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_context.begin(header(scope["headers"], b"x-request-id"))
        path = scope["raw_path"].decode("latin-1")
        try:
            route = self._route(path, "GET")
            token, offered = self._sockets.token(scope)
            self._sockets.check_origin(scope)
            claims, origin, _ = await self._let_in(route, scope, token)
            headers = self._headers(scope, claims, origin)
            target = _target(route, path, scope)
            over = self._over(token, claims)
            await self._sockets.pass_on(route, target, headers, offered, receive, send, over)
        except ApiError as error:
            await self._sockets.refuse(error, scope, receive, send)


def bearer_token(scope: Scope) -> str | None:
    """The token of a request's Authorization header, None without one."""
    return bearer(header(scope["headers"], b"authorization"))


def _target(route: Route, path: str, scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    target = upstream_path(route, path)
    return f"{target}?{query}" if query else target


def _name_user(claims: Claims | None) -> None:
    """Name the verified user in the log line, and nobody whom the client only claims to be."""
    if claims is None:
        structlog.contextvars.unbind_contextvars("user_id")
    else:
        request_context.user(claims.sub)


def _no_such_path() -> ApiError:
    return ApiError(404, "not_found", "There is nothing at this path.")
