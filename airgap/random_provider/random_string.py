"""RandomString: a text that is no secret; it is also the resource's id."""

from __future__ import annotations

from . import characters
from .resource import Made, NotImportable, Resource, Values


def _create(inputs: Values) -> Made:
    value = characters.draw(inputs)
    return Made(value, {"result": value})


def _adopt(given: str) -> tuple[Values, Made]:
    if not given:
        raise NotImportable("The import id of a RandomString is the text itself.")
    return characters.fitting(given), Made(given, {"result": given})


RANDOM_STRING = Resource(
    token="random:index/randomString:RandomString",
    inputs=characters.INPUTS,
    outputs=("result",),
    complete=characters.complete,
    contradictions=characters.contradictions,
    create=_create,
    adopt=_adopt,
)
