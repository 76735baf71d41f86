"""Check: defaults are filled in, what is wrong or not supported is refused by name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from airgap.wire import Unknown, unknown_inside

from .resource import Failures, Input, Resource, Values

DEFAULTS = "__defaults"
NAMES = {int: "a whole number", bool: "true or false", str: "a text", dict: "a map"}


def check(resource: Resource, news: Mapping[str, Any]) -> tuple[Values, Failures]:
    """Return the inputs with defaults filled in, and (property, reason) of what is wrong."""
    given = {key: value for key, value in news.items() if key != DEFAULTS and value is not None}
    failures = _unknown(resource, given) + _missing(resource, given)
    for name in given.keys() & resource.inputs.keys():
        if why := wrong(given[name], resource.inputs[name]):
            failures.append((name, f"{name} {why}."))
    if failures:
        return given, sorted(failures)
    if isinstance(given.get("keepers"), dict):
        given["keepers"] = {key: text(value) for key, value in given["keepers"].items()}
    inputs = filled(resource, given)
    defaults = sorted(inputs.keys() - given.keys())
    if not unknown_inside(inputs):
        failures = resource.contradictions(inputs)
    return {**inputs, DEFAULTS: defaults}, failures


def filled(resource: Resource, given: Mapping[str, Any]) -> Values:
    """Return inputs with what follows from them and with the defaults."""
    defaults = {name: spec.default for name, spec in resource.inputs.items()}
    plain = {name: value for name, value in defaults.items() if value is not None}
    return plain | resource.complete(dict(given))


def wrong(value: object, spec: Input) -> str | None:
    """Return what is wrong with one value, or None."""
    if isinstance(value, Unknown):
        return None
    if not isinstance(value, spec.type) or (spec.type is int and isinstance(value, bool)):
        return f"must be {NAMES[spec.type]}"
    if isinstance(value, int) and not isinstance(value, bool):
        return _out_of_bounds(value, spec)
    if isinstance(value, dict):
        return _wrong_keepers(value)
    return None


def text(value: object) -> object:
    """Return a keeper's value as the text that it is compared by."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, Unknown) else str(value)


def _out_of_bounds(value: int, spec: Input) -> str | None:
    if spec.least is not None and value < spec.least:
        return f"must be at least {spec.least}"
    if spec.most is not None and value > spec.most:
        return f"must be at most {spec.most}: more is not supported"
    return None


def _wrong_keepers(keepers: Mapping[str, object]) -> str | None:
    for key, value in keepers.items():
        finite = not isinstance(value, float) or math.isfinite(value)
        if not isinstance(value, (str, bool, int, float, Unknown)) or not finite:
            return f"must be a map of texts; the value of {key!r} is none"
    return None


def _unknown(resource: Resource, given: Mapping[str, Any]) -> Failures:
    supported = ", ".join(sorted(resource.inputs))
    return [
        (name, f"{name} is not an input of {resource.token}; it takes {supported}.")
        for name in given
        if name not in resource.inputs
    ]


def _missing(resource: Resource, given: Mapping[str, Any]) -> Failures:
    return [
        (name, f"{name} is required.")
        for name, spec in resource.inputs.items()
        if spec.required and name not in given
    ]
