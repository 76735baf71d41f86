"""RandomId: random bytes in four spellings, each with the prefix in front."""

from __future__ import annotations

import base64
import binascii
import secrets

from .resource import KEEPERS, Input, Made, NotImportable, Resource, Values

# Python writes no larger number in decimal digits without being told to.
MOST_BYTES = 1024


def _create(inputs: Values) -> Made:
    return _made(secrets.token_bytes(inputs["byteLength"]), inputs.get("prefix") or "")


def _adopt(given: str) -> tuple[Values, Made]:
    prefix, _, encoded = given.rpartition(",")
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    made = _made(raw, prefix)
    if not raw or len(raw) > MOST_BYTES or made.id != encoded:
        raise NotImportable(
            "The import id of a RandomId is its URL-safe base64 without padding, after the "
            f"prefix and a comma if it has one, for at most {MOST_BYTES} bytes."
        )
    return {"byteLength": len(raw)} | ({"prefix": prefix} if prefix else {}), made


def _made(raw: bytes, prefix: str) -> Made:
    url = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    outputs = {
        "b64Url": prefix + url,
        "b64Std": prefix + base64.b64encode(raw).decode(),
        "hex": prefix + raw.hex(),
        "dec": prefix + str(int.from_bytes(raw[:MOST_BYTES], "big")),
    }
    return Made(url, outputs)


RANDOM_ID = Resource(
    token="random:index/randomId:RandomId",
    inputs={
        "byteLength": Input(int, required=True, least=1, most=MOST_BYTES),
        "prefix": Input(str),
        **KEEPERS,
    },
    outputs=("b64Url", "b64Std", "hex", "dec"),
    create=_create,
    adopt=_adopt,
)
