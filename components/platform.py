"""Platform: everything that a stack deploys, phase by phase."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pulumi
import pulumi_docker as docker

from catalog import Network as CatalogNetwork
from catalog import Phase as CatalogPhase
from plan.deployment import Deployment
from plan.phases import steps
from plan.rotation import named, values
from plan.slots import Slots
from plan.stores import BACKUP_VOLUME
from plan.timeline import Span

from . import engine
from .cache import Cache
from .database import Database
from .gate import Gate
from .generated_secret import GeneratedSecret
from .image import Image
from .maintenance import Maintenance
from .network import Network
from .operations import Operations
from .overdue import Overdue
from .phase import Phase
from .recorder import Recorder
from .router import Router
from .service import Service
from .site import Site


class Platform(pulumi.ComponentResource):
    """The platform, in the order of the printed plan.

    given: values of the secrets that come from the stack's configuration. recorder: takes what
    everything took. maintenance: around the stores. instant: traffic is to move at once, or
    has, as in a rollback.
    """

    networks: Mapping[str, pulumi.Output[str]]

    def __init__(
        self,
        deployment: Deployment,
        slots: Mapping[str, Slots],
        given: Mapping[str, str],
        recorder: Recorder,
        maintenance: Maintenance,
        *,
        instant: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyairtable:components:Platform", "platform", None, opts)
        self._deployment = deployment
        self._slots = slots
        self._instant = instant
        self._opened: dict[str, Gate] = {}
        self._site = self._foundations(given, recorder)
        self.networks = {kind.value: net.name for kind, net in self._site.networks.items()}
        self._waits = {step.name: step.waits_for for step in steps(deployment)}
        self._infrastructure(maintenance)
        self._schema()
        for phase in (CatalogPhase.CORE, CatalogPhase.IDENTITY, CatalogPhase.BUSINESS):
            self._services(phase)
        self._entry(maintenance.operations)
        self.register_outputs({})

    def _phase(self, phase: CatalogPhase) -> Phase:
        return Phase(phase, pulumi.ResourceOptions(parent=self))

    def _foundations(self, given: Mapping[str, str], recorder: Recorder) -> Site:
        child = pulumi.ResourceOptions(parent=self._phase(CatalogPhase.FOUNDATIONS))
        deployment = self._deployment
        images: dict[str, docker.RemoteImage] = {}
        for name in deployment.images:
            images[name] = Image(name, deployment, images, child).image
        networks = {kind: Network(kind, deployment.names, child).network for kind in CatalogNetwork}
        _laid(recorder, [*images.values(), *networks.values()])
        address = engine.host()
        return Site(
            names=deployment.names,
            address=address,
            overdue=Overdue(deployment.names.stack, address, deployment.job_timeout_seconds),
            gate_timeout_seconds=deployment.gate_timeout_seconds,
            networks=networks,
            images=images,
            secrets=self._secrets(given, child),
            recorder=recorder,
        )

    def _secrets(
        self, given: Mapping[str, str], child: pulumi.ResourceOptions
    ) -> dict[tuple[str, int], pulumi.Output[str]]:
        """Every value that some container holds; one that none holds any more is forgotten."""
        running = [each for slots in self._slots.values() for each in slots.containers.values()]
        found = {}
        for name, generation in values(self._deployment, running):
            length = self._deployment.secrets[name].random_bytes
            found[name, generation] = (
                pulumi.Output.secret(given[name])
                if length is None
                else GeneratedSecret(named(name, generation), length, child).value
            )
        return found

    def _infrastructure(self, maintenance: Maintenance) -> None:
        child = pulumi.ResourceOptions(parent=self._phase(CatalogPhase.INFRASTRUCTURE))
        postgres, redis = self._deployment.stores
        waits = maintenance.before(self._site)
        before = waits.get(postgres.store.name, [])
        self._database = Database(postgres, BACKUP_VOLUME, self._site, before, child)
        self._opened[postgres.store.name] = self._database.ready
        cache = Cache(redis, self._site, waits.get(redis.store.name, []), child)
        self._opened[redis.store.name] = cache.ready
        stores = list(self._opened.values())
        self._site = replace(self._site, files_after=stores)
        self._opened["maintenance"] = maintenance.after(stores)

    def _schema(self) -> None:
        phase = self._phase(CatalogPhase.SCHEMA)
        for job in (self._deployment.backup, self._deployment.migrations):
            self._opened[job.name] = self._database.job(job, self._awaited(job.name), phase).done

    def _services(self, phase: CatalogPhase) -> Phase:
        component = self._phase(phase)
        child = pulumi.ResourceOptions(parent=component)
        for each in self._deployment.in_phase(phase):
            name = each.service.name
            waits = self._awaited(name)
            service = Service(
                name, self._slots[name], self._site, waits, instant=self._instant, opts=child
            )
            self._opened[name] = service.ready
        return component

    def _entry(self, operations: Operations | None) -> None:
        child = pulumi.ResourceOptions(parent=self._services(CatalogPhase.ENTRY))
        router, waits = self._deployment.router, self._awaited("router")
        self._opened[router.name] = Router(router, self._site, waits, operations, child).ready

    def _awaited(self, name: str) -> list[Gate]:
        """The gates that the plan wants opened before this starts; foundations are inputs."""
        return [self._opened[each] for each in self._waits[name] if each in self._opened]

    @property
    def gates(self) -> list[Gate]:
        """The gates of everything that runs; all are open when all of it is healthy."""
        return list(self._opened.values())


def _laid(recorder: Recorder, foundations: Sequence[pulumi.CustomResource]) -> None:
    """Record when the foundations are there; they have no gate that could."""

    def there(_: object) -> None:
        if not pulumi.runtime.is_dry_run():
            name, now = CatalogPhase.FOUNDATIONS.value, time.time()
            recorder.record(Span(kind="foundation", name=name, begin=recorder.began, end=now))

    pulumi.Output.all(*(each.id for each in foundations)).apply(there)
