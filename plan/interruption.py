"""What an update interrupts: a store or the router that is replaced serves nobody meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .container import Container
from .deployment import Deployment
from .packed import pack, unpack
from .release import Release
from .request import ALLOW_DOWNTIME, Request
from .rotation import renewed

# Seconds from the end of the old container until the new one serves, when all goes well.
_SECONDS = {"postgres": 15, "redis": 10, "router": 10}
_ASPECTS = {
    "image": "image",
    "user": "user",
    "limits": "limits",
    "networks": "networks",
    "health": "health check",
    "environment": "environment",
    "mounts": "volumes",
    "tmpfs": "temporary folders",
    "ports": "published ports",
    "command": "command",
    "secrets": "secrets",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A container that is replaced. aspects: what of it changes, in words. Times in seconds.

    image: of the new one. seconds: how long nobody serves, as far as can be told. worst: after
    this the update fails.
    """

    name: str
    image: str
    aspects: tuple[str, ...]
    seconds: int
    worst: int

    def __str__(self) -> str:
        return f"{self.name} is replaced ({', '.join(self.aspects)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """What an update interrupts. drain_seconds: how long requests may take to end before."""

    stores: tuple[Replacement, ...] = ()
    router: Replacement | None = None
    drain_seconds: int = 0

    def __bool__(self) -> bool:
        return bool(self.stores) or self.router is not None

    @property
    def worst(self) -> int:
        """Seconds after which the stores have long been replaced, or the update has failed."""
        return self.drain_seconds + max((each.worst for each in self.stores), default=0)

    def __str__(self) -> str:
        """Say beforehand what is interrupted, how, and for how long."""
        said = []
        if self.stores:
            names = ", ".join(str(each) for each in self.stores)
            seconds = max(each.seconds for each in self.stores)
            said.append(
                f"Downtime: {names}. Requests are answered 503 with Retry-After while those that "
                f"run end, within {self.drain_seconds} s, and then for about {seconds} s; at worst "
                f"for {self.worst} s in all. The data stays."
            )
        if self.router:
            said.append(
                f"Downtime: {self.router}. The published ports refuse connections for about "
                f"{self.router.seconds} s, at worst {self.router.worst} s."
            )
        return " ".join(said)


def fixed(deployment: Deployment) -> dict[str, Container]:
    """Return by name what has no second slot, as the release record keeps it: files packed."""
    stores = {each.store.name: each.container for each in deployment.stores}
    files = {path: pack(text) for path, text in deployment.router.files.items()}
    return {**stores, deployment.router.name: replace(deployment.router, files=files)}


def interruption(before: Release | None, deployment: Deployment) -> Interruption:
    """Return what bringing the last release to the deployment interrupts.

    Nothing is known of what a release of an earlier version of this program has not recorded.
    """
    recorded = before.fixed if before else {}
    live = {each.store.name for each in deployment.stores if each.takes_secrets}
    found = {
        name: Replacement(
            name=name,
            image=wanted.image,
            aspects=aspects,
            seconds=_SECONDS[name],
            worst=old.stop_grace_seconds + deployment.gate_timeout_seconds,
        )
        for name, wanted in fixed(deployment).items()
        if (old := recorded.get(name)) is not None
        and (aspects := _changed(old, wanted, name in live))
    }
    router = found.pop(deployment.router.name, None)
    drain = deployment.release.drain_seconds
    return Interruption(stores=tuple(found.values()), router=router, drain_seconds=drain)


def spared(deployment: Deployment, before: Release | None, asked: Request) -> Deployment:
    """Return the deployment with stores and router as they are, for an update that is instant.

    A rollback and a rotation of secrets interrupt nothing: a change of them that waits in the
    source is left to the next update. The router is the recorded one only while it leads to the
    same services.
    """
    if before is None or not (asked.instant or asked.generations):
        return deployment

    def kept(wanted: Container) -> Container:
        recorded = before.fixed.get(wanted.name)
        if recorded is None:
            return wanted
        files = {path: unpack(text) for path, text in recorded.files.items()}
        return renewed(replace(recorded, files=files), wanted)

    same = {each.service.name for each in deployment.services} == set(before.services)
    return replace(
        deployment,
        stores=tuple(replace(each, container=kept(each.container)) for each in deployment.stores),
        router=kept(deployment.router) if same else deployment.router,
    )


def refused(found: Interruption, deployment: Deployment, asked: Request) -> str | None:
    """Return why the update is not allowed and what to do; None when it is."""
    if not found or deployment.allow_downtime or asked.allow_downtime:
        return None
    stack = deployment.names.stack
    return (
        f"Stack {stack} is in production, and this would interrupt it. {found} To allow it this "
        f"once, run `platformctl up --stack {stack} --allow-downtime`, or `pulumi up` with "
        f"{ALLOW_DOWNTIME}=1; for good, set release.allowDowntime to true."
    )


def _changed(old: Container, wanted: Container, live: bool) -> tuple[str, ...]:
    """What of a container changes, in words. live: it takes secrets while it runs.

    Rendered files are left out: the router takes a new configuration over while it runs.
    """
    return tuple(
        words
        for field, words in _ASPECTS.items()
        if getattr(old, field) != getattr(wanted, field) and not (live and field == "secrets")
    )
