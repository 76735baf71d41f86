"""The chain of revisions, and the logins beside the superuser's password."""

from __future__ import annotations

from pathlib import Path

import migrations
import pytest
from alembic.script import Script, ScriptDirectory
from migrations import schema
from migrations.grants import GRANTS
from migrations.roles import SERVICES
from migrations.settings import Settings, role_of

FOLDER = Path(migrations.__file__).parent
SCRIPTS = ScriptDirectory(str(FOLDER))


def test_the_revisions_are_one_chain() -> None:
    assert len(SCRIPTS.get_heads()) == len(SCRIPTS.get_bases()) == 1
    assert not any(script.is_branch_point or script.is_merge_point for script in _all())


def test_revisions_are_numbered_in_order_as_their_files() -> None:
    names = [script.revision for script in reversed(_all())]
    assert names == [f"{number:04}" for number in range(1, len(names) + 1)]
    files = sorted(path.name[:4] for path in (FOLDER / "versions").glob("*.py"))
    assert files == names


def test_every_revision_declares_whose_programs_work_with_it() -> None:
    first, *others = reversed(_all())
    assert not hasattr(first.module, "programs_from")
    for script in others:
        declared = script.module.programs_from
        assert first.revision <= declared <= script.revision, script.revision


def test_programs_of_the_first_revision_work_with_the_newest_schema() -> None:
    assert schema.oldest() == "0001"


@pytest.mark.parametrize(
    ("declared", "oldest"),
    [
        ({"98": "0001"}, "0001"),
        ({"98": "97"}, "97"),
        ({}, "98"),
        ({"97": "97", "98": "0002"}, "97"),
    ],
)
def test_what_a_revision_has_taken_away_no_later_one_gives_back(
    tmp_path: Path, declared: dict[str, str], oldest: str
) -> None:
    after = SCRIPTS.get_current_head()
    for name in ("97", "98"):
        line = f'programs_from = "{declared[name]}"' if name in declared else ""
        if name == "97" and name not in declared:
            line = 'programs_from = "0001"'
        (tmp_path / f"{name}.py").write_text(
            f'revision = "{name}"\ndown_revision = "{after}"\n{line}\n'
        )
        after = name
    assert schema.oldest([tmp_path]) == oldest


def test_every_grant_is_to_a_service_and_to_nobody_else() -> None:
    for statement in GRANTS:
        assert statement.rpartition(" TO ")[2] in SERVICES


def test_logins_are_the_files_beside_the_superusers(tmp_path: Path) -> None:
    for name, content in {
        "postgres-password": "root",
        "auth-service-postgres-password": "one\n",
        "user-service-postgres-password": "two",
        "auth-service-redis-password": "other",
    }.items():
        (tmp_path / name).write_text(content)
    settings = Settings(postgres_password_file=tmp_path / "postgres-password")
    assert settings.password == "root"
    assert settings.logins == {"auth_service": "one", "user_service": "two"}


def test_a_role_is_named_as_its_service() -> None:
    assert role_of("platform-services") == "platform_services"


def _all() -> list[Script]:
    return list(SCRIPTS.walk_revisions())
