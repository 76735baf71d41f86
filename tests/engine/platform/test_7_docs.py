"""Every command that the documentation shows does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import FRONTEND_PORT, GATEWAY_PORT
from .project import ROOT, Project

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# What runs the tests, and what they run in the checkout itself.
APART = {"make test", "make bench", "make lint"}
# Mentioned by name where the text is not about how they are called.
NAMED = {
    "pulumi config set": "pulumi config set entry.gatewayPort 8081 --path",
    "platformctl logs": "platformctl logs api-gateway",
    "platformctl restore": "platformctl restore --help",
    # Nothing is being shifted there, and RELEASE is no release.
    "platformctl pause": "platformctl pause --help",
    "platformctl resume": "platformctl resume --help",
    "platformctl abort": "platformctl abort --help",
    **{
        f"platformctl {name}": f"platformctl {name} --help"
        for name in ("diff", "release", "exec", "rotate", "admin")
    },
    "platformctl diff RELEASE RELEASE": "platformctl diff --help",
    "platformctl rollback --to RELEASE": "platformctl rollback --help",
    "platformctl rollback --to RELEASE --with-data": "platformctl rollback --help",
    "platformctl rollback auth-service": "platformctl rollback --help",
    "platformctl rotate API_KEY JWT_SECRET": "platformctl rotate --help",
    "platformctl release auth-service --image example.com/auth-service:2": (
        "platformctl release --help"
    ),
}
FENCED = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:make|pulumi|platformctl) [^`]+)`")
REMOVING = ("make down", "platformctl down", "pulumi destroy")
SAVED = re.compile(r"\.state/backups/dev/\S+\.json")


def commands() -> list[str]:
    """All commands of the pages, once each, those that remove the platform last."""
    found: dict[str, None] = {}
    for page in PAGES:
        text = page.read_text()
        for block in FENCED.findall(text):
            for line in block.replace("\\\n", " ").splitlines():
                found[line.removeprefix("$ ").partition("  #")[0].strip()] = None
        for line in INLINE.findall(text):
            found[line.strip()] = None
    wanted = [each for each in found if each and "[" not in each and each not in APART]
    return sorted(wanted, key=lambda each: each.startswith(REMOVING))


def here(command: str, project: Project) -> str:
    """The command for the stack of the tests, with the questions answered."""
    command = NAMED.get(command, command)
    command = command.replace("127.0.0.1:8080", f"127.0.0.1:{GATEWAY_PORT}")
    command = command.replace("127.0.0.1:3000", f"127.0.0.1:{FRONTEND_PORT}")
    command = command.replace("--stack dev", f"--stack {project.stack}").replace("<stack>", "dev")
    if saved := SAVED.search(command):
        newest = max((project.folder / ".state" / "backups" / project.stack).glob("*.json"))
        command = command.replace(saved.group(), str(newest))
    if command.startswith("make "):
        command += f" STACK={project.stack}"
    if command.startswith("platformctl ") and "--stack" not in command:
        words = command.split(maxsplit=2)
        command = " ".join([*words[:2], f"--stack {project.stack}", *words[2:]])
    if re.match(r"pulumi (up|destroy)\b", command):
        command += " --yes"
    if command.startswith("pulumi config set --secret"):
        command = f"echo patNotARealToken | {command}"
    if command.startswith("curl "):
        command = command.replace("curl ", "curl --silent --show-error ", 1)
    return command


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_documentation_works(project: Project, command: str) -> None:
    settings = project.folder / ".state" / "stacks"
    kept = {each: each.read_text() for each in settings.iterdir()}
    shell = f"set -eu; . ./activate; {here(command, project)}"
    ended = project.run("bash", "-c", shell)
    for each, text in kept.items():
        each.write_text(text)
    assert ended.ok, ended.output
    assert "Traceback" not in ended.output


def test_another_program_reads_the_outputs_as_the_documentation_shows(
    project: Project, tmp_path: Path
) -> None:
    text = (ROOT / "docs/outputs.md").read_text()
    shown = text.split("```python\n")[1].split("```")[0]
    program = shown.replace("/dev", f"/{project.stack}") + '\npulumi.export("gateway", gateway)\n'
    (tmp_path / "__main__.py").write_text(program)
    (tmp_path / "Pulumi.yaml").write_text("name: consumer\nruntime: python\n")
    shell = (
        f"set -eu; . ./activate; cd {tmp_path}; pulumi stack init test; "
        "pulumi up --yes --skip-preview --non-interactive; "
        "pulumi stack output gateway; pulumi stack rm --yes --force test"
    )
    project.up(check=True)
    ended = project.run("bash", "-c", shell)
    assert ended.ok, ended.output
    assert f"http://127.0.0.1:{GATEWAY_PORT}" in ended.output
