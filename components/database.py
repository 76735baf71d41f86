"""Database: PostgreSQL, with the jobs that keep its schema."""

from __future__ import annotations

import pulumi
import pulumi_docker as docker

from plan.container import Container
from plan.deployment import DeployedStore

from .containers import arguments, options
from .gate import Gate
from .job import Job
from .site import Site
from .volume import Volume
from .workload import Waits, Workload, job_files


class Database(pulumi.ComponentResource):
    """PostgreSQL on its data volume, and the volume for its dumps.

    ready: the gate that opens once it is healthy.
    """

    ready: Gate

    def __init__(
        self,
        deployed: DeployedStore,
        backups: str,
        site: Site,
        depends_on: Waits,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyairtable:components:Database", "database", None, opts)
        self._site = site
        self._volumes = {
            name: Volume(
                name,
                site.names,
                protect=deployed.protect,
                retain_on_delete=deployed.retain_on_delete,
                opts=pulumi.ResourceOptions(parent=self),
            ).volume
            for name in (*(mount.volume for mount in deployed.container.mounts), backups)
        }
        self._workload = Workload(
            deployed.container,
            site,
            depends_on,
            volumes=self._volumes,
            live_secrets=deployed.takes_secrets,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.ready = self._workload.ready
        self.register_outputs({"image": deployed.container.image})

    def job(self, spec: Container, depends_on: Waits, parent: pulumi.Resource) -> Job:
        """Return a job that works on the database, run once depends_on is there."""
        files, written = job_files(spec, self._site, parent)
        images: list[docker.RemoteImage] = []
        if spec.built in self._site.images:
            images.append(self._site.images[str(spec.built)])
        return Job(
            spec.name,
            arguments(spec, self._site, volumes=self._volumes, files=files),
            self._site,
            options(parent, [*depends_on, *written, *images]),
            opts=pulumi.ResourceOptions(parent=parent),
        )
