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
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in _UNKNOWN_TEXTS else text
    if kind == "struct_value":
        return _load_object(value.struct_value)
    if kind == "list_value":
        return [_load(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
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
    """Return a dictionary as a struct; None is left out. Raises TypeError for what has no place."""
    struct = struct_pb2.Struct()
    _dump_fields(values, struct)
    return struct


def _dump_fields(values: Mapping[str, Any], into: struct_pb2.Struct) -> None:
    for key, value in values.items():
        if value is not None:
            _dump(value, into.fields[key])


def _dump(value: Any, into: struct_pb2.Value) -> None:
    if isinstance(value, str):
        into.string_value = value
    elif value is None:
        into.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, (int, float)):
        into.number_value = value
    elif isinstance(value, dict):
        into.struct_value.SetInParent()
        _dump_fields(value, into.struct_value)
    elif isinstance(value, (list, tuple)):
        into.list_value.SetInParent()
        for item in value:
            _dump(item, into.list_value.values.add())
    elif isinstance(value, Unknown):
        into.string_value = _UNKNOWN_TEXT
    else:
        raise TypeError(f"a value of type {type(value).__name__} has no place on the wire")


def unknown_inside(value: object) -> bool:
    """Whether a value is unknown or holds something unknown."""
    if isinstance(value, dict):
        return any(map(unknown_inside, value.values()))
    if isinstance(value, list):
        return any(map(unknown_inside, value))
    return isinstance(value, Unknown)
