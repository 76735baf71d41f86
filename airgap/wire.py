"""Values of Pulumi's wire format as plain Python, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf import struct_pb2

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_UNKNOWN_TEXTS = {
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}
_UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Unknown:
    """A value that is known only once something has been created."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


def load(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return a struct as a dictionary: whole numbers as int, unknowns as UNKNOWN.

    Secret and output wrappers are taken off; null values are left out.
    """
    return {key: value for key, item in struct.fields.items() if (value := _load(item)) is not None}


def _load(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _load_object(value.struct_value)
    if kind == "list_value":
        return [_load(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWN_TEXTS else value.string_value
    return value.bool_value if kind == "bool_value" else None


def _load_object(struct: struct_pb2.Struct) -> Any:
    signature = struct.fields[_SIGNATURE].string_value if _SIGNATURE in struct.fields else None
    if signature == _SECRET:
        return _load(struct.fields["value"])
    if signature == _OUTPUT:
        return _load(struct.fields["value"]) if "value" in struct.fields else UNKNOWN
    return load(struct)


def secret(value: object) -> dict[str, object]:
    """Return a value in the wrapper that keeps it encrypted in the state."""
    return {_SIGNATURE: _SECRET, "value": value}


def dump(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return a dictionary as a struct; None is left out."""
    struct = struct_pb2.Struct()
    struct.update({key: _dump(value) for key, value in values.items() if value is not None})
    return struct


def _dump(value: Any) -> Any:
    if isinstance(value, Unknown):
        return _UNKNOWN_TEXT
    if isinstance(value, Mapping):
        return {key: _dump(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_dump(item) for item in value]
    return value


def unknown_inside(value: object) -> bool:
    """Whether a value is unknown or holds something unknown."""
    if isinstance(value, Mapping):
        return any(unknown_inside(item) for item in value.values())
    if isinstance(value, list):
        return any(unknown_inside(item) for item in value)
    return isinstance(value, Unknown)
