"""Writes docs/configuration.md from the models: python -m settings.docs [--check]."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, create_model
from pydantic.fields import FieldInfo

from .stack import StackSettings

FILE = Path(__file__).resolve().parents[1] / "docs" / "configuration.md"
_HEAD = """\
# Configuration

Generated from the models in `settings/`; a test holds it true.

The reviewed settings of a stack are in `stacks/<stack>.yaml`. What `pulumi config set` stores for
the stack wins over them: maps are merged, everything else is replaced.

```sh
pulumi config set --path entry.gatewayPort 8081
pulumi config set --secret airtableToken
```

`<name>` stands for the name of a service of the catalog. All problems of a stack are reported at
once, each with its key, its value, what is allowed and how to mend it, before anything is touched.

| key | type | default | meaning |
|---|---|---|---|
"""


def rows(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Yield a table row per setting, those of sections below them."""
    for name, field in model.model_fields.items():
        key = f"{path}{field.alias or name}"
        inner = section(field)
        if inner is None:
            yield f"| `{key}` | {kind(field)} | {default(field)} | {field.description} |"
            continue
        below = f"{key}.<name>." if _is_map(field) else f"{key}."
        yield from rows(inner, below)


def section(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model of a section, None for a plain value."""
    for candidate in (field.annotation, *get_args(field.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def kind(field: FieldInfo) -> str:
    """Return the type of a value for people."""
    schema: dict[str, Any] = _schema(field)
    options = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
    return " or ".join(_named(each) for each in options)


def _named(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {_named(schema['items'])}"
    if schema.get("type") == "object":
        return "map of string"
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum")
    limits = f", {low} to {high}" if high is not None else f", from {low}" if low else ""
    return f"{schema.get('format') or schema['type']}{limits}"


def _schema(field: FieldInfo) -> dict[str, Any]:
    annotation: Any = field.annotation
    made = create_model("Made", value=(annotation, field))
    found: dict[str, Any] = made.model_json_schema(by_alias=False)["properties"]
    first: dict[str, Any] = next(iter(found.values()))
    return first


def default(field: FieldInfo) -> str:
    """Return the default of a value for people."""
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value == {}:
        return ""
    if isinstance(value, tuple):
        return ", ".join(f"`{each}`" for each in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _is_map(field: FieldInfo) -> bool:
    return "dict" in str(field.annotation)


def text() -> str:
    """Return the whole page."""
    return _HEAD + "\n".join(rows(StackSettings)) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page; with --check only tell whether it is as it would be written."""
    if arguments == ["--check"]:
        return 0 if FILE.exists() and FILE.read_text() == text() else 1
    FILE.write_text(text())
    return 0


if __name__ == "__main__":  # pragma: no cover
    sys.exit(main(sys.argv[1:]))
