"""Images of kept releases stay, older ones of ours go, and those of another stack are left."""

from __future__ import annotations

from collections.abc import Iterator

import docker
import pytest

from plan.content_hash import Tags
from plan.retention import mark

from .project import Project

AUTH = "auth-service"
OTHER = "another.stack"


@pytest.fixture
def keeping_two(project: Project) -> Iterator[Project]:
    """The shared deployment while two releases are kept; all is put back afterwards."""
    settings = project.folder / ".state" / "stacks" / f"Pulumi.{project.stack}.yaml"
    before, program = settings.read_text(), project.folder / "services/auth_service/__init__.py"
    source = program.read_text()
    project.set("release.keptReleases", "2")
    yield project
    settings.write_text(before)
    program.write_text(source)
    project.up(check=True)


def names() -> set[str]:
    """All names of our images on the engine, and all marks."""
    found = docker.from_env().api.images(
        filters={"reference": ["pyairtable/*", "pyairtable-kept/*"]}
    )
    return {name for each in found for name in each["RepoTags"] or ()}


def released(project: Project, number: int) -> str:
    """Release another version of auth-service; return its image."""
    program = project.folder / "services/auth_service/__init__.py"
    program.write_text(f"{program.read_text()}\n# {number}\n")
    project.up(check=True)
    return Tags(project.folder)[AUTH]


@pytest.mark.long
def test_images_of_kept_releases_stay_and_older_ones_of_this_stack_only_go(
    keeping_two: Project,
) -> None:
    project, engine = keeping_two, docker.from_env()
    first = released(project, 1)
    theirs = released(project, 2)
    kept_by_other = str(mark(theirs, OTHER))
    repository, _, version = kept_by_other.rpartition(":")
    engine.api.tag(theirs, repository, version)
    try:
        second, third = released(project, 3), released(project, 4)
        left = names()
        own = {each: mark(each, project.stack) for each in (first, theirs, second, third)}
        assert {second, third} <= left
        assert {own[second], own[third]} <= left
        assert first not in left
        assert own[first] not in left
        assert {theirs, kept_by_other} <= left
        assert own[theirs] not in left
        used = {each["Image"] for each in engine.api.containers(all=True)}
        assert {each for each in used if each.startswith("pyairtable/")} <= left
        kept = {each for each in left if each.endswith(f".{project.stack}")}
        again = project.up(check=True)
        assert "No kept release needs" not in again.output
        assert kept == {each for each in names() if each.endswith(f".{project.stack}")}
    finally:
        engine.api.remove_image(kept_by_other)
        if theirs in names():
            engine.api.remove_image(theirs)
