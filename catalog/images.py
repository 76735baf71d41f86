"""Our images: what each is built from. The tag is the hash of just these inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# The raw Debian that set-up provides: pulled, or made by debootstrap.
RAW_DEBIAN = "pyairtable/debian:bookworm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image of ours.

    context: build context, relative to the project. dockerfile: relative to the context.
    parent: name of our image that it is built FROM (build argument BASE), None for RAW_DEBIAN.
    inputs: files and folders, relative to the project, whose content makes the tag.
    build_args: further build arguments.
    """

    name: str
    context: str
    dockerfile: str = "Dockerfile"
    parent: str | None = "base"
    inputs: tuple[str, ...]
    build_args: Mapping[str, str] = field(default_factory=dict)


def _folder(name: str, parent: str | None = "base") -> Image:
    return Image(name=name, context=f"images/{name}", parent=parent, inputs=(f"images/{name}",))


def _service(name: str, packages: str = "") -> Image:
    """Packages: Debian's, that only this service needs."""
    package = name.replace("-", "_")
    return Image(
        name=name,
        context="services",
        parent="python",
        inputs=(
            "services/Dockerfile",
            "services/shared",
            f"services/{package}",
        ),
        build_args={"SERVICE": package, **({"PACKAGES": packages} if packages else {})},
    )


IMAGES = {
    image.name: image
    for image in (
        _folder("base", parent=None),
        Image(
            name="python",
            context="services",
            dockerfile="python.Dockerfile",
            inputs=("services/python.Dockerfile", "services/requirements.lock"),
        ),
        _folder("postgres"),
        _folder("redis"),
        _folder("router"),
        _service("migrations"),
        _service("auth-service"),
        _service("user-service"),
        _service("airtable-gateway"),
        _service("airtable-emulator"),
        _service("workspace-service"),
        _service("tenant-service"),
        _service("mcp-server"),
        _service("gemini-emulator"),
        _service("llm-orchestrator"),
        _service("platform-services"),
        _service("automation-services", packages="antiword"),
        _service("api-gateway"),
        _service("frontend"),
    )
}
