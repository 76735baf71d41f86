"""Reading the settings of a stack: the tracked file, and what `pulumi config` adds."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from .problems import Problem, SettingsError
from .rules import broken
from .stack import SECRETS, SECTIONS, StackSettings

FOLDER = "stacks"
_UNREADABLE = "set, and not readable here"
_MENDS = {
    "extra_forbidden": "Remove it, or mend its spelling.",
    "missing": "Add it.",
}


def tracked_file(stack: str, root: Path) -> Path:
    """Return where the reviewed settings of a stack are."""
    return root / FOLDER / f"{stack}.yaml"


def load(stack: str, root: Path, overrides: Mapping[str, object]) -> StackSettings:
    """Return the settings of a stack.

    The tracked file stacks/<stack>.yaml, where there is one, and over it the overrides:
    maps are merged, everything else is replaced; an empty secret counts as not set.
    Raises SettingsError with all problems at once.
    """
    merged = merge(_tracked(stack, root), {k: v for k, v in overrides.items() if v != ""})
    try:
        settings = StackSettings.model_validate(merged)
    except ValidationError as error:
        wrong = [_problem(each, merged) for each in error.errors()]
        raise SettingsError(stack, [*wrong, *_further(merged, error, wrong)]) from None
    problems = broken(settings)
    if problems:
        raise SettingsError(stack, problems)
    return settings


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return above laid over below; maps are merged, everything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = merge(merged[key], value) if both else value
    return merged


def _tracked(stack: str, root: Path) -> dict[str, Any]:
    path = tracked_file(stack, root)
    if not path.exists():
        return {}
    name = f"{FOLDER}/{stack}.yaml"
    try:
        found = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "the file"
        raise SettingsError(
            stack,
            [Problem(key=name, value=where, allowed="is no YAML", mend="Mend its syntax.")],
        ) from None
    if found is not None and not isinstance(found, dict):
        raise SettingsError(
            stack,
            [Problem(key=name, value=found, allowed="is to be a map of sections", mend="See dev.")],
        )
    return found or {}


def _problem(error: Any, merged: Mapping[str, Any]) -> Problem:
    path = [part for part in error["loc"] if part != "[key]"]
    allowed = error["msg"].removeprefix("Value error, ")
    if "expected" in error.get("ctx", {}) and error["type"] == "literal_error":
        allowed = f"is to be one of {error['ctx']['expected']}"
    return Problem(
        key=".".join(str(part) for part in path) or "settings",
        value=_value(merged, path),
        allowed=allowed[0].lower() + allowed[1:],
        mend=_MENDS.get(error["type"], "Correct it in the stack's file or by `pulumi config set`."),
    )


def _further(
    merged: Mapping[str, Any], error: ValidationError, wrong: Sequence[Problem]
) -> list[Problem]:
    """Return the rules that the rest breaks, without what hangs on a value that is wrong itself."""
    rest = copy.deepcopy(dict(merged))
    for each in error.errors():
        *above, last = [part for part in each["loc"] if part != "[key]"]
        section: Any = rest
        for part in above:
            section = section.get(part, {}) if isinstance(section, dict) else {}
        if isinstance(section, dict):
            section.pop(last, None)
    try:
        found = broken(StackSettings.model_validate(rest))
    except ValidationError:
        return []
    keys = [each.key for each in wrong]
    return [
        problem
        for problem in found
        if not any(
            problem.key.startswith(key) or key.startswith(problem.key) or key in problem.allowed
            for key in keys
        )
    ]


def _in_clear(name: str) -> Problem:
    return Problem(
        key=name,
        value="",
        allowed="stands unencrypted in the stack's configuration",
        mend=f"Run `pulumi config set --secret {name}`, and change the value where it came from.",
    )


def _value(merged: Any, path: list[Any]) -> object:
    """The value at a path. What pydantic complains of is always there: nothing is required."""
    for part in path:
        merged = merged[part]
    return merged


def from_pulumi(root: Path) -> StackSettings:
    """Return the settings of the stack that Pulumi runs; the only reader of its configuration."""
    import pulumi
    from pulumi.runtime.config import CONFIG, is_config_secret

    config = pulumi.Config()
    prefix = config.full_key("")
    overrides: dict[str, object] = {
        key.removeprefix(prefix): _UNREADABLE if is_config_secret(key) else value
        for key, value in CONFIG.get().items()
        if key.startswith(prefix)
    }
    for section in SECTIONS:
        text = config.get(section)
        overrides[section] = json.loads(text) if text else {}
    for name in SECRETS:
        overrides[name] = config.get(name) or ""
        if overrides[name] and not is_config_secret(config.full_key(name)):
            raise SettingsError(pulumi.get_stack(), [_in_clear(name)])
    return load(pulumi.get_stack(), root, overrides)


def from_cli(stack: str, root: Path) -> StackSettings:
    """Return the settings for a program outside Pulumi.

    Reads the ignored file that `pulumi config set` writes. Encrypted values cannot be read
    here; they count as set.
    """
    path = root / ".state" / "stacks" / f"Pulumi.{stack}.yaml"
    stored = (yaml.safe_load(path.read_text()) or {}).get("config", {}) if path.exists() else {}
    overrides: dict[str, object] = {}
    for key, value in stored.items():
        name = key.removeprefix("pyairtable:")
        encrypted = name in SECRETS or (isinstance(value, dict) and "secure" in value)
        if ":" not in name:
            overrides[name] = _UNREADABLE if encrypted else value
    return load(stack, root, overrides)
