"""RandomPet: a name that people can say; it is the resource's id and has no other output."""

from __future__ import annotations

import secrets

from .resource import KEEPERS, Input, Made, NotImportable, Resource, Values
from .words import ADJECTIVES, ADVERBS, NAMES

MOST_WORDS = 1024


def _create(inputs: Values) -> Made:
    count = inputs["length"]
    words = [secrets.choice(ADVERBS) for _ in range(count - 2)]
    words += [secrets.choice(ADJECTIVES) for _ in range(min(count - 1, 1))]
    words.append(secrets.choice(NAMES))
    separator, prefix = inputs["separator"], inputs.get("prefix")
    pet = separator.join(words).lower()
    return Made(f"{prefix}{separator}{pet}" if prefix else pet, {})


def _adopt(given: str) -> tuple[Values, Made]:
    raise NotImportable("A RandomPet cannot be imported: its id does not say how it was made.")


RANDOM_PET = Resource(
    token="random:index/randomPet:RandomPet",
    inputs={
        "length": Input(int, 2, least=1, most=MOST_WORDS),
        "separator": Input(str, "-"),
        "prefix": Input(str),
        **KEEPERS,
    },
    outputs=(),
    create=_create,
    adopt=_adopt,
)
