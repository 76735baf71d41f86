"""The throw-away users that a validation could not remove, or that one left when it was killed."""

from __future__ import annotations

import docker
from docker.errors import APIError, NotFound

from plan.environment import DATABASE
from plan.names import Names

# Younger ones may belong to a validation that runs beside this one.
OLDER_THAN_MINUTES = 10
_SQL = """
DO $$ DECLARE gone uuid[]; theirs uuid[]; BEGIN
  SELECT array_agg(id), array_agg(tenant_id) INTO gone, theirs FROM auth.users
    WHERE email = '{email}' OR (email ~ '^smoke-[0-9a-f]{{16}}@example\\.com$'
      AND created_at < now() - interval '{minutes} minutes');
  DELETE FROM auth.users WHERE id = ANY(gone);
  DELETE FROM tenants.tenants t WHERE t.id = ANY(theirs)
    AND NOT EXISTS (SELECT FROM auth.users u WHERE u.tenant_id = t.id);
END $$
"""


def remove(email: str, names: Names, engine: docker.DockerClient) -> str | None:
    """Remove this throw-away user and old ones in the database itself.

    Returns None when done, else why it could not be done.
    """
    sql = _SQL.format(email=email, minutes=OLDER_THAN_MINUTES)
    command = ["psql", "-XqAt", "--set=ON_ERROR_STOP=1", "--host=/run/postgresql", "-d", DATABASE]
    try:
        done = engine.containers.get(names.of("postgres")).exec_run([*command, "-c", sql])
    except (APIError, NotFound) as error:
        return str(error)
    said = done.output.decode(errors="replace") if isinstance(done.output, bytes) else ""
    return None if done.exit_code == 0 else " ".join(said.split())[-200:] or "psql failed"
