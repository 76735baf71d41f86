"""Whatever comes over the wire: it is refused by name, or it works."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2

from airgap import wire
from airgap.random_provider import random_password
from airgap.random_provider.resources import RESOURCES

from .random_calls import KINDS, Context, Refused, check, provider, urn

UNKNOWNS = sorted(wire._UNKNOWN_TEXTS)
NUMBERS = st.integers(-3, 80) | st.integers() | st.floats()
PLAIN = st.none() | st.booleans() | NUMBERS | st.text(max_size=20) | st.sampled_from(UNKNOWNS)
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        | inner.map(wire.secret)
        | inner.map(lambda value: {wire._SIGNATURE: wire._OUTPUT, "value": value})
        | st.fixed_dictionaries({wire._SIGNATURE: inner})
    ),
    max_leaves=6,
)
NAMES = sorted({name for each in RESOURCES.values() for name in each.inputs} | {"__defaults"})
LIKELY = {
    int: st.integers(0, 80),
    bool: st.booleans(),
    str: st.text(max_size=10),
    dict: st.dictionaries(st.text(max_size=5), PLAIN, max_size=3),
}


@st.composite
def inputs(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Inputs of which most are likely, some are not, and a few do not exist."""
    specs = RESOURCES[kind].inputs
    likely = {name: LIKELY[spec.type] for name, spec in specs.items()}
    chosen = draw(st.fixed_dictionaries({}, optional=likely))
    odd = draw(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), VALUES, max_size=2))
    return {**chosen, **odd}


def encoded(values: dict[str, Any]) -> struct_pb2.Struct:
    message = struct_pb2.Struct()
    message.update(values)
    return message


@pytest.fixture(autouse=True)
def _quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random_password, "BCRYPT_COST", 4)


FUZZ = settings(
    max_examples=150,
    deadline=None,  # conftest.py holds that nothing hangs
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("kind", KINDS)
@FUZZ
@given(data=st.data())
def test_any_inputs_are_refused_by_name_or_work(kind: str, data: st.DataObject) -> None:
    checked, failures = check(kind, encoded(data.draw(inputs(kind))))
    if failures:
        assert all(reason and name in reason for name, reason in failures.items())
        return
    preview = wire.unknown_inside(checked)
    asked = provider_pb2.CreateRequest(
        urn=urn(kind), properties=wire.dump(checked), preview=preview
    )
    made = provider.Create(asked, Context())
    properties = wire.load(made.properties)
    assert bool(made.id) is not preview
    assert set(RESOURCES[kind].outputs) <= properties.keys()
    same = provider_pb2.DiffRequest(
        urn=urn(kind),
        olds=made.properties,
        old_inputs=asked.properties,
        news=asked.properties,
    )
    if not preview:
        assert provider.Diff(same, Context()).changes == provider_pb2.DiffResponse.DIFF_NONE


def request(call: str, place: str, a: struct_pb2.Struct, b: struct_pb2.Struct, text: str) -> Any:
    if call == "Create":
        return provider_pb2.CreateRequest(urn=place, properties=a)
    if call == "Diff":
        return provider_pb2.DiffRequest(urn=place, olds=a, old_inputs=b, news=b)
    if call == "Update":
        return provider_pb2.UpdateRequest(urn=place, olds=a, news=b)
    return provider_pb2.ReadRequest(urn=place, id=text, properties=a, inputs=b)


@pytest.mark.parametrize("call", ["Create", "Diff", "Update", "Read"])
@FUZZ
@given(data=st.data())
def test_any_other_call_is_refused_or_answered(call: str, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    first, second = encoded(data.draw(inputs(kind))), encoded(data.draw(inputs(kind)))
    place = data.draw(st.just(urn(kind)) | st.text(max_size=30))
    asked = request(call, place, first, second, data.draw(st.text(max_size=30)))
    try:
        answer = getattr(provider, call)(asked, Context())
    except Refused as refusal:
        assert str(refusal)
    else:
        assert answer.IsInitialized()
