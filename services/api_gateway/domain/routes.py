"""The public routes as data: which path goes to which service, and who may call it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

ANY = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
READ = frozenset({"GET", "HEAD"})
POST = frozenset({"POST"})
KEYS = READ | POST | {"DELETE"}


@dataclass(frozen=True, slots=True)
class Route:
    """A public path and what stands behind it.

    public, upstream: paths without a closing slash; below: whether paths under
    it belong to it too. token: whether a bearer token is needed. timeout:
    seconds until the upstream's answer must begin (None: the gateway's default).
    """

    public: str
    service: str
    upstream: str
    token: bool = True
    methods: frozenset[str] = ANY
    below: bool = True
    timeout: float | None = None

    @property
    def path(self) -> str:
        """How metrics and logs name it."""
        return f"{self.public}[...]" if self.below else self.public


def _auth(action: str, token: bool) -> Route:
    return Route(
        f"/api/v1/auth/{action}",
        "auth-service",
        f"/auth/{action}",
        token=token,
        methods=POST,
        below=False,
    )


LLM_SECONDS = 300.0
"""An assistant with tools may think for minutes before it answers."""

AIRTABLE_SECONDS = 90.0
"""Airtable may ask for a wait of 30 seconds."""

ROUTES: tuple[Route, ...] = (
    _auth("register", token=False),
    _auth("login", token=False),
    _auth("refresh", token=False),
    _auth("logout", token=True),
    _auth("validate", token=True),
    Route("/api/v1/auth/keys", "platform-services", "/auth/keys", methods=KEYS),
    Route("/api/v1/users/me", "user-service", "/users/me", methods=READ | {"PUT"}, below=False),
    Route("/api/v1/users", "user-service", "/users", methods=READ | {"PUT", "DELETE"}),
    Route("/api/v1/workspaces", "workspace-service", "/workspaces"),
    Route("/api/v1/tenants", "tenant-service", "/tenants"),
    Route("/api/v1/airtable/bases", "airtable-gateway", "/bases", timeout=AIRTABLE_SECONDS),
    Route("/api/v1/mcp/tools", "mcp-server", "/tools", timeout=AIRTABLE_SECONDS),
    Route("/api/v1/mcp", "mcp-server", "/mcp", timeout=AIRTABLE_SECONDS),
    Route("/api/v1/llm/chat", "llm-orchestrator", "/chat", timeout=LLM_SECONDS),
    Route("/api/v1/llm/tools", "llm-orchestrator", "/tools"),
    Route("/api/v1/llm/sessions", "llm-orchestrator", "/sessions"),
    Route("/api/v1/analytics", "platform-services", "/analytics"),
    Route("/api/v1/files", "automation-services", "/files"),
    Route("/api/v1/workflows", "automation-services", "/workflows"),
    # Whoever knows a webhook's token may call it.
    Route(
        "/api/v1/workflows/hooks",
        "automation-services",
        "/workflows/hooks",
        token=False,
        methods=POST,
    ),
)

SERVICES: tuple[str, ...] = tuple(sorted({route.service for route in ROUTES}))


class RouteTable:
    """Finds the route of a path: the one with the longest public path that fits."""

    def __init__(self, routes: tuple[Route, ...] = ROUTES) -> None:
        self._routes = {route.public: route for route in routes}

    def find(self, path: str) -> Route | None:
        """The route of a raw (still percent-encoded) path, None when there is none.

        Paths with dot segments, plain or encoded, belong to no route: an
        upstream might resolve them to a path outside the route's prefix.
        """
        if _climbs(path):
            return None
        prefix = path.rstrip("/")
        exact = True
        while prefix:
            route = self._routes.get(prefix)
            if route is not None and (exact or route.below):
                return route
            prefix, exact = prefix.rpartition("/")[0], False
        return None


def _climbs(path: str) -> bool:
    if "." not in path and "%" not in path and "\\" not in path:
        return False
    segments = unquote(path).replace("\\", "/").split("/")
    return ".." in segments or "." in segments


def upstream_path(route: Route, path: str) -> str:
    """The path at the service for a public path of this route."""
    return route.upstream + path[len(route.public) :]


def public_location(route: Route, origin: str, location: str) -> str:
    """A service's redirect target as the client must see it.

    origin: the upstream's `http://host:port`. Targets outside the route's own
    upstream prefix are given back unchanged.
    """
    path = location.removeprefix(origin)
    if path == route.upstream or path.startswith((f"{route.upstream}/", f"{route.upstream}?")):
        return route.public + path[len(route.upstream) :]
    return location
