"""The secret files of a container, as a Files component."""

from __future__ import annotations

import pulumi

from plan.container import Container
from plan.environment import SECRETS_FOLDER

from .files import Files
from .site import Site


def secret_files(
    spec: Container,
    name: str,
    site: Site,
    parent: pulumi.Resource,
) -> Files:
    """Return the files below /run/secrets of a container. name: of the container in the stack."""
    return Files(
        f"{name}-secrets",
        SECRETS_FOLDER,
        {each.file: site.secrets[each.secret, each.generation] for each in spec.secrets},
        spec.user,
        site,
        opts=pulumi.ResourceOptions(parent=parent),
    )
