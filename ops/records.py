"""The release records of a stack, read from its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from plan.container import CONTAINER, Container
from plan.release import RELEASE, Release

from .exits import Exit, Stopped
from .project import Project
from .pulumi_cli import Pulumi


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What is kept of the releases: the live one whole, of the others a summary, newest first.

    containers: by digest what the kept releases run.
    """

    live: Release
    summaries: tuple[Mapping[str, Any], ...]
    containers: Mapping[str, Any]

    def find(self, wanted: str) -> Mapping[str, Any]:
        """Return the release of an id, or of the beginning of one.

        Raises Stopped when there is none, or more than one.
        """
        found = [each for each in self.summaries if str(each["id"]).startswith(wanted)]
        if len(found) == 1:
            return found[0]
        known = ", ".join(str(each["id"]) for each in self.summaries)
        several = "more than one release begins so" if found else "no such release is kept"
        raise Stopped(Exit.USAGE, f"{wanted}: {several}. Kept are {known}.")

    def before_live(self, only: tuple[str, ...] = ()) -> Mapping[str, Any]:
        """Return the newest release before the live one in which a service ran something else.

        only: these services; by default all. What a rollback left was bad, so when the versions
        of now came by one, the search goes on at the release that it returned to, which may have
        been a rollback too.
        Raises Stopped when there is none.
        """
        live = digests(self.live.summary())
        scope = only or tuple(live)

        def same(summary: Mapping[str, Any]) -> bool:
            then = digests(summary)
            return all(name not in then or then[name] == live[name] for name in scope)

        rest = self.summaries
        while rest and same(rest[0]):
            run = tuple(takewhile(same, rest))
            returned = run[-1].get("returnedTo")
            # Ids are times, so they are in order.
            rest = rest[len(run) :] if returned is None else _until(rest, returned)
        if rest:
            return rest[0]
        of = f" of {', '.join(only)}" if only else ""
        raise Stopped(Exit.USAGE, f"There is no release before the live one{of} to return to.")

    def container(self, digest: str) -> Container:
        """Return a container of a kept release. Raises Stopped when it was not recorded."""
        found = self.containers.get(digest)
        if found is None:
            raise Stopped(
                Exit.FAILED,
                f"What ran as {digest} is not recorded, so it cannot be deployed again. Deploy it "
                "from its source: check its revision out and run `platformctl up`.",
            )
        return CONTAINER.validate_python(found)


def records(project: Project) -> Records:
    """Return the records of a stack. Raises Stopped when it has no release yet."""
    outputs = Pulumi(project).outputs()
    release = outputs.get("release")
    if not release:
        raise Stopped(
            Exit.USAGE,
            f"Stack {project.stack} has no release yet. `platformctl up --stack {project.stack}` "
            "makes the first.",
        )
    return Records(
        live=RELEASE.validate_python(release),
        summaries=tuple(outputs["releases"]),
        containers=outputs.get("containers") or {},
    )


def digests(summary: Mapping[str, Any]) -> dict[str, str]:
    """Return what each service ran in a release."""
    return {name: each["digest"] for name, each in summary["services"].items()}


def _until(summaries: tuple[Mapping[str, Any], ...], newest: str) -> tuple[Mapping[str, Any], ...]:
    return tuple(each for each in summaries if str(each["id"]) <= newest)
