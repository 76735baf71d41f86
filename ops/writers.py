"""The services that write to the database, and their caches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from docker.errors import APIError, NotFound
from docker.models.containers import Container

from catalog import SERVICES
from plan.names import COMPONENT_LABEL, SLOT_LABEL

from .engine import containers
from .exits import Exit, Stopped
from .output import say
from .project import Project

GRACE_SECONDS = 35
_FORGET = """
export REDISCLI_AUTH="$(cat /run/secrets/redis-password)"
cli="redis-cli --user admin --no-auth-warning"
for prefix; do
  $cli --scan --pattern "$prefix:*" | xargs -r -n 500 $cli unlink >/dev/null || exit 1
done
"""


@contextmanager
def stopped(project: Project) -> Iterator[list[str]]:
    """Keep every service that uses the database stopped; those that ran run again afterwards.

    They run again whatever happens meanwhile, with new connections.
    """
    running = [each for each in _writers(project) if each.status == "running"]
    names = sorted(str(each.name) for each in running)
    say(f"Stopping what writes: {', '.join(names) or 'nothing runs'}.")
    try:
        _together(running, lambda each: each.stop(timeout=GRACE_SECONDS))
        yield names
    finally:
        say("Starting it again.")
        _together(running, lambda each: each.start())


def forget_caches(project: Project) -> None:
    """Remove what those services keep in Redis: it tells of data that is no longer there.

    Revoked tokens and what others keep stay. Raises Stopped when Redis refuses.
    """
    prefixes = [name for name, each in SERVICES.items() if each.postgres and each.redis]
    try:
        redis = project.engine.containers.get(project.names.of("redis"))
        done = redis.exec_run(["sh", "-c", _FORGET, "forget", *prefixes])
    except (NotFound, APIError) as error:
        raise Stopped(Exit.FAILED, f"The caches could not be emptied: {error}") from error
    if done.exit_code != 0:
        said = done.output.decode(errors="replace") if isinstance(done.output, bytes) else ""
        raise Stopped(Exit.FAILED, f"The caches could not be emptied: {said.strip()}")


def _writers(project: Project) -> list[Container]:
    users = {name for name, each in SERVICES.items() if each.postgres}
    return [
        each
        for each in containers(project.engine, project.stack)
        if each.labels.get(COMPONENT_LABEL) in users and SLOT_LABEL in each.labels
    ]


def _together(found: Sequence[Container], do: Callable[[Container], None]) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(do, found))
