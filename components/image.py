"""Image: one of our images, built by the engine when its content has changed."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_docker as docker

from catalog.images import IMAGES, RAW_DEBIAN
from plan.deployment import Deployment
from plan.retention import mark

from . import engine


class Image(pulumi.ComponentResource):
    """An image of the catalog, tagged by the hash of what goes in.

    The tag changes with the content, so the trigger is the name itself. Images are kept
    locally: an earlier release may still need one, and the provider would otherwise remove
    a replaced image under its new name. Each is marked as this stack's as soon as it is there,
    so that it is also found again when no release came of it. built: the images made so far,
    parents among them.
    """

    image: docker.RemoteImage

    def __init__(
        self,
        name: str,
        deployment: Deployment,
        built: Mapping[str, docker.RemoteImage],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyairtable:components:Image", f"{name}-image", None, opts)
        catalog = IMAGES[name]
        reference = deployment.images[name]
        base = deployment.images[catalog.parent] if catalog.parent else RAW_DEBIAN
        self.image = docker.RemoteImage(
            name,
            name=reference,
            keep_locally=True,
            build=docker.RemoteImageBuildArgs(
                context=catalog.context,
                dockerfile=catalog.dockerfile,
                build_args={"BASE": base, **catalog.build_args},
                use_legacy_builder=True,
            ),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[built[catalog.parent]] if catalog.parent else []
            ),
        )
        _marked(self.image, reference, deployment.names.stack)
        self.register_outputs({"name": self.image.name})


def _marked(image: docker.RemoteImage, reference: str, stack: str) -> None:
    own, address = mark(reference, stack), engine.host()

    def there(_: object) -> None:
        if own is not None and not pulumi.runtime.is_dry_run():
            repository, _, version = own.rpartition(":")
            engine.client(address).api.tag(reference, repository, version)

    image.id.apply(there)
