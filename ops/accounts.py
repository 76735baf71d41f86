"""Users and tenants of a running platform, as its operator sees and changes them.

No service may make somebody an admin, so this is done in the database's own container.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from docker.models.containers import Container

from .exits import Exit, Stopped

USERS = """SELECT row_to_json(r) FROM (
    SELECT u.email, u.role, u.id, u.tenant_id, t.name AS tenant, u.created_at
    FROM auth.users u JOIN tenants.tenants t ON t.id = u.tenant_id
    ORDER BY u.created_at, u.id) r"""
TENANTS = """SELECT row_to_json(r) FROM (
    SELECT t.name, t.id, t.plan,
        CASE WHEN t.suspended_at IS NULL THEN 'active' ELSE 'suspended' END AS status,
        (SELECT count(*) FROM auth.users u WHERE u.tenant_id = t.id) AS users, t.created_at
    FROM tenants.tenants t ORDER BY t.created_at, t.id) r"""
_ROLE = """WITH changed AS (
    UPDATE auth.users SET role = :'role' WHERE lower(email) = lower(:'who')
    RETURNING id, email, role),
    shown AS (UPDATE users.profiles p SET role = :'role' FROM changed c WHERE p.user_id = c.id)
    SELECT row_to_json(changed) FROM changed"""
_SUSPENSION = """WITH changed AS (
    UPDATE tenants.tenants SET updated_at = now(),
        suspended_at = CASE WHEN :'wanted' = 'suspended' THEN coalesce(suspended_at, now()) END
    WHERE id::text = lower(:'who') RETURNING id, name)
    SELECT row_to_json(changed) FROM changed"""
# A variable of psql is put in as a literal, so that nothing that is typed is SQL.
_SHELL = """set --
for name in role who wanted; do set -- "$@" "--set=$name=$(printenv "GIVEN_$name")"; done
printenv STATEMENT | psql -XAtq --dbname=pyairtable --set=ON_ERROR_STOP=1 "$@\""""


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of a stack. postgres: the container of its database."""

    postgres: Container

    def users(self) -> list[dict[str, Any]]:
        """Return all users, the oldest first."""
        return self._run(USERS, {})

    def tenants(self) -> list[dict[str, Any]]:
        """Return all tenants, the oldest first."""
        return self._run(TENANTS, {})

    def role(self, email: str, role: str) -> dict[str, Any]:
        """Give a user a role on the platform, `admin` or `user`. Raises Stopped for nobody."""
        changed = self._run(_ROLE, {"who": email, "role": role})
        return _only(changed, f"user with the e-mail address {email}", "users")

    def suspension(self, tenant: str, wanted: str) -> dict[str, Any]:
        """Make a tenant `suspended` or `active`. tenant: its id. Raises Stopped for none."""
        changed = self._run(_SUSPENSION, {"who": tenant, "wanted": wanted})
        return _only(changed, f"tenant with the id {tenant}", "tenants")

    def _run(self, statement: str, given: Mapping[str, str]) -> list[dict[str, Any]]:
        variables = {"STATEMENT": statement + ";"}
        variables |= {f"GIVEN_{name}": value for name, value in given.items()}
        done = self.postgres.exec_run(["sh", "-c", _SHELL], environment=variables, demux=True)
        out, err = cast(tuple[bytes | None, bytes | None], done.output)
        if done.exit_code != 0:
            # The lines after the first show the place in the statement.
            said = (err or b"").decode(errors="replace").strip().splitlines()[:1]
            raise Stopped(
                Exit.FAILED,
                f"The database did not do it: {''.join(said) or 'it gave no reason'}. Nothing was "
                "changed. `platformctl status` shows whether it runs.",
            )
        return [json.loads(line) for line in (out or b"").decode().splitlines() if line]


def _only(changed: list[dict[str, Any]], what: str, listed: str) -> dict[str, Any]:
    if not changed:
        raise Stopped(
            Exit.FAILED,
            f"There is no {what}. `platformctl admin {listed}` lists those there are.",
        )
    return changed[0]
