"""The deployment checklist, ticked by what was seen and by nothing else. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from catalog import Network
from plan.change import Change
from plan.deployment import Deployment
from plan.environment import SECRETS_FOLDER
from plan.stores import BACKUP_VOLUME

from ..shift.sample import Sample
from ..validation import Check
from .data import Item
from .seen import Seen

_SECRET_NAME = re.compile(r"(PASSWORD|PASSWD|SECRET|TOKEN|KEY|CREDENTIAL)S?$")
_SECRET_VALUE = re.compile(r"://[^/\s:@]*:[^/\s@]+@")


def checklist(
    deployment: Deployment,
    change: Change,
    seen: Seen,
    checks: Sequence[Check],
    samples: Sequence[Sample],
) -> tuple[Item, ...]:
    """Return the checklist. checks: of everything, at the end. samples: while traffic moved."""
    stores = {each.store.name for each in deployment.stores}
    health = [check for check in checks if check.kind == "health"]
    return (
        _networks(deployment, seen),
        _volumes(deployment, seen),
        _secrets(seen),
        _checked("Stores healthy", [c for c in health if c.name in stores], len(stores)),
        _migrations(deployment, seen),
        _checked(
            "Every service healthy",
            [c for c in health if c.name not in stores],
            len(deployment.services) + 1,
        ),
        _checked("Smoke tests passed", [c for c in checks if c.kind == "smoke"], 1),
        _requests(samples),
        _previous(change, seen),
    )


def _networks(deployment: Deployment, seen: Seen) -> Item:
    wanted = {deployment.names.network(each): each.internal for each in Network}
    wrong = [name for name, internal in wanted.items() if seen.networks.get(name) != internal]
    closed = sum(wanted.values())
    evidence = f"{len(wanted)} networks are there, {closed} of them internal: {_list(wanted)}"
    return _found("Networks", wrong, evidence)


def _volumes(deployment: Deployment, seen: Seen) -> Item:
    holders = [*(each.container for each in deployment.stores), deployment.router]
    names = [mount.volume for holder in holders for mount in holder.mounts]
    wanted = sorted({deployment.names.of(name) for name in (*names, BACKUP_VOLUME)})
    wrong = [name for name in wanted if name not in seen.volumes]
    return _found("Volumes", wrong, f"{len(wanted)} volumes are there: {_list(wanted)}")


def _secrets(seen: Seen) -> Item:
    wrong, files, count = [], 0, 0
    for container, environment in sorted(seen.environments.items()):
        for each in environment:
            name, _, value = each.partition("=")
            count, in_file = count + 1, value.startswith(f"{SECRETS_FOLDER}/")
            files += in_file
            if not in_file and (_SECRET_NAME.search(name) or _SECRET_VALUE.search(value)):
                wrong.append(f"{name} of {container}")
    evidence = (
        f"{count} variables of {len(seen.environments)} containers were looked at: {files} name "
        f"a file below {SECRETS_FOLDER}, none holds a secret"
    )
    title = "Secrets not in the environment"
    if not count:
        return Item(title=title, ticked=False, evidence="no container was found to look at")
    return _found(title, wrong, evidence, "hold a secret: ")


def _migrations(deployment: Deployment, seen: Seen) -> Item:
    title, job, wanted = "Migrations done", seen.migrations, deployment.migrations.image
    if job is None:
        return Item(title=title, ticked=False, evidence="the job has not run to its end")
    evidence = f"job {job.image} exited with {job.exit_code} at {job.finished}"
    return Item(title=title, ticked=job.exit_code == 0 and job.image == wanted, evidence=evidence)


def _checked(title: str, checks: Sequence[Check], least: int) -> Item:
    """Tick when all of at least so many checks passed."""
    bad = [f"{c.name}: {c.result} {c.detail}".strip() for c in checks if not c.passed]
    if bad or len(checks) < least:
        evidence = "; ".join(bad) or f"{len(checks)} of {least} were looked at"
        return Item(title=title, ticked=False, evidence=evidence)
    slowest = max(check.latency_ms or 0.0 for check in checks)
    evidence = f"{len(checks)} of {len(checks)} checks passed, the slowest in {slowest:.1f} ms"
    return Item(title=title, ticked=True, evidence=evidence)


def _requests(samples: Sequence[Sample]) -> Item:
    title = "No failed request while traffic moved"
    if not samples:
        return Item(title=title, ticked=None, evidence="no traffic moved")
    last = {(each.service, each.slot): each for each in samples}.values()
    requests, errors = sum(e.all_requests for e in last), sum(e.all_errors for e in last)
    seconds = max(each.time for each in samples)
    evidence = f"the router counted {requests} requests and {errors} errors in {seconds:.1f} s"
    return Item(title=title, ticked=errors == 0 and requests > 0, evidence=evidence)


def _previous(change: Change, seen: Seen) -> Item:
    title = "Previous version kept for a rollback"
    if not change.moves:
        return Item(title=title, ticked=None, evidence="no service has a new version")
    wrong = [
        f"{move.service}-{move.old}"
        for move in change.moves
        if not str(seen.slots.get(move.service, {}).get(move.old, {}).get("state")).startswith("UP")
    ]
    kept = _list(f"{move.service}-{move.old}" for move in change.moves)
    return _found(title, wrong, f"the router finds it ready to answer: {kept}", "not ready: ")


def _found(
    title: str, wrong: Sequence[str], evidence: str, what: str = "missing or wrong: "
) -> Item:
    """Tick when nothing is wrong. evidence: for that. what: is wrong with what is."""
    told = f"{what}{_list(wrong)}" if wrong else evidence
    return Item(title=title, ticked=not wrong, evidence=told)


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
