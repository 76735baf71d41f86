"""RandomPassword: a secret text."""

from __future__ import annotations

import bcrypt

from . import characters
from .resource import Made, NotImportable, Resource, Values

BCRYPT_COST = 10
# bcrypt reads no more of a password than this, and the package refuses more.
BCRYPT_BYTES = 72


def _create(inputs: Values) -> Made:
    return _made(characters.draw(inputs))


def _adopt(given: str) -> tuple[Values, Made]:
    if not given:
        raise NotImportable("The import id of a RandomPassword is the password itself.")
    return characters.fitting(given), _made(given)


def _made(password: str) -> Made:
    hashed = bcrypt.hashpw(password.encode()[:BCRYPT_BYTES], bcrypt.gensalt(BCRYPT_COST))
    # Ids stand unencrypted in the state: this one says nothing.
    return Made("none", {"result": password, "bcryptHash": hashed.decode()})


RANDOM_PASSWORD = Resource(
    token="random:index/randomPassword:RandomPassword",
    inputs=characters.INPUTS,
    outputs=("result", "bcryptHash"),
    secrets=frozenset({"result", "bcryptHash"}),
    complete=characters.complete,
    contradictions=characters.contradictions,
    create=_create,
    adopt=_adopt,
)
