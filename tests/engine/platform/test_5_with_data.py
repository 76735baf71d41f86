"""A release whose schema shuts the one before out is left with its data, and returned to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .project import Project
from .test_5_platformctl import may_sign_in, sql, told
from .users import register

AUTH = "auth-service"
REVISION = '''"""A revision after which programs of before do not work any more."""

from alembic import op

revision = "{next}"
down_revision = "{head}"


def upgrade() -> None:
    op.execute("CREATE TABLE users.narrow (id uuid PRIMARY KEY)")
'''


def versions(project: Project) -> Path:
    return project.folder / "services/migrations/versions"


def head(project: Project) -> str:
    """The newest revision of the source."""
    return max(each.name[:4] for each in versions(project).glob("[0-9]*.py"))


def revision(project: Project) -> str:
    """The revision of the database."""
    return sql(project, "SELECT version_num FROM public.alembic_version")


def live(project: Project) -> dict[str, Any]:
    found: Any = project.outputs()["release"]
    return dict(found)


def returned(project: Project, to: str) -> str:
    ended = project.platformctl("rollback", "--to", to, "--with-data", "--yes")
    assert ended.ok, ended.output
    return ended.output


@pytest.fixture
def narrowed(project: Project) -> Iterator[tuple[str, str]]:
    """Revisions before and after a source whose schema shuts programs of before out."""
    old = head(project)
    new = f"{int(old) + 1:04}"
    file, program = versions(project) / f"{new}_narrow.py", "services/auth_service/__init__.py"
    source = (project.folder / program).read_text()
    file.write_text(REVISION.format(head=old, next=new))
    (project.folder / program).write_text(f"{source}\n# for schema {new}\n")
    yield old, new
    file.unlink()
    (project.folder / program).write_text(source)
    project.platformctl("unpin")
    project.up(check=True)


@pytest.mark.long
def test_a_whole_release_and_its_data_return_together_and_back_again(
    project: Project, gateway: httpx.Client, narrowed: tuple[str, str]
) -> None:
    old, new = narrowed
    before, first = live(project), register(gateway)
    project.up(check=True)
    bad = live(project)
    assert bad["schema"] == {"revision": new, "oldest": new}
    assert bad["backup"].endswith(f"-{old}.dump")
    second = register(gateway)

    refused = project.platformctl("rollback", "--to", before["id"])
    assert refused.code == 1
    assert f"`platformctl rollback --to {before['id']} --with-data" in refused.output
    listed = {each["id"]: each for each in told(project, "releases")}
    assert (listed[before["id"]]["return"], listed[before["id"]]["withData"]) == ("no", True)

    output = returned(project, before["id"])
    assert "auth.users" in output
    assert revision(project) == old
    assert may_sign_in(gateway, first)
    assert not may_sign_in(gateway, second)
    good = live(project)
    assert good["schema"]["revision"] == old
    image = {each: of["services"][AUTH]["slots"] for each, of in (("then", before), ("now", good))}
    assert image["now"][good["services"][AUTH]["slot"]]["image"] in {
        each["image"] for each in image["then"].values()
    }
    again = project.up(check=True)
    assert "migrations is pinned" in again.output
    assert revision(project) == old

    returned(project, bad["id"])
    assert revision(project) == new
    assert may_sign_in(gateway, second)

    returned(project, good["id"])
    assert revision(project) == old
    assert may_sign_in(gateway, first)
    assert not may_sign_in(gateway, second)
