"""Files: a volume of secrets or rendered configuration that a container mounts read-only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath

import pulumi
import pulumi_docker as docker

from .containers import FileVolume, options
from .gate import Gate
from .job import Job
from .site import Site
from .volume import Volume

# Own the files last: a root without DAC and FOWNER capabilities may not touch others' files.
# What is not root's is of an earlier writing, and no longer wanted.
_WRITE = (
    'for f in "$0"/*; do if [ -O "$f" ]; then chmod 0400 "$f" && chown "$1" "$f"; '
    'else rm -f "$f"; fi || exit 1; done'
)


class Files(pulumi.ComponentResource):
    """Writes files into a volume of their own, mode 0400, owned by the container's user.

    The provider's uploads and a read-only root exclude each other; hence a job with a
    writable root, no network, and CHOWN as its only capability writes them.
    mounted: how the container sees them. written: the gate that opens once they are there.
    """

    mounted: FileVolume
    written: Gate

    def __init__(
        self,
        name: str,
        folder: str,
        contents: Mapping[str, pulumi.Input[str]],
        user: str,
        site: Site,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyairtable:components:Files", name, None, opts)
        volume = Volume(name, site.names, opts=pulumi.ResourceOptions(parent=self)).volume
        job = Job(
            f"{name}-writer",
            _writer(name, folder, contents, user, site, volume),
            site,
            options(self, site.files_after),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.mounted = FileVolume(volume=volume, path=folder, digest=_digest(contents))
        self.written = job.done
        self.register_outputs({})


def _writer(
    name: str,
    folder: str,
    contents: Mapping[str, pulumi.Input[str]],
    user: str,
    site: Site,
    volume: docker.Volume,
) -> docker.ContainerArgs:
    labels = site.names.labels(f"{name}-writer")
    return docker.ContainerArgs(
        name=site.names.of(f"{name}-writer"),
        image=site.images["base"].name,  # the resource: it is built before it is used
        user="0:0",
        network_mode="none",
        command=["sh", "-c", _WRITE, folder, user],
        labels=[docker.ContainerLabelArgs(label=k, value=v) for k, v in labels.items()],
        capabilities=docker.ContainerCapabilitiesArgs(adds=["CAP_CHOWN"], drops=["ALL"]),
        security_opts=["no-new-privileges:true"],
        uploads=[
            docker.ContainerUploadArgs(file=str(PurePosixPath(folder) / file), content=content)
            for file, content in sorted(contents.items())
        ],
        volumes=[docker.ContainerVolumeArgs(volume_name=volume.name, container_path=folder)],
    )


def _digest(contents: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[str]:
    """Hash of the contents; a hash of high-entropy values tells nothing, so it may be seen."""

    def hashed(values: Mapping[str, str]) -> str:
        text = "\0".join(f"{key}\0{values[key]}" for key in sorted(values))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    return pulumi.Output.unsecret(pulumi.Output.all(**contents).apply(hashed))
