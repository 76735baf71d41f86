"""The report of an update, from what the program planned and what was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import docker

from plan.change import Change
from plan.deployment import Deployment
from plan.release import Release
from plan.timeline import Timeline

from .checklist import checklist
from .data import Limits, Moved, ReleaseReport
from .files import FAILED
from .observed import Observed
from .seen import look


def account(
    deployment: Deployment,
    engine: docker.DockerClient,
    planned: Release,
    change: Change,
    timeline: Timeline,
    observed: Observed,
    failure: str,
) -> ReleaseReport:
    """Return the report. failure: why the update is no release, else empty.

    An attempt that failed is named after the moment when it began: what was planned may be
    the release that runs already. Raises Stopped when engine or router cannot be looked at.
    """
    began = datetime.fromtimestamp(timeline.began, UTC)
    checks = observed.validated.checks if observed.validated else ()
    settings = deployment.release
    return ReleaseReport(
        id=f"{began:%Y%m%dT%H%M%SZ}{FAILED}" if failure else planned.id,
        stack=deployment.names.stack,
        time=datetime.fromtimestamp(timeline.ended, UTC).isoformat(timespec="seconds"),
        passed=not failure,
        failure=failure,
        revision=planned.revision,
        who=planned.who,
        reason=planned.reason,
        timeline=replace(timeline, spans=(*timeline.spans, *observed.spans)),
        limits=Limits(error_rate=settings.max_error_rate, p99_ms=settings.max_p99_milliseconds),
        moved=tuple(
            Moved(
                service=move.service,
                old=move.old,
                new=move.new,
                old_image=planned.services[move.service].slots[move.old].image,
                new_image=planned.services[move.service].slots[move.new].image,
            )
            for move in change.moves
        ),
        samples=tuple(observed.samples),
        tested=observed.tested.checks if observed.tested else (),
        checks=checks,
        checklist=checklist(deployment, change, look(deployment, engine), checks, observed.samples),
    )
