"""A setting that is only tried is put back, however the trying ends."""

from __future__ import annotations

import pytest

from ops.configured import Configured
from ops.exits import Exit, Stopped
from ops.project import Project

from .conftest import Sandbox

BEFORE = "config:\n  pyairtable:release: {}\n"
# Notes its call, and writes what it was given to the stack's file unless the key is refused.
PULUMI = """\
#!/bin/sh
case "$3" in *refused*) echo "no such key" >&2; exit 1;; esac
echo "# $3=$4" >> .state/stacks/Pulumi.dev.yaml
"""


@pytest.fixture
def configured(sandbox: Sandbox) -> Configured:
    (sandbox.root / ".state" / "stacks").mkdir()
    sandbox.pulumi.write_text(PULUMI)
    made = Configured(Project(sandbox.root, "dev"))
    made.path.write_text(BEFORE)
    return made


def test_what_was_tried_stays_when_it_went_well(configured: Configured) -> None:
    with configured.tried({"a": "1", "b": "2"}):
        assert configured.text() == f"{BEFORE}# a=1\n# b=2\n"
    assert configured.text() == f"{BEFORE}# a=1\n# b=2\n"


def test_what_failed_is_put_back_and_told(configured: Configured) -> None:
    with pytest.raises(Stopped) as stopped, configured.tried({"a": "1"}):
        raise Stopped(Exit.LOCKED, "Somebody holds it.")
    assert stopped.value.code is Exit.LOCKED
    assert stopped.value.message == "Somebody holds it. The setting is as it was."
    assert configured.text() == BEFORE


def test_a_refused_value_takes_those_before_it_back_too(configured: Configured) -> None:
    with (
        pytest.raises(Stopped, match="refused could not be set: no such key"),
        configured.tried({"a": "1", "refused": "2"}),
    ):
        pass
    assert configured.text() == BEFORE


def test_an_interruption_puts_it_back(
    configured: Configured, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt), configured.tried({"a": "1"}):
        raise KeyboardInterrupt
    assert configured.text() == BEFORE
    assert "The setting is as it was." in capsys.readouterr().err


def test_where_there_was_no_file_there_is_none_again(configured: Configured) -> None:
    configured.path.unlink()
    with pytest.raises(Stopped), configured.tried({"a": "1"}):
        raise Stopped(Exit.FAILED, "It failed.")
    assert configured.text() is None


def test_what_others_changed_meanwhile_is_not_undone(configured: Configured) -> None:
    with (
        pytest.raises(Stopped, match="changed by others meanwhile"),
        configured.tried({"a": "1"}),
    ):
        configured.path.write_text("theirs")
        raise Stopped(Exit.FAILED, "It failed.")
    assert configured.text() == "theirs"
