"""Platform: everything that a stack deploys, phase by phase."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pulumi
import pulumi_docker as docker

from catalog import Network as CatalogNetwork
from catalog import Phase as CatalogPhase
from plan.content_hash import tag
from plan.deployment import DeployedService, Deployment
from plan.slots import Slots
from plan.stores import BACKUP_VOLUME

from . import engine
from .cache import Cache
from .database import Database
from .gate import Gate
from .generated_secret import GeneratedSecret
from .image import Image
from .network import Network
from .phase import Phase
from .router import Router
from .service import Service
from .site import Site


class Platform(pulumi.ComponentResource):
    """The platform. gates: of everything that runs; all open when all of it is healthy.

    given: values of the secrets that come from the stack's configuration.
    """

    gates: list[Gate]
    networks: Mapping[str, pulumi.Output[str]]

    def __init__(
        self,
        deployment: Deployment,
        slots: Mapping[str, Slots],
        given: Mapping[str, str],
        root: Path,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyairtable:components:Platform", "platform", None, opts)
        self._deployment = deployment
        self._slots = slots
        self.gates = []
        self._site = self._foundations(given, root)
        self.networks = {kind.value: net.name for kind, net in self._site.networks.items()}
        done = self._infrastructure()
        done = self._schema(done)
        for phase in (CatalogPhase.CORE, CatalogPhase.IDENTITY, CatalogPhase.BUSINESS):
            done = self._services(phase, done).gates or done
        self._entry(done)
        self.register_outputs({})

    def _phase(self, phase: CatalogPhase) -> Phase:
        return Phase(phase, pulumi.ResourceOptions(parent=self))

    def _foundations(self, given: Mapping[str, str], root: Path) -> Site:
        child = pulumi.ResourceOptions(parent=self._phase(CatalogPhase.FOUNDATIONS))
        deployment = self._deployment
        images: dict[str, docker.RemoteImage] = {}
        for name in deployment.images:
            images[name] = Image(name, root, images, child).image
        return Site(
            names=deployment.names,
            address=engine.host(),
            gate_timeout_seconds=deployment.gate_timeout_seconds,
            networks={
                kind: Network(kind, deployment.names, child).network for kind in CatalogNetwork
            },
            images=images,
            secrets={
                name: pulumi.Output.secret(given[name])
                if secret.random_bytes is None
                else GeneratedSecret(name, secret.random_bytes, child).value
                for name, secret in deployment.secrets.items()
            },
            writer_image=tag(root, "base"),
        )

    def _infrastructure(self) -> list[Gate]:
        phase = self._phase(CatalogPhase.INFRASTRUCTURE)
        child = pulumi.ResourceOptions(parent=phase)
        postgres, redis = self._deployment.stores
        self._database = Database(postgres, BACKUP_VOLUME, self._site, child)
        cache = Cache(redis, self._site, child)
        return self._opened(phase, [self._database.ready, cache.ready])

    def _schema(self, done: list[Gate]) -> list[Gate]:
        phase = self._phase(CatalogPhase.SCHEMA)
        backup = self._database.job(self._deployment.backup, done, phase)
        migrations = self._database.job(self._deployment.migrations, [backup.done], phase)
        return self._opened(phase, [migrations.done])

    def _services(self, phase: CatalogPhase, done: list[Gate]) -> Phase:
        component = self._phase(phase)
        ready: dict[str, Gate] = {}
        for each in self._deployment.in_phase(phase):
            waits = [ready[need] for need in each.service.needs if need in ready] or done
            ready[each.service.name] = self._service(each, waits, component)
        self._opened(component, list(ready.values()))
        return component

    def _service(self, each: DeployedService, waits: list[Gate], phase: Phase) -> Gate:
        name = each.service.name
        child = pulumi.ResourceOptions(parent=phase)
        return Service(name, self._slots[name], self._site, waits, child).ready

    def _entry(self, done: list[Gate]) -> None:
        phase = self._services(CatalogPhase.ENTRY, done)
        child = pulumi.ResourceOptions(parent=phase)
        router = Router(self._deployment.router, self._site, done, child)
        self._opened(phase, [router.ready])

    def _opened(self, phase: Phase, gates: list[Gate]) -> list[Gate]:
        phase.gates += gates
        self.gates += gates
        return gates
